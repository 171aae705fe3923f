"""A fresh reading of each of many series: through quality into the rings, ready for the methods."""

from dataclasses import dataclass

import numpy as np

from detectors.quality import axes, baseline_jumps, batteries, flagging, steps, thermal
from detectors.quality.sample import Sample
from detectors.rules import FAMILIES
from detectors.screened import Screened
from detectors.series import SeriesBook
from detectors.state import partners, tracks
from detectors.state.columns import F64, I64, U8, Mask, Rows
from detectors.state.noise import PRIOR, departure, floored, learn
from detectors.state.partners import Partners
from detectors.state.tracks import DAY_MS, Limits, Round
from domain.levels import Flag
from domain.quality import Test

_SHARED_NOISE = np.array([f not in ("displacement", "tilt", "rain", "dynamic") for f in FAMILIES])


@dataclass(frozen=True)
class Turn:
    """One reading each of distinct series, shape (n,) each.

    Attributes
    ----------
    rows
        Place of each in the batch.
    series
        Row of its series in the book.
    told_ms, time_ms
        Event time as the device claims it, and mended.
    value
        As it came, in the channel's unit.
    """

    rows: Rows
    series: Rows
    told_ms: I64
    time_ms: I64
    value: F64

    def part(self, mask: Mask) -> "Turn":
        """Keep the readings of a mask."""
        return Turn(
            self.rows[mask],
            self.series[mask],
            self.told_ms[mask],
            self.time_ms[mask],
            self.value[mask],
        )

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class _Judgement:
    """A turn's readings and all that quality says of them, shape (n,).

    Attributes
    ----------
    judged
        Flags and tests of each reading by itself; here the tests of its companions are added.
    joint
        Jumps of a receiver's position.
    raw
        As the instrument meant it for its neighbours: as it came where axes are exchanged.
    flag
        That of ``judged``, or what the clock or the axes make of it.
    """

    sample: Sample
    judged: flagging.Judged
    joint: baseline_jumps.Joint
    raw: F64
    flag: U8


def take(book: SeriesBook, turn: Turn, out: Screened) -> Round:
    """Flag fresh readings, push them into their series' rings, and learn the noise.

    Returns
    -------
    Round
        What the methods see; flags and tests stand in ``out``.
    """
    beside = book.partners(turn.series, turn.time_ms, turn.told_ms)
    found = _judge(book, turn, beside, out)
    batch = _push(book, turn, beside, found)
    _learn_noise(batch)
    rows, flag = turn.rows, found.flag
    out.used[rows] = True
    out.live[rows] = True
    out.tests[rows] |= found.judged.tests
    out.gate[rows] = flag
    mended = (out.tests[rows] & np.uint16(Test.CLOCK | Test.AXES)) > 0
    out.flag[rows] = np.where(mended, np.maximum(flag, Flag.SUSPECT), flag)
    return batch


def _judge(book: SeriesBook, turn: Turn, beside: Partners, out: Screened) -> _Judgement:
    """Ask all tests: of the reading, and of what its point's other series say."""
    table, series, sent = book.series, turn.series, turn.value
    channel, interval = table["channel"][series], book.interval_ms[series]
    table["origin"][series] = np.where(table["count"][series] > 0, table["origin"][series], sent)
    noise = floored(table["noise"][series, 0].astype(np.float64), PRIOR[channel])
    exchanged, sure, value = axes.untangle(beside, channel, sent, noise)
    out.gate[turn.rows[exchanged & ~sure]] = Flag.SUSPECT
    relative = (value - table["origin"][series]).astype(np.float32)
    sample = Sample(table, series, channel, turn.time_ms, interval, relative, value, noise)
    joint = baseline_jumps.look(beside, interval)
    judged = flagging.judge(sample)
    low_v = book.limits[beside.point, book.threshold_names["battery_low_v"]]
    flag = np.maximum(judged.flag, out.gate[turn.rows])
    for test, spoke in (
        (Test.AXES, exchanged),
        (Test.JUMP, joint.jumped),
        (Test.BATTERY, batteries.look(beside, low_v, value)),
        (Test.THERMAL, thermal.look(sample, judged.value, flag < Flag.SUSPECT)),
    ):
        judged.tests[spoke] |= np.uint16(test)
    return _Judgement(sample, judged, joint, np.where(exchanged, sent, judged.raw), flag)


def _push(book: SeriesBook, turn: Turn, beside: Partners, found: _Judgement) -> Round:
    """Put the readings into the rings, take steps out of these, and show all to the partners."""
    table, series, time_ms = book.series, turn.series, turn.time_ms
    judged, interval, clean = found.judged, found.sample.interval_ms, found.judged.value
    alone = judged.confirmed & ~found.joint.watched
    if alone.any():
        steps.remember(table, series, alone, judged.leap, clean)
    times, values = tracks.push(table, series, time_ms, clean, found.flag)
    stepped = steps.settle(table, series, interval, found.flag, judged.confirmed, values)
    judged.tests[stepped] |= np.uint16(Test.JUMP)
    closed = tracks.accumulate(table, series, interval, time_ms, clean)
    absolute = clean.astype(np.float64) + table["origin"][series]
    partners.show(table, series, time_ms, turn.told_ms, found.raw, absolute)
    return Round(
        series=series,
        point=beside.point,
        channel=found.sample.channel,
        family=table["family"][series],
        interval_ms=interval,
        time_ms=time_ms,
        raw=judged.raw,
        flag=found.flag,
        value=clean,
        count=table["count"][series],
        times=np.ascontiguousarray((times - time_ms[:, None]).T) / DAY_MS,
        values=np.ascontiguousarray(values.T),
        closed=closed,
        limits=Limits(book.limits, book.threshold_names, beside.point),
        table=table,
        partners=beside,
    )


def _learn_noise(batch: Round) -> None:
    """Noise of single readings, which every channel has; `motion` learns the longer scales."""
    mine = _SHARED_NOISE[batch.family] & batch.good & (batch.count >= 3)
    noise = batch.table["noise"][batch.series, 0].astype(np.float64)
    prior = PRIOR[batch.channel]
    distance = departure(batch.values[-3:].astype(np.float64), batch.times[-3:])
    learned = learn(noise, distance, batch.count - 3.0, prior)
    batch.table["noise"][batch.series, 0] = np.where(mine & np.isfinite(distance), learned, noise)

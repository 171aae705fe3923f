"""All readings of a batch through arrival, quality and the methods, in rounds.

Round k holds the k-th message of every point (`detectors.state.partners`), so that each series sees
its readings one after another while all series go side by side. What comes out depends on the
readings of each series' own point in their order, and on nothing else.
"""

import numpy as np

from detectors.consult import consult
from detectors.quality import (
    arrival,
    axes,
    baseline_jumps,
    batteries,
    clocks,
    flagging,
    steps,
    thermal,
)
from detectors.rules import FAMILIES
from detectors.screened import Screened
from detectors.series import SeriesBook
from detectors.state import partners, tracks
from detectors.state.columns import F64, I64, Mask, Rows
from detectors.state.noise import PRIOR, departure, floored, learn
from detectors.state.tracks import DAY_MS, Limits, Round
from domain.levels import Flag
from domain.quality import Test

_SHARED_NOISE = np.array([f not in ("displacement", "tilt", "rain", "dynamic") for f in FAMILIES])

CHUNK = 8192
"""Readings handled at once: keeps the temporary arrays in the cache and the memory bounded."""


def screen(book: SeriesBook, series: Rows, time_ms: I64, received_ms: I64, value: F64) -> Screened:
    """Screen a batch.

    Parameters
    ----------
    series
        Row of each reading's series in the book, shape (n,), order of arrival.
    """
    out = Screened.empty(len(series))
    out.time_ms[:] = time_ms
    points = book.series["point"][series]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for rows in partners.turns(points, series, time_ms):
            for start in range(0, len(rows), CHUNK):
                part = rows[start : start + CHUNK]
                _round(book, series[part], time_ms[part], received_ms[part], value[part], part, out)
    return out


def _round(
    book: SeriesBook,
    series: Rows,
    told_ms: I64,
    received_ms: I64,
    value: F64,
    rows: Rows,
    out: Screened,
) -> None:
    """One reading each of distinct series."""
    usable = np.isfinite(value)
    out.used[rows[~usable]] = True
    interval = book.interval_ms[series]
    clock = clocks.look(book.series, series, told_ms, received_ms, interval)
    time_ms = told_ms - clock.error_ms
    came = arrival.classify(book.series, series, time_ms, interval, clock.judged)
    fresh = usable & came.fresh
    clocks.learn(book.series, series, clock, fresh)
    wrong = fresh & (clock.error_ms != 0)
    if wrong.any():
        out.time_ms[rows[wrong]] = time_ms[wrong]
        out.tests[rows[wrong]] |= np.uint16(Test.CLOCK)
        out.gate[rows[wrong & ~clock.again]] = Flag.SUSPECT
    back = usable & came.rewind
    if back.any():
        arrival.rewind(book.series, series[back], time_ms[back])
    if not fresh.all():
        _unusual(book, series, time_ms, value, rows, out, came, usable)
        series, time_ms, told_ms = series[fresh], time_ms[fresh], told_ms[fresh]
        value, rows = value[fresh], rows[fresh]
    channel = book.series["channel"][series]
    impossible = flagging.gross_range(channel, value, book.interval_ms[series]) == Flag.FAIL
    nothing_yet = impossible & (book.series["count"][series] == 0)
    if nothing_yet.any():
        out.used[rows[nothing_yet]] = True
        out.flag[rows[nothing_yet]] = Flag.FAIL
        out.tests[rows[nothing_yet]] |= np.uint16(Test.GROSS_RANGE)
        keep = ~nothing_yet
        series, time_ms, told_ms = series[keep], time_ms[keep], told_ms[keep]
        value, rows = value[keep], rows[keep]
    if len(rows):
        _fresh(book, series, time_ms, told_ms, value, rows, out)


def _unusual(
    book: SeriesBook,
    series: Rows,
    time_ms: I64,
    value: F64,
    rows: Rows,
    out: Screened,
    came: arrival.Arrival,
    usable: Mask,
) -> None:
    """Duplicates, late readings, odd clocks."""
    out.duplicate[rows[came.duplicate & usable]] = True
    out.too_late[rows[came.too_late & usable]] = True
    odd = rows[came.odd & usable]
    out.used[odd] = True
    out.flag[odd] = out.gate[odd] = Flag.SUSPECT
    out.tests[odd] |= np.uint16(Test.CLOCK)
    late = came.late & usable
    _late(book, series[late], time_ms[late], value[late], rows[late], out)


def _late(
    book: SeriesBook, series: Rows, time_ms: I64, value: F64, rows: Rows, out: Screened
) -> None:
    """Put late readings in their places; their flag is UNKNOWN unless a test speaks."""
    if not len(rows):
        return
    table = book.series
    relative = (value - table["origin"][series]).astype(np.float32)
    noise = floored(table["noise"][series, 0].astype(np.float64), PRIOR[table["channel"][series]])
    interval = book.interval_ms[series]
    flag, tests = flagging.judge_late(table, series, time_ms, relative, value, interval, noise)
    out.used[rows] = True
    out.flag[rows] = out.gate[rows] = flag
    out.tests[rows] |= tests
    kept = flag < Flag.SUSPECT
    tracks.insert(table, series[kept], time_ms[kept], relative[kept], flag[kept])


def _fresh(
    book: SeriesBook,
    series: Rows,
    time_ms: I64,
    told_ms: I64,
    sent: F64,
    rows: Rows,
    out: Screened,
) -> None:
    table = book.series
    beside = book.partners(series, time_ms, told_ms)
    channel, interval = table["channel"][series], book.interval_ms[series]
    table["origin"][series] = np.where(table["count"][series] > 0, table["origin"][series], sent)
    noise = floored(table["noise"][series, 0].astype(np.float64), PRIOR[channel])
    exchanged, sure, value = axes.untangle(beside, channel, sent, noise)
    out.gate[rows[exchanged & ~sure]] = Flag.SUSPECT
    relative = (value - table["origin"][series]).astype(np.float32)
    joint = baseline_jumps.look(beside, interval)
    judged = flagging.judge(table, series, channel, time_ms, relative, value, interval, noise)
    judged.tests[exchanged] |= np.uint16(Test.AXES)
    judged.tests[joint.jumped] |= np.uint16(Test.JUMP)
    low_v = book.limits[beside.point, book.threshold_names["battery_low_v"]]
    judged.tests[batteries.look(beside, low_v, value)] |= np.uint16(Test.BATTERY)
    flag, clean = np.maximum(judged.flag, out.gate[rows]), judged.value
    good = flag < Flag.SUSPECT
    bent = thermal.look(table, series, channel, time_ms, interval, clean, good, noise)
    judged.tests[bent] |= np.uint16(Test.THERMAL)
    alone = judged.confirmed & ~joint.watched
    if alone.any():
        steps.remember(table, series, alone, judged.leap, clean)
    times, values = tracks.push(table, series, time_ms, clean, flag)
    stepped = steps.settle(table, series, interval, flag, judged.confirmed, values)
    judged.tests[stepped] |= np.uint16(Test.JUMP)
    closed = tracks.accumulate(table, series, interval, time_ms, clean)
    absolute = clean.astype(np.float64) + table["origin"][series]
    raw = np.where(exchanged, sent, judged.raw)
    partners.show(table, series, time_ms, told_ms, raw, absolute)
    batch = Round(
        series=series,
        point=beside.point,
        channel=channel,
        family=table["family"][series],
        interval_ms=interval,
        time_ms=time_ms,
        raw=judged.raw,
        flag=flag,
        value=clean,
        count=table["count"][series],
        times=np.ascontiguousarray((times - time_ms[:, None]).T) / DAY_MS,
        values=np.ascontiguousarray(values.T),
        closed=closed,
        limits=Limits(book.limits, book.threshold_names, beside.point),
        table=table,
        partners=beside,
    )
    _learn_noise(batch)
    out.used[rows] = True
    out.live[rows] = True
    out.tests[rows] |= judged.tests
    out.gate[rows] = flag
    mended = (out.tests[rows] & np.uint16(Test.CLOCK | Test.AXES)) > 0
    out.flag[rows] = np.where(mended, np.maximum(flag, Flag.SUSPECT), flag)
    consult(book, batch, rows, out)


def _learn_noise(batch: Round) -> None:
    """Noise of single readings, which every channel has; `motion` learns the longer scales."""
    mine = _SHARED_NOISE[batch.family] & batch.good & (batch.count >= 3)
    noise = batch.table["noise"][batch.series, 0].astype(np.float64)
    prior = PRIOR[batch.channel]
    distance = departure(batch.values[-3:].astype(np.float64), batch.times[-3:])
    learned = learn(noise, distance, batch.count - 3.0, prior)
    batch.table["noise"][batch.series, 0] = np.where(mine & np.isfinite(distance), learned, noise)

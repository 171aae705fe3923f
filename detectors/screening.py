"""All readings of a batch through arrival, quality and the methods, in rounds.

Round k holds the k-th message of every point (`detectors.state.partners`), so that each series sees
its readings one after another while all series go side by side. What comes out depends on the
readings of each series' own point in their order, and on nothing else.
"""

from dataclasses import replace

import numpy as np

from detectors.consult import consult
from detectors.intake import Turn, take
from detectors.quality import arrival, clocks, flagging, late
from detectors.quality.sample import Sample
from detectors.screened import Screened
from detectors.series import SeriesBook
from detectors.state import partners, tracks
from detectors.state.columns import F64, I64, Mask, Rows
from detectors.state.noise import PRIOR, floored
from domain.levels import Flag
from domain.quality import Test

CHUNK = 8192
"""Readings handled at once: keeps the temporary arrays in the cache and the memory bounded."""


def screen(book: SeriesBook, series: Rows, time_ms: I64, received_ms: I64, value: F64) -> Screened:
    """Screen a batch.

    Parameters
    ----------
    series
        Row of each reading's series in the book, shape (n,), order of arrival.
    time_ms, received_ms
        Event time as the device claims it, and time of receipt; milliseconds since the epoch.
    value
        Readings in their channels' units; NaN where one is missing.
    """
    out = Screened.empty(len(series))
    out.time_ms[:] = time_ms
    points = book.series["point"][series]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for rows in partners.turns(points, series, time_ms):
            for start in range(0, len(rows), CHUNK):
                part = rows[start : start + CHUNK]
                turn = Turn(part, series[part], time_ms[part], time_ms[part], value[part])
                _round(book, turn, received_ms[part], out)
    return out


def _round(book: SeriesBook, turn: Turn, received_ms: I64, out: Screened) -> None:
    """One reading each of distinct series."""
    usable = np.isfinite(turn.value)
    out.used[turn.rows[~usable]] = True
    turn, came = _in_time(book, turn, received_ms, usable, out)
    fresh = usable & came.fresh
    if not fresh.all():
        _unusual(book, turn, came, usable, out)
        turn = turn.part(fresh)
    turn = _possible(book, turn, out)
    if len(turn):
        consult(book, take(book, turn, out), turn.rows, out)


def _in_time(
    book: SeriesBook, turn: Turn, received_ms: I64, usable: Mask, out: Screened
) -> tuple[Turn, arrival.Arrival]:
    """Mend times by what is known of the clocks, and tell how each reading arrives."""
    table, series = book.series, turn.series
    interval = book.interval_ms[series]
    clock = clocks.look(table, series, turn.told_ms, received_ms, interval)
    turn = replace(turn, time_ms=turn.told_ms - clock.error_ms)
    came = arrival.classify(table, series, turn.time_ms, interval, clock.judged)
    fresh = usable & came.fresh
    clocks.learn(table, series, clock, fresh)
    wrong = fresh & (clock.error_ms != 0)
    if wrong.any():
        out.time_ms[turn.rows[wrong]] = turn.time_ms[wrong]
        out.tests[turn.rows[wrong]] |= np.uint16(Test.CLOCK)
        out.gate[turn.rows[wrong & ~clock.again]] = Flag.SUSPECT
    back = usable & came.rewind
    if back.any():
        arrival.rewind(table, series[back], turn.time_ms[back])
    return turn, came


def _possible(book: SeriesBook, turn: Turn, out: Screened) -> Turn:
    """Leave out what a series cannot begin with."""
    table, series = book.series, turn.series
    channel = table["channel"][series]
    flag = flagging.gross_range(channel, turn.value, book.interval_ms[series])
    nothing_yet = (flag == Flag.FAIL) & (table["count"][series] == 0)
    if not nothing_yet.any():
        return turn
    rows = turn.rows[nothing_yet]
    out.used[rows] = True
    out.flag[rows] = Flag.FAIL
    out.tests[rows] |= np.uint16(Test.GROSS_RANGE)
    return turn.part(~nothing_yet)


def _unusual(
    book: SeriesBook, turn: Turn, came: arrival.Arrival, usable: Mask, out: Screened
) -> None:
    """Duplicates, late readings, odd clocks."""
    out.duplicate[turn.rows[came.duplicate & usable]] = True
    out.too_late[turn.rows[came.too_late & usable]] = True
    odd = turn.rows[came.odd & usable]
    out.used[odd] = True
    out.flag[odd] = out.gate[odd] = Flag.SUSPECT
    out.tests[odd] |= np.uint16(Test.CLOCK)
    rest = turn.part(came.late & usable)
    if len(rest):
        _late(book, rest, out)


def _late(book: SeriesBook, turn: Turn, out: Screened) -> None:
    """Put late readings in their places; their flag is UNKNOWN unless a test speaks."""
    table, series, rows = book.series, turn.series, turn.rows
    channel = table["channel"][series]
    relative = (turn.value - table["origin"][series]).astype(np.float32)
    noise = floored(table["noise"][series, 0].astype(np.float64), PRIOR[channel])
    interval = book.interval_ms[series]
    came_late = Sample(table, series, channel, turn.time_ms, interval, relative, turn.value, noise)
    flag, tests = late.judge(came_late)
    out.used[rows] = True
    out.flag[rows] = out.gate[rows] = flag
    out.tests[rows] |= tests
    kept = flag < Flag.SUSPECT
    tracks.insert(table, series[kept], turn.time_ms[kept], relative[kept], flag[kept])

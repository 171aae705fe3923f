"""What a reading may know of the other series of its point: what they had before its own time.

The engine takes a point's readings in the order in which they arrive; a batch may begin or end
in the middle of a message, and a message may list its channels in any order. None of that may
change a result. So a reading never sees what a partner says at the same time: each series shows
its newest reading *and the one before it*, and whoever looks takes the newest unless that comes
from the looker's own message, or is not older than the looking reading.

A *message* is what one point sends of one claimed time, each series once (`turns`). All series of
a point advance message by message, so when a reading is judged, every message that came before it
has been taken in, and at most a part of its own.
"""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F64, I64, Columns, Field, Mask, Rows
from domain.channels import CHANNEL_NAMES

_SHOWN = 4
_TIME, _TOLD, _RAW, _CLEAN = range(_SHOWN)

FIELDS = (Field("shown", "f8", 2 * _SHOWN, fill=float("nan")),)
"""Before the newest reading, then with it: time, time claimed (ms), value, value for kinematics."""


@dataclass(frozen=True)
class View:
    """Partners' last readings before a reading's own time; all NaN where there is none.

    Attributes
    ----------
    time_ms
        Event time, mended like the reader's own.
    raw
        The reading in the channel's unit, as it came (mended where its unit was wrong).
    clean
        What kinematics used of it: the last good value in place of a suspect one. Absolute, too.
    """

    time_ms: F64
    raw: F64
    clean: F64

    @property
    def known(self) -> Mask:
        """Where there is something to see."""
        return ~np.isnan(self.time_ms)


@dataclass(frozen=True)
class Partners:
    """The way from n readings to the series beside theirs.

    Attributes
    ----------
    series, point
        Rows of the readings' own series and points, shape (n,).
    time_ms, told_ms
        Event times, mended and as claimed.
    beside
        Row of the series of the same logger by channel's code, for every series; 0 for none.
    """

    table: Columns
    series: Rows
    point: Rows
    time_ms: I64
    told_ms: I64
    beside: Rows

    def rows(self, channel: str) -> Rows:
        """Series of that channel on the same device or logger, shape (n,); 0 for none."""
        found: Rows = self.beside[self.series, CHANNEL_NAMES.index(channel)]
        return found

    def of(self, channel: str) -> View:
        """Look at one channel of the same device or logger, shape (n,)."""
        return look(self.table, self.rows(channel), self.time_ms, self.told_ms)

    def select(self, mask: Mask) -> "Partners":
        """Keep the readings of a mask."""
        return Partners(
            self.table,
            self.series[mask],
            self.point[mask],
            self.time_ms[mask],
            self.told_ms[mask],
            self.beside,
        )


def look(table: Columns, rows: Rows, time_ms: I64, told_ms: I64) -> View:
    """See what series had before readings of these times.

    Parameters
    ----------
    rows
        Series looked at, any shape; 0 is nobody.
    time_ms, told_ms
        The looking readings' own times, mended and as claimed; broadcast to ``rows``.

    Examples
    --------
    A partner that has read 1.0 and then, in the same message as the one who looks, 2.0:

    >>> table = Columns(FIELDS)
    >>> table.resize(2)
    >>> partner = np.array([1])
    >>> for minute in (1, 2):
    ...     at, value = np.array([60_000 * minute]), np.array([float(minute)])
    ...     show(table, partner, at, at, value, value)
    >>> look(table, partner, np.array([120_000]), np.array([120_000])).raw.tolist()
    [1.0]
    >>> look(table, partner, np.array([180_000]), np.array([180_000])).raw.tolist()
    [2.0]
    """
    shown = table["shown"][rows]
    newest, before = shown[..., _SHOWN:], shown[..., :_SHOWN]
    own = newest[..., _TOLD] == told_ms
    old = own | ~(newest[..., _TIME] < time_ms)
    seen = np.where(old[..., None], before, newest)
    seen[~(seen[..., _TIME] < time_ms)] = np.nan
    return View(seen[..., _TIME], seen[..., _RAW], seen[..., _CLEAN])


def show(table: Columns, series: Rows, time_ms: I64, told_ms: I64, raw: F64, clean: F64) -> None:
    """Show the readings that were just taken; values in the channel's unit, shape (n,)."""
    shown = table["shown"][series]
    shown[:, :_SHOWN] = shown[:, _SHOWN:]
    for place, new in ((_TIME, time_ms), (_TOLD, told_ms), (_RAW, raw), (_CLEAN, clean)):
        shown[:, _SHOWN + place] = new
    table["shown"][series] = shown


def newest_raw(table: Columns, series: Rows) -> F64:
    """Newest reading of each series as it came, whatever the tests said of it; NaN before any."""
    found: F64 = table["shown"][series, _SHOWN + _RAW]
    return found


def turns(points: Rows, series: Rows, told_ms: I64) -> list[Rows]:
    """Split readings into rounds: the k-th message of every point together.

    Returns
    -------
    list of arrays
        Rows of each round, ascending by series; no series stands twice in one.

    Examples
    --------
    Two channels of a point send twice; in the second message the first channel is repeated.

    >>> series, told = np.array([1, 2, 1, 1, 2]), np.array([0, 0, 10, 10, 10])
    >>> [rows.tolist() for rows in turns(np.zeros(5, int), series, told)]
    [[0, 1], [2, 4], [3]]
    """
    size = len(series)
    if not size:
        return []
    by_point = np.argsort(points, kind="stable")
    point, told = points[by_point], told_ms[by_point]
    new_point = np.concatenate(([True], point[1:] != point[:-1]))
    run = np.cumsum(new_point | np.concatenate(([True], told[1:] != told[:-1]))) - 1
    again = _repeats(run, series[by_point])
    depth = np.zeros(run[-1] + 1, np.intp)
    np.maximum.at(depth, run, again + 1)
    begins = np.cumsum(depth) - depth
    first_of_point = np.maximum.accumulate(np.where(new_point, begins[run], 0))
    turn = np.empty(size, np.intp)
    turn[by_point] = begins[run] - first_of_point + again
    order = np.lexsort((series, turn))
    edges = np.flatnonzero(np.diff(turn[order])) + 1
    return list(np.split(order, edges))


def _repeats(run: Rows, series: Rows) -> Rows:
    """How often each series has stood before in its run of readings."""
    order = np.lexsort((series, run))
    same = (run[order][1:] == run[order][:-1]) & (series[order][1:] == series[order][:-1])
    again = np.zeros(len(run), np.intp)
    if same.any():
        index = np.arange(len(run))
        start = np.maximum.accumulate(np.where(np.concatenate(([True], ~same)), index, 0))
        again[order] = index - start
    return again

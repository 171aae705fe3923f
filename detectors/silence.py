"""Who stopped reporting.

The *watermark* is the lower median of the newest event times of all points that ever reported: a
clock set to the future moves it no more than any other single point does. Whenever it passes a
whole minute, every point whose newest reading lies further behind than its limit is silent. The
passing is found at the very reading that causes it, so the result does not depend on how readings
are cut into batches. A point that never reported is unknown, not silent. An
instrument is silent when its own limit has passed and its point goes on speaking.

Being behind in event time is not enough. After an outage of the network or of ingest the backlog
comes by many ways at once, and one district's may be read before another's. So a point must also
have been unheard for a while of *listening*: the time for which readings of any point kept coming,
by the clock of ingest, in which a pause counts for no more than `PAUSE_MS`.

With 2^k points on record the minute to pass is set anew, so that first readings from a wrong
clock do not hold the judgement up.
"""

from dataclasses import dataclass

import numpy as np

from detectors.columns import I64, Mask, Rows
from detectors.series import SeriesBook

GRID_MS = 60_000
PAUSE_MS = 10_000
"""A longer pause between two readings of any points is an outage, and nobody listened."""
LISTEN_MS = 20_000
"""Listening without a word of a point before it can be silent."""


class Listening:
    """The clock of listening, in ms since the first reading; it moves with what ingest received.

    Examples
    --------
    >>> listening = Listening()
    >>> listening.advance(np.array([1_000, 3_000, 2_000, 900_000])).tolist()
    [0, 2000, 2000, 12000]
    """

    def __init__(self) -> None:
        self.newest_ms: int | None = None
        self.total_ms = 0

    def advance(self, received_ms: I64) -> I64:
        """Move on by readings in order of arrival; returns the clock at each, shape (n,)."""
        if not len(received_ms):
            return np.zeros(0, np.int64)
        start = int(received_ms[0]) if self.newest_ms is None else self.newest_ms
        newest = np.maximum.accumulate(np.concatenate(([start], received_ms)))
        clock: I64 = self.total_ms + np.cumsum(np.minimum(np.diff(newest), PAUSE_MS))
        self.newest_ms, self.total_ms = int(newest[-1]), int(clock[-1])
        return clock


def limit_ms(book: SeriesBook) -> I64:
    """How long each point may be quiet."""
    rules = book.rules
    interval = book.point_interval_ms[: book.points.size]
    limit = np.maximum(rules.silence_intervals * interval, 1000.0 * rules.silence_least_s)
    return limit.astype(np.int64)


def watermark(book: SeriesBook) -> int | None:
    """Lower median of the points' newest event times; ``None`` before any reading."""
    last = book.points["last"][: book.points.size]
    last = last[book.points["reported"][: book.points.size] > 0]
    if not len(last):
        return None
    middle = (len(last) - 1) // 2
    return int(np.partition(last, middle)[middle])


class Silence:
    """Finds where in a batch silence has to be judged, and who is silent then."""

    def __init__(self, book: SeriesBook) -> None:
        self._book = book
        self.next_ms: int | None = None

    def next_stop(self, points: Rows, time_ms: I64) -> int:
        """Count the leading readings after which to call `judge`; 0 if none of them causes it.

        None but a reading past the minute, or of a new point, can cause it: until then more than
        half of the points lie behind, which is how `judge` left them.

        Parameters
        ----------
        points, time_ms
            The readings that move their points, in order of arrival, shape (n,).
        """
        table = self._book.points
        reported = table["reported"][: table.size] > 0
        known = int(reported.sum())
        new = _first_of(points, ~reported[points])
        totals = known + np.cumsum(new)
        doubling = new & ((totals & (totals - 1)) == 0)
        stop = int(doubling.argmax()) + 1 if doubling.any() else 0
        if self.next_ms is None or not (time_ms >= self.next_ms).any():
            return stop
        behind_now = int((reported & (table["last"][: table.size] < self.next_ms)).sum())
        passes = time_ms >= self.next_ms
        joins = new & ~passes
        was_behind = (reported[points] & (table["last"][points] < self.next_ms)) | ~reported[points]
        leaves = _first_of(points, passes & was_behind) & ~(new & passes)
        behind = behind_now + np.cumsum(joins.astype(np.int64) - leaves)
        crossed = (totals > 0) & (behind <= (totals - 1) // 2)
        if not crossed.any():
            return stop
        first = int(crossed.argmax()) + 1
        return min(stop, first) if stop else first

    def judge(self, listened_ms: int) -> "Fallen | None":
        """Find who is newly silent, in row order; sets the next minute to pass.

        Parameters
        ----------
        listened_ms
            The clock of listening now.

        Returns
        -------
        Fallen or None
            ``None`` if it is not due.
        """
        now = watermark(self._book)
        if now is None:
            return None
        grid = now // GRID_MS * GRID_MS
        due = self.next_ms is not None and grid >= self.next_ms
        self.next_ms = grid + GRID_MS
        if not due:
            return None
        table, size = self._book.points, self._book.points.size
        waiting = (table["reported"][:size] > 0) & (table["silent"][:size] == 0)
        late = waiting & (table["last"][:size] + limit_ms(self._book) < grid)
        unheard = listened_ms - table["heard"][:size] >= LISTEN_MS
        limits = self._series_limit_ms()
        return Fallen(
            grid, np.flatnonzero(late & unheard), self._mute(grid, limits, listened_ms), limits
        )

    def _series_limit_ms(self) -> I64:
        rules, size = self._book.rules, self._book.fused.size
        limit = rules.silence_intervals * self._book.interval_ms[:size]
        return np.maximum(limit, 1000.0 * rules.silence_least_s).astype(np.int64)

    def _mute(self, now_ms: int, limits: I64, listened_ms: int) -> Rows:
        """Find series that stopped while their points go on, at two judgements running.

        At one alone it may be the rest of a message that has not been read yet.
        """
        fused, points = self._book.fused, self._book.points
        size = fused.size
        own = np.minimum(points["last"][self._book.series["point"][:size]], now_ms)
        last = fused["last"][:size]
        stopped = (last > 0) & (fused["mute"][:size] == 0) & (last + limits < own)
        stopped &= listened_ms - fused["heard"][:size] >= LISTEN_MS
        again = np.flatnonzero(stopped & (fused["stopped"][:size] > 0))
        fused["stopped"][:size] = stopped
        return again


@dataclass(frozen=True)
class Fallen:
    """Who is newly silent at a whole minute of the watermark.

    Attributes
    ----------
    points, series
        Rows of points, and of series whose points go on speaking.
    limits_ms
        How long each series may be quiet.
    """

    now_ms: int
    points: Rows
    series: Rows
    limits_ms: I64


def _first_of(points: Rows, mask: Mask) -> Mask:
    """First reading of each point within the mask."""
    found = np.zeros(len(points), bool)
    rows = np.flatnonzero(mask)
    found[rows[np.unique(points[rows], return_index=True)[1]]] = True
    return found

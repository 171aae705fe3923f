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

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detectors.fusion.heard import Heard
from detectors.series import SeriesBook
from detectors.state.columns import I64, Mask, Rows

GRID_MS = 60_000
PAUSE_MS = 10_000
"""A longer pause between two readings of any points is an outage, and nobody listened."""
LISTEN_MS = 20_000
"""Listening without a word of a point before it can be silent."""
WINDOW = 256
"""Readings in which to look for the next judgement; doubled as long as there is none, so that
looking costs as much as the readings that are passed, however many follow."""


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


class Silence:
    """Finds where in a batch silence has to be judged, and who is silent then."""

    def __init__(self, book: SeriesBook) -> None:
        self._book = book
        self.next_ms: int | None = None

    def falls(
        self, points: Rows, series: Rows, time_ms: I64, listened_ms: I64
    ) -> Iterator["tuple[int, Fallen]"]:
        """Find where in a batch somebody falls silent, and who.

        Parameters
        ----------
        points, series, time_ms, listened_ms
            The readings that move their points, in order of arrival, and the clock of listening at
            each, shape (n,).

        Yields
        ------
        tuple
            How many of the readings have come by then, ascending; who is newly silent.
        """
        if not self._may_stop(points, time_ms):
            return
        heard, done, width = Heard.of(self._book), 0, WINDOW
        while done < len(points):
            part = slice(done, done + width)
            stop = self._next_stop(heard, points[part], time_ms[part])
            part = slice(done, done + (stop or width))
            heard.hear(points[part], series[part], time_ms[part], listened_ms[part])
            done, width = part.stop, WINDOW if stop else 2 * width
            fallen = self._judge(heard, int(listened_ms[done - 1])) if stop else None
            if fallen is not None:
                heard.silent[fallen.points] = True
                heard.mute[fallen.series] = True
                yield done, fallen

    def _may_stop(self, points: Rows, time_ms: I64) -> bool:
        """Whether any reading is past the minute, or of a new point."""
        past = self.next_ms is None or bool((time_ms >= self.next_ms).any())
        return past or not self._book.points["reported"][points].all()

    def _next_stop(self, heard: Heard, points: Rows, time_ms: I64) -> int:
        """Count the leading readings after which to judge; 0 if none of them causes it.

        None but a reading past the minute, or of a new point, can cause it: until then more than
        half of the points lie behind, which is how `_judge` left them.
        """
        known = int(heard.reported.sum())
        new = _first_of(points, ~heard.reported[points])
        totals = known + np.cumsum(new)
        doubling = new & ((totals & (totals - 1)) == 0)
        stop = int(doubling.argmax()) + 1 if doubling.any() else 0
        if self.next_ms is None or not (time_ms >= self.next_ms).any():
            return stop
        was_behind = heard.last_ms < self.next_ms
        behind_now = int((heard.reported & was_behind).sum())
        passes = time_ms >= self.next_ms
        joins = new & ~passes
        leaves = _first_of(points, passes & was_behind[points]) & ~(new & passes)
        behind = behind_now + np.cumsum(joins.astype(np.int64) - leaves)
        crossed = (totals > 0) & (behind <= (totals - 1) // 2)
        if not crossed.any():
            return stop
        first = int(crossed.argmax()) + 1
        return min(stop, first) if stop else first

    def _judge(self, heard: Heard, listened_ms: int) -> "Fallen | None":
        """Find who is newly silent, in row order; sets the next minute to pass.

        Parameters
        ----------
        listened_ms
            The clock of listening now.

        Returns
        -------
        Fallen or None
            ``None`` if it is not due, or finds nobody.
        """
        now = heard.watermark_ms
        if now is None:
            return None
        grid = now // GRID_MS * GRID_MS
        due = self.next_ms is not None and grid >= self.next_ms
        self.next_ms = grid + GRID_MS
        if not due:
            return None
        late = heard.reported & ~heard.silent & (heard.last_ms + limit_ms(self._book) < grid)
        points = np.flatnonzero(late & (listened_ms - heard.heard_ms >= LISTEN_MS))
        limits = self._series_limit_ms()
        series = self._mute(heard, grid, limits, listened_ms)
        return Fallen(grid, points, series, limits) if len(points) + len(series) else None

    def _series_limit_ms(self) -> I64:
        rules, size = self._book.rules, self._book.fused.size
        limit = rules.silence_intervals * self._book.interval_ms[:size]
        return np.maximum(limit, 1000.0 * rules.silence_least_s).astype(np.int64)

    def _mute(self, heard: Heard, now_ms: int, limits: I64, listened_ms: int) -> Rows:
        """Find series that stopped while their points go on, at two judgements running.

        At one alone it may be the rest of a message that has not been read yet.
        """
        fused, last = self._book.fused, heard.series_last_ms
        own = np.minimum(heard.last_ms[self._book.series["point"][: fused.size]], now_ms)
        stopped = (last > 0) & ~heard.mute & (last + limits < own)
        stopped &= listened_ms - heard.series_heard_ms >= LISTEN_MS
        again = np.flatnonzero(stopped & (fused["stopped"][: fused.size] > 0))
        fused["stopped"][: fused.size] = stopped
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
    if not len(rows):
        return found
    found[rows[np.unique(points[rows], return_index=True)[1]]] = True
    return found

"""Triggers of several points at once: an earthquake, or a debris flow on its way down.

A *trigger* is a reading at which shaking or a surge is under way at a point. Each is noted in its
order of arrival and judged by those noted before it, this one included:

- **Shaken together.** `QUAKE_POINTS` points or more, `QUAKE_KM` apart or more, triggered within
  `WINDOW_MS` of event time: an earthquake, thunder or a blast, for no slope reaches so far. Shaking
  is then no evidence of any slope (`detectors.fusion.level`).
- **Following a neighbour.** Another debris-flow point within `FLOW_KM` triggered up to `FLOW_MS`
  before, at a distance that a debris flow covers in that time: one flow passes gauges in order.
  That counts as a second instrument, and tells how fast the front came from there.

Time is event time throughout, and a claim counts only after its next reading or a minute
(`detectors.fusion.level`). So by the time at which a trigger counts, the other points' readings of
its moment have come, and in what order they came does not matter.
"""

import numpy as np

from detectors.fusion.space import Neighbours
from detectors.series import SeriesBook
from detectors.state.columns import F64, I64, Mask, Rows
from domain.hazards import HazardType

WINDOW_MS = 1_200_000
STEP_MS = WINDOW_MS // 2
"""Windows begin every step, so what lies a step apart or less shares at least one of them."""
QUAKE_POINTS = 5
QUAKE_KM = 20.0
FLOW_KM = 10.0
FLOW_MS = 5_400_000
FLOW_KM_PER_H = 70.0
"""Debris flows run at up to some 20 m/s."""

NEVER = np.iinfo(np.int64).min
_FLOW = list(HazardType).index(HazardType.DEBRIS_FLOW)
PAUSE_MS = 600_000
"""A trigger after a longer pause, or two intervals, is another one."""
HOUR_MS = 3_600_000.0
MINUTE_MS = 60_000.0


class _Window:
    """The points that triggered in one window, and the box that holds them."""

    def __init__(self) -> None:
        self.points: set[int] = set()
        self.low = np.full(3, np.inf)
        self.high = np.full(3, -np.inf)

    def add(self, point: int, place: F64) -> None:
        if point not in self.points:
            self.points.add(point)
            self.low = np.fmin(self.low, place)
            self.high = np.fmax(self.high, place)

    @property
    def wide(self) -> bool:
        """Whether so many points, so far apart, are no matter of one slope."""
        reach = float(np.linalg.norm(self.high - self.low))
        return len(self.points) >= QUAKE_POINTS and reach >= QUAKE_KM


class Coincidence:
    """Judges triggers against those of other points.

    The memory is in the table of points: ``shaken``, the last two windows' steps in which a point
    triggered, and ``triggered``, the event time of its newest trigger, with
    ``trigger_since``, when that began.
    """

    def __init__(self, book: SeriesBook, neighbours: Neighbours) -> None:
        self._book = book
        self._neighbours = neighbours

    def note(self, points: Rows, time_ms: I64, shaking: Mask) -> tuple[Mask, F64]:
        """Take triggers in order of arrival, shape (n,).

        Parameters
        ----------
        shaking
            Which of them are shaking; the others are surges.

        Returns
        -------
        tuple of arrays
            Which were shaken together with many others, shape (n,); and the neighbour that each
            follows, its distance in km and how many minutes before it began to trigger, shape
            (n, 2); NaN where there is none.
        """
        together = np.zeros(len(points), bool)
        followed = np.full((len(points), 2), np.nan)
        steps = time_ms // STEP_MS
        windows = self._windows(steps)
        table = self._book.points
        rows = zip(points.tolist(), time_ms.tolist(), steps.tolist(), shaking.tolist(), strict=True)
        for at, (point, when_ms, step, shakes) in enumerate(rows):
            if shakes:
                self._enter(windows, point, step)
                together[at] = windows[step].wide or windows[step - 1].wide
            pause_ms = max(PAUSE_MS, 2.0 * self._book.point_interval_ms[point])
            if when_ms - int(table["triggered"][point]) > pause_ms:
                table["trigger_since"][point] = when_ms
            if not together[at]:
                followed[at] = self._followed(point, when_ms)
            table["triggered"][point] = max(int(table["triggered"][point]), when_ms)
        return together, followed

    def _windows(self, steps: I64) -> dict[int, _Window]:
        """Windows that these triggers can touch, with the points known from before."""
        wanted = {window for step in set(steps.tolist()) for window in (step, step - 1)}
        windows = {window: _Window() for window in wanted}
        shaken = self._book.points["shaken"][: self._book.points.size]
        for column in range(shaken.shape[1]):
            near = np.isin(shaken[:, column], list(wanted | {window + 1 for window in wanted}))
            for point in np.flatnonzero(near).tolist():
                step = int(shaken[point, column])
                self._join(windows, point, step)
        return windows

    def _enter(self, windows: dict[int, _Window], point: int, step: int) -> None:
        shaken = self._book.points["shaken"]
        if step not in shaken[point]:
            shaken[point] = sorted((*shaken[point].tolist(), step))[-2:]
        self._join(windows, point, step)

    def _join(self, windows: dict[int, _Window], point: int, step: int) -> None:
        """Enter a point into a step's windows: that which begins with it, and the one before."""
        for window in (step, step - 1):
            if window in windows:
                windows[window].add(point, self._neighbours.place(point))

    def _followed(self, point: int, when_ms: int) -> tuple[float, float]:
        """Distance and minutes to the newest trigger that one front can have come from."""
        nobody, book = (np.nan, np.nan), self._book
        if book.points["hazard"][point] != _FLOW:
            return nobody
        near = self._neighbours.within(point, FLOW_KM)
        near = near[book.points["hazard"][near] == _FLOW]
        ago_ms = when_ms - book.points["triggered"][near].astype(np.float64)
        recent = (ago_ms >= 0.0) & (ago_ms <= FLOW_MS)
        if not recent.any():
            return nobody
        ago_ms = ago_ms[recent]
        places = np.array([self._neighbours.place(int(row)) for row in near[recent]])
        apart_km = np.linalg.norm(places - self._neighbours.place(point), axis=1)
        # A trigger is known to within a sampling interval.
        hours = (ago_ms + book.point_interval_ms[point]) / HOUR_MS
        fits = np.flatnonzero(apart_km <= FLOW_KM_PER_H * hours)
        if not len(fits):
            return nobody
        best = fits[np.lexsort((apart_km[fits], ago_ms[fits]))[0]]
        since = book.points["trigger_since"]
        lead_ms = float(since[point] - since[near[recent][best]])
        return float(apart_km[best]), lead_ms / MINUTE_MS if lead_ms >= 0.0 else np.nan

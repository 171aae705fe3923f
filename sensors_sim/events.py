"""What befalls slopes besides failure: accelerations that stop again, an earthquake.

An acceleration that stops again (a surge) is what a warning rule most easily takes for the
beginning of a failure: in wet ground a slope moves by centimetres in a day and comes to rest (the
steps of the Three Gorges records).
"""

import numpy as np
import numpy.typing as npt

from sensors_sim.part import PerDevice
from sensors_sim.plans import QuakePlan, SurgePlan
from sensors_sim.sites import Sites
from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_KM_PER_DEG = 111.2
_WET_MM = 10.0
_ENDED = 0


class Surges(PerDevice):
    """Accelerations that stop again; a slope may have several, one after another.

    Attributes
    ----------
    begun
        Row, start and end (event time in ms) and size in mm of every surge so far.
    """

    def __init__(self, sites: Sites, plan: SurgePlan) -> None:
        n = len(sites)
        self._sites = sites
        self._plan = plan
        self._moved_mm = np.zeros(n)
        self._size_mm = np.zeros(n)
        self._hours = np.ones(n)
        self._start_ms = np.full(n, _ENDED)
        self.begun: list[tuple[int, int, int, float]] = []

    def slip_mm(self, event_ms: Rows) -> Array:
        """Displacement by all surges so far in mm, shape (n,)."""
        share = np.clip(self._done(event_ms), 0.0, 1.0)
        slip: Array = self._moved_mm + self._size_mm * share**2 * (3.0 - 2.0 * share)
        return slip

    def begin(self, step: int, event_ms: Rows, dt_h: float, deep_mm: Array) -> None:
        """Settle the surges that are over and begin new ones; once a step, in order.

        Parameters
        ----------
        deep_mm
            Water in the slow bucket: the wetter, the likelier a surge begins.
        """
        if self._plan.per_1000_points_per_day:
            self._settle(self._done(event_ms))
            self._start(step, event_ms, dt_h, deep_mm)

    def _done(self, event_ms: Rows) -> Array:
        share: Array = (event_ms - self._start_ms) / HOUR_MS / self._hours
        return share

    def _settle(self, done: Array) -> None:
        over = (done >= 1.0) & (self._size_mm > 0)
        self._moved_mm[over] += self._size_mm[over]
        self._size_mm[over] = 0.0

    def _start(self, step: int, event_ms: Rows, dt_h: float, deep_mm: Array) -> None:
        slope = self._sites.slope
        chance = self._plan.per_1000_points_per_day / 1_000.0 * dt_h / 24.0
        wet = np.minimum(deep_mm / _WET_MM, 5.0)
        rows = np.flatnonzero((slope.uniform("surge", step) < chance * wet) & (self._size_mm == 0))
        if rows.size:
            self._start_ms[rows] = event_ms[rows]
            self._size_mm[rows] = slope.between("surge mm", *self._plan.size_mm, step)[rows]
            self._hours[rows] = slope.between("surge h", *self._plan.lasting_h, step)[rows]
            ends = event_ms[rows] + np.round(self._hours[rows] * HOUR_MS).astype(np.int64)
            columns = (rows, event_ms[rows], ends, self._size_mm[rows].round(2))
            self.begun += zip(*(column.tolist() for column in columns), strict=True)


class Quake(PerDevice):
    """One earthquake: all points shake at once, the near ones more, and some slopes slip.

    Attributes
    ----------
    time_ms
        Event time; ``None`` if the scenario has none.
    felt
        Strength at each row, 0 to 1, shape (n,).
    slip_after_mm
        Displacement by it, shape (n,).
    """

    def __init__(self, sites: Sites, plan: QuakePlan, start_ms: int) -> None:
        self.time_ms = start_ms + round(plan.at_h * HOUR_MS) if plan.at_h else None
        north = (sites.lat - plan.lat) * _KM_PER_DEG
        east = (sites.lon - plan.lon) * _KM_PER_DEG * np.cos(np.radians(plan.lat))
        self.felt = plan.strength * np.exp(-np.hypot(north, east) / plan.reach_km)
        self.slip_after_mm = self.felt**2 * sites.slope.lognormal("quake slip", 3.0, 1.0)

    def shaking(self, event_ms: Rows, dt_h: float) -> Array:
        """Shaking within the interval that ends at each time, 0 to 1, shape (n,)."""
        if self.time_ms is None:
            return np.zeros(len(event_ms))
        age_h = (event_ms - self.time_ms) / HOUR_MS
        return np.where((age_h >= 0) & (age_h < dt_h), self.felt, 0.0)

    def slip_mm(self, event_ms: Rows) -> Array:
        """Displacement by the earthquake in mm, shape (n,)."""
        if self.time_ms is None:
            return np.zeros(len(event_ms))
        return np.where(event_ms >= self.time_ms, self.slip_after_mm, 0.0)

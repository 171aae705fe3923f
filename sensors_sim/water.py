"""Water in the slopes, and the creep that it drives.

Water is two leaky buckets (as in the tank model behind Japan's soil water index): a quick one, the
soil, and a slow one that follows it with each slope's own lag. Creep is a slope's own rate that
grows with the slow water, and on the reservoir's bank while the level falls. A dormant slope does
not creep until its slow water first passes its own threshold; then it is reactivated and comes to
rest again over weeks.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensors_sim.part import PerDevice
from sensors_sim.reservoir import felt_drawdown_m_per_day, on_the_bank
from sensors_sim.sites import Sites
from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_MAX_CREEP_MM_PER_DAY = 3.0
_WET_MM = 40.0
_DORMANT_SHARE = 0.25
_DORMANT_CREEP = 0.02
_WAKES_BY = 20.0
_FALLS_ASLEEP_DAYS = 20.0
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Water(PerDevice):
    """Water and creep of all slopes at a time; every array has the shape (n,).

    Attributes
    ----------
    event_ms
        The time, by row.
    soil_mm, deep_mm
        Water in the quick and in the slow bucket.
    crept_mm
        Displacement by creep since the start.
    creep_mm_per_day
        Rate of the creep.
    woken_ms
        When a dormant slope was reactivated; the largest integer where it was not.
    """

    event_ms: Rows
    soil_mm: Array
    deep_mm: Array
    crept_mm: Array
    creep_mm_per_day: Array
    woken_ms: Rows

    def choose(self, other: "Water", ours: npt.NDArray[np.bool_]) -> "Water":
        """Take our rows where told, the other's elsewhere."""
        names = self.__dataclass_fields__
        return Water(**{k: np.where(ours, getattr(self, k), getattr(other, k)) for k in names})


class Hydrology(PerDevice):
    """The parameters of all slopes' water and creep, drawn once for each point."""

    def __init__(self, sites: Sites) -> None:
        slope, n = sites.slope, len(sites)
        self._drain_h = slope.between("drainage hours", 6.0, 72.0)
        self._lag_h = slope.between("lag hours", 2.0, 24.0)
        self._creep = slope.lognormal("creep", 0.05, 0.8)
        self._rain_gain = slope.lognormal("rain gain", 5.0, 0.7)
        self.bank = on_the_bank(sites)
        self._bank_gain = np.where(self.bank, slope.lognormal("bank gain", 150.0, 0.7), 0.0)
        self._first_mm = slope.lognormal("first soil water", 5.0, 0.5)
        dormant = (slope.uniform("dormant") < _DORMANT_SHARE) & ~self.bank
        wakes_mm = slope.lognormal("wakes at", 60.0, 0.4)
        self._wakes_mm = np.where(dormant, wakes_mm, np.inf)
        self._dormant = dormant
        self._nobody = np.full(n, _NEVER)

    def at_first(self, event_ms: Rows) -> Water:
        """Begin with moist ground."""
        nothing = np.zeros(len(event_ms))
        first = self._first_mm
        return Water(event_ms, first.copy(), first.copy(), nothing, nothing, self._nobody)

    def flow(self, before: Water, event_ms: Rows, rain_mm: Array) -> Water:
        """Water at later times, after rain in between.

        Parameters
        ----------
        rain_mm
            Rain from ``before.event_ms`` to ``event_ms``, shape (n,).
        """
        dt_h = (event_ms - before.event_ms) / HOUR_MS
        soil = before.soil_mm * np.exp(-dt_h / self._drain_h) + rain_mm
        deep = before.deep_mm + (soil - before.deep_mm) * -np.expm1(-dt_h / self._lag_h)
        wakes = (before.woken_ms == _NEVER) & (deep > self._wakes_mm)
        woken = np.where(wakes, event_ms, before.woken_ms)
        creep = self._creep_mm_per_day(event_ms, deep, woken)
        return Water(event_ms, soil, deep, before.crept_mm + creep * dt_h / 24.0, creep, woken)

    def _creep_mm_per_day(self, event_ms: Rows, deep_mm: Array, woken_ms: Rows) -> Array:
        wet = self._rain_gain * (deep_mm / _WET_MM) ** 1.5
        fall = self._bank_gain * felt_drawdown_m_per_day(event_ms) ** 2
        awake = woken_ms != _NEVER
        age_days = np.where(awake, event_ms - woken_ms, 0) / (24.0 * HOUR_MS)
        stirred = np.where(awake, _WAKES_BY * np.exp(-age_days / _FALLS_ASLEEP_DAYS), 0.0)
        share = np.where(self._dormant, _DORMANT_CREEP + stirred, 1.0)
        return np.minimum(self._creep * share * (1.0 + wet + fall), _MAX_CREEP_MM_PER_DAY)

"""Slopes: rain soaks in, water pressure follows, the mass creeps, and sometimes fails.

Water is two leaky buckets (as in the tank model behind Japan's soil water index): a quick one, the
soil, and a slow one that follows it with each slope's own lag. Creep is a slope's own constant rate
that grows with the slow water, up to millimetres a day. Parameters are drawn once for each point:
creep log-normal about 0.05 mm/day, the order of slow landslides of the Three Gorges; lags of 2 to
24 hours; drainage of 6 to 72 hours.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensors_sim.events import Quake, Surges
from sensors_sim.failures import Failures
from sensors_sim.reservoir import drawdown_m_per_day, on_the_bank
from sensors_sim.sites import Sites
from sensors_sim.weather import HOUR_MS, Weather, air_temperature_c

Array = npt.NDArray[np.float64]

_MAX_CREEP_MM_PER_DAY = 3.0
_WET_MM = 40.0


@dataclass(frozen=True)
class Ground:
    """State of all slopes in a step; every array has the shape (n,).

    Attributes
    ----------
    event_ms
        When each device reads.
    slip_mm
        Displacement down the slope since the start.
    rain_mm
        Rain since the reading before.
    soil_mm, deep_mm
        Water in the quick and in the slow bucket.
    temperature_c
        Of the air.
    shaking
        0 quiet to 1: the mass grinds, falls or flows.
    surge
        0 none to 1: height of the flow down the channel.
    """

    event_ms: npt.NDArray[np.int64]
    slip_mm: Array
    rain_mm: Array
    soil_mm: Array
    deep_mm: Array
    temperature_c: Array
    shaking: Array
    surge: Array


class Slopes:
    """All slopes of a fleet, advanced step by step."""

    def __init__(
        self, sites: Sites, weather: Weather, failures: Failures, surges: Surges, quake: Quake
    ) -> None:
        self._sites = sites
        self._weather = weather
        self._failures = failures
        self._surges = surges
        self._quake = quake
        slope = sites.slope
        self._drain_h = slope.between("drainage hours", 6.0, 72.0)
        self._lag_h = slope.between("lag hours", 2.0, 24.0)
        self._creep = slope.lognormal("creep", 0.05, 0.8)
        self._rain_gain = slope.lognormal("rain gain", 2.0, 0.7)
        bank = on_the_bank(sites)
        self._bank_gain = np.where(bank, slope.lognormal("bank gain", 40.0, 0.7), 0.0)
        self._soil = slope.lognormal("first soil water", 5.0, 0.5)
        self._deep = self._soil.copy()
        self._crept = np.zeros(len(sites))

    def advance(self, step: int, event_ms: npt.NDArray[np.int64], dt_h: float) -> Ground:
        """Go on by one interval that ends at each row's event time."""
        rain = self._weather.rain_mm(self._sites.lat, self._sites.lon, event_ms, dt_h)
        self._soil = self._soil * np.exp(-dt_h / self._drain_h) + rain
        self._deep += (self._soil - self._deep) * -np.expm1(-dt_h / self._lag_h)
        self._crept += self._creep_mm_per_day(event_ms) * dt_h / 24.0
        slip, speed = self._failures.slip_mm(event_ms)
        slip += self._surges.slip_mm(step, event_ms, dt_h, self._deep)
        slip += self._quake.slip_mm(event_ms)
        shaking, surge = self._motion(event_ms, speed)
        shaking = np.maximum(shaking, self._quake.shaking(event_ms, dt_h))
        return Ground(
            event_ms=event_ms,
            slip_mm=self._crept + slip,
            rain_mm=rain,
            soil_mm=self._soil,
            deep_mm=self._deep.copy(),
            temperature_c=air_temperature_c(event_ms),
            shaking=shaking,
            surge=surge,
        )

    def _creep_mm_per_day(self, event_ms: npt.NDArray[np.int64]) -> Array:
        """Creep grows with the water in the slope, and on the bank while the reservoir falls."""
        wet = self._rain_gain * (self._deep / _WET_MM) ** 1.5
        fall = self._bank_gain * drawdown_m_per_day(event_ms) ** 2
        return np.minimum(self._creep * (1.0 + wet + fall), _MAX_CREEP_MM_PER_DAY)

    def _motion(self, event_ms: npt.NDArray[np.int64], speed: Array) -> tuple[Array, Array]:
        """Shaking grows with the velocity; it and the surge die away after the failure."""
        shaking = np.minimum(speed / 150.0, 1.0)
        surge = np.zeros(len(event_ms))
        gone = np.flatnonzero(self._failures.failure_ms <= event_ms)
        after_h = (event_ms[gone] - self._failures.failure_ms[gone]) / HOUR_MS
        shaking[gone] = np.exp(-after_h / 0.3)
        surge[gone] = np.exp(-after_h / 0.6)
        return shaking, surge

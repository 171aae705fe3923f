"""Slopes: rain soaks in, water pressure follows, the mass creeps, and sometimes fails."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensors_sim.creep import CreepSteps
from sensors_sim.events import Quake, Surges
from sensors_sim.failures import Failures
from sensors_sim.motion import Motion
from sensors_sim.part import PerDevice
from sensors_sim.sites import Sites
from sensors_sim.water import Hydrology, Water
from sensors_sim.weather import HOUR_MS, Weather

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


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
        Rain since the state from which this one was reckoned, mostly the reading before.
    soil_mm, deep_mm
        Water in the quick and in the slow bucket.
    temperature_c
        Of the air.
    shaking
        0 quiet to 1: the mass grinds, falls or flows.
    surge
        0 none to 1: height of the flow down the channel.
    """

    event_ms: Rows
    slip_mm: Array
    rain_mm: Array
    soil_mm: Array
    deep_mm: Array
    temperature_c: Array
    shaking: Array
    surge: Array


class Slopes(PerDevice):
    """All slopes of a fleet, advanced step by step.

    Attributes
    ----------
    creep
        Times in which slopes creep fast, for the truth.
    """

    def __init__(
        self,
        sites: Sites,
        weather: Weather,
        failures: Failures,
        surges: Surges,
        quake: Quake,
        first_ms: Rows,
    ) -> None:
        self._lat, self._lon = sites.lat, sites.lon
        self._weather = weather
        self._failures = failures
        self._surges = surges
        self._quake = quake
        self._motion = Motion(sites, failures)
        self._hydrology = Hydrology(sites)
        self.creep = CreepSteps(self._hydrology.bank)
        self._now = self._before = self._hydrology.at_first(first_ms)

    @property
    def water(self) -> Water:
        """Water and creep as of the latest step."""
        return self._now

    def advance(self, step: int, event_ms: Rows, dt_h: float) -> Ground:
        """Go on by one interval that ends at each row's event time."""
        self._before = self._now
        rain = self._rain_mm(self._before.event_ms, event_ms)
        self._now = self._hydrology.flow(self._before, event_ms, rain)
        self._surges.begin(step, event_ms, dt_h, self._now.deep_mm)
        self.creep.note(self._now)
        return self._ground(step, self._now, rain, dt_h)

    def between(self, step: int, event_ms: Rows, dt_h: float) -> tuple[Ground, Water]:
        """Look at times near the latest step without going on; also from where it was reckoned.

        Parameters
        ----------
        event_ms
            From the step before the latest to the step after it, shape (n,).
        """
        now = self._now
        base = now.choose(self._before, event_ms >= now.event_ms)
        rain = self._rain_mm(base.event_ms, event_ms)
        water = self._hydrology.flow(base, event_ms, rain)
        return self._ground(step, water, rain, dt_h), base

    def _rain_mm(self, from_ms: Rows, until_ms: Rows) -> Array:
        dt_h = (until_ms - from_ms) / HOUR_MS
        return self._weather.rain_mm(self._lat, self._lon, until_ms, dt_h)

    def _ground(self, step: int, water: Water, rain_mm: Array, dt_h: float) -> Ground:
        event_ms = water.event_ms
        slip, speed = self._failures.slip_mm(event_ms)
        slip = slip + self._surges.slip_mm(event_ms) + self._quake.slip_mm(event_ms)
        shaking, surge = self._motion.at(step, event_ms, dt_h, speed)
        return Ground(
            event_ms=event_ms,
            slip_mm=water.crept_mm + slip,
            rain_mm=rain_mm,
            soil_mm=water.soil_mm,
            deep_mm=water.deep_mm,
            temperature_c=self._weather.temperature_c(event_ms),
            shaking=np.maximum(shaking, self._quake.shaking(event_ms, dt_h)),
            surge=surge,
        )

"""Weather over the province: storm cells that are born, move, grow and decay; temperature.

Rain is the sum of moving Gaussian cells (the family of models of Waymire, Gupta and
Rodriguez-Iturbe 1984, doi 10.1029/WR020i010p01453), so neighbouring gauges see the same shower and
distant ones do not. A cell is a function of the seed and of the hour since the start in which it is
born; nothing is remembered from step to step.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sensors_sim.plans import WeatherPlan

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

HOUR_MS = 3_600_000
_DAY_MS = 24 * HOUR_MS
_LATS, _LONS = (28.1, 32.2), (105.2, 110.2)
_KM_PER_DEG = 111.2
_LOCAL_MS = 8 * HOUR_MS

_LONGEST_PART_H = 0.35
"""Rain is summed over parts no longer than this: a shower passes a gauge in less than an hour."""

_KEEP_H = 48.0
_SWING_DAYS, _SWING_C = (3.1, 5.3, 8.7), 1.3
"""Periods and half range of the swings of passing weather."""

_MONTHLY = (0.15, 0.2, 0.4, 0.9, 1.5, 2.0, 2.0, 1.4, 1.4, 1.0, 0.5, 0.2)
"""Number of cells by month against the year's mean: plum rains, summer storms, autumn rain."""

_SPELL_H, _SPELL_SHAPE = 54.0, 0.35
"""Weather comes in spells: most are dry, some bring most of the rain (gamma distributed)."""


@dataclass(frozen=True)
class Cell:
    """One storm cell; hours count from the start of the run, speeds are in km/h."""

    birth_h: float
    life_h: float
    lat: float
    lon: float
    east_km_h: float
    north_km_h: float
    radius_km: float
    peak_mm_h: float

    def intensity(self, lat: Array, lon: Array, hours: Array) -> Array:
        """Rain intensity at places and times, in mm/h, shape of the arguments.

        Examples
        --------
        >>> cell = Cell(0.0, 2.0, 30.0, 107.0, 0.0, 0.0, 10.0, 40.0)
        >>> at = np.array([30.0]), np.array([107.0])
        >>> [cell.intensity(*at, np.array([h])).round(1).item() for h in (0.5, 1.0, 2.5)]
        [20.0, 40.0, 0.0]
        """
        age = (hours - self.birth_h) / self.life_h
        growth = np.where((age > 0) & (age < 1), np.sin(np.pi * np.clip(age, 0, 1)) ** 2, 0.0)
        moved_h = hours - self.birth_h
        north = (lat - self.lat) * _KM_PER_DEG - self.north_km_h * moved_h
        east = (lon - self.lon) * _KM_PER_DEG * np.cos(np.radians(self.lat))
        east = east - self.east_km_h * moved_h
        reach = np.exp(-0.5 * (north**2 + east**2) / self.radius_km**2)
        rain: Array = self.peak_mm_h * growth * reach
        return rain


class Weather:
    """Rain and temperature at any place and time of a run.

    Parameters
    ----------
    seed
        Equal seeds give equal weather, counted from the start.
    start_ms
        Event time of the start, milliseconds since the epoch.
    """

    def __init__(self, plan: WeatherPlan, seed: int, start_ms: int) -> None:
        self._plan = plan
        self._seed = seed
        self._start_ms = start_ms
        self._planted: list[Cell] = []
        phases = np.random.default_rng([seed & 0xFFFFFFFF, 12]).uniform(0, 2 * np.pi, 3)
        self._swings = list(zip(_SWING_DAYS, phases.tolist(), strict=True))
        self._born = lru_cache(maxsize=256)(self._cells_born)

    def plant(self, cells: Iterable[Cell]) -> None:
        """Add storms that a scenario wants at their place and time."""
        self._planted.extend(cells)

    def rain_mm(self, lat: Array, lon: Array, event_ms: Rows, dt_h: Array | float) -> Array:
        """Rain in the ``dt_h`` hours before each time, in mm, shape (n,)."""
        end_h = (event_ms - self._start_ms) / HOUR_MS
        parts = max(math.ceil(float(np.max(dt_h, initial=0.0)) / _LONGEST_PART_H), 1)
        total = np.zeros(len(lat))
        cells = self._alive(float(np.min(end_h - dt_h)), float(end_h.max()))
        for part in range(parts):
            hours = end_h - dt_h * ((part + 0.5) / parts)
            for cell in cells:
                if cell.birth_h < hours.max() and cell.birth_h + cell.life_h > hours.min():
                    total += cell.intensity(lat, lon, hours)
        total *= dt_h / parts
        total[total < 0.001 * dt_h] = 0.0
        return total

    def temperature_c(self, event_ms: Rows) -> Array:
        """Air temperature in Celsius: year, day, and the swings of passing weather, shape (n,)."""
        days = (event_ms - self._start_ms) / _DAY_MS
        temperature = air_temperature_c(event_ms)
        for period, phase in self._swings:
            temperature += _SWING_C * np.sin(2 * np.pi * days / period + phase)
        return temperature

    def _alive(self, first_h: float, last_h: float) -> list[Cell]:
        longest = max(self._plan.shower_life_h[1], self._plan.front_life_h[1])
        slots = range(int(np.floor(first_h - longest)), int(np.floor(last_h)) + 1)
        self._planted = [c for c in self._planted if c.birth_h + c.life_h > first_h - _KEEP_H]
        cells = [cell for slot in slots for cell in self._born(slot)] + self._planted
        return [c for c in cells if c.birth_h < last_h and c.birth_h + c.life_h > first_h]

    def _season(self, slot: int) -> float:
        """Return the number of cells in an hour against the year's mean: month and wet spells."""
        at_ms = self._start_ms + slot * HOUR_MS
        month = int(np.datetime64(at_ms, "ms").astype("datetime64[M]").astype(int) % 12)
        spell = math.floor(slot / _SPELL_H) & 0xFFFFFFFF
        rng = np.random.default_rng([self._seed & 0xFFFFFFFF, spell, 13])
        return _MONTHLY[month] * float(rng.gamma(_SPELL_SHAPE)) / _SPELL_SHAPE

    def _cells_born(self, slot: int) -> list[Cell]:
        plan = self._plan
        rng = np.random.default_rng([self._seed & 0xFFFFFFFF, slot & 0xFFFFFFFF, 11])
        scale = self._season(slot) if plan.seasonal else 1.0
        showers = [
            _draw(rng, slot, plan.shower_life_h, plan.shower_radius_km, plan.shower_peak_mm_h)
            for _ in range(int(rng.poisson(plan.showers_per_hour * scale)))
        ]
        fronts = [
            _draw(rng, slot, plan.front_life_h, plan.front_radius_km, plan.front_peak_mm_h)
            for _ in range(int(rng.poisson(plan.fronts_per_day * scale / 24.0)))
        ]
        return showers + fronts


def air_temperature_c(event_ms: Rows, daily_phase_h: Array | float = 0.0) -> Array:
    """Air temperature in Celsius: the year's course and the day's, warmest at 15 h local time.

    Mean 18.5 and yearly half range 10.5 are those of Chongqing's lowlands in round figures.

    Examples
    --------
    >>> from domain.times import parse_iso
    >>> days = [parse_iso("2026-01-15T07:00:00Z"), parse_iso("2026-07-20T07:00:00Z")]
    >>> air_temperature_c(np.array(days)).round(0).tolist()
    [12.0, 33.0]
    """
    year = 2 * np.pi * ((event_ms % (365.2425 * _DAY_MS)) / (365.2425 * _DAY_MS) - 0.55)
    local_h = ((event_ms + _LOCAL_MS) % _DAY_MS) / HOUR_MS
    day = 2 * np.pi * (local_h - 15.0 + daily_phase_h) / 24.0
    temperature: Array = 18.5 + 10.5 * np.cos(year) + 4.0 * np.cos(day)
    return temperature


def _draw(
    rng: np.random.Generator,
    slot: int,
    life_h: tuple[float, float],
    radius_km: tuple[float, float],
    peak_mm_h: tuple[float, float],
) -> Cell:
    """Draw a cell born in an hour; cells drift to the east and north-east, as most do there."""
    return Cell(
        birth_h=slot + rng.uniform(),
        life_h=rng.uniform(*life_h),
        lat=rng.uniform(*_LATS),
        lon=rng.uniform(*_LONS),
        east_km_h=rng.normal(20.0, 8.0),
        north_km_h=rng.normal(6.0, 8.0),
        radius_km=rng.uniform(*radius_km),
        peak_mm_h=float(np.exp(rng.uniform(*np.log(peak_mm_h)))),
    )

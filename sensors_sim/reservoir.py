"""The Three Gorges reservoir: its level through the year, and the slopes that feel it.

The level follows the rule of operation: about 175 m in winter, lowered from January, fast in May
and June, to 145 m by 10 June, low through the flood season, filled from September to the end of
October. Landslides on its banks move in steps while it is lowered, when the water in the slope
cannot follow.
"""

import numpy as np
import numpy.typing as npt

from domain.hazards import HazardType
from sensors_sim.sites import Sites

Array = npt.NDArray[np.float64]

_DAY_MS = 86_400_000
_YEAR_DAYS = 365.2425
_DAYS = (0, 105, 125, 161, 240, 252, 303, 366)
_LEVELS_M = (174.0, 164.0, 160.0, 145.5, 147.0, 150.0, 174.5, 174.0)

_BANKS = frozenset("500101 500102 500154 500230 500233 500235 500236 500237 500238 500240".split())
_BANK_SHARE = 0.35


def level_m(event_ms: npt.NDArray[np.int64]) -> Array:
    """Water level above sea level in m, shape of the argument.

    Examples
    --------
    >>> from domain.times import parse_iso
    >>> days = [parse_iso(f"2026-{day}T00:00:00Z") for day in ("01-02", "06-10", "11-10")]
    >>> level_m(np.array(days)).round(0).tolist()
    [174.0, 146.0, 174.0]
    """
    day = (event_ms / _DAY_MS) % _YEAR_DAYS
    level: Array = np.interp(day, _DAYS, _LEVELS_M)
    return level


def drawdown_m_per_day(event_ms: npt.NDArray[np.int64]) -> Array:
    """Speed at which the level falls, 0 while it rises, in m/day."""
    fall: Array = np.maximum(level_m(event_ms - _DAY_MS) - level_m(event_ms), 0.0)
    return fall


def on_the_bank(sites: Sites) -> npt.NDArray[np.bool_]:
    """Which slopes stand on the reservoir's bank, shape (n,)."""
    along = np.array([point.district in _BANKS for point in sites.points])
    slides = sites.of_kind(HazardType.LANDSLIDE, HazardType.UNSTABLE_SLOPE)
    bank: npt.NDArray[np.bool_] = along & slides
    return bank & (sites.slope.uniform("bank") < _BANK_SHARE)

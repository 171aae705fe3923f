"""The Three Gorges reservoir: its level through the year, and the slopes that feel it.

The level follows the rule of operation: about 175 m in winter, lowered from January, fast in May
and June, to 145 m by 10 June, low through the flood season, filled from September to the end of
October. Landslides on its banks move in steps while it is lowered and for weeks after: the water in
the slope cannot follow.
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

_LATE_DAYS = 45.0
"""By how much the water table in a bank is late: with it the steps fall as at Bazimen."""

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


def felt_drawdown_m_per_day(event_ms: npt.NDArray[np.int64]) -> Array:
    """Drawdown as a bank feels it: its water table follows the level weeks later, in m/day.

    The height of the water table above the level, divided by the time by which it is late; equal to
    the drawdown where that goes on for long. 0 while the level is the higher one.

    Examples
    --------
    >>> from domain.times import parse_iso
    >>> days = [parse_iso(f"2026-{day}T00:00:00Z") for day in ("03-01", "06-10", "07-15", "10-01")]
    >>> felt_drawdown_m_per_day(np.array(days)).round(2).tolist()
    [0.05, 0.27, 0.12, 0.0]
    """
    day = (event_ms / _DAY_MS) % _YEAR_DAYS
    felt: Array = np.interp(day, np.arange(len(_FELT)), _FELT)
    return felt


def _feel() -> Array:
    """Tabulate the felt drawdown for each day of a year, after a year that brings it into step."""
    days = np.arange(-_YEAR_DAYS, _YEAR_DAYS + 1)
    levels = np.interp(days % _YEAR_DAYS, _DAYS, _LEVELS_M)
    table = levels[0]
    above = np.zeros(len(days))
    for i, level in enumerate(levels):
        table += (level - table) / _LATE_DAYS
        above[i] = max(table - level, 0.0)
    return above[-367:] / _LATE_DAYS


_FELT = _feel()


def on_the_bank(sites: Sites) -> npt.NDArray[np.bool_]:
    """Which slopes stand on the reservoir's bank, shape (n,)."""
    along = np.array([point.district in _BANKS for point in sites.points])
    slides = sites.of_kind(HazardType.LANDSLIDE, HazardType.UNSTABLE_SLOPE)
    bank: npt.NDArray[np.bool_] = along & slides
    return bank & (sites.slope.uniform("bank") < _BANK_SHARE)

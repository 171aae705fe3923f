"""Times in which a slope creeps fast without running away: kept for the truth.

Such steps in the wet season and at drawdown are no failures; whoever judges a warning wants to know
them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensors_sim.reservoir import felt_drawdown_m_per_day
from sensors_sim.water import Water

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_FAST_MM_PER_DAY, _SLOW_MM_PER_DAY = 1.0, 0.7
_FALLS_M_PER_DAY = 0.1
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class CreepStep:
    """One time of fast creep: from above 1.0 mm/day until below 0.7 mm/day.

    Attributes
    ----------
    cause
        ``rain``, ``drawdown`` or ``reactivation``.
    peak_ms
        When it was fastest.
    """

    row: int
    cause: str
    start_ms: int
    peak_ms: int
    end_ms: int
    size_mm: float


class CreepSteps:
    """Follows the creep of all slopes.

    Attributes
    ----------
    done
        Steps that are over.
    """

    def __init__(self, bank: npt.NDArray[np.bool_]) -> None:
        n = len(bank)
        self._bank = bank
        self._fast = np.zeros(n, np.bool_)
        self._start_ms = np.zeros(n, np.int64)
        self._peak_ms = np.zeros(n, np.int64)
        self._peak = np.zeros(n)
        self._from_mm = np.zeros(n)
        self._fell = np.zeros(n, np.bool_)
        self._latest: Water | None = None
        self.done: list[CreepStep] = []

    def note(self, water: Water) -> None:
        """Take the state of a step; to be called for each, in order."""
        rate = water.creep_mm_per_day
        ended = self._fast & (rate < _SLOW_MM_PER_DAY)
        self.done += self._steps(np.flatnonzero(ended), water)
        begins = ~self._fast & (rate > _FAST_MM_PER_DAY)
        self._fast = (self._fast & ~ended) | begins
        if begins.any():
            self._start_ms[begins] = water.event_ms[begins]
            self._from_mm[begins] = water.crept_mm[begins]
            self._peak[begins] = 0.0
            falling = felt_drawdown_m_per_day(water.event_ms[begins]) > _FALLS_M_PER_DAY
            self._fell[begins] = falling & self._bank[begins]
        higher = self._fast & (rate > self._peak)
        self._peak[higher] = rate[higher]
        self._peak_ms[higher] = water.event_ms[higher]
        self._latest = water

    def under_way(self) -> list[CreepStep]:
        """Tell the steps that have not ended, as far as they have come."""
        return self._steps(np.flatnonzero(self._fast), self._latest) if self._latest else []

    def _steps(self, rows: Rows, water: Water) -> list[CreepStep]:
        return [
            CreepStep(
                row=row,
                cause=self._cause(row, water),
                start_ms=int(self._start_ms[row]),
                peak_ms=int(self._peak_ms[row]),
                end_ms=int(water.event_ms[row]),
                size_mm=round(float(water.crept_mm[row] - self._from_mm[row]), 2),
            )
            for row in rows.tolist()
        ]

    def _cause(self, row: int, water: Water) -> str:
        if self._fell[row]:
            return "drawdown"
        return "rain" if water.woken_ms[row] == _NEVER else "reactivation"

"""Storms that set slopes off: a steady part, and within it a burst of a quarter of an hour.

So are measured ones: of the storms before 201 debris flows (Staley et al. 2016, USGS Open-File
Report 2016-1106) the worst hour has 0.63 of the rate of the worst quarter of an hour at the median,
0.38 to 0.88 in nine of ten, and less of it the more violent the storm.
"""

import numpy as np
import numpy.typing as npt

from sensors_sim.part import PerDevice
from sensors_sim.sites import Sites
from sensors_sim.weather import Cell

BEFORE_H = 0.6
"""A storm begins so long before the onset."""

_LONGEST_H = 4.0
_BURST_H = 0.6
"""Life of a burst; half of its rain falls within a quarter of an hour."""

_RADIUS_KM = 5.0
_PEAK_MM_H = (11.0, 70.0)
"""Least and greatest peak, of those measured before debris flows."""

Array = npt.NDArray[np.float64]


class Storms(PerDevice):
    """The storm that each slope of a fleet would have before it runs away.

    Parameters
    ----------
    tertiary_h
        Hours from the onset to the failure of each row, shape (n,).
    """

    def __init__(self, sites: Sites, tertiary_h: Array) -> None:
        slope = sites.slope
        self._lat, self._lon = sites.lat, sites.lon
        self._life_h = np.minimum(tertiary_h + 2 * BEFORE_H, _LONGEST_H)
        self._peak_mm_h = np.clip(slope.lognormal("storm", 25.0, 0.55), *_PEAK_MM_H)
        # Violent storms are bursts more than gentle ones.
        steady = slope.between("steady rain", 0.2, 0.8)
        self._steady = np.clip(steady * (25.0 / self._peak_mm_h) ** 0.3, 0.1, 0.9)
        self._burst_at = slope.between("burst at", 0.3, 0.6)

    def before(self, row: int, onset_h: float) -> list[Cell]:
        """Cells of the storm before a runaway that begins so many hours after the start."""
        life_h, peak, steady = self._life_h[row], self._peak_mm_h[row], self._steady[row]
        burst_h = onset_h - BEFORE_H + float(self._burst_at[row] * life_h) - _BURST_H / 2
        return [
            self._cell(row, onset_h - BEFORE_H, float(life_h), float(peak * steady)),
            self._cell(row, burst_h, _BURST_H, float(peak * (1 - steady))),
        ]

    def _cell(self, row: int, birth_h: float, life_h: float, peak_mm_h: float) -> Cell:
        lat, lon = float(self._lat[row]), float(self._lon[row])
        return Cell(birth_h, life_h, lat, lon, 0.0, 0.0, _RADIUS_KM, peak_mm_h)

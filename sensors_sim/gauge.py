"""The rain gauge: a bucket that tips at 0.1, 0.2 or 0.5 mm, and a logger that counts."""

import numpy as np
import numpy.typing as npt

from sensors_sim.noise import Noise
from sensors_sim.part import PerDevice

Array = npt.NDArray[np.float64]


class Gauge(PerDevice):
    """All rain gauges of a fleet.

    Parameters
    ----------
    noise
        Random numbers of the rows that have one.

    Examples
    --------
    >>> gauge = Gauge(Noise(1, ["a"]))
    >>> gauge.bucket_mm.tolist(), [gauge.read(np.array([0.3])).item() for _ in range(2)]
    ([0.2], [0.2, 0.2])
    """

    def __init__(self, noise: Noise) -> None:
        self.bucket_mm = np.array([0.1, 0.2, 0.5])[(noise.uniform("bucket") * 3).astype(int)]
        self._fallen_mm = self._before_mm = np.zeros(len(noise))

    def read(self, rain_mm: Array) -> Array:
        """Whole tips since the reading before, in mm, shape (rows,).

        Parameters
        ----------
        rain_mm
            Rain since that reading, shape (rows,).
        """
        self._before_mm = self._fallen_mm
        self._fallen_mm = self._fallen_mm + rain_mm
        return self._tips_mm(self._fallen_mm) - self._tips_mm(self._before_mm)

    def told_within(self, rain_mm: Array, back: npt.NDArray[np.bool_]) -> Array:
        """Whole tips since a reading, without counting them as told, in mm, shape (rows,).

        Parameters
        ----------
        rain_mm
            Rain since the reading, shape (rows,).
        back
            Whether that reading is the one before the latest.
        """
        base = np.where(back, self._before_mm, self._fallen_mm)
        return self._tips_mm(base + rain_mm) - self._tips_mm(base)

    def _tips_mm(self, fallen_mm: Array) -> Array:
        tips: Array = np.floor(fallen_mm / self.bucket_mm) * self.bucket_mm
        return tips

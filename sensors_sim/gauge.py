"""The rain gauge: a bucket that tips at 0.1, 0.2 or 0.5 mm, and a logger that counts."""

import numpy as np
import numpy.typing as npt

from sensors_sim.noise import Noise

Array = npt.NDArray[np.float64]


class Gauge:
    """All rain gauges of a fleet.

    Parameters
    ----------
    noise
        Random numbers of the rows that have one.

    Examples
    --------
    >>> gauge = Gauge(Noise(1, ["a"]))
    >>> gauge.bucket_mm.tolist(), [gauge.read(np.array([0.3]), keep=True).item() for _ in range(4)]
    ([0.2], [0.2, 0.2, 0.4, 0.2])
    """

    def __init__(self, noise: Noise) -> None:
        self.bucket_mm = np.array([0.1, 0.2, 0.5])[(noise.uniform("bucket") * 3).astype(int)]
        self._fallen_mm = np.zeros(len(noise))

    def read(self, rain_mm: Array, *, keep: bool) -> Array:
        """Whole tips since the last reading that was kept, in mm, shape (rows,).

        Parameters
        ----------
        rain_mm
            Rain since that reading, shape (rows,).
        """
        fallen = self._fallen_mm + rain_mm
        tips = np.floor(fallen / self.bucket_mm) - np.floor(self._fallen_mm / self.bucket_mm)
        if keep:
            self._fallen_mm = fallen
        rain: Array = tips * self.bucket_mm
        return rain

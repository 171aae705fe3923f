"""The crack meter: thermal expansion, backlash and resolution.

Its wire or rod and the blocks that carry it grow and shrink with the temperature.
Backlash: the gauge moves only when the opening has taken up its play (the play operator of
hysteresis, Krasnosel'skii and Pokrovskii 1989), so a crack that breathes shows less than it does.
"""

import numpy as np
import numpy.typing as npt

from sensors_sim.noise import Noise
from sensors_sim.part import PerDevice

Array = npt.NDArray[np.float64]

_MEAN_C = 18.0


class CrackMeter(PerDevice):
    """All crack meters of a fleet.

    Parameters
    ----------
    noise
        Random numbers of the rows that have one.
    """

    def __init__(self, noise: Noise) -> None:
        self._noise = noise
        self._zero_mm = noise.between("zero", 5.0, 80.0)
        self._gain = noise.between("gain", 0.6, 1.0)
        self._thermal_mm_per_c = noise.between("thermal", -0.03, -0.01)
        self._play_mm = noise.between("play", 0.0, 0.06)
        fineness = np.array([0.01, 0.01, 0.05, 0.1])
        self._resolution_mm = fineness[(noise.uniform("resolution") * 4).astype(int)]
        self._shown: Array | None = None

    def read(self, slip_mm: Array, air_c: Array, number: int, *, keep: bool) -> Array:
        """Read the opening in mm, shape (rows,).

        Parameters
        ----------
        slip_mm, air_c
            Displacement of the slope, and temperature of the air, shape (rows,).
        number
            Of the reading; each has its own random numbers.
        keep
            Whether later readings go on from this one.
        """
        opening = self._zero_mm + self._gain * slip_mm
        opening += self._thermal_mm_per_c * (air_c - _MEAN_C)
        before = opening if self._shown is None else self._shown
        shown = np.clip(before, opening - self._play_mm, opening + self._play_mm)
        if keep:
            self._shown = shown
        read = shown + 0.015 * self._noise.normal("noise", number)
        steps: Array = np.round(read / self._resolution_mm) * self._resolution_mm
        return steps

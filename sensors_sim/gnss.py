"""What a GNSS receiver makes of a displacement: white and flicker noise, and multipath.

Short baselines of monitoring networks scatter by 2 to 5 mm in the horizontal and about 1.6 times as
much in height; the noise is white plus flicker (Williams et al. 2004, doi 10.1029/2003JB002741),
the latter a sum of first-order processes an octave and a half apart; multipath repeats with the
sidereal day.
"""

import numpy as np
import numpy.typing as npt

from sensors_sim.noise import Noise
from sensors_sim.part import PerDevice

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_FLICKER_H = (1.0, 6.0, 36.0, 216.0)
_SIDEREAL_MS = 86_164_091
_HEIGHT = 1.6


class GnssAxis(PerDevice):
    """Noise of one axis (``e``, ``n`` or ``u``) for all receivers.

    Parameters
    ----------
    noise
        Random numbers of the rows that have this axis.
    """

    def __init__(self, axis: str, noise: Noise) -> None:
        self._axis = axis
        self._noise = noise
        scale = _HEIGHT if axis == "u" else 1.0
        self._white_mm = scale * noise.between("gnss white", 1.8, 3.5)
        self._flicker_mm = scale * noise.between("gnss flicker", 0.4, 0.9)
        self._multipath_mm = scale * noise.between(f"gnss {axis} multipath", 0.2, 1.0)
        self._angle = noise.between(f"gnss {axis} angle", 0.0, 2 * np.pi)
        first = [noise.normal(f"gnss {axis} flicker {i}") for i in range(len(_FLICKER_H))]
        self._state = np.transpose(first)

    def error_mm(self, event_ms: Rows, number: int, dt_h: Array | float, *, keep: bool) -> Array:
        """Error of the position in mm, shape (rows,).

        Parameters
        ----------
        number
            Of the reading; each has its own random numbers.
        keep
            Whether later readings go on from this one.
        """
        state = []
        for i, (hours, old) in enumerate(zip(_FLICKER_H, self._state.T, strict=True)):
            kept = np.exp(-dt_h / hours)
            fresh = self._noise.normal(f"gnss {self._axis} flicker {i}", number)
            state.append(kept * old + np.sqrt(1 - kept**2) * fresh)
        if keep:
            self._state = np.transpose(state)
        turn = 2 * np.pi * (event_ms % _SIDEREAL_MS) / _SIDEREAL_MS
        multipath = self._multipath_mm * np.sin(3 * turn + self._angle)
        white = self._white_mm * self._noise.normal(f"gnss {self._axis} white", number)
        error: Array = white + self._flicker_mm * np.sum(state, axis=0) + multipath
        return error

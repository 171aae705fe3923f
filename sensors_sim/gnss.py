"""What a GNSS receiver makes of a displacement: white and flicker noise, and multipath.

Short baselines of monitoring networks scatter by 2 to 5 mm in the horizontal and about 1.6 times as
much in height; the noise is white plus flicker (Williams et al. 2004, doi 10.1029/2003JB002741),
the latter a sum of first-order processes an octave and a half apart; multipath repeats with the
sidereal day.
"""

import numpy as np
import numpy.typing as npt

from sensors_sim.noise import Noise

Array = npt.NDArray[np.float64]

_FLICKER_H = (1.0, 6.0, 36.0, 216.0)
_SIDEREAL_MS = 86_164_091
_HEIGHT = 1.6


class GnssAxis:
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
        self._state = [noise.normal(f"gnss {axis} flicker {i}") for i in range(len(_FLICKER_H))]

    def error_mm(self, event_ms: npt.NDArray[np.int64], step: int, dt_h: float) -> Array:
        """Error of the position in mm, shape (rows,); to be called once a step, in order."""
        for i, hours in enumerate(_FLICKER_H):
            keep = np.exp(-dt_h / hours)
            fresh = self._noise.normal(f"gnss {self._axis} flicker {i}", step + 1)
            self._state[i] = keep * self._state[i] + np.sqrt(1 - keep**2) * fresh
        turn = 2 * np.pi * (event_ms % _SIDEREAL_MS) / _SIDEREAL_MS
        multipath = self._multipath_mm * np.sin(3 * turn + self._angle)
        white = self._white_mm * self._noise.normal(f"gnss {self._axis} white", step + 1)
        error: Array = white + self._flicker_mm * np.sum(self._state, axis=0) + multipath
        return error

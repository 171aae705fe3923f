"""Random numbers that depend only on what they are for.

Each number is a hash of (seed, key of the row, stream, step): it does not matter in which order,
in which batch or at which wall time it is drawn, so the file outlet and the live outlet, and a
fleet of ten and one of ten thousand, give a device the same readings.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_A, _B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)

Array = npt.NDArray[np.float64]


def text_key(text: str) -> int:
    """Hash a text to 64 bits, the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


class Noise:
    """Independent random numbers for each row, by stream and step.

    Parameters
    ----------
    seed
        Any integer; equal seeds give equal numbers.
    names
        What the rows are (ids); the numbers of a row depend on its name alone.

    Examples
    --------
    >>> both, one = Noise(1, ["a", "b"]), Noise(1, ["b"])
    >>> bool(both.uniform("wind", 7)[1] == one.uniform("wind", 7)[0])
    True
    >>> bool(both.uniform("wind", 7)[1] == both.uniform("wind", 8)[1])
    False
    """

    def __init__(self, seed: int, names: Iterable[str]) -> None:
        salt = text_key(f"seed {seed}")
        self._keys = np.array([text_key(name) ^ salt for name in names], np.uint64)
        self._streams: dict[str, npt.NDArray[np.uint64]] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def take(self, rows: npt.NDArray[np.int64]) -> "Noise":
        """Keep some of the rows; their numbers stay the same."""
        part = Noise(0, ())
        part._keys = self._keys[rows]
        return part

    def uniform(self, stream: str, step: int = 0) -> Array:
        """Draw numbers in the open interval (0, 1), shape (rows,)."""
        keys = self._streams.get(stream)
        if keys is None:
            keys = self._streams[stream] = _mix(self._keys + np.uint64(text_key(stream)))
        bits = _mix(keys + np.uint64(step * _GOLDEN & _MASK))
        return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53

    def normal(self, stream: str, step: int = 0) -> Array:
        """Draw normal numbers of mean 0 and standard deviation 1, shape (rows,)."""
        deviates: Array = ndtri(self.uniform(stream, step))
        return deviates

    def between(self, stream: str, low: float, high: float, step: int = 0) -> Array:
        """Draw evenly spread numbers in (low, high), shape (rows,)."""
        return low + (high - low) * self.uniform(stream, step)

    def lognormal(self, stream: str, median: float, sigma: float, step: int = 0) -> Array:
        """Draw positive skewed numbers: ``median * exp(sigma * normal)``, shape (rows,)."""
        return median * np.exp(sigma * self.normal(stream, step))


def _mix(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Scramble 64 bits (the finaliser of Steele et al. 2014, SplitMix, doi 10.1145/2714064)."""
    bits = (bits ^ (bits >> np.uint64(30))) * _A
    bits = (bits ^ (bits >> np.uint64(27))) * _B
    return bits ^ (bits >> np.uint64(31))

"""How far a displacement or tilt series has moved lately, and within which noise of its own.

What one instrument can say of another's motion (`detectors.fusion.contradiction`): the change
between the first and the last of four successive blocks, at the two longer fine scales and the two
shorter coarse ones of `detectors.motion.kinematics`. The shortest scales are left out: there, the
newest reading alone would decide, which the instrument beside it has not made yet.
"""

import numpy as np

from detectors.state.columns import F64, I64, Array, Field, Mask
from detectors.state.tracks import BIN_INTERVALS, BIN_LEAST_MS

KEPT = 4
"""Scales kept: blocks of 4 and 8 readings, then of 1 and 2 bins."""

FINE = np.arange(KEPT) < 2
"""Which of them are of the fine ring."""

STAMP = 2 * KEPT
WIDTH = STAMP + 1 + KEPT
"""Changes at each scale, the standard deviation of each, the stamp of the newest bin, and which
scales look back at an excursion that has ended (`detectors.quality.returns`)."""

FUSED = (
    Field("shift", "f4", WIDTH, fill=float("nan")),
    Field("since", "i8"),
    Field("supported", "i8", fill=-1e15),
    Field("first_speed", "f4"),
    Field("judged", "i8", fill=-1e15),
    Field("drifts", "u1"),
    Field("drifted", "u1"),
    Field("doubted", "i8", fill=-1e15),
)
"""What fusion keeps: the shift; when the series' support began, and when it last supported a level;
its speed when it first claimed yellow; as of when, whether it drifts, and whether it did before
that message (`detectors.fusion.drifts`); when another instrument last denied its motion."""

SLOW_FIELD = Field("slow_shift", "f4", 3, fill=float("nan"))

LOOKS_BACK = np.array([16, 32, 5, 9])
"""Readings, or closed bins, at which each kept scale looks: four blocks, and the bin under way."""

_FINE, _KEPT = slice(2, 4), slice(2, 6)
_SIZES = np.array([4, 8])[:, None]
_BINS = np.array([1, 2])[:, None]
_WHITE = np.sqrt(BIN_INTERVALS * _BINS / _SIZES[1])
"""Noise of the finest of these blocks against that of one and of two bins, if it is white."""

_STAMPS = 4096.0
_APART = 3.0
"""Blocks between the centres of the first and the last."""


def coarse_shift(values: F64, count: Array, newest_ms: I64, interval_ms: F64) -> F64:
    """Change over the coarse ring at its two shorter scales, and which bin is its newest.

    Parameters
    ----------
    values
        Blocks of the coarse ring, shape (4 scales, 4 blocks, n).
    count
        Bins so far, shape (n,).
    newest_ms
        A time in the newest bin.

    Returns
    -------
    array
        Shape (n, 3), NaN where unknown. The stamp lets two series be compared only where both have
        closed the same bin: one of them does so before the other.
    """
    whole = values[:2, 3] - values[:2, 0]
    found: F64 = np.empty((len(count), 3))
    found[:, :2] = np.where(count >= 4 * _BINS, whole, np.nan).T
    width = np.maximum(interval_ms * BIN_INTERVALS, BIN_LEAST_MS)
    found[:, 2] = newest_ms // width % _STAMPS
    return found


def shift_of(values: F64, count: Array, slow: Array, noise: F64, ended: Mask) -> F64:
    """Give the changes at the kept scales and their standard deviations, shape (n, WIDTH).

    Parameters
    ----------
    values
        Blocks of the fine ring, shape (4 scales, 4 blocks, n).
    count
        Readings so far, shape (n,).
    slow
        Column ``slow_shift``, shape (n, 3).
    noise
        Standard deviation of a block at each scale, shape (8, n).
    ended
        Which scales look back at an excursion that has ended, shape (n, KEPT).

    Examples
    --------
    >>> import numpy as np
    >>> blocks = np.arange(16.0).reshape(4, 4, 1)
    >>> never = np.zeros((1, 4), bool)
    >>> shift_of(blocks, np.array([20]), np.full((1, 3), 5.0), np.ones((8, 1)), never).round(1)
    array([[3. , nan, 5. , 5. , 1.4, 1.4, 1.4, 1.4, 5. , 0. , 0. , 0. , 0. ]])
    """
    found: F64 = np.empty((len(count), WIDTH))
    whole = values[_FINE, 3] - values[_FINE, 0]
    found[:, :2] = np.where(count >= 4 * _SIZES, whole, np.nan).T
    found[:, 2:KEPT], found[:, STAMP] = slow[:, :2], slow[:, 2]
    blur = np.sqrt(2.0) * noise[_KEPT]
    # Few long blocks have been seen when many short ones have: their noise is no less than white.
    blur[2:] = np.maximum(blur[2:], blur[1] / _WHITE)
    found[:, KEPT:STAMP] = blur.T
    found[:, STAMP + 1 :] = ended
    return found


def span_ms(interval_ms: Array) -> F64:
    """Time between the blocks that are compared at each kept scale, shape (…, KEPT).

    Examples
    --------
    >>> import numpy as np
    >>> (span_ms(np.array([600e3])) / 3_600_000).tolist()
    [[2.0, 4.0, 12.0, 24.0]]
    """
    width = np.maximum(interval_ms * BIN_INTERVALS, BIN_LEAST_MS)
    sizes = (4.0 * interval_ms, 8.0 * interval_ms, width, 2.0 * width)
    return _APART * np.stack(sizes, axis=-1)

"""Robust acceleration of blocks, with a band of its own.

Theil and Sen's idea one degree higher: the median of the second divided differences of all
triples of blocks, times two. No single block decides, and nothing is fitted to what lies between.
"""

from itertools import combinations

import numpy as np

from detectors.state.blocks import SIZES, block_values
from detectors.state.columns import F64, Array
from detectors.state.tracks import RING

BAND_SIGMAS = 2.0
SPREAD = {4: 1.0, 8: 0.174}
"""Standard error for white noise of 1 in blocks a day apart, by number of blocks (simulated; a
test counts it again)."""


Rings = tuple[tuple[Array, F64], tuple[Array, F64]]


def acceleration(values: F64, times: F64) -> F64:
    """Median acceleration over all triples of blocks.

    Parameters
    ----------
    values, times
        Shape (blocks, n), times increasing.

    Examples
    --------
    A fall of 9.8, one block far off:

    >>> import numpy as np
    >>> t = np.arange(8.0)[:, None]
    >>> y = 4.9 * t**2
    >>> y[3] += 100.0
    >>> acceleration(y, t).round(6).tolist()
    [9.8]
    """
    one, two, three = np.array(list(combinations(range(len(values)), 3))).T
    early = (values[two] - values[one]) / (times[two] - times[one])
    late = (values[three] - values[two]) / (times[three] - times[two])
    found: F64 = np.median(2.0 * (late - early) / (times[three] - times[one]), axis=0)
    return found


def band(times: F64, noise: F64) -> F64:
    """Half width of the band of 95 % about the acceleration of blocks with white noise.

    Parameters
    ----------
    times
        Shape (blocks, n).
    noise
        Standard deviation of a block, shape (n,).
    """
    blocks = len(times)
    apart = (times[-1] - times[0]) / (blocks - 1)
    found: F64 = BAND_SIGMAS * SPREAD[blocks] * noise / (apart * apart)
    return found


def accelerations(rings: Rings, scale: Array, noise: F64, counts: Array) -> tuple[F64, F64]:
    """Acceleration of each series at its own scale, and the half width of its band.

    Eight blocks where the ring holds so many, else four.

    Parameters
    ----------
    rings
        Values and times of the fine and of the coarse ring, shape (32, n) each; times in days.
    scale
        Of the eight, shape (n,).
    noise
        Standard deviation of a block at each scale, shape (8, n).
    counts
        Readings and coarse bins so far, shape (2, n).
    """
    found, half = np.full((2, len(scale)), np.nan)
    for number in np.unique(scale).tolist():
        size = SIZES[number % len(SIZES)]
        values, times = rings[number // len(SIZES)]
        enough = counts[number // len(SIZES)] >= 8 * size
        for blocks in (4, 8):
            mine = np.flatnonzero((scale == number) & (enough if blocks == 8 else ~enough))
            if 8 * size > RING:
                mine = np.flatnonzero(scale == number) if blocks == 4 else mine[:0]
            if len(mine):
                part = block_values(values[:, mine], times[:, mine], (size,), blocks)
                found[mine] = acceleration(part[0][0], part[1][0])
                half[mine] = band(part[1][0], noise[number, mine])
    return found, half

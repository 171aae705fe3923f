"""Four successive blocks of readings at several scales, and slopes through them."""

import numpy as np

from detectors.state.columns import F64, Array

SIZES = (1, 2, 4, 8)
BLOCKS = 4


def block_values(
    values: Array, times: F64, sizes: tuple[int, ...] = SIZES, blocks: int = BLOCKS
) -> tuple[F64, F64]:
    """Values and mean times of four blocks of 1, 2, 4 and 8 readings, newest last.

    A block's value is the mean of its readings; of four readings or more, without the largest and
    the smallest, so that one outlier changes nothing.

    Parameters
    ----------
    values, times
        Rings, shape (32, n).
    sizes, blocks
        Other sizes, and another number of blocks; all must fit into the ring.

    Returns
    -------
    tuple of arrays
        Values and times, shape (scales, blocks, n).

    Examples
    --------
    >>> import numpy as np
    >>> ring = np.arange(32.0)[:, None]
    >>> block_values(ring, ring)[0][:, -1, 0].tolist()
    [31.0, 30.5, 29.5, 27.5]
    """
    shape = (len(sizes), blocks, values.shape[1])
    means, centres = np.empty(shape), np.empty(shape)
    for scale, size in enumerate(sizes):
        tail = slice(values.shape[0] - blocks * size, None)
        block = values[tail].reshape(blocks, size, -1)
        means[scale] = _trimmed_mean(block)
        centres[scale] = _total(times[tail].reshape(blocks, size, -1)) / size
    return means, centres


def theil_sen(values: F64, times: F64) -> F64:
    """Median slope over all pairs of four blocks (`scipy.stats.theilslopes` for many at once).

    Parameters
    ----------
    values, times
        Shape (4, n), times increasing.

    Returns
    -------
    array
        Shape (n,).

    Examples
    --------
    >>> import numpy as np
    >>> t = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> theil_sen(np.array([[0.0], [1.0], [9.0], [3.0]]), t).tolist()
    [1.0]
    """
    first, second = np.triu_indices(BLOCKS, 1)
    slopes = (values[second] - values[first]) / (times[second] - times[first])
    slopes.sort(axis=0)
    median: F64 = 0.5 * (slopes[2] + slopes[3])
    return median


def _total(block: Array) -> Array:
    total = block[:, 0].copy()
    for position in range(1, block.shape[1]):
        total += block[:, position]
    return total


def _trimmed_mean(block: Array) -> Array:
    size = block.shape[1]
    total = _total(block)
    if size < 4:
        mean: Array = total / size
        return mean
    low, high = block[:, 0].copy(), block[:, 0].copy()
    for position in range(1, size):
        np.minimum(low, block[:, position], out=low)
        np.maximum(high, block[:, position], out=high)
    trimmed: Array = (total - low - high) / (size - 2)
    return trimmed

"""Least squares of many curves at once: displacement = offset + size * curve, size above zero."""

import numpy as np

from detectors.failure_time.history import History
from detectors.state.columns import F64

_FROM_START = np.array([3, 2, 1.5, 1, 0.5, 0, -0.5, -1, -1.5, -2, -3, -5, -8, -12, -18, -26])
"""Onsets that are tried, in values from the start of the motion: dense near it."""


RIVALS_FROM_START = np.sort(np.concatenate((_FROM_START, np.arange(-2.75, 2.0, 0.25))))
"""Denser, so that a rival never loses for want of the right onset."""


def onsets(history: History, from_start: F64 = _FROM_START) -> F64:
    """Days at which the motion may have begun: values, and times between them, about its start.

    Examples
    --------
    >>> import numpy as np
    >>> from detectors.failure_time.history import history_of
    >>> made = history_of(np.arange(9) * 86_400_000, np.maximum(np.arange(9.0) - 4, 0), 0.1)
    >>> onsets(made).tolist()
    [-8.0, -7.0, -6.0, -5.5, -5.0, -4.5, -4.0, -3.5, -3.0, -2.5, -2.0]
    """
    index = np.unique(np.clip(history.start + from_start, 0, len(history) - 3))
    found: F64 = np.interp(index, np.arange(len(history)), history.days)
    return found


def nodes(history: History) -> F64:
    """Days at which curves are wanted, shape (n + bins,): two within each bin, then the readings.

    A bin's mean is not the value at its middle where the motion is bent; the mean over the two
    nodes of Gauss is, up to the third power.
    """
    apart = history.bin_days / np.sqrt(12.0)
    middle, single = history.days[: history.bins], history.days[history.bins :]
    return np.concatenate((middle - apart, middle + apart, single))


def averaged(history: History, curves: F64) -> F64:
    """Means over the bins of curves at the nodes, shape (..., n)."""
    bins = history.bins
    if not bins:
        return curves
    means = 0.5 * (curves[..., :bins] + curves[..., bins : 2 * bins])
    return np.concatenate((means, curves[..., 2 * bins :]), axis=-1)


def misfit(history: History, curves: F64) -> F64:
    """Weighted sum of squares that the best offset and size leave of each curve.

    Parameters
    ----------
    curves
        Shape (..., n); a curve that would need a negative size leaves all.

    Returns
    -------
    array
        Shape (...), in units of the values' variances.
    """
    weight = history.sigma**-2.0
    total = weight.sum()
    value = history.moved - np.average(history.moved, weights=weight)
    pull = weight * value
    # No matrix products: their last bits depend on the number of threads.
    mean = np.einsum("...k,k->...", curves, weight) / total
    along = np.einsum("...k,k->...", curves, pull)
    square = np.einsum("...k,...k,k->...", curves, curves, weight) - total * mean * mean
    gain = np.where((along > 0.0) & (square > 0.0), along * along / np.maximum(square, 1e-300), 0.0)
    left: F64 = np.maximum(float((pull * value).sum()) - gain, 0.0)
    return left


def spread(history: History) -> float:
    """Weighted sum of squares about the mean: what a curve is to explain."""
    weight = history.sigma**-2.0
    value = history.moved - np.average(history.moved, weights=weight)
    return float((weight * value * value).sum())

"""Whether a displacement went on through several readings, or was one step.

A baseline solved anew, exchanged axes put right, an antenna knocked: the position is elsewhere
from one reading to the next, and rests there. In blocks a step can look like motion, for noise
gives the other blocks a trend. So two kinds of curve are held against each other, on the newest
readings themselves: a step between two neighbours, and motions of `LEAST_EPOCHS` intervals or
more (at a constant rate from any reading to any later one, or faster and faster up to now). Motion
counts where it explains clearly more than any step.
"""

import numpy as np

from detectors.state.columns import F64, Array, Mask
from detectors.state.receiver import AXES, FIRST_AXIS
from detectors.state.tracks import RING, Round

LEAST_EPOCHS = 3
"""Intervals through which motion goes at least."""

BETTER = 9.0
"""By how much of the chi-square motion must explain more than any step: three standard errors."""

_LASTS = (3, 4, 6, 8, 12, 16, 24, 31)
_GROWS = (1, 2, 3, 5)
"""Powers of the time since the beginning of motion that is faster and faster."""


def _curves() -> tuple[Array, Array, Array]:
    """First and last reading and power of each curve: steps first."""
    steps = [(k, k + 1, 1) for k in range(RING - 1)]
    rates = [(e - n, e, 1) for n in _LASTS for e in range(n, RING)]
    grows = [(b, RING - 1, p) for b in range(RING - LEAST_EPOCHS) for p in _GROWS]
    first, last, power = np.array(steps + rates + grows).T
    return first, last, power


_FIRST, _LAST, _POWER = _curves()
_STEPS = RING - 1


def steps_only(batch: Round, noise: F64, asked: Mask) -> Mask:
    """Axes of receivers whose own readings do not go on, of those that are asked, shape (n,).

    Parameters
    ----------
    noise
        Standard deviation of a single reading, shape (n,).
    """
    axis = batch.channel.astype(np.intp) - FIRST_AXIS
    found: Mask = asked & (axis >= 0) & (axis < len(AXES))
    if found.any():
        known = batch.count[found], batch.values[:, found], batch.times[:, found]
        found[found] = ~goes_on(*known, noise[found])
    return found


def goes_on(count: Array, values: Array, times: F64, noise: F64) -> Mask:
    """Whether motion of several readings explains the newest ones better than one step.

    Parameters
    ----------
    count
        Readings so far, shape (n,): the newest of so many slots are used.
    values, times
        Newest last, shape (RING, n); times in days.
    noise
        Standard deviation of a value, shape (n,).

    Examples
    --------
    A step of 36 mm ten readings ago in noise of 3 mm, and as much at a constant rate:

    >>> import numpy as np
    >>> noise = 3.0 * np.random.default_rng(1).normal(size=32)
    >>> at = np.arange(32.0)
    >>> step, rate = 36.0 * (at >= 22), 36.0 * np.clip((at - 16) / 15, 0, 1)
    >>> line = np.stack((step + noise, rate + noise), axis=1)
    >>> count = np.array([32, 32])
    >>> goes_on(count, line, np.stack((at, at), axis=1) / 48, np.full(2, 3.0)).tolist()
    [False, True]
    """
    found = np.zeros(values.shape[1], bool)
    for column in range(values.shape[1]):
        empty = max(RING - int(count[column]), 0)
        time, value = times[:, column].copy(), values[:, column].astype(np.float64)
        # As if it had rested before its first reading.
        time[:empty] = time[empty] - (time[-1] - time[-2]) * np.arange(empty, 0, -1)
        value[:empty] = value[empty]
        explained = _explained(value, time)
        more = explained[_STEPS:].max() - explained[:_STEPS].max()
        found[column] = more > BETTER * noise[column] ** 2
    return found


def _explained(value: F64, time: F64) -> F64:
    """Sum of squares about the mean that each curve explains."""
    begin = time[_FIRST][:, None]
    share = np.clip((time - begin) / (time[_LAST][:, None] - begin), 0.0, 1.0)
    curves = share ** _POWER[:, None]
    curves -= curves.mean(axis=1)[:, None]
    along = (curves * (value - value.mean())).sum(axis=1)
    found: F64 = along**2 / (curves**2).sum(axis=1)
    return found

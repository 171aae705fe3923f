"""Wrong fixes of a GNSS receiver: one position far from where the receiver has been lately.

The general spike test holds a reading against the one before it, and lets recent changes widen what
it allows: right for instruments that are quiet until they move. A receiver scatters always. So its
axes are held against the median of the last `RECENT` good values, whose own noise is small, and
the allowance is widened only by what that median itself has moved. As with all spikes, the reading
is held and the next one tells (`detectors.quality.spikes`).

The three axes are not held together here: a message may be cut anywhere, and what the other axes
say at the same time may not have come yet (`detectors.state.partners`).
"""

import numpy as np

from detectors.state.columns import F32, F64, U8, Array, Mask
from detectors.state.receiver import AXES, FIRST_AXIS

RECENT = 9
SIGMA = 5.0
"""Departure from the median that is held; white noise reaches it once in 1.7 million readings."""

TREND_SHARE = 2.0
LEAST_SIGMA_BEFORE = 2.0
"""Departure from the last good value as well: else nothing has happened at this reading."""


def is_axis(channel: U8) -> Mask:
    """Whether channels are axes of a receiver."""
    found: Mask = (channel >= FIRST_AXIS) & (channel < FIRST_AXIS + len(AXES))
    return found


def far(recent: F32, count: Array, value: F32, noise: F64, intervals: F64) -> tuple[Mask, Mask]:
    """Judge readings of axes.

    Parameters
    ----------
    recent
        Last `RECENT` good values, shape (n, RECENT).
    intervals
        Time since the last reading, in intervals.

    Returns
    -------
    tuple of masks
        Where the test can judge, and what is far; shape (n,).

    Examples
    --------
    >>> recent = np.array([[0.0, 3.0, -3.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5]], np.float32)
    >>> more = np.array([3.0]), np.ones(1)
    >>> known, far_off = far(recent, np.array([50]), np.float32([18.0]), *more)
    >>> bool(known[0]), bool(far_off[0])
    (True, True)
    """
    ordered = np.sort(recent, axis=1)
    middle = ordered[:, RECENT // 2].astype(np.float64)
    third = RECENT // 3
    newest, oldest = recent[:, -third:], recent[:, :third]
    trend = np.abs(_middle(newest) - _middle(oldest))
    spread = noise * np.sqrt(1.0 + 0.5 * np.pi / RECENT)
    beyond_noise = np.maximum(trend - 2.0 * noise, 0.0)
    allowed = SIGMA * spread + TREND_SHARE * beyond_noise * np.clip(intervals, 1.0, 10.0)
    jump = np.abs(value.astype(np.float64) - recent[:, -1])
    known: Mask = count >= RECENT
    return known, (np.abs(value - middle) > allowed) & (jump > LEAST_SIGMA_BEFORE * noise)


def _middle(three: F32) -> F64:
    """Median of three."""
    low, high = np.minimum(three[:, 0], three[:, 1]), np.maximum(three[:, 0], three[:, 1])
    found: F64 = np.maximum(low, np.minimum(high, three[:, 2])).astype(np.float64)
    return found

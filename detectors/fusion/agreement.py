"""Whether two instruments tell of one motion: it began for both together, and grew alike.

Instruments of a slope see the same motion, each by its own share and with its own noise. So the
share must be the same over every length of time at which both can tell, and the finer instrument
sees the beginning first. A step, a drift that has ended or one that began on another day is
movement too, but does not bear another instrument's motion out.
"""

import numpy as np

from detectors.fusion.witnesses import HOUR_MS, Bench
from detectors.rules import Rules
from detectors.state.columns import F64, Mask

UNLIKE = 2.0
"""Shares of one motion over two lengths of time, one by the other, from which they disagree."""

SLACK_SIGMA = 2.0
_FINENESS = 1
"""Kept scale whose noise tells which of two instruments sees a motion first."""


def began_together(bench: Bench, share: F64, rules: Rules) -> Mask:
    """Whether the support of two series began at one time, shape (n, m, m).

    That of the blunter one may have begun later: it needs a longer way to see the same.

    Parameters
    ----------
    share
        Least part of the motion of a series (middle axis) that another shows (last axis).
    """
    later = bench.since_ms[:, None, :] - bench.since_ms[:, :, None]
    near = np.abs(later) <= rules.together_hours * HOUR_MS
    noise = bench.noise[..., _FINENESS]
    with np.errstate(invalid="ignore"):
        blunt = noise[:, None, :] > share * noise[:, :, None]
    found: Mask = near | np.where(later > 0.0, blunt, ~blunt)
    return found


def grew_alike(expected: F64, measured: F64, noise: F64) -> Mask:
    """Whether each length of time shows the same share of a motion, shape (n, m, m).

    Parameters
    ----------
    expected
        Least motion of the other (third axis) by that of a series (second), shape (n, m, m, k);
        NaN where nothing is known of the own one.
    measured, noise
        Motion of the other and its standard deviation, shape (n, 1, m, k).

    Examples
    --------
    >>> import numpy as np
    >>> own, noise = np.array([3.6, 7.2, 19.5]), np.ones(3)
    >>> alike = [grew_alike(own, np.array(other), noise) for other in ([3, 6, 17], [15, 13, 3])]
    >>> [bool(each) for each in alike]
    [True, False]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        least = (measured - SLACK_SIGMA * noise) / expected
        most = (measured + SLACK_SIGMA * noise) / expected
        largest = np.where(np.isfinite(least), least, -np.inf).max(axis=-1)
        smallest = np.where(np.isfinite(most), most, np.inf).min(axis=-1)
    found: Mask = largest <= UNLIKE * smallest
    return found

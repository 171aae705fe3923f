"""Ground that has come to rest no longer supports the level that it moved at.

Days after a motion its displacement lies across the blocks of a long window and looks like motion
through all of it. What the newest hours measured says more: where the upper bound of their velocity
is below half of a level's limit, that level is not supported any more, and its hold begins. A
short rest ends nothing, for all motion begins the hold anew. Blue may stay: that it moved at all.
"""

import numpy as np

from detectors.state.blocks import BLOCKS, SIZES
from detectors.state.columns import F64, Array

NEWEST = slice(1, 4)
"""Scales that tell of the newest hours: four blocks of 2, 4 and 8 readings."""

LEAST_KEPT = 1


def newest_at_most(count: Array, speed: F64, error: F64) -> F64:
    """Upper bound of the newest velocity: the least of those scales, shape (n,); infinite if none.

    Parameters
    ----------
    count
        Readings so far, shape (n,).
    speed, error
        At eight scales, shape (8, n): velocity per day and two standard errors of it.

    Examples
    --------
    >>> import numpy as np
    >>> speed = np.array([[9.0], [3.0], [1.0], [8.0], *4 * [[50.0]]])
    >>> newest_at_most(np.array([32]), speed, np.full((8, 1), 2.0)).tolist()
    [3.0]
    """
    known = count >= BLOCKS * np.array(SIZES)[NEWEST, None]
    bound = np.where(known, speed[NEWEST] + error[NEWEST], np.inf)
    least: F64 = bound.min(axis=0)
    return least

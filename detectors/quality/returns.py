"""An instrument that goes away and comes back at one instant to where it was: it was never away.

Ground that has moved stays where it is; a sensor that drifted is set right, or its mount springs
back. So where a series jumps (`detectors.quality.steps`, `detectors.quality.baseline_jumps`) to a
level at which it rested for two bins before, its motion in between says nothing of the slope from
then on. A crack meter that is set to zero on a slope that moves looks the same: so this takes away
no warning and no evidence. It ends one thing only, that the instrument is said to *drift*
(`Test.DRIFT`), as long as windows still show the way out.
"""

import numpy as np

from detectors.state.columns import F64, Columns, Field, Mask, Rows
from detectors.state.shifts import FINE, LOOKS_BACK
from detectors.state.tracks import RING

FIELDS = (Field("returned", "i4", 2, fill=-1e6),)
"""Count of readings and of closed bins when the series came back."""

NEAR = 0.2
"""Distance from a former level, against the jump, within which a series is back at it."""


def note(table: Columns, series: Rows, leap: F64, after: F64) -> None:
    """Note which series came back by a jump that has just been made sure of.

    To be told before the jump is taken out of the coarse ring.

    Parameters
    ----------
    leap, after
        The jump, and the level after it, relative to the origin, shape (n,).
    """
    rows = series[came_back(table, series, leap, after)]
    counts = table["count"][rows], table["coarse_count"][rows]
    table["returned"][rows] = np.column_stack(counts)


def looks_back(table: Columns, series: Rows) -> Mask:
    """Which of the kept scales show what was before a series came back, shape (n, KEPT)."""
    before = table["returned"][series]
    readings = table["count"][series] - before[:, 0]
    bins = table["coarse_count"][series] - before[:, 1]
    since = np.where(FINE, readings[:, None], bins[:, None])
    found: Mask = since < LOOKS_BACK
    return found


def came_back(table: Columns, series: Rows, leap: F64, after: F64) -> Mask:
    """Whether the level after a jump is one that each series had before, shape (n,).

    Examples
    --------
    >>> table = Columns([Field("coarse_value", "f4", RING), Field("coarse_count", "i4")])
    >>> table.resize(1)
    >>> table["coarse_value"][0, -5:], table["coarse_count"][0] = (0.1, 0.2, 15.0, 29.0, 43.0), 5
    >>> rows, leap = np.array([0]), np.array([-49.0])
    >>> [bool(came_back(table, rows, leap, np.array([level]))[0]) for level in (0.3, -25.0)]
    [True, False]
    """
    # The newest bin may hold readings from after the jump.
    coarse = table["coarse_value"][series, :-1].astype(np.float64)
    known = np.arange(RING - 1) >= RING - table["coarse_count"][series][:, None]
    near = np.abs(coarse - after[:, None]) < NEAR * np.abs(leap)[:, None]
    near &= known
    found: Mask = np.any(near[:, 1:] & near[:, :-1], axis=1)
    return found

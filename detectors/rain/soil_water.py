"""Soil water index: how much of the rain is still in the ground, by three tanks in a row.

Rain fills the first tank; each tank drains sideways through its outlets once the water stands
above them, and through its floor into the next. The index is the water in all three, in mm. It is
the index of the Japan Meteorological Agency (Okada et al. 2001, with the outlets of Ishihara and
Kobatake 1979), per hour:

======  ===============  ===================  =============
tank    outlets at (mm)  outlet rates (1/h)   floor (1/h)
======  ===============  ===================  =============
1       15, 60           0.10, 0.15           0.12
2       15               0.05                 0.05
3       15               0.01                 0.01
======  ===============  ===================  =============

An outlet above the water gives nothing, it does not draw; `drain` clamps it so.

Examples
--------
Ten millimetres in each of three hours:

>>> import numpy as np
>>> tanks = np.zeros((1, 3))
>>> for _ in range(3):
...     tanks = drain(tanks, np.array([1.0]), np.array([10.0]))
>>> tanks.round(3).tolist()
[[26.164, 3.396, 0.06]]
"""

import numpy as np

from detectors.state.columns import F64

STEP_H = 1.0
"""The model's own step; longer ones are divided."""
LONGEST_H = 1000.0
"""After so long (e^-10 of the slowest tank is left) a gap counts no further."""


def drain(tanks: F64, elapsed_h: F64, rain_mm: F64) -> F64:
    """Let one step of at most an hour or so pass.

    Parameters
    ----------
    tanks
        Water in the three tanks before, mm, shape (n, 3).
    elapsed_h, rain_mm
        Length of the step and what fell in it, shape (n,).

    Returns
    -------
    array
        Water after, shape (n, 3).
    """
    first, second, third = tanks.T
    side_1 = 0.10 * np.maximum(first - 15.0, 0.0) + 0.15 * np.maximum(first - 60.0, 0.0)
    side_2 = 0.05 * np.maximum(second - 15.0, 0.0)
    side_3 = 0.01 * np.maximum(third - 15.0, 0.0)
    down_1, down_2, down_3 = 0.12 * first, 0.05 * second, 0.01 * third
    after: F64 = np.stack(
        (
            first - (down_1 + side_1) * elapsed_h + rain_mm,
            second + (down_1 - down_2 - side_2) * elapsed_h,
            third + (down_2 - down_3 - side_3) * elapsed_h,
        ),
        axis=1,
    )
    return after


def advance(tanks: F64, elapsed_h: F64, rain_mm: F64, rain_h: F64) -> F64:
    """Let any time pass, in steps of at most an hour (two, where it is over 500 hours).

    Parameters
    ----------
    rain_h
        Hours at the end of ``elapsed_h`` in which the rain fell evenly, shape (n,).

    Examples
    --------
    A day's gap, then a reading of ten minutes:

    >>> import numpy as np
    >>> wet = np.array([[20.0, 10.0, 5.0]])
    >>> advance(wet, np.array([24.0]), np.array([3.0]), np.array([1 / 6])).round(2).tolist()
    [[3.89, 10.77, 18.99]]
    """
    elapsed_h = np.minimum(elapsed_h, LONGEST_H)
    steps = np.maximum(np.ceil(elapsed_h / STEP_H), 1.0)
    steps = np.where(steps > LONGEST_H / 2.0, np.ceil(steps / 2.0), steps)
    length_h = elapsed_h / steps
    wet = np.clip(np.round(rain_h / np.maximum(length_h, 1e-9)), 1.0, steps)
    share = rain_mm / wet
    most = int(steps.max(initial=1.0))
    if most == 1:
        return drain(tanks, length_h, share)
    tanks = tanks.copy()
    for left in range(most, 0, -1):
        under_way = steps >= left
        rain = np.where(left <= wet, share, 0.0)[under_way]
        tanks[under_way] = drain(tanks[under_way], length_h[under_way], rain)
    return tanks

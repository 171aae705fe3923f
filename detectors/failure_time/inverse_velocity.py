"""Inverse velocity (Fukuzono 1985): with alpha = 2, 1/v is a straight line to zero at failure.

Fukuzono, T. (1985): A new method for predicting the failure time of a slope. Proc. 4th Int.
Conf. Field Workshop on Landslides, Tokyo, 145-150. For alpha other than 2 the line is bent;
`voight` fits alpha.
"""

from detectors.failure_time.estimate import Estimate
from detectors.failure_time.line import fit_line
from detectors.failure_time.markers import Marks

METHOD = "inverse-velocity"
LEAST_R2 = 0.5


def inverse_velocity(marks: Marks) -> Estimate:
    """Line through the inverse velocities; the slow ones, whose error is larger, count less.

    Examples
    --------
    >>> import numpy as np
    >>> left = 32.0 * 0.5 ** np.arange(6)
    >>> found = inverse_velocity(Marks(left[-1] - left, 10.0))
    >>> round(found.ahead_days, 2)
    1.0
    """
    velocity = marks.velocity_per_day
    line = fit_line(marks.middle_days, 1.0 / velocity, velocity**2)
    if not line.slope < 0.0:
        return Estimate(METHOD, refused="the inverse velocity does not fall")
    if line.r2 < LEAST_R2:
        return Estimate(METHOD, r2=line.r2, refused="1/v is no straight line")
    if line.zero <= 0.0:
        return Estimate(METHOD, r2=line.r2, refused="the line meets zero in the past")
    early, late = line.zero_band()
    return Estimate(METHOD, line.zero, max(early, 0.0), late, line.r2)

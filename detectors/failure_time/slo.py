"""The SLO method (Mufundirwa, Fujii and Kodama 2010): t v = t_f v - B, so t_f is a slope.

It is Fukuzono's law, v = B / (t_f - t), arranged so that the newest and fastest values weigh
most. Mufundirwa, A., Fujii, Y., Kodama, J. (2010): A new practical method for prediction of
geomechanical failure-time. Int. J. Rock Mech. Min. Sci. 47, 1079-1090.
"""

import numpy as np

from detectors.failure_time.estimate import Estimate
from detectors.failure_time.line import fit_line
from detectors.failure_time.markers import Marks

METHOD = "slo"


def slo(marks: Marks) -> Estimate:
    """Slope of t v against v; times are days from now, which only moves the origin.

    Examples
    --------
    >>> left = 32.0 * 0.5 ** np.arange(6)
    >>> found = slo(Marks(left[-1] - left, 10.0))
    >>> round(found.ahead_days, 2)
    1.0
    """
    velocity = marks.velocity_per_day
    line = fit_line(velocity, marks.middle_days * velocity, np.ones(len(velocity)))
    if line.slope <= 0.0:
        return Estimate(METHOD, r2=line.r2, refused="the slope points to the past")
    return Estimate(METHOD, line.slope, r2=line.r2)

"""Saito's two methods for the time of creep rupture.

Secondary creep (Saito 1965): ``log10 t_r = 2.33 - 0.916 log10 rate +- 0.59`` with t_r in minutes
and the constant strain rate in 1e-4 a minute. It needs a strain: the length over which the
displacement is measured. Tertiary creep (Saito 1969): strain grows as the logarithm of the time
left, so three times t1, t2, t3 with equal displacement between them give
``t_r - t1 = (t2 - t1)^2 / 2 / ((t2 - t1) - (t3 - t1) / 2)``: from (t_r - t2)^2 =
(t_r - t1)(t_r - t3).
"""

from math import log10

from detectors.failure_time.estimate import Estimate
from detectors.failure_time.markers import Marks

METHOD = "saito"
SPREAD = 0.59
MINUTES_A_DAY = 1440.0


def secondary_days(strain_per_day: float) -> tuple[float, float, float]:
    """Days to rupture at a constant strain rate, with its band (95 % of Saito's tests).

    Examples
    --------
    At 1e-4 a minute: 10^2.33 = 214 minutes.

    >>> [round(1440.0 * days) for days in secondary_days(0.144)]
    [214, 55, 832]
    """
    rate = strain_per_day / MINUTES_A_DAY * 1e4
    power = 2.33 - 0.916 * log10(rate)
    return (
        10.0**power / MINUTES_A_DAY,
        10.0 ** (power - SPREAD) / MINUTES_A_DAY,
        10.0 ** (power + SPREAD) / MINUTES_A_DAY,
    )


def tertiary(first: float, second: float, third: float) -> float:
    """Time of rupture from three times with equal displacement between them, in any unit.

    Returns
    -------
    float
        Infinite if the second part did not take less time than the first.

    Examples
    --------
    Of 32 days left, 16 and then 8 pass:

    >>> tertiary(0.0, 16.0, 24.0)
    32.0
    """
    bent = (second - first) - 0.5 * (third - first)
    return first + 0.5 * (second - first) ** 2 / bent if bent > 0.0 else float("inf")


def saito(marks: Marks) -> Estimate:
    """Tertiary creep through the first, the middle and the last mark."""
    middle = (len(marks.days) - 1) // 2
    first, second, third = marks.days[-2 * middle - 1], marks.days[-middle - 1], marks.days[-1]
    failure = tertiary(float(first), float(second), float(third))
    if failure == float("inf"):
        return Estimate(METHOD, refused="the second half of the displacement took no less time")
    return Estimate(METHOD, failure)

"""Confidence intervals of counted things: a small count says little, and should say so.

Shares have Wilson's score interval (1927, J. Am. Stat. Assoc. 22, 209), rates the exact Poisson
interval (Garwood 1936, Biometrika 28, 437); both at 95 %.
"""

import msgspec
import numpy as np
from scipy.stats import chi2, norm

CONFIDENCE = 0.95


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` of ``of``; value and interval are ``None`` of nothing.

    Examples
    --------
    >>> share = Share.of_counts(19, 20)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.95, 0.764, 0.991)
    >>> Share.of_counts(0, 0).value is None
    True
    """

    count: int
    of: int
    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of_counts(cls, count: int, of: int) -> "Share":
        """Share with Wilson's interval."""
        if of == 0:
            return cls(count=count, of=0, value=None, low=None, high=None)
        z = float(norm.ppf(0.5 + CONFIDENCE / 2.0))
        p = count / of
        centre = (p + z * z / (2 * of)) / (1 + z * z / of)
        half = z * np.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
        low, high = max(0.0, centre - half), min(1.0, centre + half)
        return cls(count=count, of=of, value=p, low=float(low), high=float(high))


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` in ``exposure`` (point-years), per point-year; ``None`` without exposure.

    Examples
    --------
    >>> rate = Rate.of_count(0, 20.0)
    >>> rate.value, rate.low, round(rate.high, 3)
    (0.0, 0.0, 0.184)
    """

    count: int
    exposure: float
    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of_count(cls, count: int, exposure: float) -> "Rate":
        """Rate with the exact Poisson interval."""
        if exposure <= 0.0:
            return cls(count=count, exposure=0.0, value=None, low=None, high=None)
        tail = (1.0 - CONFIDENCE) / 2.0
        low = float(chi2.ppf(tail, 2 * count)) / 2.0 if count else 0.0
        high = float(chi2.ppf(1.0 - tail, 2 * count + 2)) / 2.0
        return cls(
            count=count,
            exposure=exposure,
            value=count / exposure,
            low=low / exposure,
            high=high / exposure,
        )


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Quantiles of a set of values; ``None`` of none.

    Examples
    --------
    >>> Spread.of_values([3.0, 1.0, 2.0]).median
    2.0
    """

    count: int
    low: float | None
    quarter: float | None
    median: float | None
    three_quarters: float | None
    high: float | None

    @classmethod
    def of_values(cls, values: list[float]) -> "Spread":
        """Minimum, quartiles and maximum."""
        if not values:
            none = None
            return cls(count=0, low=none, quarter=none, median=none, three_quarters=none, high=none)
        q = [float(x) for x in np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0))]
        return cls(
            count=len(values),
            low=q[0],
            quarter=q[1],
            median=q[2],
            three_quarters=q[3],
            high=q[4],
        )

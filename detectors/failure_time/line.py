"""Weighted straight lines, and where they meet zero."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from detectors.state.columns import F64

CONFIDENCE = 0.9


@dataclass(frozen=True)
class Line:
    """``y = height + slope (x - centre)`` with the squared errors of height and slope."""

    centre: float
    height: float
    slope: float
    height_variance: float
    slope_variance: float
    r2: float
    freedom: int

    @property
    def zero(self) -> float:
        """Where the line meets zero; infinite for a level line."""
        return self.centre - self.height / self.slope if self.slope else np.inf

    def zero_band(self) -> tuple[float, float]:
        """Where its band of 90 % confidence meets zero (Fieller's theorem); may be infinite."""
        reach = -self.height / self.slope if self.slope else np.inf
        quantile = _quantile(self.freedom)
        g = quantile**2 * self.slope_variance / self.slope**2 if self.slope else np.inf
        if not g < 1.0:
            return -np.inf, np.inf
        inside = (1.0 - g) * self.height_variance + reach * reach * self.slope_variance
        root = quantile / abs(self.slope) * np.sqrt(inside)
        return (
            self.centre + (reach - root) / (1.0 - g),
            self.centre + (reach + root) / (1.0 - g),
        )


def fit_line(x: F64, y: F64, weight: F64) -> Line:
    """Least squares with weights.

    Parameters
    ----------
    x, y, weight
        Shape (n,), at least three.

    Examples
    --------
    >>> import numpy as np
    >>> found = fit_line(np.arange(4.0), 6.0 - 2.0 * np.arange(4.0), np.ones(4))
    >>> found.slope, found.zero, round(found.r2, 6)
    (-2.0, 3.0, 1.0)
    """
    total = float(weight.sum())
    centre, height = float((weight * x).sum()) / total, float((weight * y).sum()) / total
    dx, dy = x - centre, y - height
    sxx, sxy = float((weight * dx * dx).sum()), float((weight * dx * dy).sum())
    syy = float((weight * dy * dy).sum())
    slope = sxy / sxx
    left = max(syy - slope * sxy, 0.0)
    freedom = len(x) - 2
    variance = left / freedom
    r2 = 1.0 - left / syy if syy > 0.0 else 0.0
    return Line(centre, height, slope, variance / total, variance / sxx, r2, freedom)


def _quantile(freedom: int) -> float:
    return float(student.ppf(0.5 + CONFIDENCE / 2.0, freedom))

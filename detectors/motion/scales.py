"""What four blocks say at each of eight time scales: how far, how straight, how fast."""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F64, Array, Mask

LEAST_SHARE = 0.1
"""Least share of the whole that each of the three steps must have."""

_SIZES = np.array([1, 2, 4, 8])[:, None]
_SLOPE_ERROR = 3.0 / np.sqrt(5.0)
"""Standard error of a slope through four equally spaced values, times span over noise."""


@dataclass(frozen=True)
class Scales:
    """From the first of four blocks to the last, at eight scales; shape (8, n) each but the first.

    Attributes
    ----------
    values, times
        Blocks, shape (8, 4, n): in the channel's unit, and in days before the reading.
    noise, error
        Standard deviation of a block, and of the difference of two.
    steady
        Known, with all three steps one way and none of them small.
    whole, least
        From the first block to the last; size of the smallest step.
    sigmas
        Size of the whole in units of its error.
    span
        Days from the first block to the last.
    speed, low
        Size of the velocity per day, and its lower bound (two standard errors).
    """

    values: F64
    times: F64
    noise: F64
    error: F64
    steady: Mask
    whole: F64
    least: F64
    sigmas: F64
    span: F64
    speed: F64
    low: F64

    @classmethod
    def of(cls, values: F64, times: F64, noise: F64, counts: Array) -> "Scales":
        """Measure; ``counts`` of readings and of coarse bins so far have shape (2, n)."""
        known = np.concatenate((counts[0] >= 4 * _SIZES, counts[1] >= 4 * _SIZES))
        times = np.where(known[:, None], times, np.arange(4.0)[:, None])
        values = np.where(known[:, None], values, 0.0)
        step = values[:, 1:] - values[:, :-1]
        whole = values[:, 3] - values[:, 0]
        least = np.abs(step).min(axis=1)
        steady = known & (step[:, 0] * step[:, 1] > 0) & (step[:, 1] * step[:, 2] > 0)
        steady &= least >= LEAST_SHARE * np.abs(whole)
        error = np.sqrt(2.0) * noise
        span = times[:, 3] - times[:, 0]
        speed = np.abs(_quick_slope(values, times))
        return cls(
            values=values,
            times=times,
            noise=noise,
            error=error,
            steady=steady,
            whole=whole,
            least=least,
            sigmas=np.abs(whole) / error,
            span=span,
            speed=speed,
            low=speed - 2.0 * _SLOPE_ERROR * noise / span,
        )


def _quick_slope(values: F64, times: F64) -> F64:
    """Median of the three longest slopes of four blocks, at every scale."""
    one = (values[:, 3] - values[:, 0]) / (times[:, 3] - times[:, 0])
    two = (values[:, 2] - values[:, 0]) / (times[:, 2] - times[:, 0])
    three = (values[:, 3] - values[:, 1]) / (times[:, 3] - times[:, 1])
    return np.maximum(np.minimum(one, two), np.minimum(np.maximum(one, two), three))

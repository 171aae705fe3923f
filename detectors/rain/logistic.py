"""Probability of a response to rain, by logistic regression on intensity and duration.

``logit p = c + m log10(I) + k log10(D)``, I in mm/h over D hours: the form of Cannon et al. (2010,
doi 10.1130/B26459.1) and Staley et al. (2017, doi 10.1016/j.geomorph.2016.10.019) for debris flows
from burnt ground, without their terms for terrain, fire and soil, which a catalogue of rain does
not hold. Each storm gives a row a duration; its rows weigh together as much as one. At a fixed
probability the model is a threshold I = a D^-b with ``b = k / m``.

Uncertainty comes from the bootstrap over groups, as in `detectors.rain.fit`. Prefer this to
`fit_responses` where the chance of a flow is asked for and false alarms and misses are to be
weighed; prefer that one where only the line counts.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, xlogy

from detectors.rain.fit import Threshold
from detectors.state.columns import F64, Array, Mask

RIDGE = 1e-3
"""Keeps slopes finite where the storms are cleanly parted; moves them by less than a thousandth."""
STEPS = 50
LEAST_INTENSITY = 0.01
"""A storm without rain in some duration, in mm/h."""


@dataclass(frozen=True)
class Logistic:
    """Coefficients of the logit: constant, per factor ten of intensity, and of duration.

    Examples
    --------
    >>> model = Logistic(-8.0, 6.0, 3.0)
    >>> model.probability(np.array([10.0, 30.0]), np.array([1.0, 1.0])).round(2).tolist()
    [0.12, 0.7]
    >>> [round(number, 3) for number in model.threshold(0.5)]
    [21.544, 0.5]
    """

    constant: float
    intensity: float
    duration: float

    def probability(self, peak_mm_per_h: F64, duration_h: F64) -> F64:
        """Chance of a response; NaN where the intensity is NaN."""
        rain = np.log10(np.maximum(peak_mm_per_h, LEAST_INTENSITY))
        found: F64 = expit(
            self.constant + self.intensity * rain + self.duration * np.log10(duration_h)
        )
        return found

    def threshold(self, probability: float) -> tuple[float, float]:
        """Intercept (mm/h) and exponent of the line of equal probability."""
        above = float(logit(probability)) - self.constant
        return float(10.0 ** (above / self.intensity)), self.duration / self.intensity


@dataclass(frozen=True)
class LogisticFit:
    """A model, its bootstrap, and the threshold at a probability.

    Attributes
    ----------
    drawn
        Models of the resamples.
    threshold
        With 90 % limits.
    """

    model: Logistic
    drawn: tuple[Logistic, ...]
    threshold: Threshold

    def limits(self, peak_mm_per_h: F64, duration_h: F64) -> tuple[F64, F64]:
        """Find the 90 % limits of the probability, each of the arguments' shape."""
        found = [model.probability(peak_mm_per_h, duration_h) for model in self.drawn]
        low, high = np.percentile(found, [5.0, 95.0], axis=0)
        return low, high


def fit_logistic(
    duration_h: F64,
    peak_mm_per_h: F64,
    response: Mask,
    groups: Array,
    *,
    probability: float = 0.5,
    resamples: int = 1000,
    seed: int = 1,
) -> LogisticFit:
    """Fit the probability of a response to storms with and without one.

    Parameters
    ----------
    duration_h, peak_mm_per_h, response, groups
        As in `detectors.rain.fit.fit_responses`.
    probability
        At which the threshold is drawn.

    Raises
    ------
    ValueError
        If fewer than ten storms have a response, or none lacks one, there is but one duration, the
        probability is none, or more intense rain makes no response likelier.

    Examples
    --------
    >>> random = np.random.default_rng(2)
    >>> hours, size = np.array([0.25, 1.0]), random.gamma(2.0, 10.0, 4000)
    >>> peaks = size[:, None] * hours**-0.5
    >>> hit = random.random(4000) < Logistic(-8.0, 6.0, 3.0).probability(size, np.ones(4000))
    >>> found = fit_logistic(hours, peaks, hit, np.arange(4000), resamples=50)
    >>> round(found.threshold.intercept), round(found.threshold.exponent, 2)
    (21, 0.5)
    """
    if response.sum() < 10 or response.all() or len(duration_h) < 2:
        msg = "a fit wants ten storms with a response, some without, and two durations"
        raise ValueError(msg)
    if not 0.0 < probability < 1.0:
        msg = f"a probability lies between 0 and 1: {probability:g}"
        raise ValueError(msg)
    rows = _rows(duration_h, peak_mm_per_h, response)
    _, group = np.unique(groups, return_inverse=True)
    model = _fit(*rows, np.ones(len(response)))
    if model.intensity <= 0.0:
        msg = "more intense rain makes no response likelier here: there is no threshold"
        raise ValueError(msg)
    random, count, drawn = np.random.default_rng(seed), int(group.max()) + 1, []
    for _ in range(resamples):
        weight = np.bincount(random.integers(0, count, count), minlength=count)[group]
        if (weight * response).sum() and (weight * ~response).sum():
            drawn.append(_fit(*rows, weight.astype(np.float64), start=model))
    usable = tuple(one for one in drawn if one.intensity > 0.0)
    lines = np.array([one.threshold(probability) for one in usable])
    low, high = np.percentile(lines, [5.0, 95.0], axis=0)
    a, b = model.threshold(probability)
    limits = (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))
    return LogisticFit(model, usable, Threshold(a, b, *limits))


def log_loss(probability: F64, response: Mask) -> float:
    """Mean surprise in nats; lower is better.

    Examples
    --------
    >>> round(log_loss(np.array([0.5, 0.5]), np.array([True, False])), 3)
    0.693
    """
    p = np.clip(probability, 1e-12, 1.0 - 1e-12)
    return float(-np.mean(xlogy(response, p) + xlogy(~response, 1.0 - p)))


def _rows(duration_h: F64, peaks: F64, response: Mask) -> tuple[F64, F64, Array, F64]:
    """One row for each storm and known duration.

    Returns
    -------
    tuple
        Design matrix (m, 3), responses (m,), the storm of each row (m,), and its share of it (m,).
    """
    storm, column = np.nonzero(np.isfinite(peaks))
    rain = np.log10(np.maximum(peaks[storm, column], LEAST_INTENSITY))
    design = np.stack((np.ones(len(storm)), rain, np.log10(duration_h[column])), axis=1)
    known = np.bincount(storm, minlength=len(peaks))
    return design, response[storm].astype(np.float64), storm, 1.0 / known[storm]


def _fit(
    design: F64, hit: F64, storm: Array, share: F64, weight: F64, start: Logistic | None = None
) -> Logistic:
    """Maximise the weighted likelihood by Newton's method (iteratively reweighted squares)."""
    weight = weight[storm] * share
    found = np.zeros(3) if start is None else np.array([*vars(start).values()])
    ridge = RIDGE * np.array([0.0, 1.0, 1.0])
    for _ in range(STEPS):
        p = expit(design @ found)
        slope = design.T @ (weight * (hit - p)) - ridge * found
        bend = (design.T * (weight * np.maximum(p * (1.0 - p), 1e-9))) @ design + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        # A step of more than this leaves the logit's useful range when storms are parted cleanly.
        step *= min(1.0, 20.0 / max(float(np.abs(step).max()), 1e-12))
        found = found + step
        if np.abs(step).max() < 1e-8:
            break
    return Logistic(*found.tolist())

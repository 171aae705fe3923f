"""Local rainfall thresholds from catalogues of events, with their uncertainty.

Two sorts of catalogue, two methods:

- **Only events that did something** (`fit_positives`): the frequentist method of Brunetti et al.
  (2010, doi 10.5194/nhess-10-447-2010) and Peruccacci et al. (2012, doi
  10.1016/j.geomorph.2011.10.005). A power law E = alpha D^gamma of the event's rain E (mm) and
  duration D (h) is fitted to the logarithms by least squares; the residuals are modelled by a
  normal distribution; the line is lowered until the wanted share of events lies below it.
- **Storms with and without response** (`fit_responses`): for each duration the peak intensity that
  maximises the threat score, hits / (hits + misses + false alarms), as in Staley et al. (2013, doi
  10.1007/s10346-012-0341-9), and a line I = a D^-b through the durations.

Uncertainty comes from the bootstrap: events, or groups of events that are not independent (the
storms over one burnt area), are drawn anew with replacement.

Either result is an intensity-duration threshold I = a D^-b, for E = a D^(1-b); `Threshold` names
its overrides for `detectors.rules`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from detectors.state.columns import F64, Array, Mask


@dataclass(frozen=True)
class Threshold:
    """I = intercept * D^-exponent, in mm/h and hours, with 90 % limits of both.

    Examples
    --------
    >>> found = Threshold(7.7, 0.61, (7.1, 8.3), (0.58, 0.64))
    >>> found.overrides()
    {'rain_id_intercept_mm_per_h': 7.7, 'rain_id_exponent': 0.61}
    >>> float(found.rain_mm(np.array([24.0])).round(1)[0])
    26.6
    """

    intercept: float
    exponent: float
    intercept_limits: tuple[float, float]
    exponent_limits: tuple[float, float]

    def overrides(self) -> dict[str, float]:
        """Name the thresholds of the rule table that this takes the place of."""
        return {
            "rain_id_intercept_mm_per_h": float(f"{self.intercept:.4g}"),
            "rain_id_exponent": float(f"{self.exponent:.4g}"),
        }

    def rain_mm(self, duration_h: F64) -> F64:
        """Rain of an event at the threshold."""
        found: F64 = self.intercept * duration_h ** (1.0 - self.exponent)
        return found


@dataclass(frozen=True)
class Scores:
    """A threshold against storms with known response.

    Attributes
    ----------
    hits, misses, false_alarms, quiet
        Storms by response and by whether the threshold was exceeded.
    """

    hits: int
    misses: int
    false_alarms: int
    quiet: int

    @classmethod
    def of(cls, exceeded: Mask, response: Mask) -> "Scores":
        """Count."""
        return cls(
            int((exceeded & response).sum()),
            int((~exceeded & response).sum()),
            int((exceeded & ~response).sum()),
            int((~exceeded & ~response).sum()),
        )

    @property
    def threat(self) -> float:
        """Hits / (hits + misses + false alarms)."""
        return self.hits / max(self.hits + self.misses + self.false_alarms, 1)

    @property
    def true_skill(self) -> float:
        """True skill statistic: share detected less share of the quiet storms that exceeded it."""
        return self.detected - self.false_alarms / max(self.false_alarms + self.quiet, 1)

    @property
    def detected(self) -> float:
        """Share of the responses that exceeded the threshold."""
        return self.hits / max(self.hits + self.misses, 1)

    @property
    def false_share(self) -> float:
        """Share of the storms above the threshold that did nothing."""
        return self.false_alarms / max(self.hits + self.false_alarms, 1)


def fit_positives(
    duration_h: F64,
    rain_mm: F64,
    *,
    below_percent: float = 5.0,
    resamples: int = 1000,
    seed: int = 1,
) -> Threshold:
    """Fit a threshold below which so many percent of the events lie.

    Parameters
    ----------
    duration_h, rain_mm
        Duration and rain of each event, positive, shape (n,).

    Raises
    ------
    ValueError
        If there are fewer than ten usable events, or all have one duration.

    Examples
    --------
    >>> random = np.random.default_rng(3)
    >>> hours = 10.0 ** random.uniform(0, 2, 4000)
    >>> rain = 10.0 * hours**0.4 * 10.0 ** (0.2 * random.normal(size=4000))
    >>> found = fit_positives(hours, rain, below_percent=5.0, resamples=200)
    >>> round(found.exponent, 2), round(found.intercept, 1)  # 10 * 10^(-1.645 * 0.2)
    (0.59, 4.5)
    """
    usable = (duration_h > 0.0) & (rain_mm > 0.0) & np.isfinite(duration_h) & np.isfinite(rain_mm)
    x, y = np.log10(duration_h[usable]), np.log10(rain_mm[usable])
    if len(x) < 10 or np.ptp(x) == 0.0:
        msg = f"a fit wants ten events of more than one duration; found {len(x)}"
        raise ValueError(msg)
    quantile = float(ndtri(below_percent / 100.0))
    random = np.random.default_rng(seed)
    drawn = np.empty((resamples, 2))
    for row in range(resamples):
        weight = np.bincount(random.integers(0, len(x), len(x)), minlength=len(x))
        drawn[row] = _power_law(x, y, weight.astype(np.float64), quantile)
    whole = _power_law(x, y, np.ones(len(x)), quantile)
    return _threshold(np.array(whole), drawn)


def _power_law(x: F64, y: F64, weight: F64, quantile: float) -> tuple[float, float]:
    """Logarithm of alpha at a quantile of the residuals, and gamma."""
    total = weight.sum()
    x_mean, y_mean = (weight @ x) / total, (weight @ y) / total
    gamma = (weight @ ((x - x_mean) * (y - y_mean))) / (weight @ (x - x_mean) ** 2)
    residual = y - y_mean - gamma * (x - x_mean)
    spread = np.sqrt((weight @ residual**2) / (total - 2.0))
    return float(y_mean - gamma * x_mean + quantile * spread), float(gamma)


def _threshold(whole: F64, drawn: F64) -> Threshold:
    low, high = np.percentile(drawn, [5.0, 95.0], axis=0)
    return Threshold(
        float(10.0 ** whole[0]),
        float(1.0 - whole[1]),
        (float(10.0 ** low[0]), float(10.0 ** high[0])),
        (float(1.0 - high[1]), float(1.0 - low[1])),
    )


def fit_responses(
    duration_h: F64,
    peak_mm_per_h: F64,
    response: Mask,
    groups: Array,
    *,
    resamples: int = 1000,
    seed: int = 1,
) -> Threshold:
    """Fit a threshold to storms with and without response.

    Parameters
    ----------
    duration_h
        Durations, ascending, shape (k,); at least two.
    peak_mm_per_h
        Each storm's peak intensity over each duration, shape (n, k); NaN where it is unknown.
    response
        Whether it set something off, shape (n,).
    groups
        Storms of equal value are drawn together in the bootstrap, shape (n,).

    Raises
    ------
    ValueError
        If fewer than ten storms have a response, or none lacks one.
    """
    if response.sum() < 10 or response.all() or len(duration_h) < 2:
        msg = "a fit wants ten storms with a response, some without, and two durations"
        raise ValueError(msg)
    _, group = np.unique(groups, return_inverse=True)
    random = np.random.default_rng(seed)
    count = int(group.max()) + 1
    drawn = []
    for _ in range(resamples):
        weight = np.bincount(random.integers(0, count, count), minlength=count)[group]
        if (weight * response).sum() and (weight * ~response).sum():
            drawn.append(_line(duration_h, peak_mm_per_h, response, weight))
    whole = _line(duration_h, peak_mm_per_h, response, np.ones(len(response), np.int64))
    return _threshold(whole, np.array(drawn))


def best_intensity(peak_mm_per_h: F64, response: Mask, weight: Array) -> float:
    """Intensity at which the threat score is largest; the middle of equals.

    Examples
    --------
    >>> peaks = np.array([1.0, 2.0, 8.0, 10.0, 12.0])
    >>> hit = np.array([False, False, True, True, True])
    >>> best_intensity(peaks, hit, np.ones(5))
    5.0
    """
    known = np.isfinite(peak_mm_per_h)
    order = np.argsort(peak_mm_per_h[known])
    peak = peak_mm_per_h[known][order]
    hit, storm = (weight * response)[known][order], weight[known][order]
    hits = hit.sum() - np.cumsum(hit)
    above = storm.sum() - np.cumsum(storm)
    threat = hits / np.maximum(above + hit.sum() - hits, 1)
    # Exceeded is what lies above the k-th peak: between it and the next larger one.
    apart = np.flatnonzero(np.diff(peak) > 0.0)
    best = apart[np.flatnonzero(threat[apart] == threat[apart].max())]
    middle = best[len(best) // 2]
    return float(0.5 * (peak[middle] + peak[middle + 1]))


def _line(duration_h: F64, peaks: F64, response: Mask, weight: Array) -> F64:
    """Logarithm of the intercept, and the exponent of rain (1 - b), through all durations."""
    found = [best_intensity(column, response, weight) for column in peaks.T]
    slope, intercept = np.polyfit(np.log10(duration_h), np.log10(found), 1)
    return np.array([intercept, 1.0 + slope])

"""Voight's law with free alpha, fitted to the displacement itself.

Voight (1988, doi 10.1038/332125a0): dv/dt = A v^alpha, so v grows as ``(t_f - t)^-p`` with
p = 1 / (alpha - 1), and the displacement as its integral. Velocities of noisy readings need
smoothing first, displacements do not: offset and size follow from least squares for each of a
grid of failure times, alphas and onsets, and the grid's likelihoods are the distribution of the
time of failure. Before its onset the slope rests. Alpha of soil and rock scatters about 2
(1.7 to 2.2, Voight 1989, doi 10.1126/science.243.4888.200); the prior says so, and no more.
"""

from dataclasses import dataclass

import numpy as np

from detectors.failure_time.curves import averaged, misfit, nodes, onsets, spread
from detectors.failure_time.estimate import Estimate
from detectors.failure_time.history import History
from detectors.state.columns import F64

METHOD = "voight"
ALPHA = np.array([1.6, 1.7, 1.8, 1.9, 2.0, 2.2, 2.5])
PRIOR = np.gradient(ALPHA) * np.exp(-0.5 * ((ALPHA - 2.0) / 0.25) ** 2)
AHEAD_SPANS = np.geomspace(0.015, 6.0, 28)
"""Time to failure against the time over which the motion has been seen."""

TEMPER = 2.0
"""Neighbouring errors are alike (flicker, heat): so many values count as one."""


@dataclass(frozen=True)
class Fit:
    """Distribution of the time of failure.

    Attributes
    ----------
    ahead_days, share
        Grid of times to failure and the probability of each, shape (m,).
    misfit
        Of the best curve, in variances.
    scale
        Variance of the errors, against what was expected.
    r2
        Share of the displacement's variance that the best curve explains.
    alpha, onset_days
        Of the best curve.
    """

    ahead_days: F64
    share: F64
    misfit: float
    scale: float
    r2: float
    alpha: float
    onset_days: float

    @property
    def estimate(self) -> Estimate:
        """Median with the window from 5 % to 95 %."""
        early, ahead, late = (self.quantile(share) for share in (0.05, 0.5, 0.95))
        return Estimate(METHOD, ahead, early, late, self.r2)

    def quantile(self, share: float) -> float:
        """Days to failure below which a share of the probability lies."""
        middle = np.cumsum(self.share) - 0.5 * self.share
        return float(np.exp(np.interp(share, middle, np.log(self.ahead_days))))


def fit(history: History) -> Fit:
    """Fit the grid.

    Examples
    --------
    A slope that fails 6 hours after the last reading (alpha = 2):

    >>> import numpy as np
    >>> from detectors.failure_time.history import history_of
    >>> hours = np.arange(0.0, 18.25, 0.5)
    >>> made = history_of((hours * 3.6e6).astype(np.int64), -50 * np.log(1 - hours / 24), 0.1)
    >>> found = fit(made)
    >>> abs(24 * found.quantile(0.5) - 6) < 1, found.r2 > 0.999
    (True, True)
    """
    ahead = AHEAD_SPANS * history.span_days
    begins = onsets(history)
    days = nodes(history)
    # An alpha at a time: the curves of one stay in the processor's cache.
    left = np.stack(
        [misfit(history, averaged(history, _curves(days, ahead, begins, a))) for a in ALPHA]
    )
    best = np.unravel_index(int(left.argmin()), left.shape)
    least = float(left[best])
    scale = TEMPER * max(1.0, least / max(len(history) - 5, 1))
    likelihood = np.exp(-0.5 * (left - least) / scale) * PRIOR[:, None, None]
    share = likelihood.sum(axis=(0, 2))
    return Fit(
        ahead_days=ahead,
        share=share / share.sum(),
        misfit=least,
        scale=scale,
        r2=1.0 - least / spread(history),
        alpha=float(ALPHA[best[0]]),
        onset_days=float(begins[best[2]]),
    )


def _curves(days: F64, ahead: F64, begins: F64, alpha: float) -> F64:
    """Displacement by each time to failure and onset, from 0 to 1, shape (m, b, n)."""
    grown = _integral(np.log(ahead[:, None] - days), alpha)
    at_onset = _integral(np.log(ahead[:, None] - begins), alpha)
    moved = np.maximum(grown[:, None, :], at_onset[:, :, None])
    newest, oldest = moved[..., -1:], moved[..., :1]
    curves: F64 = (moved - oldest) / (newest - oldest)
    return curves


def _integral(log_left: F64, alpha: float) -> F64:
    """Integral of (t_f - t)^-p over t: it grows with t."""
    bent = 1.0 - 1.0 / (alpha - 1.0)
    if abs(bent) < 1e-9:
        return -log_left
    found: F64 = -np.expm1(bent * log_left) / bent
    return found

"""One time of failure and one window from several methods.

The time is the mean of the methods' times ahead, as logarithms, weighted by how well each did.
`inverse_velocity`, `slo` and `saito` see the same marks and err together, so they weigh little.
The window begins as the fit's own (5 % to 95 %); how much wider it must be for nine windows of ten
to hold the failure was counted on simulated failures (split conformal prediction; docs/forecast.md
has the seeds, and the command that counts again).
"""

from dataclasses import dataclass
from math import exp, hypot, log

from detectors.failure_time.carla import METHOD as CARLA
from detectors.failure_time.estimate import Estimate
from detectors.failure_time.inverse_velocity import METHOD as INVERSE_VELOCITY
from detectors.failure_time.saito import METHOD as SAITO
from detectors.failure_time.slo import METHOD as SLO
from detectors.failure_time.voight import METHOD as VOIGHT

METHOD = "ensemble"
WEIGHTS = {VOIGHT: 1.0, INVERSE_VELOCITY: 0.15, SLO: 0.1, SAITO: 0.1, CARLA: 0.05}
FARTHEST = 4.0
"""A method counts only within this factor of the fit."""

COVERAGE = 0.9
LEAST_LOG_WIDTH = 0.25
EARLIER, LATER = 0.5, 1.0
"""Factors on the fit's half width, as a logarithm, that give `COVERAGE`.

Failures come later than the fit says rather than earlier: the newest readings, in which a slope
is fastest, are its least part.
"""

UNSEEN_INTERVALS = 3.0
"""A runaway's newest reading is held until the next confirms it, and fits come at every third."""


@dataclass(frozen=True)
class Window:
    """Days from now to the failure, at the earliest and at the latest.

    ``log_width`` is that of the later half against the time ahead, as a natural logarithm.
    """

    ahead_days: float
    early_days: float
    late_days: float
    log_width: float


def combine(fit: Estimate, others: tuple[Estimate, ...], interval_days: float) -> Window:
    """Weigh all estimates.

    Parameters
    ----------
    fit
        The estimate by `voight`, which has a window.
    interval_days
        Time between readings: nothing is known more exactly than this; what the newest did not
        show yet may be as old as `UNSEEN_INTERVALS`.

    Examples
    --------
    >>> window = combine(Estimate("voight", 1.0, 0.8, 1.25), (Estimate("slo", 1.2),), 0.0)
    >>> [round(x, 2) for x in (window.early_days, window.ahead_days, window.late_days)]
    [0.86, 1.02, 1.42]
    """
    near = [fit] + [
        other
        for other in others
        if fit.ahead_days / FARTHEST < other.ahead_days < fit.ahead_days * FARTHEST
    ]
    weights = [WEIGHTS[estimate.method] for estimate in near]
    logs = [weight * log(e.ahead_days) for weight, e in zip(weights, near, strict=True)]
    ahead = exp(sum(logs) / sum(weights))
    half = hypot(0.5 * log(fit.late_days / fit.early_days), LEAST_LOG_WIDTH)
    return Window(
        ahead,
        max(ahead * exp(-EARLIER * half) - UNSEEN_INTERVALS * interval_days, 0.0),
        ahead * exp(LATER * half) + interval_days,
        LATER * half,
    )

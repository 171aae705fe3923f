"""Time of failure of one series: a window, or the reason why there is none.

`detectors.failure_time` has the methods. Here stands what warrants a forecast: enough motion, at
a velocity that matters; tertiary creep explaining the record, and clearly better than a motion at
a constant rate, one that slows, one that grows without end, and a step that comes to rest; a
failure no further ahead than what has been seen allows; and a window narrow enough to be of use.
"""

from dataclasses import dataclass

import numpy as np

from detectors.failure_time import ensemble, rivals, voight
from detectors.failure_time.carla import carla
from detectors.failure_time.estimate import Estimate
from detectors.failure_time.history import History
from detectors.failure_time.inverse_velocity import inverse_velocity
from detectors.failure_time.markers import marks_of
from detectors.failure_time.saito import saito
from detectors.failure_time.slo import slo
from detectors.state.tracks import DAY_MS
from domain.warnings import Forecast, ForecastRefusal, MethodForecast

LEAST_VALUES = 10
LEAST_SIGMAS = 20.0
"""Least motion against the noise of a reading; of less, one window in eight held the failure."""

LEAST_MARGIN = 4.0
"""Least logarithm of the likelihood ratio against every rival."""

MOST_SCALE = 1.15
"""Errors about the best curve, as variance against what was expected, beyond which no law fits.

Those windows held the failure in half of the cases, however wide; what goes on there is most
often a runaway that has halted, or two motions one after the other.
"""

FARTHEST_SPANS = 1.5
MOST_LOG_WIDTH = 1.35
"""Later half of the window: a factor of 3.9 on the time ahead."""

_REFUSALS = {
    "constant": ForecastRefusal.CONSTANT_RATE,
    "slowing": ForecastRefusal.SLOWING,
    "exponential": ForecastRefusal.NO_FINITE_TIME,
    "step": ForecastRefusal.STEP,
}


@dataclass(frozen=True)
class Outlook:
    """A forecast, or the reason why there is none."""

    forecast: Forecast | None
    refused: ForecastRefusal | None = None


def forecast(
    history: History | None,
    *,
    floor_per_day: float,
    interval_days: float,
    least_sigmas: float = LEAST_SIGMAS,
) -> Outlook:
    """Forecast the time of failure of one series.

    Parameters
    ----------
    history
        Its record (`detectors.failure_time.history.history_of`).
    floor_per_day
        Velocity below which no forecast is made.
    interval_days
        Nominal time between readings.
    least_sigmas
        Displacement against the noise of a reading below which no forecast is made.

    Examples
    --------
    A slope that fails 8 hours after the first reading, read every ten minutes for six hours; and
    one that slows down:

    >>> import numpy as np
    >>> from detectors.failure_time.history import history_of
    >>> t = np.arange(36) * 600_000
    >>> failing = history_of(t, -100.0 * np.log1p(-t / 28_800_000), 0.1)
    >>> made = forecast(failing, floor_per_day=10.0, interval_days=1 / 144).forecast
    >>> made.earliest_ms < 28_800_000 < made.latest_ms, abs(made.failure_ms - 28_800_000) < 1.2e6
    (True, True)
    >>> resting = history_of(t, np.sqrt(t), 1.0)
    >>> forecast(resting, floor_per_day=10.0, interval_days=1 / 144).refused.value
    'slowing'
    """
    if history is None or len(history) < LEAST_VALUES:
        return Outlook(None, ForecastRefusal.TOO_LITTLE_MOTION)
    if history.size < least_sigmas * history.noise:
        return Outlook(None, ForecastRefusal.TOO_LITTLE_MOTION)
    if history.newest_velocity < floor_per_day:
        return Outlook(None, ForecastRefusal.TOO_SLOW)
    fit = voight.fit(history)
    refused = _unwarranted(history, fit)
    if refused is not None:
        return Outlook(None, refused)
    others = _others(history)
    window = ensemble.combine(fit.estimate, others, interval_days)
    if window.log_width > MOST_LOG_WIDTH:
        return Outlook(None, ForecastRefusal.WINDOW_TOO_WIDE)
    return Outlook(_made(history.now_ms, fit, others, window))


def _unwarranted(history: History, fit: voight.Fit) -> ForecastRefusal | None:
    """Why the motion or the fit warrants no forecast; ``None`` if it does."""
    misfits = rivals.misfits(history)
    best = min(misfits, key=lambda name: misfits[name])
    if 0.5 * (misfits[best] - fit.misfit) / fit.scale < LEAST_MARGIN:
        return _REFUSALS[best]
    if fit.scale > voight.TEMPER * MOST_SCALE:
        return ForecastRefusal.NO_LAW_FITS
    if fit.quantile(0.5) > FARTHEST_SPANS * history.span_days:
        return ForecastRefusal.TOO_FAR_AHEAD
    return None


def _others(history: History) -> tuple[Estimate, ...]:
    marks = marks_of(history)
    by_marks = () if marks is None else (inverse_velocity(marks), slo(marks), saito(marks))
    return (*by_marks, carla(history))


def _made(
    now_ms: int, fit: voight.Fit, others: tuple[Estimate, ...], window: ensemble.Window
) -> Forecast:
    return Forecast(
        made_at_ms=now_ms,
        failure_ms=_at(now_ms, window.ahead_days),
        earliest_ms=_at(now_ms, window.early_days),
        latest_ms=_at(now_ms, window.late_days),
        method=ensemble.METHOD,
        r2=float(f"{fit.r2:.6g}"),
        coverage=ensemble.COVERAGE,
        onset_ms=_at(now_ms, fit.onset_days),
        methods=tuple(_method(now_ms, e) for e in (fit.estimate, *others) if e.given),
    )


def _method(now_ms: int, estimate: Estimate) -> MethodForecast:
    window = np.isfinite(estimate.early_days) and np.isfinite(estimate.late_days)
    return MethodForecast(
        method=estimate.method,
        failure_ms=_at(now_ms, estimate.ahead_days),
        earliest_ms=_at(now_ms, estimate.early_days) if window else None,
        latest_ms=_at(now_ms, estimate.late_days) if window else None,
        r2=float(f"{estimate.r2:.6g}") if np.isfinite(estimate.r2) else None,
    )


MOST_DAYS = 36_525.0
"""What lies further ahead is no time: a century."""


def _at(now_ms: int, days: float) -> int:
    """To the second: more digits would only tell processors apart."""
    return now_ms + 1000 * round(min(days, MOST_DAYS) * DAY_MS / 1000.0)

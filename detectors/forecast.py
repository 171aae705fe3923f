"""Time of failure by inverse velocity (Fukuzono 1985; Voight 1988 with alpha = 2).

A slope in tertiary creep with ``dv/dt = A v^2`` has ``1/v = A (t_f - t)``: the inverse of its
velocity falls on a straight line to zero at the time of failure. The line is SciPy's `linregress`
through the newest run of growing motion. Asked only for series that screening marked (some tens
of microseconds each would not do for all), and refused with a reason whenever the motion or the
fit does not warrant a forecast: a wet-season step that slows down must not become one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import linregress
from scipy.stats import t as student

from detectors.columns import F64, I64
from detectors.tracks import DAY_MS
from domain.warnings import Forecast

METHOD = "inverse-velocity"
LEAST_VELOCITIES = 4
LEAST_R2 = 0.8
LEAST_GROWTH = 2.0
CONFIDENCE = 0.9


@dataclass(frozen=True)
class Inverse:
    """A forecast, or the reason why there is none."""

    forecast: Forecast | None
    refused: str = ""


def forecast(time_ms: I64, value: F64, *, noise: float, floor_per_day: float) -> Inverse:
    """Forecast the time of failure of one series.

    Parameters
    ----------
    time_ms, value
        Newest readings, shape (n,), increasing times, any direction of motion.
    noise
        Standard deviation of one reading, in the unit of the values.
    floor_per_day
        Velocity below which no forecast is made.

    Returns
    -------
    Inverse
        The window is where the line's confidence band (90 %) meets zero.

    Examples
    --------
    Displacement of a slope that fails 8 hours after the first reading, every half hour:

    >>> import numpy as np
    >>> t = np.arange(14) * 1_800_000
    >>> moved = -100.0 * np.log1p(-t / 28_800_000)
    >>> found = forecast(t, moved, noise=0.1, floor_per_day=10.0).forecast
    >>> abs(found.failure_ms - 28_800_000) < 900_000
    True
    >>> forecast(t, 50.0 * np.sqrt(t + 1.0), noise=0.1, floor_per_day=10.0).refused
    'the motion does not accelerate'
    """
    middle, velocity = _run_of_motion(time_ms, value, noise)
    if len(velocity) < LEAST_VELOCITIES:
        return Inverse(None, f"only {len(velocity)} velocities stand out of the noise")
    if velocity[-1] < floor_per_day:
        return Inverse(None, f"{velocity[-1]:.3g} per day is too slow for a forecast")
    if velocity[-1] < LEAST_GROWTH * velocity[0] or velocity[-1] < np.median(velocity):
        return Inverse(None, "the motion does not accelerate")
    return _fit(int(time_ms[-1]), middle, velocity)


def _run_of_motion(time_ms: I64, value: F64, noise: float) -> tuple[F64, F64]:
    """Find the newest run in one direction: times (days before the newest) and speeds."""
    days = (time_ms - time_ms[-1]) / DAY_MS
    step = np.diff(value)
    sign = np.sign(value[-1] - value[max(0, len(value) - 4)])
    moves = step * sign > 2.0 * noise
    start = len(moves) - int(np.argmin(np.append(moves[::-1], False)))
    middle = 0.5 * (days[1:] + days[:-1])
    return middle[start:], (step * sign / np.diff(days))[start:]


def _fit(now_ms: int, middle: F64, velocity: F64) -> Inverse:
    inverse = 1.0 / velocity
    line = linregress(middle, inverse)
    r2 = float(line.rvalue) ** 2
    if not line.slope < 0.0:
        return Inverse(None, "the motion does not accelerate")
    if not r2 >= LEAST_R2:
        return Inverse(None, f"1/v is no straight line (r2 {r2:.2f} < {LEAST_R2})")
    ahead = float(-line.intercept / line.slope)
    span = float(middle[-1] - middle[0])
    if ahead <= 0.0:
        return Inverse(None, "the line meets zero in the past")
    if ahead > 2.0 * span:
        return Inverse(None, "failure lies further ahead than twice the motion that was seen")
    early, late = _window(middle, line, ahead)
    return Inverse(
        Forecast(
            made_at_ms=now_ms,
            failure_ms=now_ms + round(ahead * DAY_MS),
            earliest_ms=now_ms + round(max(early, 0.0) * DAY_MS),
            latest_ms=now_ms + round(min(late, 4.0 * span) * DAY_MS),
            method=METHOD,
            r2=float(f"{r2:.6g}"),
        )
    )


def _window(middle: F64, line: "object", ahead: float) -> tuple[float, float]:
    """Where the confidence band of the line meets zero (Fieller), days ahead."""
    slope, error = float(line.slope), float(line.stderr)  # type: ignore[attr-defined]
    centre = float(np.mean(middle))
    quantile = float(student.ppf(0.5 + CONFIDENCE / 2.0, len(middle) - 2))
    spread = float(np.sum((middle - centre) ** 2))
    reach = ahead - centre
    g = (quantile * error / slope) ** 2
    if g >= 1.0:
        return 0.0, np.inf
    root = quantile * error / abs(slope) * np.sqrt((1.0 - g) * spread / len(middle) + reach * reach)
    return centre + (reach - root) / (1.0 - g), centre + (reach + root) / (1.0 - g)

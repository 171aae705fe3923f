"""Window of failure by two moving averages, after Carla et al. (2017).

Carla, T., Intrieri, E., Di Traglia, F., Nolesini, T., Gigli, G., Casagli, N. (2017): Guidelines on
the use of inverse velocity method as a tool for setting alarm thresholds and forecasting landslides
and structure collapses. Landslides 14, 517-534, doi 10.1007/s10346-016-0731-5. Velocities are
smoothed over 3 and over 7 values; the onset of acceleration is where the short average crosses
above the long one for good; each gives a time of failure by inverse velocity, and the window
reaches half their distance beyond both. The paper itself was not at hand: order of smoothing and
the window are as later papers describe them.
"""

import numpy as np
from scipy.optimize import isotonic_regression

from detectors.failure_time.estimate import Estimate
from detectors.failure_time.history import History
from detectors.failure_time.line import fit_line
from detectors.state.columns import F64

METHOD = "carla"
SHORT, LONG = 3, 7
STEPS = 24
FEWEST = 4
BACK_SPANS = 1.3


def carla(history: History) -> Estimate:
    """Failure window from the onset of acceleration on."""
    days, velocity = _velocities(history)
    short, long = _average(velocity, SHORT), _average(velocity, LONG)
    start = onset(short, long)
    if len(velocity) - start < FEWEST:
        return Estimate(METHOD, refused="no lasting onset of acceleration")
    found = [_zero(days[start:], smooth[start:]) for smooth in (short, long)]
    if not all(0.0 < ahead < np.inf for ahead in found):
        return Estimate(METHOD, refused="the smoothed inverse velocities do not point ahead")
    early, late = min(found), max(found)
    half = 0.5 * (late - early)
    return Estimate(METHOD, 0.5 * (early + late), max(early - half, 0.0), late + half)


def onset(short: F64, long: F64) -> int:
    """Index from which the short average stays above the long one; the length if it does not.

    Examples
    --------
    >>> onset(np.array([1.0, 3, 1, 2, 3, 5]), np.array([1.0, 2, 2, 2, 2, 3]))
    4
    """
    below = np.flatnonzero(~(short > long))
    return int(below[-1]) + 1 if len(below) else 0


def _velocities(history: History) -> tuple[F64, F64]:
    """Middles and velocities of equal time steps over the motion."""
    risen = isotonic_regression(history.moved, weights=history.sigma**-2.0).x
    edges = np.linspace(
        max(-BACK_SPANS * history.span_days, float(history.days[0])), 0.0, STEPS + 1
    )
    moved = np.interp(edges, history.days, risen)
    return 0.5 * (edges[1:] + edges[:-1]), np.diff(moved) / np.diff(edges)


def _average(values: F64, width: int) -> F64:
    """Average over the newest ``width`` values; fewer at the beginning."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    first = np.maximum(np.arange(1, len(values) + 1) - width, 0)
    last = np.arange(1, len(values) + 1)
    found: F64 = (total[last] - total[first]) / (last - first)
    return found


def _zero(days: F64, velocity: F64) -> float:
    line = fit_line(days, 1.0 / velocity, velocity**2)
    return line.zero if line.slope < 0.0 else np.inf

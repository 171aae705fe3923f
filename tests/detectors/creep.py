"""Textbook displacements, and records of them as the detectors would keep them."""

import numpy as np

from detectors.failure_time.forecast import Outlook, forecast
from detectors.failure_time.history import History, history_of

HOUR_MS = 3_600_000
FINE = 32
BIN_H = 4.0


def voight_mm(hours: np.ndarray, *, failure_h: float, alpha: float, at_first: float) -> np.ndarray:
    """Displacement with dv/dt = A v^alpha from hour 0 on, at rest before.

    ``at_first`` is the velocity in mm/h at hour 0.
    """
    power = 1.0 / (alpha - 1.0)
    share = np.clip(1.0 - hours / failure_h, 1e-6, 1.0)
    if abs(power - 1.0) < 1e-9:
        return -at_first * failure_h * np.log(share)
    return at_first * failure_h * (share ** (1.0 - power) - 1.0) / (power - 1.0)


def record(hours: np.ndarray, moved: np.ndarray, noise: float) -> History:
    """History of the newest readings and of means over bins of four hours before them."""
    made = _history(hours, moved, noise)
    assert made is not None
    return made


def outlook_of(hours: np.ndarray, moved: np.ndarray, noise: float) -> Outlook:
    """Forecast from a record with a reading every ten minutes."""
    return forecast(_history(hours, moved, noise), floor_per_day=10.0, interval_days=1 / 144)


def _history(hours: np.ndarray, moved: np.ndarray, noise: float) -> History | None:
    older, newest = hours[:-FINE], slice(-FINE, None)
    cells = np.floor(older / BIN_H)
    bins = np.unique(cells)
    return history_of(
        np.round(hours[newest] * HOUR_MS).astype(np.int64),
        moved[newest],
        noise,
        bin_time_ms=np.array([older[cells == b].mean() * HOUR_MS for b in bins]).astype(np.int64),
        bin_value=np.array([moved[:-FINE][cells == b].mean() for b in bins]),
        bin_noise=0.6 * noise,
        bin_ms=BIN_H * HOUR_MS,
    )

"""The constant-rate stage of a displacement series, found in its own past.

The rate of secondary creep is the median of the rates between successive values of the series'
past, without its newest part; half of the past may be faster without moving it. Which past: bins
of the coarse ring once there are eight, else single readings if they come every six hours or
more seldom. Until then no constant rate is known, and no angle.
"""

import numpy as np

from detectors.columns import F64, I64, Array
from detectors.rules import FAMILIES
from detectors.tracks import DAY_MS, RING, Round

LEAST_RATES = 7
NEWEST_LEFT_OUT = 3
SELDOM_MS = 6 * 3_600_000
_DISPLACEMENT = FAMILIES.index("displacement")


def update_constant(batch: Round) -> None:
    """Refresh the column ``constant`` where new knowledge has come."""
    table = batch.table
    mine = batch.family == _DISPLACEMENT
    bins = table["coarse_count"][batch.series]
    by_bins = mine & batch.closed & (bins > LEAST_RATES + NEWEST_LEFT_OUT)
    if by_bins.any():
        rows = batch.series[by_bins]
        rate = median_rate(table["coarse_time"][rows], table["coarse_value"][rows], bins[by_bins])
        table["constant"][rows] = rate
    seldom = mine & (batch.interval_ms >= SELDOM_MS) & (bins <= LEAST_RATES + NEWEST_LEFT_OUT)
    seldom &= batch.count > LEAST_RATES + NEWEST_LEFT_OUT
    if seldom.any():
        rows = batch.series[seldom]
        rate = median_rate(table["time"][rows], table["value"][rows], batch.count[seldom])
        table["constant"][rows] = rate


def median_rate(times: I64, values: Array, count: Array) -> F64:
    """Absolute median rate per day of each row, without its `NEWEST_LEFT_OUT` newest steps.

    Parameters
    ----------
    times, values
        Rings, shape (n, RING), newest last, milliseconds and any unit.
    count
        Values in each ring, at least ``LEAST_RATES + NEWEST_LEFT_OUT + 1``.

    Examples
    --------
    >>> import numpy as np
    >>> days = np.arange(32)[None] * 86_400_000
    >>> moved = np.where(np.arange(32) < 28, 2.0 * np.arange(32), 500.0)[None]
    >>> median_rate(days, moved, np.array([32])).tolist()
    [2.0]
    """
    past = slice(0, RING - NEWEST_LEFT_OUT)
    steps = np.diff(values[:, past].astype(np.float64), axis=1)
    days = np.diff(times[:, past], axis=1) / DAY_MS
    rates = np.where(days > 0, steps / np.where(days > 0, days, 1.0), np.inf)
    used = np.minimum(count, RING) - NEWEST_LEFT_OUT - 1
    rates[np.arange(rates.shape[1]) < (rates.shape[1] - used)[:, None]] = np.inf
    rates.sort(axis=1)
    row = np.arange(len(rates))
    middle: F64 = 0.5 * (rates[row, (used - 1) // 2] + rates[row, used // 2])
    return np.abs(middle)

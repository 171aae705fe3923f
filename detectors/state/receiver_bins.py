"""Positions of a receiver over days: means of all three axes over bins of time.

The same bins as those of the series (`detectors.state.tracks`); the columns are those of
`receiver`.
"""

import numpy as np

from detectors.state.columns import F64, Columns, Rows
from detectors.state.receiver import Positions
from detectors.state.tracks import BIN_INTERVALS, BIN_LEAST_MS, RING


def accumulate(table: Columns, now: Positions, time_ms: F64, interval_ms: F64) -> None:
    """Add the positions before these readings; close the bins that the readings leave behind.

    Parameters
    ----------
    now
        Of readings of any axes.
    time_ms, interval_ms
        Of these readings, shape (n,).
    """
    rows = now.series
    width = np.maximum(interval_ms * BIN_INTERVALS, BIN_LEAST_MS)
    before = table["time"][rows, -1].astype(np.float64)
    begun = now.count > 0
    table["joint_sum"][rows] += np.where(begun[:, None], now.clean, 0.0)
    table["joint_in_bin"][rows] += begun
    closed = begun & (time_ms // width != before // width)
    table["joint_closed"][rows] = closed
    if closed.any():
        _close(table, rows[closed], ((before // width + 0.5) * width)[closed])


def _close(table: Columns, rows: Rows, middle_ms: F64) -> None:
    count = table["joint_in_bin"][rows]
    ring = table["joint_value"][rows].reshape(len(rows), 3, RING)
    ring[:, :, :-1] = ring[:, :, 1:].copy()
    ring[:, :, -1] = table["joint_sum"][rows] / count[:, None]
    table["joint_value"][rows] = ring.reshape(len(rows), 3 * RING)
    times = table["joint_time"][rows]
    times[:, :-1] = times[:, 1:].copy()
    times[:, -1] = middle_ms
    table["joint_time"][rows] = times
    table["joint_sum"][rows] = 0.0
    table["joint_in_bin"][rows] = 0
    table["joint_count"][rows] += 1


def take_out(table: Columns, rows: Rows, size: F64, since: Rows) -> None:
    """Shift what lies before a jump by its size, shape (n, 3)."""
    in_bin = table["joint_in_bin"][rows]
    old = np.maximum(in_bin - since, 0)
    table["joint_sum"][rows] += size * old[:, None]
    ring = table["joint_value"][rows].reshape(len(rows), 3, RING)
    moved = np.ones((len(rows), 1, RING))
    moved[:, 0, -1] -= np.clip((since - in_bin) / BIN_INTERVALS, 0.0, 1.0)
    ring += (size[:, :, None] * moved).astype(np.float32)
    table["joint_value"][rows] = ring.reshape(len(rows), 3 * RING)

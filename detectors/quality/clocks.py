"""Clocks that are wrong, told by when their readings are received.

A device's *lag* is the time of receipt less the event time that it claims. Networks make it
larger, never smaller than usual; so what comes much earlier than usual, or from the future, has a
clock that runs ahead (China's frequent +8 h, and any other amount). What lags more is late (an
outage's backlog comes in bursts, and the lag falls from one reading to the next), unless the lag
grows by a little with every reading: then the clock drifts behind.

A reading with a wrong clock is SUSPECT in the record. Its time is *mended* by the clock's error,
so the series goes on without a gap, and its value is as good as ever: it still counts as evidence
from the second such reading on.

Only for series that were received at the pace of their event times (`STEADY_LEAST` readings so
far): a record replayed faster than it was measured has no lag to speak of. For those `arrival`
knows the eight hours alone.
"""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F64, I64, Columns, Field, Mask, Rows

FIELDS = (
    Field("lag", "f8"),
    Field("lag_before", "f8"),
    Field("lag_jitter", "f4"),
    Field("lag_steady", "u1"),
    Field("clock", "i8"),
)

STEADY_LEAST = 4
PACE_SHARE, PACE_MS = 0.2, 1_000.0
"""How far the lag may change between readings that come at the pace of their event times."""

TOLERANCE_MS, TOLERANCE_JITTER = 5_000.0, 6.0
"""Errors below are a good clock's; a series with an unsteady network has a wider tolerance."""

DRIFT_SHARE, DRIFT_MS = 0.002, 500.0
"""Most that a drifting clock loses a second, and between two readings besides."""

CREEP_SHARE = 0.1 / 3600.0
"""What an ordinary crystal may lose in a second: 2.4 s a day are followed, not flagged."""

JITTER_MEMORY = 32.0
FUTURE_MS = 2_000.0


@dataclass(frozen=True)
class Clock:
    """What the clock of each reading is worth; shape (n,).

    Attributes
    ----------
    judged
        Where the pace is known; nothing is said of the others.
    error_ms
        How far the clock runs ahead, 0 for a good one.
    again
        Wrong, and by the same error as the reading before.
    elapsed_ms
        By the device's own clock, since the reading before.
    lag
        Time of receipt less the time claimed, ms.
    steady
        Received at the pace of the event times.
    usual
        The lag is the usual one.
    """

    judged: Mask
    error_ms: I64
    again: Mask
    elapsed_ms: F64
    lag: F64
    steady: Mask
    usual: Mask


def look(table: Columns, series: Rows, told_ms: I64, received_ms: I64, interval_ms: F64) -> Clock:
    """Judge the clocks; changes nothing.

    Parameters
    ----------
    told_ms
        Event times as the devices claim them, shape (n,).
    received_ms
        Times of receipt.
    """
    known = table["count"][series] > 0
    clock = table["clock"][series]
    lag = (received_ms - told_ms).astype(np.float64)
    elapsed = told_ms - (table["time"][series, -1] + clock)
    change = np.abs(lag - table["lag_before"][series])
    steady = known & (elapsed > 0) & (change <= PACE_SHARE * elapsed + PACE_MS)
    judged = known & (table["lag_steady"][series] >= STEADY_LEAST)
    excess = table["lag"][series] - lag
    tolerance = np.maximum(TOLERANCE_MS, TOLERANCE_JITTER * table["lag_jitter"][series])
    usual = np.abs(excess) <= tolerance
    ahead = (excess > tolerance) & ((lag < -FUTURE_MS) | (excess > 0.5 * interval_ms))
    gradual = steady & (change <= DRIFT_SHARE * elapsed + DRIFT_MS)
    behind = (excess < -tolerance) & (gradual | (np.abs(excess - clock) <= tolerance))
    wrong = judged & (ahead | behind)
    again = wrong & (clock != 0) & (np.abs(excess - clock) <= tolerance)
    kept = again & ~gradual
    error = np.where(wrong, np.where(kept, clock, np.rint(excess)), 0).astype(np.int64)
    return Clock(judged, error, again, elapsed.astype(np.float64), lag, steady, usual)


def learn(table: Columns, series: Rows, clock: Clock, taken: Mask) -> None:
    """Move on with the readings that are taken in their order."""
    rows = series[taken]
    lag, steady = clock.lag[taken], clock.steady[taken]
    count = table["lag_steady"][rows]
    usual = table["lag"][rows]
    early = count < STEADY_LEAST
    creep = CREEP_SHARE * clock.elapsed_ms[taken]
    followed = usual + np.clip(lag - usual, -creep, creep)
    faster = (lag < usual) & (clock.error_ms[taken] == 0)
    good = clock.usual[taken]
    table["lag"][rows] = np.where(early | faster, lag, np.where(good, followed, usual))
    jitter = table["lag_jitter"][rows]
    # From one reading to the next: a clock that drifts must not widen its own tolerance.
    off = np.where(steady & ~early, np.abs(lag - table["lag_before"][rows]) - jitter, 0.0)
    table["lag_jitter"][rows] = jitter + off / JITTER_MEMORY
    table["lag_steady"][rows] = np.minimum(count + steady, 250)
    table["lag_before"][rows] = lag
    table["clock"][rows] = clock.error_ms[taken]

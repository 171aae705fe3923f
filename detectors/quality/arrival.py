"""What a reading is when it arrives: duplicate, late, wrong in time, or fresh.

* *duplicate*: its series already holds a reading of that event time. No effect.
* *late*: older than the newest of its series, but inside the ring's span and not older than
  `LATENESS_INTERVALS` intervals (six hours at least). Put in its place; past warnings stand.
* *too late*: older than that. No effect; counted.
* *odd clock*: eight hours ahead of its series, or behind it: the mark of a logger that forgot its
  time zone. SUSPECT and not used; if the next reading goes on from there, the series follows it.
  Only where times of receipt tell nothing; else `clocks` has mended the time before.
* *fresh*: everything else.
"""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F64, I64, Columns, Field, Mask, Rows
from detectors.state.tracks import RING

EIGHT_HOURS_MS = 8 * 3_600_000
LATENESS_INTERVALS = 48
LATENESS_LEAST_MS = 6 * 3_600_000
CLOCK_INTERVAL_MS = 2 * 3_600_000
"""Clocks are judged for series that report at least this often."""

FIELDS = (Field("odd_time", "i8"),)


@dataclass(frozen=True)
class Arrival:
    """Masks over readings, shape (n,); every reading is in exactly one, ``rewind`` apart.

    Attributes
    ----------
    rewind
        Fresh readings whose series must first forget what lies after them.
    """

    fresh: Mask
    late: Mask
    duplicate: Mask
    too_late: Mask
    odd: Mask
    rewind: Mask


def classify(
    table: Columns, series: Rows, time_ms: I64, interval_ms: F64, trusted: Mask
) -> Arrival:
    """Tell what each reading is; remember odd clocks.

    Parameters
    ----------
    time_ms
        Event times, mended where `clocks` knows the error, shape (n,).
    trusted
        Readings whose clock `clocks` has judged: no other guess is made about it.
    """
    known = table["count"][series] > 0
    ahead = np.where(known, time_ms - table["time"][series, -1], 1)
    none = np.zeros(len(series), bool)
    behind = ahead <= 0
    leap = (ahead > EIGHT_HOURS_MS // 2) & (interval_ms <= CLOCK_INTERVAL_MS) & ~trusted
    odd_time = table["odd_time"][series]
    strange = behind | leap | (odd_time != 0)
    if not strange.any():
        return Arrival(~none, none, none, none, none, none)
    return _classify_strange(table, series, time_ms, interval_ms, ahead, known, odd_time, trusted)


def _classify_strange(
    table: Columns,
    series: Rows,
    time_ms: I64,
    interval_ms: F64,
    ahead: I64,
    known: Mask,
    odd_time: I64,
    trusted: Mask,
) -> Arrival:
    behind = known & (ahead <= 0)
    held = _holds(table, series, time_ms)
    duplicate = held | ((odd_time != 0) & (odd_time == time_ms))
    slack = np.clip(2.0 * interval_ms, 600_000, 3_600_000)
    judged = known & (interval_ms <= CLOCK_INTERVAL_MS) & ~duplicate & ~trusted
    odd = judged & (np.abs(np.abs(ahead) - EIGHT_HOURS_MS) <= slack)
    newest = time_ms - ahead
    goes_on = (odd_time != 0) & (time_ms > odd_time) & ~duplicate
    goes_on &= np.where(ahead > 0, odd_time > newest, odd_time < newest)
    goes_on &= (ahead > 0) | odd
    rewind = goes_on & behind
    odd &= ~goes_on
    lateness = np.maximum(LATENESS_INTERVALS * interval_ms, LATENESS_LEAST_MS)
    full = table["count"][series] >= RING
    old = (-ahead > lateness) | (full & (time_ms < table["time"][series, 0]))
    rest = behind & ~duplicate & ~odd & ~rewind
    fresh = (~behind | rewind) & ~duplicate & ~odd
    table["odd_time"][series] = np.where(odd, time_ms, np.where(fresh, 0, odd_time))
    return Arrival(fresh, rest & ~old, duplicate, rest & old, odd, rewind)


def rewind(table: Columns, series: Rows, time_ms: I64) -> None:
    """Drop the readings after ``time_ms`` from each ring: they came by a clock set ahead."""
    count = np.minimum(table["count"][series], RING)
    used = np.arange(RING) >= RING - count[:, None]
    keep = used & (table["time"][series] < time_ms[:, None])
    order = np.argsort(keep, axis=1, kind="stable")
    for name in ("time", "value", "flags"):
        table[name][series] = np.take_along_axis(table[name][series], order, axis=1)
    table["count"][series] = keep.sum(axis=1)
    for name in ("coarse_count", "bin_count", "bin_sum", "bin_time"):
        table[name][series] = 0


def _holds(table: Columns, series: Rows, time_ms: I64) -> Mask:
    used = np.arange(RING) >= RING - np.minimum(table["count"][series], RING)[:, None]
    found: Mask = ((table["time"][series] == time_ms[:, None]) & used).any(axis=1)
    return found

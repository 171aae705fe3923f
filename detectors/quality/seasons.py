"""Climatology of water: no lower than its own month has ever been, by far.

Groundwater, pore pressure and soil moisture differ from site to site by more than from month to
month, so no table of limits holds for all (`detectors.quality.climatology` has that of rain). Each
series therefore learns the range of its own months, this year's and earlier ones', from readings
that all other tests let pass. The test is one-sided: rain lifts water by any amount within hours,
and the highest value on record is what a slope is watched for; but ground dries slowly, and what
falls below the month's lowest by more than the month's whole range was not drained, the sensor or
its cable fails. A month is judged when `DAYS_KNOWN` days of it are known. What has stayed there for
`ADOPTED_MS` is taken for the new usual: a sensor that was lowered.
"""

import numpy as np

from detectors.quality.climatology import month
from detectors.quality.limits import LEAST_JUMP, RISES_WITH_RAIN
from detectors.state.columns import F32, I64, U8, Columns, Field, Mask, Rows

FIELDS = (
    Field("month_low", "f4", 12, fill=float("inf")),
    Field("month_high", "f4", 12, fill=float("-inf")),
    Field("month_days", "u1", 12),
    Field("month_day", "i4"),
    Field("month_below", "i8"),
)

DAYS_KNOWN = 15
ADOPTED_MS = 3 * 86_400_000
RANGE_LEAST = 3.0
"""Least range of a month, in least jumps of the channel."""

_DAY_MS = 86_400_000


def too_low(
    table: Columns, series: Rows, channel: U8, time_ms: I64, value: F32, good: Mask
) -> Mask:
    """Flag water that is far below what its month has been; learn the month.

    Parameters
    ----------
    value
        Reading relative to its series' origin, shape (n,).
    good
        Readings that no other test doubts: these teach.

    Returns
    -------
    Mask
        Where the reading is too low.
    """
    found = np.zeros(len(series), bool)
    place = np.flatnonzero(RISES_WITH_RAIN[channel])
    if not place.size:
        return found
    rows, now, when = series[place], value[place], month(time_ms[place])
    low = table["month_low"][rows, when].astype(np.float64)
    high = table["month_high"][rows, when].astype(np.float64)
    known = table["month_days"][rows, when] >= DAYS_KNOWN
    least = RANGE_LEAST * LEAST_JUMP[channel[place]]
    below = known & (now < low - np.maximum(high - low, least))
    since = table["month_below"][rows]
    since = np.where(below, np.where(since > 0, since, time_ms[place]), 0)
    adopted = below & (time_ms[place] - since > ADOPTED_MS)
    table["month_below"][rows] = np.where(adopted, 0, since)
    below &= ~adopted
    _learn(table, rows, when, time_ms[place], now, good[place] & ~below)
    found[place] = below
    return found


def _learn(table: Columns, rows: Rows, when: Rows, time_ms: I64, value: F32, good: Mask) -> None:
    """Widen the month's range; count its days."""
    rows, when, value = rows[good], when[good], value[good]
    table["month_low"][rows, when] = np.minimum(table["month_low"][rows, when], value)
    table["month_high"][rows, when] = np.maximum(table["month_high"][rows, when], value)
    day = (time_ms[good] // _DAY_MS).astype(np.int32)
    new = day > table["month_day"][rows]
    days = table["month_days"][rows, when]
    table["month_days"][rows, when] = np.where(new, np.minimum(days + 1, 250), days)
    table["month_day"][rows] = np.maximum(day, table["month_day"][rows])

"""The constant-rate stage of a displacement series, found in its own past.

Of all stretches of the past that are straight to within the series' noise the longest is taken as
the stage of secondary creep, and its slope as the constant rate; primary creep before it and
tertiary creep after it are bent. A stretch has eight values or more, and never the three newest.
Which past: bins of the coarse ring once there are eight, else single readings if they come every
six hours or more seldom. Where no stretch is straight, the median rate of the whole past stands in
for it. Until then no constant rate is known, and no angle.

A slope that accelerates for days fills the ring with its own acceleration, of which a short stretch
looks straight. So a stage that is known gives way to a faster one only if that is as long as
`LASTING` values, and to the median never.
"""

from dataclasses import dataclass

import numpy as np

from detectors.rules import FAMILIES
from detectors.state.columns import F64, I64, Array, Field, Mask, Rows
from detectors.state.noise import PRIOR, SCALE_SHARE, floored
from detectors.state.tracks import DAY_MS, RING, Round

FIELDS = (
    Field("constant", "f4", fill=float("nan")),
    Field("constant_from", "f8", fill=float("nan")),
    Field("constant_to", "f8", fill=float("nan")),
)
LEAST_RATES = 7
NEWEST_LEFT_OUT = 3
SELDOM_MS = 6 * 3_600_000
STRETCHES = (29, 24, 20, 16, 12, 8)
"""Lengths that are tried, in values; the longest that is straight is taken."""

STRAIGHT = 1.5
"""Scatter about a straight line, against the noise, up to which it is straight."""

FASTER = 1.1
"""Against the rate that is known: less is the same stage, seen longer."""

LASTING = 29
_BIN_NOISE = 4
_DISPLACEMENT = FAMILIES.index("displacement")


@dataclass(frozen=True)
class Stage:
    """Constant-rate stages, shape (n,).

    Attributes
    ----------
    rate
        Absolute, per day; never less than two of its standard errors.
    begins_ms, ends_ms
        NaN where no stretch is straight.
    values
        How many values it lasts.
    """

    rate: F64
    begins_ms: F64
    ends_ms: F64
    values: Array


def update_constant(batch: Round) -> None:
    """Refresh the stage where new knowledge has come."""
    table = batch.table
    mine = batch.family == _DISPLACEMENT
    bins = table["coarse_count"][batch.series]
    by_bins = mine & batch.closed & (bins > LEAST_RATES + NEWEST_LEFT_OUT)
    if by_bins.any():
        rows = batch.series[by_bins]
        ring = table["coarse_time"][rows], table["coarse_value"][rows], bins[by_bins]
        _take(batch, by_bins, stage_of(*ring, _noise(batch, by_bins, _BIN_NOISE)))
    seldom = mine & (batch.interval_ms >= SELDOM_MS) & (bins <= LEAST_RATES + NEWEST_LEFT_OUT)
    seldom &= batch.count > LEAST_RATES + NEWEST_LEFT_OUT
    if seldom.any():
        rows = batch.series[seldom]
        ring = table["time"][rows], table["value"][rows], batch.count[seldom]
        _take(batch, seldom, stage_of(*ring, _noise(batch, seldom, 0)))


def _noise(batch: Round, mask: Mask, scale: int) -> F64:
    noise = batch.table["noise"][batch.series[mask], scale].astype(np.float64)
    return floored(noise, PRIOR[batch.channel[mask]] * SCALE_SHARE[scale])


def _take(batch: Round, mask: Mask, found: Stage) -> None:
    table, rows = batch.table, batch.series[mask]
    known = table["constant"][rows].astype(np.float64)
    staged = ~np.isnan(table["constant_from"][rows])
    shorter = (found.rate > FASTER * known) & (found.values < LASTING)
    stays = staged & (shorter | (found.values == 0))
    kept = np.where(stays, known, found.rate)
    table["constant"][rows] = kept
    for name, new in (("constant_from", found.begins_ms), ("constant_to", found.ends_ms)):
        table[name][rows] = np.where(stays, table[name][rows], new)


def stage_of(times: I64, values: Array, count: Array, noise: F64) -> Stage:
    """Find each row's constant-rate stage.

    Parameters
    ----------
    times, values
        Rings, shape (n, RING), newest last, milliseconds and any unit.
    count
        Values in each ring, at least ``LEAST_RATES + NEWEST_LEFT_OUT + 1``.
    noise
        Standard deviation of a value, shape (n,).

    Examples
    --------
    Ten days that slow down, twelve at 2 mm a day, seven that speed up:

    >>> import numpy as np
    >>> day = np.arange(32.0)
    >>> moved = 2.0 * day + 0.3 * np.maximum(10 - day, 0) ** 2 + 0.8 * np.maximum(day - 22, 0) ** 2
    >>> found = stage_of(day.astype(np.int64)[None] * 86_400_000, moved[None], np.array([32]),
    ...                  np.array([0.2]))
    >>> found.rate.round(1).tolist(), (found.begins_ms / 8.64e7).tolist()
    ([2.0], [10.0])
    """
    rate = median_rate(times, values, count)
    begins, ends = np.full((2, len(rate)), np.nan)
    length = np.zeros(len(rate), np.intp)
    first = RING - np.minimum(count, RING)
    open_rows: Rows = np.arange(len(rate))
    for size in STRETCHES:
        if not len(open_rows):
            break
        slope, scatter, apart = _lines(times[open_rows], values[open_rows], size)
        starts = np.arange(slope.shape[1])
        scatter = np.where(starts >= first[open_rows, None], scatter, np.inf)
        best = scatter.argmin(axis=1)
        row = np.arange(len(open_rows))
        straight = scatter[row, best] <= STRAIGHT * noise[open_rows]
        rows, start = open_rows[straight], best[straight]
        # A rate is not known better than its own error.
        spread = 2.0 * noise[rows] / (apart[row, best][straight] * np.sqrt(size))
        rate[rows] = np.maximum(np.abs(slope[row, best][straight]), spread)
        begins[rows], ends[rows] = times[rows, start], times[rows, start + size - 1]
        length[rows] = size
        open_rows = open_rows[~straight]
    return Stage(rate, begins, ends, length)


def _lines(times: I64, values: Array, size: int) -> tuple[F64, F64, F64]:
    """Slope per day of the line through each stretch, scatter about it, spread of its days."""
    last = RING - NEWEST_LEFT_OUT
    days = (times[:, :last] - times[:, last - 1 : last]) / DAY_MS
    moved = values[:, :last].astype(np.float64) - values[:, last - 1 : last]
    columns = (days, moved, days * days, days * moved, moved * moved)
    x, y, xx, xy, yy = (_sums(column, size) / size for column in columns)
    spread = np.maximum(xx - x * x, 1e-12)
    along = xy - x * y
    left = np.maximum(yy - y * y - along * along / spread, 0.0)
    return along / spread, np.sqrt(left * size / (size - 2)), np.sqrt(spread)


def _sums(column: F64, size: int) -> F64:
    total = np.cumsum(np.pad(column, ((0, 0), (1, 0))), axis=1)
    found: F64 = total[:, size:] - total[:, :-size]
    return found


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

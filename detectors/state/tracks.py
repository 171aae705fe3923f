"""What is kept of each series: its recent readings, and means over longer bins.

Two rings a series. The fine ring holds the last `RING` readings. The coarse ring holds the last
`RING` bins, each the mean of the usable readings in a bin of time as wide as `BIN_INTERVALS`
intervals, at least ten minutes; so slow motion is seen below the noise of single readings
(at 10-minute steps: 5 hours and 5 days). Values are kept as float32 relative to the series' first
value; newest last; unused slots come first and are told by the count.
"""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F32, F64, I64, U8, Array, Columns, Field, Mask, Rows
from detectors.state.partners import Partners

RING = 32
BIN_INTERVALS = 24
BIN_LEAST_MS = 600_000
DAY_MS = 86_400_000.0

FIELDS = (
    Field("count", "i4"),
    Field("origin", "f8"),
    Field("time", "i8", RING),
    Field("value", "f4", RING),
    Field("flags", "u1", RING),
    Field("bin", "i8"),
    Field("bin_count", "i4"),
    Field("bin_sum", "f8"),
    Field("bin_time", "f8"),
    Field("coarse_count", "i4"),
    Field("coarse_last", "i4"),
    Field("coarse_time", "i8", RING),
    Field("coarse_value", "f4", RING),
)


@dataclass
class Round:
    """One reading of each of n distinct series, in time order within each series.

    Attributes
    ----------
    series, point
        Row in the table of series, row in the table of points; shape (n,).
    channel, family
        Codes: position in `domain.channels.CHANNEL_NAMES` and in `detectors.rules.FAMILIES`.
    interval_ms
        Nominal sampling interval.
    time_ms, raw
        The reading as it came.
    flag
        QARTOD flag.
    value
        What kinematics may use, relative to the series' origin: the reading, or the last good one
        in place of a suspect reading.
    count
        Readings of the series so far, this one included.
    times, values
        The fine ring, shape (RING, n): days before this reading (0 or less), and values.
    closed
        Where this reading closed a bin of the coarse ring.
    limits
        Rule thresholds of each reading's point by name, shape (n,) each.
    table
        All state; a detector touches only its own columns, only in rows ``series``.
    partners
        The way to the other series of the same device and point, before this reading's time.
    """

    series: Rows
    point: Rows
    channel: U8
    family: U8
    interval_ms: F64
    time_ms: I64
    raw: F64
    flag: U8
    value: F32
    count: Array
    times: F64
    values: F32
    closed: Mask
    limits: "Limits"
    table: Columns
    partners: Partners

    @property
    def good(self) -> Mask:
        """Readings that may move a level."""
        return self.flag < 3

    def __len__(self) -> int:
        return len(self.series)

    def select(self, mask: Mask) -> "Round":
        """Keep the readings of a mask, shape (n,); the same object if it keeps all."""
        if mask.all():
            return self
        return Round(
            self.series[mask],
            self.point[mask],
            self.channel[mask],
            self.family[mask],
            self.interval_ms[mask],
            self.time_ms[mask],
            self.raw[mask],
            self.flag[mask],
            self.value[mask],
            self.count[mask],
            np.ascontiguousarray(self.times[:, mask]),
            np.ascontiguousarray(self.values[:, mask]),
            self.closed[mask],
            self.limits.select(mask),
            self.table,
            self.partners.select(mask),
        )


class Limits:
    """Thresholds of the points of a round's readings."""

    def __init__(self, matrix: F64, names: dict[str, int], point: Rows) -> None:
        self._matrix = matrix
        self._names = names
        self._point = point

    def __getitem__(self, name: str) -> F64:
        """One threshold for each reading.

        Raises
        ------
        KeyError
            If the rule table has no such threshold.
        """
        found: F64 = self._matrix[self._point, self._names[name]]
        return found

    def select(self, mask: Mask) -> "Limits":
        """Keep the readings of a mask."""
        return Limits(self._matrix, self._names, self._point[mask])


def push(table: Columns, series: Rows, time_ms: I64, value: F32, flag: U8) -> tuple[I64, F32]:
    """Append a reading to each fine ring.

    Returns
    -------
    tuple of arrays
        Times (n, RING) and values (n, RING) after the append.
    """
    times: I64 = np.empty((len(series), RING), np.int64)
    values: F32 = np.empty((len(series), RING), np.float32)
    flags: U8 = np.empty((len(series), RING), np.uint8)
    for ring, name, new in ((times, "time", time_ms), (values, "value", value)):
        old = table[name][series]
        ring[:, :-1] = old[:, 1:]
        ring[:, -1] = new
        table[name][series] = ring
    flags[:, :-1] = table["flags"][series][:, 1:]
    flags[:, -1] = flag
    table["flags"][series] = flags
    table["count"][series] += 1
    return times, values


def insert(table: Columns, series: Rows, time_ms: I64, value: F32, flag: U8) -> None:
    """Put late readings into their places; a full ring drops its oldest reading.

    The caller has made sure that each lies inside its ring's span (or the ring is not full).
    """
    count = table["count"][series]
    lowest = np.iinfo(np.int64).min
    times = np.concatenate((time_ms[:, None], table["time"][series]), axis=1)
    used = np.arange(RING) >= RING - np.minimum(count, RING)[:, None]
    keys = np.where(np.concatenate((np.ones((len(series), 1), bool), used), axis=1), times, lowest)
    order = np.argsort(keys, axis=1, kind="stable")[:, 1:]
    table["time"][series] = np.take_along_axis(times, order, axis=1)
    for name, new in (("value", value), ("flags", flag)):
        column = np.concatenate((new[:, None], table[name][series]), axis=1)
        table[name][series] = np.take_along_axis(column, order, axis=1)
    table["count"][series] = count + 1


def accumulate(table: Columns, series: Rows, interval_ms: F64, time_ms: I64, value: F32) -> Mask:
    """Add readings to their bins; close the bins that they leave behind.

    Returns
    -------
    Mask
        Where a bin was closed and its mean went to the coarse ring.
    """
    width = np.maximum(interval_ms * BIN_INTERVALS, BIN_LEAST_MS).astype(np.int64)
    start = time_ms - time_ms % width
    closed: Mask = (table["bin_count"][series] > 0) & (start != table["bin"][series])
    if closed.any():
        _close(table, series[closed])
    table["bin"][series] = start
    table["bin_count"][series] += 1
    table["bin_sum"][series] += value
    table["bin_time"][series] += time_ms - start
    return closed


def _close(table: Columns, series: Rows) -> None:
    count = table["bin_count"][series]
    mean_time = table["bin"][series] + (table["bin_time"][series] / count).astype(np.int64)
    mean = (table["bin_sum"][series] / count).astype(np.float32)
    for name, new in (("coarse_time", mean_time), ("coarse_value", mean)):
        ring = table[name][series]
        ring[:, :-1] = ring[:, 1:].copy()
        ring[:, -1] = new
        table[name][series] = ring
    table["coarse_count"][series] += 1
    table["coarse_last"][series] = count
    for name in ("bin_count", "bin_sum", "bin_time"):
        table[name][series] = 0

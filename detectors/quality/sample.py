"""What every test of quality is given: readings, with what is known of their series."""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F32, F64, I64, U8, Array, Columns, Mask, Rows


@dataclass(frozen=True)
class Sample:
    """One reading of each of n distinct series, not yet in their rings.

    Attributes
    ----------
    table
        State of all series; a test touches only its own columns, only in rows ``series``.
    series
        Row in the table, shape (n,).
    channel
        Position in `domain.channels.CHANNEL_NAMES`.
    time_ms, interval_ms
        Event time; nominal sampling interval of the series.
    value
        The reading relative to its series' origin, in the channel's unit.
    raw
        The reading itself, in the channel's unit.
    noise
        Standard deviation of a single reading, in the channel's unit.
    """

    table: Columns
    series: Rows
    channel: U8
    time_ms: I64
    interval_ms: F64
    value: F32
    raw: F64
    noise: F64

    def __len__(self) -> int:
        return len(self.series)


@dataclass(frozen=True)
class Before:
    """What the series of a sample last said, shape (n,) each.

    Attributes
    ----------
    count, known
        Readings so far; whether there is any.
    recent, last
        Last five good values, shape (n, 5), relative to the origin; the newest of them.
    gap_ms, intervals
        Time since the last reading, also in intervals; one interval where there is none.
    """

    count: Array
    known: Mask
    recent: F32
    last: F32
    gap_ms: F64
    intervals: F64

    @classmethod
    def of(cls, sample: Sample) -> "Before":
        """Look it up."""
        table, series = sample.table, sample.series
        count = table["count"][series]
        known = count > 0
        recent = table["value"][series, -5:]
        since_ms = sample.time_ms - table["time"][series, -1]
        gap_ms = np.where(known, since_ms, sample.interval_ms)
        return cls(count, known, recent, recent[:, -1], gap_ms, gap_ms / sample.interval_ms)

    def change(self, value: F32) -> F64:
        """From the last good value to these; 0 where there is none."""
        found: F64 = np.where(self.known, value.astype(np.float64) - self.last, 0.0)
        return found

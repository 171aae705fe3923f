"""The record of one series as the methods of this package see it."""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F32, F64, I64
from detectors.state.tracks import DAY_MS

MODEL_ERROR = 0.02
"""Share of the displacement that no law of creep explains: slopes do not follow formulas closer.

Taken of what has moved since a value: the newest values, which tell how near failure is, stay
sharp.
"""

START_SHARE = 0.1
NEWEST = 3


@dataclass(frozen=True)
class History:
    """Displacement of one series, oldest first.

    Attributes
    ----------
    now_ms
        Event time of the newest value.
    days
        Days before ``now_ms`` (0 or less), shape (n,), increasing.
    moved
        Displacement in the unit of the channel, shape (n,); what grows is positive.
    sigma
        Standard deviation of each value, shape (n,), with `MODEL_ERROR` of what has moved since.
    bins, bin_days
        How many of the oldest values are means over bins of time, and how wide a bin is.
    noise
        Standard deviation of a single reading.
    """

    now_ms: int
    days: F64
    moved: F64
    sigma: F64
    noise: float
    bins: int = 0
    bin_days: float = 0.0

    @property
    def size(self) -> float:
        """Displacement from the lowest value to the newest three."""
        return float(np.median(self.moved[-NEWEST:]) - self.moved.min())

    @property
    def start(self) -> int:
        """Index of the last value below a tenth of the displacement."""
        low = self.moved <= self.moved.min() + START_SHARE * self.size
        return int(np.flatnonzero(low)[-1])

    @property
    def span_days(self) -> float:
        """How long the motion has been seen."""
        return max(-float(self.days[self.start]), float(self.days[-1] - self.days[-NEWEST - 1]))

    @property
    def newest_velocity(self) -> float:
        """Velocity per day over the newest quarter of the displacement."""
        newest = float(np.median(self.moved[-NEWEST:]))
        last = int(np.flatnonzero(self.moved <= newest - 0.25 * self.size)[-1])
        return (newest - float(self.moved[last])) / max(-float(self.days[last]), 1e-9)

    def __len__(self) -> int:
        return len(self.days)


def history_of(
    time_ms: I64,
    value: F32 | F64,
    noise: float,
    *,
    bin_time_ms: I64 | None = None,
    bin_value: F32 | F64 | None = None,
    bin_noise: float = 0.0,
    bin_ms: float = 0.0,
) -> History | None:
    """Join the newest readings with means of older bins.

    Parameters
    ----------
    time_ms, value
        Newest readings, shape (n,), times increasing.
    noise
        Standard deviation of one reading, in the unit of the values.
    bin_time_ms, bin_value, bin_noise, bin_ms
        Mean times and means of bins, shape (m,), their noise and their width; those as late as the
        readings are left out.

    Returns
    -------
    History or None
        ``None`` if there are fewer than five values.

    Examples
    --------
    >>> import numpy as np
    >>> hours = np.arange(6) * 3_600_000
    >>> made = history_of(hours, 20.0 - 2.0 * np.arange(6.0), 0.1)
    >>> made.moved.tolist(), made.size
    ([-0.0, 2.0, 4.0, 6.0, 8.0, 10.0], 8.0)
    """
    times, values = time_ms.astype(np.float64), value.astype(np.float64)
    sigma, bins = np.full(len(times), noise), 0
    if bin_time_ms is not None and bin_value is not None and len(times):
        older = bin_time_ms < time_ms[0]
        bins = int(older.sum())
        times = np.concatenate((bin_time_ms[older].astype(np.float64), times))
        values = np.concatenate((bin_value[older].astype(np.float64), values))
        sigma = np.concatenate((np.full(bins, bin_noise), sigma))
    if len(times) <= NEWEST + 1:
        return None
    newest = float(np.median(values[-NEWEST:]))
    moved = values - values[0]
    if newest - np.median(values[:NEWEST]) < 0.0:
        moved = -moved
    since = np.maximum(float(np.median(moved[-NEWEST:])) - moved, 0.0)
    return History(
        now_ms=int(time_ms[-1]),
        days=(times - times[-1]) / DAY_MS,
        moved=moved,
        sigma=np.hypot(sigma, MODEL_ERROR * since),
        noise=noise,
        bins=bins,
        bin_days=bin_ms / DAY_MS,
    )

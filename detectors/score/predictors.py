"""What the next reading of a series should be: four simple predictions, weighed by their success.

* *last*: as the reading before. Best for slow swings and for motion.
* *fast*: mean of about the last `FAST` readings (exponential weights). Best for noise.
* *trend*: the same with its trend (Brown's double exponential smoothing).
* *daily*: mean of about the last `SLOW` readings and what the hour of the day usually adds.

Each weighs by the fourth power of its inverse mean absolute error, so the same code follows white
noise, a swing, a trend and the sun's rhythm, and nobody chooses. Errors are learned up to a bound,
so that a spike does not become the prediction.
"""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F64, Array, Field, Mask
from detectors.state.tracks import DAY_MS, Round

FAST = 8.0
SLOW = 24.0
MEMORY = 64.0
HOURS = 24
DAYS = 8.0
"""Days over which the hour's share is averaged."""

_KINDS = 4
FIELDS = (
    Field("last_value", "f8"),
    Field("fast_level", "f8"),
    Field("fast_twice", "f8"),
    Field("slow_level", "f8"),
    Field("kind_error", "f8", _KINDS),
    Field("daily", "f4", HOURS),
)


@dataclass
class Predictors:
    """Predictions for one reading each of n series, relative to the series' origin.

    Attributes
    ----------
    kinds
        Shape (4, n): last, fast, trend, daily.
    prediction
        Their weighted mean, shape (n,).
    staleness
        How many times larger an error may be after a gap: the root of the intervals passed, as
        far as the series is best predicted by its last value; at least 1.
    """

    kinds: F64
    prediction: F64
    staleness: F64
    _hour: Array
    _daily: F64
    _error: F64

    @classmethod
    def of(cls, batch: Round) -> "Predictors":
        """Predict from the state before the reading."""
        table, rows = batch.table, batch.series
        fast, twice = table["fast_level"][rows], table["fast_twice"][rows]
        hour, daily = _daily_share(batch)
        kinds: F64 = np.stack(
            (
                table["last_value"][rows],
                fast,
                fast + (fast - twice) * (FAST / (FAST - 1.0)),
                table["slow_level"][rows] + daily,
            )
        )
        error = np.ascontiguousarray(table["kind_error"][rows].T)
        best = error.min(axis=0)
        weight = (best + 1e-300) / (error + 1e-300)
        weight *= weight
        weight *= weight
        total = weight[0] + weight[1] + weight[2] + weight[3]
        prediction = (
            weight[0] * kinds[0]
            + weight[1] * kinds[1]
            + weight[2] * kinds[2]
            + weight[3] * kinds[3]
        ) / total
        passed = np.where(batch.count > 1, -batch.times[-2] * DAY_MS / batch.interval_ms, 1.0)
        stale = 1.0 + (weight[0] + weight[2]) / total * (np.sqrt(np.clip(passed, 1.0, 256.0)) - 1.0)
        return cls(kinds, prediction, stale, hour, daily, error)

    def level(self) -> F64:
        """Recent level without the hour's share, before the reading."""
        found: F64 = self.kinds[3] - self._daily
        return found

    def learn(self, batch: Round, value: F64, bounded: F64, usable: Mask, anew: Mask) -> None:
        """Move the state on.

        Parameters
        ----------
        value, bounded
            The reading, and the reading as far as it may move the predictions.
        anew
            Where the reading is the start of a new level.
        """
        table, rows = batch.table, batch.series
        seen = table["error_seen"][rows]
        anew = anew | (usable & (seen == 0))
        learned = np.where(usable & (seen > 0), np.abs(bounded - self.kinds), self._error)
        gain = np.maximum(1.0 / np.maximum(seen, 1), 1.0 / MEMORY)
        table["kind_error"][rows] = (self._error + gain * (learned - self._error)).T
        fast = self.kinds[1] + (bounded - self.kinds[1]) / np.minimum(seen + 1.0, FAST)
        twice = table["fast_twice"][rows]
        twice = twice + (fast - twice) / np.minimum(seen + 1.0, FAST)
        slow = self.level()
        calm = bounded - self._daily
        slow_next = slow + (calm - slow) / np.minimum(seen + 1.0, SLOW)
        start = value - self._daily
        for name, new, first in (
            ("last_value", bounded, value),
            ("fast_level", fast, value),
            ("fast_twice", twice, value),
            ("slow_level", slow_next, start),
        ):
            old = table[name][rows]
            table[name][rows] = np.where(anew, first, np.where(usable, new, old))
        share = np.minimum(batch.interval_ms * HOURS / (DAYS * DAY_MS), 1.0 / DAYS)
        share = np.where(usable & ~anew & (batch.interval_ms < DAY_MS), share, 0.0)
        table["daily"][rows, self._hour] += share * (bounded - self.kinds[3])


def _daily_share(batch: Round) -> tuple[Array, F64]:
    """Nearest hour, and what the time of day adds: between full hours, in a straight line."""
    hours = batch.time_ms % int(DAY_MS) / (DAY_MS / HOURS)
    before = hours.astype(np.intp)
    part = hours - before
    after = (before + 1) % HOURS
    daily, rows = batch.table["daily"], batch.series
    share: F64 = daily[rows, before] * (1.0 - part) + daily[rows, after] * part
    return np.where(part < 0.5, before, after), share

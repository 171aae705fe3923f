"""What the detectors made of a file: one entry for each of its rows, and the warnings."""

from dataclasses import dataclass

import numpy as np

from detectors.score.spells import spells_of
from detectors.state.columns import F64, I64, U8
from domain.levels import Flag
from domain.quality import Test
from domain.times import iso
from domain.warnings import Forecast, Reason, WarningEvent


@dataclass(frozen=True)
class LevelChange:
    """A change of level with its reasons; ``time_ms`` is UTC milliseconds.

    ``forecast_refused`` says why moving ground got no forecast with it (`ForecastRefusal`).
    """

    time_ms: int
    level: int
    reasons: tuple[Reason, ...]
    forecast_refused: str = ""


@dataclass(frozen=True)
class Analysis:
    """What the detectors make of a file; arrays have one entry for each row, in file order.

    Attributes
    ----------
    rows, used
        Rows of the file, and readings that the engine used (finite, distinct in time).
    flag
        QARTOD flag; 9 where the value is missing; of the first for a repeated time.
    tests
        Which quality tests spoke: bits of `domain.quality.Test`.
    anomaly_score
        In [0, 1]; 0 where not judged.
    velocity, tangential_angle
        As in `domain.frames.Features`; NaN where they make no sense.
    levels
        Changes of level, in order.
    forecasts
        Every forecast that a reading gave, in order.
    warnings
        The events themselves.
    interval_s
        Interval in seconds that the series was taken to have.
    """

    rows: int
    used: int
    time_ms: I64
    value: F64
    flag: U8
    tests: I64
    anomaly_score: F64
    velocity: F64
    tangential_angle: F64
    level: U8
    levels: tuple[LevelChange, ...]
    forecasts: tuple[Forecast, ...]
    warnings: tuple[WarningEvent, ...]
    interval_s: float

    @property
    def max_level(self) -> int:
        """Highest level reached."""
        return max((change.level for change in self.levels), default=0)

    @property
    def quality(self) -> dict[str, int]:
        """Rows by flag; UNKNOWN counts as good, for nothing speaks against it."""
        counts = np.bincount(self.flag, minlength=10)
        return {
            "good": int(counts[Flag.GOOD] + counts[Flag.UNKNOWN]),
            "suspect": int(counts[Flag.SUSPECT]),
            "fail": int(counts[Flag.FAIL]),
            "missing": int(counts[Flag.MISSING]),
        }

    @property
    def anomalies(self) -> list[tuple[int, int, float]]:
        """Spells of high scores in order of time: begin and end in UTC ms, highest score."""
        order = np.argsort(self.time_ms, kind="stable")
        order = order[self.flag[order] != Flag.MISSING]
        times = self.time_ms[order]
        found = spells_of(self.anomaly_score[order])
        return [(int(times[s.first]), int(times[s.last]), s.score) for s in found]

    @property
    def named(self) -> dict[Test, int]:
        """Rows by the quality test that spoke of them; a row may count for several."""
        counts = {test: int((self.tests & test > 0).sum()) for test in Test}
        return {test: count for test, count in counts.items() if count}

    def to_json(self) -> dict[str, object]:
        """Make the report of ``geohazard analyze --json``, times in ISO 8601."""
        return {
            "rows": self.rows,
            "used": self.used,
            "quality": self.quality,
            "levels": [
                {
                    "time": iso(c.time_ms),
                    "level": c.level,
                    "reasons": [_plain(r) for r in c.reasons],
                    "forecast_refused": c.forecast_refused,
                }
                for c in self.levels
            ],
            "forecasts": [
                {
                    "made_at": iso(f.made_at_ms),
                    "failure_time": iso(f.failure_ms),
                    "earliest": iso(f.earliest_ms),
                    "latest": iso(f.latest_ms),
                    "method": f.method,
                    "r2": f.r2,
                    "coverage": f.coverage,
                    "onset": iso(f.onset_ms),
                    "methods": {m.method: iso(m.failure_ms) for m in f.methods},
                }
                for f in self.forecasts
            ],
            "anomalies": [
                {"begin": iso(begin), "end": iso(end), "score": round(score, 3)}
                for begin, end, score in self.anomalies
            ],
            "max_level": self.max_level,
        }


def _plain(reason: Reason) -> dict[str, object]:
    return {name: getattr(reason, name) for name in reason.__struct_fields__}

"""Many series through the live engine, and counts of right and wrong; for public benchmarks."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detectors.engine import Engine
from domain.frames import Names, Readings
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
POINT_ID = make_point_id("000000", HazardType.LANDSLIDE, 1)


@dataclass(frozen=True)
class Counts:
    """Readings by truth and verdict."""

    right: int = 0
    false: int = 0
    missed: int = 0
    quiet: int = 0

    @classmethod
    def of(cls, truth: Mask, said: Mask) -> "Counts":
        """Count one series."""
        pairs = ((truth & said), (~truth & said), (truth & ~said), (~truth & ~said))
        return cls(*(int(pair.sum()) for pair in pairs))

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.right + other.right,
            self.false + other.false,
            self.missed + other.missed,
            self.quiet + other.quiet,
        )

    @property
    def precision(self) -> float:
        """Share of what was said that is true; NaN if nothing was said."""
        said = self.right + self.false
        return self.right / said if said else float("nan")

    @property
    def recall(self) -> float:
        """Share of the truth that was said; NaN if there is none."""
        true = self.right + self.missed
        return self.right / true if true else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(2 * self.right + self.false + self.missed, 1)

    @property
    def false_alarm_rate(self) -> float:
        """Share of the usual readings that were called anomalous."""
        return self.false / max(self.false + self.quiet, 1)


def engine_scores(times_ms: I64, columns: F64) -> F64:
    """Anomaly scores of `engine_features`."""
    return engine_features(times_ms, columns)[0]


def engine_features(
    times_ms: I64, columns: F64, channel: str = "generic"
) -> tuple[F64, npt.NDArray[np.uint8]]:
    """Anomaly scores and quality flags as the pipeline gives them, one device for each column.

    Parameters
    ----------
    times_ms
        Shape (n,), increasing.
    columns
        Shape (n, k); NaN where a value is missing.

    Returns
    -------
    tuple of arrays
        Scores, shape (n, k), NaN where the engine did not judge; flags, 9 where a value is missing.
    """
    size, width = columns.shape
    devices = tuple(f"d{i}" for i in range(width))
    interval_s = float(np.median(np.diff(times_ms))) / 1000.0
    registry = {
        POINT_ID: Point(
            POINT_ID,
            "file",
            HazardType.LANDSLIDE,
            0.0,
            0.0,
            devices=tuple(Device(name, (channel,), interval_s) for name in devices),
        )
    }
    scores, flags = np.full((size, width), np.nan), np.full((size, width), 9, np.uint8)
    code = np.tile(np.arange(width, dtype=np.int32), size)
    times = np.repeat(times_ms, width)
    zero = np.zeros(len(code), np.int32)
    kept = np.isfinite(columns.ravel())
    readings = Readings(
        Names((POINT_ID,), zero[kept]),
        Names(devices, code[kept]),
        Names((channel,), zero[kept]),
        times[kept],
        times[kept],
        columns.ravel()[kept],
        Names(("file",), zero[kept]),
    )
    outcome = Engine(registry).process(readings)
    place = np.flatnonzero(kept)[outcome.feature_rows]
    scores.ravel()[place] = outcome.features.anomaly_score
    flags.ravel()[place] = outcome.features.flag
    return scores, flags

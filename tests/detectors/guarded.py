"""Detectors that are watched, and the quiet and the events that they are shown."""

from dataclasses import fields

import numpy as np

from detectors.base import Detector, Verdict
from detectors.engine import Engine
from detectors.state.columns import Columns
from detectors.state.tracks import Round

QUIET_SIGMA = {
    "displacement": 3.0,
    "tilt": 0.01,
    "dynamic": 0.3,
    "flow": 0.02,
    "water": 0.3,
    "health": 0.05,
    "other": 1.0,
    "rain": 0.0,
}


CHANNEL_OF = {
    "displacement": "gnss_e",
    "tilt": "tilt_x",
    "dynamic": "vibration",
    "flow": "mud_level",
    "water": "pore_pressure",
    "health": "battery",
    "other": "generic",
    "rain": "rain",
}


RECEIVER = ("gnss_e", "gnss_n", "gnss_u")
"""Displacement comes as a receiver gives it: some methods look at all its axes."""


ONSET = 150


ONSET_DELAY = {
    "displacement": 6,
    "tilt": 6,
    "dynamic": 3,
    "flow": 3,
    "water": 1,
    "health": 1,
    "other": 1,
    "rain": 9,  # until 100 mm have fallen
}
"""Readings after the onset within which it must be found."""


class Guarded:
    """A detector whose inputs and outputs are watched."""

    def __init__(self, inner: Detector) -> None:
        self.inner = inner
        self.name, self.families = inner.name, inner.families
        self.fields, self.feature_names = inner.fields, inner.feature_names
        self.thresholds, self.begin = inner.thresholds, inner.begin

    def update(self, batch: Round) -> Verdict:
        names = [f.name for f in fields(Round) if f.name not in ("limits", "table", "partners")]
        before = {name: getattr(batch, name).copy() for name in names}
        foreign = self._foreign(batch.table, batch.series)
        verdict = self.inner.update(batch)
        for name in names:
            assert same(getattr(batch, name), before[name]), f"changed its input {name!r}"
        after = self._foreign(batch.table, batch.series)
        for name, column in foreign.items():
            assert same(after[name], column), f"changed state of others: {name!r}"
        self._check(batch, verdict)
        return verdict

    def _foreign(self, table: Columns, series: np.ndarray) -> dict[str, np.ndarray]:
        """All rows of columns that are not its own, and its own in rows that are not its."""
        own = {field.name for field in self.fields} | {"noise"}
        others = np.setdiff1d(np.arange(table.size), series)
        exported = table.export()
        return {
            name: (column[others] if name in own else column).copy()
            for name, column in exported.items()
        }

    def _check(self, batch: Round, verdict: Verdict) -> None:
        for field in fields(Verdict):
            told = getattr(verdict, field.name)
            assert told is None or len(told) == len(batch), f"length of {field.name}"
        for levels in (verdict.claim, verdict.sure, verdict.stay):
            assert (levels <= 4).all(), "a level above 4"
        doubtful = ~batch.good
        assert not verdict.claim[doubtful].any(), "claimed on a suspect reading"
        assert not verdict.sure[doubtful].any(), "was sure of a suspect reading"
        score = verdict.score[~np.isnan(verdict.score)]
        assert ((score >= 0.0) & (score <= 1.0)).all(), "a score outside [0, 1]"
        spoke = (verdict.claim > 0) | (verdict.sure > 0) | (verdict.stay > 0)
        assert np.isfinite(verdict.features[spoke, 0]).all(), "a claim without evidence"


def engine_of(detector: Detector, points: dict) -> Engine:  # type: ignore[type-arg]
    return Engine(points, methods=(Guarded(detector),))


def quiet(family: str, steps: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=steps) * QUIET_SIGMA[family]


def event(family: str, seed: int = 0) -> np.ndarray:
    values = quiet(family, ONSET + 20, 8 + seed)
    if family in ("dynamic", "rain"):
        values = np.abs(values)
    after = np.arange(20.0)
    size = {"displacement": 40.0, "tilt": 0.3, "dynamic": 30.0, "flow": 1.5, "rain": 12.0}
    if family in ("displacement", "tilt"):
        values[ONSET:] += size[family] * (after + 1.0)
    else:
        values[ONSET:] += size.get(family, 100.0)
    return values


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()

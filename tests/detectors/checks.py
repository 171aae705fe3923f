"""Checks that every detector must pass, whatever its method (STYLE: the detector contract).

`CHECKS` are functions of one detector; each raises `AssertionError` where the contract is broken.
`tests/detectors/test_checks.py` runs them over every detector that is found, and shows with
deliberately bad detectors that each of them can fail.
"""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from detectors.base import FEATURES, Detector, Verdict
from detectors.engine import Engine, Outcome
from detectors.state.columns import Columns, Field
from detectors.state.tracks import Round
from domain.channels import CHANNELS
from domain.points import Device
from tests.detectors.worlds import (
    START_MS,
    STEP_MS,
    Row,
    feature_rows,
    feed,
    fingerprint,
    highest,
    merged,
    one_point,
    point,
    rows_of,
    shuffled_messages,
    wild_world,
)

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
            assert _same(getattr(batch, name), before[name]), f"changed its input {name!r}"
        after = self._foreign(batch.table, batch.series)
        for name, column in foreign.items():
            assert _same(after[name], column), f"changed state of others: {name!r}"
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


def _engine(detector: Detector, points: dict) -> Engine:  # type: ignore[type-arg]
    return Engine(points, methods=(Guarded(detector),))


def _quiet(family: str, steps: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=steps) * QUIET_SIGMA[family]


def keeps_to_its_own(detector: Detector) -> None:
    """Check that it changes no input and no state of others, and trusts no suspect reading."""
    for seed in (0, 1, 2):
        points, rows = wild_world(seed, steps=50)
        feed(_engine(detector, points), rows)


def does_not_depend_on_batches(detector: Detector) -> None:
    """One by one, cut anywhere, or all at once: the same bits."""
    for seed in (3, 4):
        points, rows = wild_world(seed, points=2, steps=30)
        whole = fingerprint(feed(Engine(points, methods=(detector,)), rows))
        single = feed(Engine(points, methods=(detector,)), rows, range(1, len(rows)))
        assert fingerprint(single) == whole


def sees_no_present_of_others(detector: Detector) -> None:
    """Check that neither the order of a message's channels nor a cut within it plays a part.

    What a partner says at the same time may not have come yet (`detectors.state.partners`).
    """
    for seed in (6, 7):
        points, rows = wild_world(seed, points=2, steps=50)
        whole = _without_levels(feed(Engine(points, methods=(detector,)), rows))
        mixed = shuffled_messages(rows, seed)
        for cuts in ((), range(1, len(mixed), 3)):
            engine = Engine(points, methods=(detector,))
            assert _without_levels(feed(engine, mixed, cuts)) == whole


def _without_levels(outcomes: list[Outcome]) -> list[tuple[object, ...]]:
    """Rows of features in one order; a point's level may change within a message."""
    found = [(*row[:5], *row[6:]) for row in feature_rows(outcomes)]
    return sorted(found, key=lambda row: (str(row[0]), str(row[1]), str(row[2])))


def survives_snapshots(detector: Detector) -> None:
    """Check that, stopped and restored anywhere, it goes on the same."""
    points, rows = wild_world(5, points=2, steps=50)
    steady = fingerprint(feed(Engine(points, methods=(detector,)), rows))
    for stop in (7, 111, 300):
        first, second = Engine(points, methods=(detector,)), Engine(points, methods=(detector,))
        before = feed(first, rows[:stop])
        second.restore(first.snapshot())
        assert fingerprint([*before, *feed(second, rows[stop:])]) == steady


VALUES = st.one_of(
    st.floats(-5.0, 5.0),
    st.sampled_from([0.0, 1.0, -1.0, 1e-300, 1e-9, 40.0, 299.0, 1e9, -1e15, float("nan")]),
)
STEPS = st.sampled_from([1, 1, 1, 1, 0, -1, -3, 2, 40, 48, -48, 1000])
"""Intervals from one reading to the next: mostly one; repeated, late, gaps, eight hours, a week."""


PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
"""Of Hypothesis; to shrink what fails takes long, and serves whoever has to mend it."""


def bears_anything(detector: Detector) -> None:
    """Check on any readings at all: no failure, sound verdicts, however cut and wherever stopped.

    Hypothesis looks for the values, times, cuts and stops that break it.
    """

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        family=st.sampled_from(detector.families),
        readings=st.lists(st.tuples(STEPS, VALUES), min_size=1, max_size=80),
        stop=st.integers(0, 80),
        cuts=st.sets(st.integers(1, 80), max_size=5),
    )
    def hold(family: str, readings: list[tuple[int, float]], stop: int, cuts: set[int]) -> None:
        channel, at, rows = CHANNEL_OF[family], 0, []
        for steps, value in readings:
            at += steps
            rows += rows_of(channel, [value], start_ms=START_MS + at * STEP_MS)
        points = one_point(channel)
        whole = fingerprint(feed(_engine(detector, points), rows))
        first, second = Engine(points, methods=(detector,)), Engine(points, methods=(detector,))
        before = feed(first, rows[:stop], sorted(cuts))
        second.restore(first.snapshot())
        assert fingerprint([*before, *feed(second, rows[stop:])]) == whole

    hold()


def keeps_little_state(detector: Detector) -> None:
    """Check that its columns take a kilobyte of each channel at most."""
    width = sum(field.row_bytes for field in detector.fields)
    assert width <= 1024, f"{width} bytes of state for each channel"


def ignores_missing_values_and_duplicates(detector: Detector) -> None:
    """Check that what is missing or repeated leaves no trace in what comes after."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        clean = rows_of(channel, np.abs(_quiet(family, 80, 6)) + 1.0)
        gaps = [(*r[:3], r[3] - 1000, r[4], float("nan"), r[6]) for r in clean[5::7]]
        dirty = merged(gaps, [r for row in clean for r in (row, row)])
        points = one_point(channel)
        whole = feed(Engine(points, methods=(detector,)), clean)
        spoiled = feed(Engine(points, methods=(detector,)), dirty)
        times = {row[3] for row in clean}
        kept = [row for row in fingerprint(spoiled)[1] if row[3] in times]
        assert kept == fingerprint(whole)[1], f"{family}: missing or repeated readings mattered"


def bears_gaps_and_late_readings(detector: Detector) -> None:
    """Hours without data, and readings that come late, are no event."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        rows = rows_of(channel, np.abs(_quiet(family, 200, 7)) + 1.0 * (family != "rain"))
        rows = rows[:60] + rows[100:]
        late = rows[:120] + [rows[119 + i] for i in (3, 1, 2, 5, 4)] + rows[125:]
        outcomes = feed(_engine(detector, one_point(channel)), late)
        assert highest(outcomes) == 0, f"{family}: a gap or a late reading raised a level"


def bears_constants(detector: Detector) -> None:
    """Check that a constant signal is no anomaly and no event."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        value = 0.0 if family == "rain" else 5.0
        outcomes = feed(
            _engine(detector, one_point(channel)), rows_of(channel, np.full(120, value))
        )
        assert highest(outcomes) == 0, f"{family}: a constant raised a level"
        scores = np.concatenate([o.features.anomaly_score for o in outcomes])
        assert not (scores > 0.0).any(), f"{family}: a constant has a score"


def keeps_quiet_in_noise(detector: Detector) -> None:
    """Check on 12 series of a week: no level above blue, and few scores above one half."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        ids = [f"50023501{i:04d}" for i in range(12)]
        channels = RECEIVER if channel in RECEIVER else (channel,)
        points = {p: point(p, Device(f"d{p}", channels)) for p in ids}
        rows: list[Row] = []
        for seed, point_id in enumerate(ids):
            for number, name in enumerate(channels):
                values = _quiet(family, 1000, 100 + seed + 50 * number)
                values = np.abs(values) if CHANNELS[name].low == 0.0 else values
                rows += rows_of(name, values, device=f"d{point_id}", point_id=point_id)
        outcomes = feed(Engine(points, methods=(detector,)), merged(rows))
        assert highest(outcomes) <= 1, f"{family}: noise raised a level above blue"
        scores = np.concatenate([o.features.anomaly_score for o in outcomes])
        assert (scores > 0.5).mean() < 1e-3, f"{family}: noise has high scores"


def finds_a_known_onset(detector: Detector) -> None:
    """Check that an event that nobody would miss is found within the stated readings."""
    for family in detector.families:
        channel = CHANNEL_OF[family]
        channels = RECEIVER if channel in RECEIVER else (channel,)
        messages = zip(
            *(rows_of(c, _event(family, i)) for i, c in enumerate(channels)), strict=True
        )
        outcomes = feed(
            Engine(one_point(*channels), methods=(detector,)),
            [row for message in messages for row in message],
            cuts=range(len(channels), (ONSET + 20) * len(channels), len(channels)),
        )
        found = [
            step
            for step, outcome in enumerate(outcomes)
            if (outcome.features.anomaly_score > 0.5).any() or highest([outcome]) > 0
        ]
        assert found, f"{family}: the onset was never found"
        delay = found[0] - ONSET
        assert 0 <= delay <= ONSET_DELAY[family], f"{family}: found {delay} readings after onset"


def _event(family: str, seed: int = 0) -> np.ndarray:
    values = _quiet(family, ONSET + 20, 8 + seed)
    if family in ("dynamic", "rain"):
        values = np.abs(values)
    after = np.arange(20.0)
    size = {"displacement": 40.0, "tilt": 0.3, "dynamic": 30.0, "flow": 1.5, "rain": 12.0}
    if family in ("displacement", "tilt"):
        values[ONSET:] += size[family] * (after + 1.0)
    else:
        values[ONSET:] += size.get(family, 100.0)
    return values


def names_its_evidence(detector: Detector) -> None:
    """Feature and threshold names exist, carry no unknown fields, and are distinct."""
    names = [name.format(unit="mm") for name in detector.feature_names]
    assert len(set(names)) == len(names) <= FEATURES, "names of features"
    known = Engine({})._book.threshold_names
    for family in detector.families:
        assert set(detector.thresholds(family)) <= set(known), "an unknown threshold"
    own = [field for field in detector.fields if not isinstance(field, Field)]
    assert not own, "a state column that is no Field"


CHECKS: tuple[Callable[[Detector], None], ...] = (
    keeps_to_its_own,
    does_not_depend_on_batches,
    sees_no_present_of_others,
    survives_snapshots,
    bears_anything,
    keeps_little_state,
    ignores_missing_values_and_duplicates,
    bears_gaps_and_late_readings,
    bears_constants,
    keeps_quiet_in_noise,
    finds_a_known_onset,
    names_its_evidence,
)


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()

"""Checks that every detector must pass, whatever its method (STYLE: the detector contract).

`CHECKS` are functions of one detector; each raises `AssertionError` where the contract is broken.
`tests/detectors/test_checks.py` runs them over every detector that is found, and shows with
deliberately bad detectors that each of them can fail.
"""

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from detectors.base import Detector
from detectors.engine import Engine, Outcome
from tests.detectors.checks_of_signals import (
    bears_constants,
    bears_gaps_and_late_readings,
    finds_a_known_onset,
    ignores_missing_values_and_duplicates,
    keeps_quiet_in_noise,
    names_its_evidence,
)
from tests.detectors.guarded import (
    CHANNEL_OF,
    engine_of,
)
from tests.detectors.worlds import (
    START_MS,
    STEP_MS,
    feature_rows,
    feed,
    fingerprint,
    one_point,
    rows_of,
    shuffled_messages,
    wild_world,
)


def keeps_to_its_own(detector: Detector) -> None:
    """Check that it changes no input and no state of others, and trusts no suspect reading."""
    for seed in (0, 1, 2):
        points, rows = wild_world(seed, steps=50)
        feed(engine_of(detector, points), rows)


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
        whole = fingerprint(feed(engine_of(detector, points), rows))
        first, second = Engine(points, methods=(detector,)), Engine(points, methods=(detector,))
        before = feed(first, rows[:stop], sorted(cuts))
        second.restore(first.snapshot())
        assert fingerprint([*before, *feed(second, rows[stop:])]) == whole

    hold()


def keeps_little_state(detector: Detector) -> None:
    """Check that its columns take a kilobyte of each channel at most."""
    width = sum(field.row_bytes for field in detector.fields)
    assert width <= 1024, f"{width} bytes of state for each channel"


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

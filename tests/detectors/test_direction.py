"""Motion of a receiver along its own direction, and of one axis alone."""

import numpy as np
import pytest

from detectors.engine import Outcome
from detectors.motion.direction import DETECTOR
from domain.quality import Test
from domain.warnings import Reason, WarningEvent
from tests.detectors.side_by_side import judged_together
from tests.detectors.worlds import Row, highest, one_point, rows_of

AXES = ("gnss_e", "gnss_n", "gnss_u")
SIGMA = (3.0, 3.0, 5.0)
STEP_MS, DAY = 1_800_000, 48
LENGTH, ONSET = 20 * DAY, 10 * DAY


def _rows(velocity: tuple[float, ...], seed: int) -> list[Row]:
    """Make a receiver that rests for ten days, then moves; mm a day of each axis."""
    rng = np.random.default_rng(seed)
    days = np.maximum(np.arange(LENGTH) - ONSET, 0) / DAY
    series = [
        rows_of(axis, days * rate + rng.normal(size=LENGTH) * sigma, step_ms=STEP_MS)
        for axis, rate, sigma in zip(AXES, velocity, SIGMA, strict=True)
    ]
    return [row for message in zip(*series, strict=True) for row in message]


TOWARDS = (-28.0, -28.0, -20.0)
"""28 mm a day to the south-west, 20 down: bearing 225 degrees, plunge 27."""
ONE_AXIS, SINKING, FAST, REST = (43.0, 0.0, 0.0), (0.0, 0.0, -43.0), (150.0, 0.0, 0.0), (0.0,) * 3
Judged = dict[tuple[tuple[float, ...], int], Outcome]


@pytest.fixture(scope="module")
def judged() -> Judged:
    """All receivers of this module, by velocity and seed."""
    cases = [(velocity, seed) for velocity in (TOWARDS, ONE_AXIS, REST) for seed in range(3)]
    cases += [(SINKING, 1), (FAST, 1)]
    points = one_point(*AXES, interval_s=1800.0)
    worlds = [(points, _rows(velocity, seed)) for velocity, seed in cases]
    return dict(zip(cases, judged_together(worlds), strict=True))


def _raised(outcome: Outcome) -> list[WarningEvent]:
    return [w for w in outcome.warnings if w.kind.value in ("raised", "upgraded")]


def _told(outcome: Outcome) -> list[Reason]:
    reasons = (reason for warning in _raised(outcome) for reason in warning.reasons)
    return [reason for reason in reasons if reason.detector == DETECTOR.name]


@pytest.mark.parametrize("seed", range(3))
def test_the_direction_is_told_as_bearing_and_plunge(judged: Judged, seed: int) -> None:
    told = _told(judged[TOWARDS, seed])
    assert told
    last = told[-1].features
    assert last["azimuth_deg"] == pytest.approx(225.0, abs=15.0)
    assert last["plunge_deg"] == pytest.approx(26.8, abs=12.0)
    assert last["straightness"] > 0.75


def test_the_velocity_is_that_of_the_receiver_and_not_of_one_axis(judged: Judged) -> None:
    told = _told(judged[TOWARDS, 1])
    speeds = [reason.features["velocity_mm_per_day"] for reason in told]
    assert max(speeds) > 36.0
    assert max(r.features["velocity_low_mm_per_day"] for r in told) < 48.0


def test_a_slide_that_no_axis_shows_in_full_reaches_yellow(judged: Judged) -> None:
    assert highest([judged[TOWARDS, 1]]) >= 2


@pytest.mark.parametrize("seed", range(3))
def test_one_axis_that_moves_alone_stays_blue_and_is_named_drift(judged: Judged, seed: int) -> None:
    outcome = judged[ONE_AXIS, seed]
    early = outcome.tests.reshape(LENGTH, 3)[: ONSET + 2 * DAY]
    assert (early[:, 0] & Test.DRIFT).any()
    assert not (early[:, 1:] & Test.DRIFT).any()
    # Two days on it has moved by 86 mm; beyond 100 it is believed whatever it is.
    until = outcome.features.level.reshape(LENGTH, 3)[: ONSET + 2 * DAY]
    assert until.max() <= 1


def test_sinking_ground_is_not_held_back(judged: Judged) -> None:
    outcome = judged[SINKING, 1]
    assert highest([outcome]) >= 2
    assert not (outcome.tests & Test.DRIFT).any()


def test_one_axis_that_moves_too_fast_for_doubt_is_not_held_back(judged: Judged) -> None:
    assert highest([judged[FAST, 1]]) >= 2


@pytest.mark.parametrize("seed", range(3))
def test_rest_says_nothing(judged: Judged, seed: int) -> None:
    assert highest([judged[REST, seed]]) == 0

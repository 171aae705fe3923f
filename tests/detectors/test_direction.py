"""Motion of a receiver along its own direction, and of one axis alone."""

import numpy as np
import pytest

from detectors.direction import DETECTOR
from detectors.engine import Engine, Outcome
from domain.quality import Test
from domain.warnings import Reason, WarningEvent
from tests.detectors.worlds import Row, feed, highest, one_point, rows_of, warnings_of

AXES = ("gnss_e", "gnss_n", "gnss_u")
SIGMA = (3.0, 3.0, 5.0)
STEP_MS, DAY = 1_800_000, 48
LENGTH, ONSET = 20 * DAY, 10 * DAY


def _rows(velocity: tuple[float, float, float], seed: int) -> list[Row]:
    """Make a receiver that rests for ten days, then moves; mm a day of each axis."""
    rng = np.random.default_rng(seed)
    days = np.maximum(np.arange(LENGTH) - ONSET, 0) / DAY
    series = [
        rows_of(axis, days * rate + rng.normal(size=LENGTH) * sigma, step_ms=STEP_MS)
        for axis, rate, sigma in zip(AXES, velocity, SIGMA, strict=True)
    ]
    return [row for message in zip(*series, strict=True) for row in message]


def _judge(velocity: tuple[float, float, float], seed: int = 1) -> list[Outcome]:
    engine = Engine(one_point(*AXES, interval_s=1800.0))
    return feed(engine, _rows(velocity, seed))


def _raised(outcomes: list[Outcome]) -> list[WarningEvent]:
    return [w for w in warnings_of(outcomes) if w.kind.value in ("raised", "upgraded")]


def _told(outcomes: list[Outcome]) -> list[Reason]:
    reasons = (reason for warning in _raised(outcomes) for reason in warning.reasons)
    return [reason for reason in reasons if reason.detector == DETECTOR.name]


@pytest.mark.parametrize("seed", range(3))
def test_the_direction_is_told_as_bearing_and_plunge(seed: int) -> None:
    """28 mm a day to the south-west, 20 down: bearing 225 degrees, plunge 27."""
    told = _told(_judge((-28.0, -28.0, -20.0), seed))
    assert told
    last = told[-1].features
    assert last["azimuth_deg"] == pytest.approx(225.0, abs=15.0)
    assert last["plunge_deg"] == pytest.approx(26.8, abs=12.0)
    assert last["straightness"] > 0.75


def test_the_velocity_is_that_of_the_receiver_and_not_of_one_axis() -> None:
    told = _told(_judge((-28.0, -28.0, -20.0)))
    speeds = [reason.features["velocity_mm_per_day"] for reason in told]
    assert max(speeds) > 36.0
    assert max(r.features["velocity_low_mm_per_day"] for r in told) < 48.0


def test_a_slide_that_no_axis_shows_in_full_reaches_yellow() -> None:
    assert highest(_judge((-28.0, -28.0, -20.0))) >= 2


@pytest.mark.parametrize("seed", range(3))
def test_one_axis_that_moves_alone_stays_blue_and_is_named_drift(seed: int) -> None:
    outcomes = _judge((43.0, 0.0, 0.0), seed)
    early = outcomes[0].tests.reshape(LENGTH, 3)[: ONSET + 2 * DAY]
    assert (early[:, 0] & Test.DRIFT).any()
    assert not (early[:, 1:] & Test.DRIFT).any()
    # Two days on it has moved by 86 mm; beyond 100 it is believed whatever it is.
    until = outcomes[0].features.level.reshape(LENGTH, 3)[: ONSET + 2 * DAY]
    assert until.max() <= 1


def test_sinking_ground_is_not_held_back() -> None:
    outcomes = _judge((0.0, 0.0, -43.0))
    assert highest(outcomes) >= 2
    assert not (outcomes[0].tests & Test.DRIFT).any()


def test_one_axis_that_moves_too_fast_for_doubt_is_not_held_back() -> None:
    assert highest(_judge((150.0, 0.0, 0.0))) >= 2


def test_rest_says_nothing() -> None:
    for seed in range(3):
        assert highest(_judge((0.0, 0.0, 0.0), seed)) == 0

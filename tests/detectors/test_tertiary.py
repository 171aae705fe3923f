"""A receiver whose slope runs away: forecast along its direction, orange before it is fast."""

import numpy as np
import pytest

from detectors.engine import Engine, Outcome
from detectors.motion.ways import in_step
from tests.detectors.creep import voight_mm
from tests.detectors.worlds import START_MS, Row, feed, highest, one_point, rows_of, warnings_of

AXES = ("gnss_e", "gnss_n", "gnss_u")
SIGMA = (3.0, 3.0, 5.0)
WAY = np.array([0.6, 0.6, -0.53])
STEP_MS, HOUR = 1_800_000, 2
REST_H, CREEP_H = 120, 200


def _judge(moved: np.ndarray, seed: int = 1) -> list[Outcome]:
    """Feed displacements of the axes, shape (n, 3), with the scatter of a receiver."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=moved.shape) * SIGMA
    series = [
        rows_of(axis, values, step_ms=STEP_MS)
        for axis, values in zip(AXES, (moved + noise).T, strict=True)
    ]
    rows: list[Row] = [row for message in zip(*series, strict=True) for row in message]
    return feed(Engine(one_point(*AXES, interval_s=1800.0)), rows)


def _hours(until_h: float) -> np.ndarray:
    return np.arange(0, until_h * HOUR) / HOUR - REST_H


@pytest.mark.parametrize("seed", range(2))
def test_a_slope_that_runs_away_is_orange_before_it_is_fast(seed: int) -> None:
    """0.3 mm an hour at first, failure 200 hours on; 20 hours before, 4 mm an hour."""
    moved = voight_mm(_hours(REST_H + CREEP_H - 20), failure_h=CREEP_H, alpha=1.9, at_first=0.3)
    warnings = warnings_of(_judge(moved[:, None] * WAY, seed))
    first = next(w for w in warnings if w.level >= 3)
    failure_ms = START_MS + (REST_H + CREEP_H) * HOUR * STEP_MS
    assert first.forecast is not None
    assert first.forecast.earliest_ms < failure_ms < first.forecast.latest_ms
    told = next(r.features for r in first.reasons if r.detector == "direction")
    assert told["velocity_low_mm_per_day"] < 60.0
    expected_ms = first.event_ms + told["time_to_failure_hours"] * HOUR * STEP_MS
    assert first.forecast.earliest_ms < expected_ms < first.forecast.latest_ms


@pytest.mark.parametrize("seed", range(2))
def test_the_same_way_at_a_constant_rate_is_no_runaway(seed: int) -> None:
    steady = np.maximum(_hours(REST_H + 60), 0.0) * 40.0 / 24.0
    outcomes = _judge(steady[:, None] * WAY, seed)
    assert highest(outcomes) == 2
    assert not any(w.forecast for w in warnings_of(outcomes))


@pytest.mark.parametrize("seed", range(2))
def test_an_axis_that_drifts_and_another_that_jumps_are_no_way(seed: int) -> None:
    """43 mm a day to the north, and 14 mm to the east at once, six hours before the end."""
    hours = _hours(REST_H + 30)
    jump = np.where(hours > 24.0, 14.0, 0.0)
    drift = np.maximum(hours, 0.0) * 43.0 / 24.0
    assert highest(_judge(np.stack((jump, drift, 0.0 * hours), axis=1), seed)) <= 2


def test_steps_that_all_axes_share_lie_on_one_line() -> None:
    """Three steps in units of noise: a slide; north drifts while east jumps in the second step."""
    slide = np.array([[8.0, 8.0, -6.0], [9.0, 7.5, -5.0], [7.5, 8.5, -6.5]])
    crooked = np.array([[0.5, 8.0, 0.0], [10.0, 8.5, 0.5], [-0.5, 7.5, 0.0]])
    assert in_step(slide[None, ..., None]).all()
    assert not in_step(crooked[None, ..., None]).any()

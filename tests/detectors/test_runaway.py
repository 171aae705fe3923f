"""Runaway motion: what grows step by step, and what only looks so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine, Outcome
from detectors.motion.acceleration import SPREAD, acceleration, band
from detectors.motion.runaway import grown
from tests.detectors.creep import voight_mm
from tests.detectors.worlds import feed, highest, one_point, rows_of, warnings_of

HALF_HOUR_MS = 1_800_000
QUIET = 300


def _half_hourly(motion: np.ndarray, noise: float, seed: int = 1) -> list[Outcome]:
    """Read a crack meter at rest for six days, then in motion."""
    rng = np.random.default_rng(seed)
    moved = np.concatenate((np.zeros(QUIET), motion))
    rows = rows_of("crack", moved + noise * rng.normal(size=len(moved)), step_ms=HALF_HOUR_MS)
    return feed(Engine(one_point("crack", interval_s=1800.0)), rows)


@settings(max_examples=200, deadline=None)
@given(begin=st.floats(-1.0, 5.0), size=st.sampled_from([1, 2, 4, 8]), rate=st.floats(0.01, 50.0))
def test_a_rate_that_begins_and_stays_never_grows(begin: float, size: int, rate: float) -> None:
    """Wherever its beginning lies within the blocks, and however large they are."""
    single = (np.arange(5 * size) + 0.5) / size
    moved = rate * np.maximum(single - begin, 0.0)
    blocks = moved.reshape(5, size).mean(axis=1)[None, :, None]
    found = grown(blocks, np.arange(5.0)[None, :, None], np.full((1, 1), 1e-9))
    assert not found.claims.any()


@pytest.mark.parametrize("jumps", [{2: 5.0}, {1: 2.0, 3: 9.0}, {0: 1.0, 4: 3.0}])
def test_jumps_do_not_grow(jumps: dict[int, float]) -> None:
    moved = sum(size * (np.arange(5) >= at) for at, size in jumps.items())
    found = grown(
        np.asarray(moved)[None, :, None], np.arange(5.0)[None, :, None], np.full((1, 1), 0.01)
    )
    assert not found.claims.any()


def test_the_time_left_is_bounded_from_above_and_closes_in() -> None:
    """Fukuzono's curve, failure at 0: v / a, by the acceleration's lower bound."""
    for newest_h in (-6.0, -3.0, -1.0):
        hours = newest_h - 0.5 * np.arange(5)[::-1]
        values = -10.0 * np.log(-hours)[None, :, None]
        found = grown(values, hours[None, :, None] / 24.0, np.full((1, 1), 0.001))
        left = 24.0 * float(found.left_days[0, 0])
        assert -newest_h <= left <= -newest_h + 2.0


def test_a_failure_of_five_hours_is_orange_and_red_before_it_comes() -> None:
    """Read every half hour: nine readings in all, 11 mm before the last of them."""
    hours = np.arange(0.5, 5.0, 0.5)
    moved = voight_mm(hours, failure_h=5.0, alpha=2.0, at_first=1.0)
    reds = 0
    for seed in range(5):
        levels = _half_hourly(moved, 0.04, seed)[0].features.level.tolist()
        orange = next(i for i, level in enumerate(levels) if level >= 3)
        assert orange <= QUIET + 7, "an hour before failure at the latest"
        reds += max(levels) == 4
    assert reds >= 4


@pytest.mark.parametrize("per_hour", [0.3, 1.0, 1.8])
def test_a_sensor_that_begins_to_drift_is_no_runaway(per_hour: float) -> None:
    """7 to 43 mm a day, for two days: below orange it never is beyond doubt."""
    for seed in range(3):
        outcomes = _half_hourly(per_hour * np.arange(96) / 2.0, 0.1, seed)
        assert highest(outcomes) <= 2
        for event in warnings_of(outcomes):
            assert all("time_left_hours" not in reason.features for reason in event.reasons)


def test_a_runaway_says_its_acceleration_and_the_time_that_is_left() -> None:
    hours = np.arange(0.5, 5.0, 0.5)
    outcomes = _half_hourly(voight_mm(hours, failure_h=5.0, alpha=2.0, at_first=1.0), 0.04)
    red = next(w for w in warnings_of(outcomes) if w.level == 4)
    said = red.reasons[0].features
    assert 0.0 < said["time_left_hours"] <= red.reasons[0].thresholds["runaway_time_left_red_hours"]
    assert said["acceleration_mm_per_day2"] > said["acceleration_error_mm_per_day2"] > 0.0


@pytest.mark.parametrize("blocks", [4, 8])
def test_the_band_of_the_acceleration_holds_it(blocks: int) -> None:
    """About 95 % of blocks in white noise, at any distance between them."""
    rng = np.random.default_rng(2)
    times = 0.25 * np.arange(float(blocks))[:, None] * np.ones((1, 20_000))
    values = 3.0 * times**2 + 0.4 * rng.normal(size=times.shape)
    half = band(times, np.full(20_000, 0.4))
    away = np.abs(acceleration(values, times) - 6.0)
    assert np.mean(away <= half) == pytest.approx(0.95, abs=0.01)
    assert float(np.std(acceleration(values, times))) == pytest.approx(
        SPREAD[blocks] * 0.4 / 0.25**2, rel=0.03
    )

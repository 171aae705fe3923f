"""Kinematics: velocities against SciPy, failures found, steps and noise left alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine, Outcome
from detectors.motion.constant import median_rate
from detectors.rules import DEFAULT_RULES
from domain.hazards import HazardType
from tests.detectors.side_by_side import judged_together
from tests.detectors.worlds import (
    POINT_ID,
    feed,
    highest,
    levels_of,
    merged,
    one_point,
    point,
    rows_of,
    warnings_of,
)


def _series(values: np.ndarray, channel: str = "gnss_e", **more: float) -> list[Outcome]:
    return feed(Engine(one_point(channel, **more)), rows_of(channel, values))


@pytest.mark.parametrize("per_day", [-50.0, 5.0, 200.0])
def test_velocity_of_steady_motion(per_day: float) -> None:
    steps = np.arange(400.0)
    noise = np.random.default_rng(3).normal(size=400)
    outcome = _series(per_day * steps / 144.0 + noise)[0]
    assert outcome.features.velocity[-1] == pytest.approx(per_day, abs=0.1 * abs(per_day) + 1.0)


def test_a_crack_that_opens_steadily_reaches_its_absolute_level() -> None:
    """From the first reading on, so that this rate is the slope's own: the angle says nothing."""
    expected = {5.0: 0, 20.0: 1, 45.0: 2, 150.0: 3, 900.0: 4}
    steps = np.arange(1200.0)
    noise = 0.2 * np.random.default_rng(4).normal(size=1200)
    cracks = [
        (one_point("crack"), rows_of("crack", per_day * steps / 144.0 + noise))
        for per_day in expected
    ]
    found = [highest([outcome]) for outcome in judged_together(cracks)]
    assert dict(zip(expected, found, strict=True)) == expected


def _voight(steps: int, failure: float, start: float, v0_per_step: float) -> np.ndarray:
    """Displacement with 1/v falling to zero at ``failure``; nothing before ``start``."""
    time = np.arange(float(steps))
    left = np.maximum(failure - time, 1e-3) / (failure - start)
    moved = -v0_per_step * (failure - start) * np.log(np.minimum(left, 1.0))
    return np.where(time < failure, moved, np.nan)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("channel", "sigma"), [("crack", 0.2), ("gnss_e", 3.0)])
def test_runaway_failure_after_four_quiet_readings_is_warned_of(
    seed: int, channel: str, sigma: float
) -> None:
    """The demo: four quiet readings, then eight of tertiary creep, 8 mm/h (crack) and more."""
    at_first = 8.0 / 6.0 if channel == "crack" else 6.0
    moved = _voight(12, failure=11.5, start=3.5, v0_per_step=at_first)
    noise = sigma * np.random.default_rng(seed).normal(size=12)
    outcomes = _series(moved + noise, channel)
    assert highest(outcomes) >= 3
    if channel == "crack":
        assert highest(outcomes) == 4


@pytest.mark.parametrize("seed", range(4))
def test_a_day_of_tertiary_creep_is_orange_hours_before(seed: int) -> None:
    steps, failure = 720, 700.0
    moved = _voight(steps, failure, start=failure - 288, v0_per_step=0.2)
    values = moved + 3.0 * np.random.default_rng(seed).normal(size=steps)
    rows = rows_of("gnss_e", values[:699])
    outcomes = feed(Engine(one_point("gnss_e")), rows, range(1, 699))
    orange = next(step for step, o in enumerate(outcomes) if o.features.level[0] >= 3)
    assert failure - orange >= 36, f"only {(failure - orange) / 6:.1f} h"


@pytest.mark.parametrize("size", [15.0, 60.0, 400.0, -400.0, 5000.0])
@pytest.mark.parametrize("readings", [1, 2])
def test_a_step_after_service_raises_nothing_above_blue(size: float, readings: int) -> None:
    """Taken in one reading or in two."""
    values = 2.0 * np.random.default_rng(5).normal(size=600)
    values[300:] += size
    values[300 : 300 + readings - 1] -= size / 2
    assert highest(_series(values)) <= 1


def test_a_seasonal_step_that_slows_down_is_no_failure() -> None:
    """150 mm in five months of a wet season, monthly readings, as on reservoir slopes."""
    moved = np.concatenate([np.arange(24) * 3.0, 69 + np.array([20, 70, 120, 140, 148.0])])
    moved = np.concatenate([moved, moved[-1] + 3.0 * np.arange(1, 20)])
    rows = rows_of("gnss_e", moved, step_ms=30 * 86_400_000)
    outcomes = feed(Engine(one_point("gnss_e", interval_s=30 * 86_400.0)), rows)
    assert highest(outcomes) <= 2
    assert outcomes[0].forecasts == ()


def test_one_doubtful_instrument_is_capped_and_a_second_lifts_the_cap() -> None:
    """2 mm noise, 20 mm/h: neither axis is beyond doubt at first, a tilt meter decides."""
    rng = np.random.default_rng(6)
    steps = np.arange(60.0)
    motion = np.where(steps > 50, 3.4 * (steps - 50), 0.0)
    gnss = rows_of("gnss_e", motion + 2.0 * rng.normal(size=60))
    tilt = rows_of("tilt_x", 0.02 * motion + 0.004 * rng.normal(size=60))
    alone = feed(Engine(one_point("gnss_e")), gnss, range(1, 60))
    both = feed(Engine(one_point("gnss_e", "tilt_x")), merged(gnss, tilt), range(2, 120, 2))
    first_orange_alone = _first(alone, 3)
    first_orange_both = _first(both, 3)
    assert first_orange_both < first_orange_alone


def _first(outcomes: list[Outcome], level: int) -> int:
    found = [i for i, o in enumerate(outcomes) if highest([o]) >= level]
    return found[0] if found else 10_000


def test_a_point_may_override_its_thresholds() -> None:
    steps = np.arange(600.0)
    values = 20.0 * steps / 144.0 + 0.2 * np.random.default_rng(7).normal(size=600)
    rows = rows_of("crack", values)
    plain = one_point("crack")
    strict = one_point("crack", velocity_yellow_mm_per_day=15.0)
    assert highest(feed(Engine(plain), rows)) == 1
    assert highest(feed(Engine(strict), rows)) == 2
    engine = Engine(plain)
    first = feed(engine, rows[:300])
    engine.set_points(strict)
    assert highest(first) == 1
    assert highest(feed(engine, rows[300:])) == 2


def test_the_level_falls_after_the_hold_and_not_before() -> None:
    """Ten hours of 100 mm/d, then rest: down a day after its last window, then to nothing."""
    steps = np.arange(500.0)
    moved = 100.0 / 144.0 * np.clip(steps - 100, 0, 60)
    rows = rows_of("crack", moved + 0.1 * np.random.default_rng(8).normal(size=500))
    outcomes = feed(Engine(one_point("crack")), rows, range(1, 500))
    levels = [int(o.features.level[0]) for o in outcomes]
    raised = levels.index(max(levels))
    assert max(levels) == 3
    fell = next(i for i in range(raised, 500) if levels[i] < 3)
    assert 160 + 144 <= fell <= 160 + 144 + 100
    assert levels[-1] == 0
    assert [w.kind.value for w in warnings_of(outcomes)][-1] == "cleared"


def test_missing_data_never_lowers_a_level() -> None:
    steps = np.arange(200.0)
    crack = rows_of("crack", np.where(steps > 100, 8.0 * (steps - 100), 0.0)[:120])
    rain = rows_of("rain", np.zeros(2000))
    outcomes = feed(Engine(one_point("crack", "rain")), merged(crack, rain))
    assert levels_of(outcomes)[-1] == 4


def test_warnings_explain_themselves() -> None:
    moved = _voight(60, failure=58.5, start=30.0, v0_per_step=1.0)[:58]
    rows = rows_of("crack", moved + 0.05 * np.random.default_rng(9).normal(size=58))
    events = warnings_of(feed(Engine(one_point("crack")), rows))
    assert [w.sequence for w in events] == list(range(1, len(events) + 1))
    last = events[-1]
    reason = last.reasons[0]
    assert (last.level, last.rules_version) == (4, DEFAULT_RULES.version)
    assert (reason.channel, reason.detector, reason.flag) == ("crack", "motion", 1)
    assert reason.rule == "motion.displacement.red"
    assert reason.features["velocity_mm_per_day"] > reason.thresholds["velocity_red_mm_per_day"]
    for value in (*reason.features.values(), *reason.thresholds.values()):
        assert value == float(f"{value:.6g}")


def test_a_forecast_comes_with_the_warning_and_holds_the_failure() -> None:
    from tests.detectors.worlds import START_MS, STEP_MS

    failure = 58.5
    moved = _voight(60, failure, start=30.0, v0_per_step=1.0)[:56]
    rows = rows_of("crack", moved + 0.02 * np.random.default_rng(9).normal(size=56))
    engine = Engine(one_point("crack"))
    events = warnings_of(feed(engine, rows))
    made = [w.forecast for w in events if w.forecast]
    truth = START_MS + failure * STEP_MS
    assert made
    latest = engine.forecast_of(POINT_ID)
    assert latest is not None
    assert latest.earliest_ms <= truth <= latest.latest_ms
    assert abs(latest.failure_ms - truth) < 2 * STEP_MS
    assert latest.r2 > 0.9


@settings(max_examples=20, deadline=None)
@given(rate=st.floats(0.01, 50.0), start=st.integers(11, 31))
def test_the_constant_rate_is_the_median_of_the_past(rate: float, start: int) -> None:
    times = np.arange(32)[None] * 86_400_000
    found = median_rate(times, rate * np.arange(32.0)[None], np.array([start]))
    assert found[0] == pytest.approx(rate)


def test_quiet_noise_stays_quiet_at_every_interval() -> None:
    values = 3.0 * np.random.default_rng(10).normal(size=3000)
    intervals_s = (1.0, 600.0, 3600.0, 86_400.0, 30 * 86_400.0)
    series = [
        (
            one_point("gnss_e", interval_s=interval_s),
            rows_of("gnss_e", values, step_ms=int(interval_s * 1000)),
        )
        for interval_s in intervals_s
    ]
    assert highest(judged_together(series)) <= 1


@pytest.mark.parametrize("hazard", list(HazardType))
def test_every_hazard_warns_of_a_failing_crack(hazard: HazardType) -> None:
    from domain.points import Device

    moved = _voight(40, failure=39.5, start=20.0, v0_per_step=2.0)[:39]
    made = point(POINT_ID, Device("d1", ("crack",)), hazard=hazard)
    assert highest(feed(Engine({POINT_ID: made}), rows_of("crack", moved))) == 4


def test_a_tilt_meter_that_drifts_beside_a_quiet_crack_meter_stays_blue() -> None:
    """5 degrees a day, for hours: beyond doubt alone, contradicted by its neighbour."""
    steps = np.arange(200.0)
    rng = np.random.default_rng(11)
    drift = np.where(steps > 100, 0.035 * (steps - 100), 0.0) + 0.002 * rng.normal(size=200)
    tilt = rows_of("tilt_x", drift)
    crack = rows_of("crack", 0.02 * rng.normal(size=200))
    assert highest(feed(Engine(one_point("tilt_x")), tilt)) == 3
    assert highest(feed(Engine(one_point("tilt_x", "crack")), merged(tilt, crack))) == 1
    wet = merged(tilt, crack, rows_of("rain", np.full(200, 3.0)))
    assert highest(feed(Engine(one_point("tilt_x", "crack", "rain")), wet)) == 2

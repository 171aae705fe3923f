"""Rain, shaking and surge: formulas by hand, plain twins, and what they may raise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine
from detectors.rain.trigger import caine, decayed, guzzetti
from detectors.vibration.shaking import GLITCH, LTA_SAMPLES, READY, STA_SAMPLES, YOUNG
from domain.hazards import HazardType
from tests.detectors.worlds import (
    HOUR_MS,
    feed,
    highest,
    levels_of,
    merged,
    one_point,
    rows_of,
    warnings_of,
)

FLOW = HazardType.DEBRIS_FLOW


def test_thresholds_of_the_papers() -> None:
    hours = np.array([0.5, 1.0, 10.0, 100.0])
    by_hand = [14.82 * 0.5**-0.39, 14.82, 14.82 * 10**-0.39, 14.82 * 100**-0.39]
    np.testing.assert_allclose(caine(hours), by_hand, rtol=1e-12)
    np.testing.assert_allclose(guzzetti(hours), 2.2 * hours**-0.44, rtol=1e-12)


def test_rain_halves_in_its_half_life() -> None:
    hours = np.array([0.0, 6.0, 12.0])
    np.testing.assert_allclose(decayed(np.full(3, 10.0), hours, 6.0), [10.0, 5.0, 2.5])


def test_effective_rain_of_two_hours_by_hand() -> None:
    """8 mm, six hours later 4 mm: with a half-life of six hours, 8 / 2 + 4 = 8."""
    engine = Engine(one_point("rain"))
    feed(engine, rows_of("rain", [8.0, 4.0], step_ms=6 * 3_600_000))
    assert engine._book.series["rain_effective"][1, 0] == pytest.approx(8.0)


def test_an_event_is_explained_by_hand() -> None:
    """Readings of 3 mm each ten minutes: 125 mm in the soil after ten hours, far above Caine."""
    rows = rows_of("rain", [0.0, 0.0, *[3.0] * 60])
    events = warnings_of(feed(Engine(one_point("rain")), rows, range(1, 62)))
    reason = events[0].reasons[0]
    assert events[0].level == 1
    assert reason.rule == "rain.rain.blue"
    found = reason.features
    assert 17.0 < found["intensity_mm_per_h"] <= 18.0
    assert found["window_mm"] == pytest.approx(
        found["intensity_mm_per_h"] * found["window_h"], rel=1e-5
    )
    assert found["threshold_ratio"] == pytest.approx(
        found["intensity_mm_per_h"] / caine(np.array([found["window_h"]]))[0], rel=1e-5
    )
    assert 125.0 <= found["soil_water_mm"] < 128.0
    assert reason.thresholds["rain_blue_soil_water_mm"] == 100.0


def test_rain_as_in_many_places_of_a_storm_raises_nothing_by_itself() -> None:
    """Above Caine on wet ground: evidence. Wetter ground or harder rain would raise a level."""
    gentle = [*[0.0] * 10, *[2.0] * 74, *[0.0] * 20]
    verdicts = [
        warnings_of(feed(Engine(one_point("rain", **own)), rows_of("rain", gentle)))
        for own in ({}, {"rain_alone_soil_water_mm": 100.0}, {"rain_alone_ratio": 1.0})
    ]
    assert [[w.level for w in events][:1] for events in verdicts] == [[], [1], [1]]
    evidence = verdicts[1][0].reasons[0].features
    assert 100.0 <= evidence["soil_water_mm"] < 125.0
    assert 1.0 <= evidence["threshold_ratio"] < 2.5


def test_rain_alone_is_yellow_only_where_it_is_rare() -> None:
    """160 mm of water in the soil: yellow beside motion, blue by itself; more water is yellow."""

    def told(more: int, **own: float) -> list[int]:
        wet = [*[0.0] * 10, *[2.5] * more, *[0.0] * 20]
        return levels_of(feed(Engine(one_point("rain", **own)), rows_of("rain", wet)))

    assert max(told(105)) == 1
    assert max(told(105, rain_alone_yellow_soil_water_mm=150.0)) == 2
    assert max(told(130)) == 2


def test_a_local_threshold_takes_the_place_of_caines() -> None:
    rows = rows_of("rain", [3.0] * 80)
    local = {"rain_id_intercept_mm_per_h": 50.0, "rain_id_exponent": 0.3}
    assert highest(feed(Engine(one_point("rain")), rows)) >= 1
    assert highest(feed(Engine(one_point("rain", **local)), rows)) == 0


def test_a_cloudburst_on_dry_ground_is_no_sign_of_a_slide() -> None:
    """Thirty millimetres in an hour exceed Caine twice; the ground holds them."""
    rows = rows_of("rain", [*[0.0] * 10, *[5.0] * 6, *[0.0] * 10])
    outcome = feed(Engine(one_point("rain")), rows)[0]
    assert outcome.features.rain_ratio.max() > 1.9
    assert outcome.warnings == ()


def test_what_is_usual_at_a_place_is_no_warning_there() -> None:
    """The same wet day, at a gauge that has one each week and at one that has none."""
    week = [*[18.0] * 12, *[0.0] * 156]
    points = one_point("rain", interval_s=3600.0)
    weekly = rows_of("rain", week * 12, step_ms=HOUR_MS)
    once = rows_of("rain", [*[0.0] * (168 * 11), *week], step_ms=HOUR_MS)
    raised = [w.event_ms for w in warnings_of(feed(Engine(points), weekly)) if w.level]
    assert len(raised) >= 5
    assert max(raised) < weekly[-1][3] - 14 * 24 * HOUR_MS
    assert highest(feed(Engine(points), once)) >= 1


@given(seed=st.integers(0, 2**32 - 1), minutes=st.sampled_from([5, 10, 30]))
@settings(max_examples=10, deadline=None)
def test_the_ratio_is_that_of_the_wettest_window(seed: int, minutes: int) -> None:
    """Against plain sums: every window is a whole number of readings, for the marks are too."""
    values = np.random.default_rng(seed).gamma(0.2, 6.0, 200) + 0.01
    points = one_point("rain", interval_s=60.0 * minutes)
    start_ms = 172_800_000_000 + 60_000 * minutes * (seed % 97)
    rows = rows_of("rain", values, step_ms=60_000 * minutes, start_ms=start_ms)
    now_h = rows[-1][3] / 3_600_000
    ratios = [0.0]
    for width in (0.5, 12.0):
        for back in range(12):
            hours = now_h - (now_h // width - back) * width
            part = values[max(len(values) - round(hours * 60 / minutes), 0) :]
            if hours < 0.5 or len(part) == 0:
                continue
            total = part.sum()
            if len(values) - 1 - values.argmax() < len(part):
                total = min(total, 2.0 * (total - values.max()))
            if total >= 10.0:
                ratios.append(total / hours / float(caine(np.array(hours))))
    features = feed(Engine(points), rows)[0].features
    assert features.rain_ratio[-1] == pytest.approx(max(ratios), rel=1e-6)


@pytest.mark.parametrize("hazard", list(HazardType))
def test_rain_alone_never_exceeds_yellow(hazard: HazardType) -> None:
    storm = np.concatenate([np.zeros(20), np.full(144, 12.0), np.zeros(300)])
    outcomes = feed(Engine(one_point("rain", hazard=hazard)), rows_of("rain", storm))
    assert highest(outcomes) == 2
    assert levels_of(outcomes)[-1] == 0


def test_a_bucket_knocked_over_is_no_storm() -> None:
    values = np.zeros(60)
    values[30] = 60.0
    assert highest(feed(Engine(one_point("rain")), rows_of("rain", values))) == 0


def test_a_wet_day_in_daily_readings_counts() -> None:
    """Once a day there is no second reading to ask for: two days of 200 mm exceed Caine twice."""
    points = one_point("rain", interval_s=86_400.0)
    rows = rows_of("rain", [0.0, 0.0, 200.0, 200.0], step_ms=86_400_000)
    assert highest(feed(Engine(points), rows)) == 2


def _sta_lta(values: np.ndarray) -> list[float]:
    """Plain scalar twin of the trigger's ratio, for values that never trigger it."""
    mean = sta = lta = 0.0
    ratios = []
    for count, value in enumerate(values.tolist()):
        away = value - mean if count else 0.0
        energy = away * away
        if count >= READY and lta > 0.0:
            energy = min(energy, GLITCH * lta)
        short = max(1.0 / (count + 1.0), 1.0 / STA_SAMPLES)
        long = max(1.0 / (count + 1.0), 1.0 / LTA_SAMPLES)
        sta = energy * short + (1.0 - short) * sta
        ratios.append(sta / lta if count >= READY and lta > 0.0 else 0.0)
        high = count >= READY and lta > 0.0 and energy > 10.0 * (1.0 + YOUNG / count) * lta
        if not high:
            lta = energy * long + (1.0 - long) * lta
            mean = mean + long * away if count else value
    return ratios


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_sta_lta_equals_its_plain_twin(seed: int) -> None:
    values = np.random.default_rng(seed).uniform(1.0, 3.0, 100)
    engine = Engine(one_point("vibration"))
    feed(engine, rows_of("vibration", values), range(1, 100))
    table = engine._book.series
    expected = _sta_lta(values)
    assert table["shake_sta"][1] > 0.0
    before = Engine(one_point("vibration"))
    feed(before, rows_of("vibration", values[:-1]))
    ratio = table["shake_sta"][1] / before._book.series["shake_lta"][1]
    assert ratio == pytest.approx(expected[-1], rel=1e-9)


@pytest.mark.parametrize("channel", ["vibration", "acceleration", "infrasound"])
def test_one_glitch_triggers_nothing_and_lasting_shaking_does(channel: str) -> None:
    quiet = np.abs(np.random.default_rng(1).normal(size=100)) * 0.1 + 1.0
    glitch, shaking = quiet.copy(), quiet.copy()
    glitch[60] += 50.0
    shaking[60:64] += 20.0
    rockfall = HazardType.ROCKFALL
    assert highest(feed(Engine(one_point(channel, hazard=rockfall)), rows_of(channel, glitch))) == 0
    assert (
        highest(feed(Engine(one_point(channel, hazard=rockfall)), rows_of(channel, shaking))) == 1
    )


def test_a_debris_flow_is_orange_by_rain_and_vibration_and_red_by_its_surge() -> None:
    rng = np.random.default_rng(2)
    steps = 80
    rain = np.where(np.arange(steps) > 40, 8.0, 0.0)
    vibration = 1.5 + 0.1 * np.abs(rng.normal(size=steps))
    vibration[60:] += 20.0
    mud = 0.3 + 0.01 * rng.normal(size=steps)
    mud[70:] += 3.0
    rows = {
        "rain": rows_of("rain", rain),
        "vibration": rows_of("vibration", vibration),
        "mud_level": rows_of("mud_level", mud),
    }
    points = one_point(*rows, hazard=FLOW)
    outcomes = feed(Engine(points), merged(*rows.values()), range(3, 3 * steps, 3))
    by_step = [int(o.features.level[-1]) for o in outcomes]
    assert max(by_step[:60]) == 2
    assert max(by_step[60:70]) == 3
    assert max(by_step[70:73]) == 4


def test_shaking_of_a_quiet_landslide_is_blue_at_most() -> None:
    """An earthquake shakes every point: no instrument says that the slope moves."""
    vibration = 1.0 + 0.1 * np.abs(np.random.default_rng(5).normal(size=100))
    vibration[60:70] += 30.0
    rows = merged(rows_of("vibration", vibration), rows_of("crack", np.zeros(100)))
    assert highest(feed(Engine(one_point("vibration", "crack")), rows)) <= 1

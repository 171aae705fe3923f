"""Who bears whom out: instruments of a point, rain, gauges of one gully; and earthquakes."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.engine import Engine, Outcome
from detectors.rules import DEFAULT_RULES
from domain.hazards import HazardType
from domain.points import Device, Point
from tests.detectors.worlds import (
    HOUR_MS,
    STEP_MS,
    Row,
    feed,
    fingerprint,
    highest,
    levels_of,
    merged,
    one_point,
    point,
    rows_of,
    warnings_of,
)

STEPS = 500
HOURS = np.arange(STEPS) / 6.0


def noise(sigma: float, seed: int) -> np.ndarray:
    return sigma * np.random.default_rng(seed).normal(size=STEPS)


def drift(per_day: float, since_h: float) -> np.ndarray:
    return per_day / 24.0 * np.maximum(HOURS - since_h, 0.0)


def judged(**values: np.ndarray) -> list[Outcome]:
    rows = merged(*[rows_of(name, series) for name, series in values.items()])
    return feed(Engine(one_point(*values)), rows)


def test_a_crack_meter_that_drifts_alone_is_yellow_and_beside_gnss_at_rest_blue() -> None:
    crack = drift(43.0, 20.0) + noise(0.02, 1)
    still = {name: noise(2.0, seed) for seed, name in enumerate(("gnss_e", "gnss_n", "gnss_u"), 2)}
    assert highest(judged(crack=crack)) == 2
    assert highest(judged(crack=crack, **still)) == 1


def test_fast_motion_of_one_stands_until_the_other_would_have_seen_it() -> None:
    crack = drift(100.0, 20.0) + noise(0.02, 1)
    still = {name: noise(1.0, seed) for seed, name in enumerate(("gnss_e", "gnss_n"), 2)}
    levels = levels_of(judged(crack=crack, **still))
    assert max(levels) == 3
    assert levels[-1] == 2


def test_two_instruments_that_move_together_are_orange() -> None:
    crack, gnss = drift(55.0, 20.0) + noise(0.02, 1), drift(55.0, 20.0) + noise(1.0, 2)
    assert highest(judged(crack=crack)) == 2
    # One axis alone: a receiver whose other axes are silent bears no witness against itself.
    assert highest(judged(crack=crack, gnss_e=gnss)) == 3


def test_two_that_begin_at_different_times_are_two_faults() -> None:
    """A tilt meter bears a crack meter out only if both began within twelve hours."""
    crack = drift(55.0, 20.0) + noise(0.02, 1)
    tilt_then, tilt_later = (drift(2.0, h) + noise(0.003, 3) for h in (20.0, 45.0))
    assert highest(judged(crack=crack, tilt_x=tilt_then)) == 3
    assert highest(judged(crack=crack, tilt_x=tilt_later)) == 2


def test_rain_bears_out_motion_that_it_may_have_caused_and_no_other() -> None:
    """A storm of 40 hours; the crack starts to open within it, or a day before it."""
    rain = np.where((HOURS > 30.0) & (HOURS < 70.0), 3.0, 0.0)
    within, before = (drift(55.0, start) + noise(0.02, 1) for start in (50.0, 6.0))
    assert highest(judged(crack=within, rain=rain)) == 3
    assert highest(judged(crack=before, rain=rain)) == 2


def test_silence_of_a_witness_is_no_rest() -> None:
    """The GNSS stopped a day before the crack began to open: it contradicts nothing."""
    crack = drift(43.0, 50.0) + noise(0.02, 1)
    gnss = rows_of("gnss_e", noise(2.0, 2)[:150])
    rows = merged(rows_of("crack", crack), gnss)
    assert highest(feed(Engine(one_point("crack", "gnss_e")), rows)) == 2


def places(count: int, apart_deg: float, hazard: HazardType) -> dict[str, Point]:
    made = {}
    for number in range(count):
        point_id = f"500235{hazard.code}{number:04d}"
        device = Device(f"d{number}", ("vibration",), 10.0)
        made[point_id] = replace(
            point(point_id, device, hazard=hazard), lat=29.0 + apart_deg * number
        )
    return made


def trembling(points: dict[str, Point], starts_s: list[float], lasting_s: float) -> list[Row]:
    """Vibration every ten seconds for an hour, shaken from each point's start on."""
    series = []
    for number, (point_id, start_s) in enumerate(zip(points, starts_s, strict=True)):
        seconds = np.arange(0.0, 3600.0, 10.0)
        values = 1.5 + 0.1 * np.abs(np.random.default_rng(number).normal(size=len(seconds)))
        values[(seconds >= start_s) & (seconds < start_s + lasting_s)] += 20.0
        series.append(
            rows_of("vibration", values, step_ms=10_000, device=f"d{number}", point_id=point_id)
        )
    return merged(*series)


FLOW = HazardType.DEBRIS_FLOW


def test_an_earthquake_raises_no_warning_however_long_it_shakes() -> None:
    points = places(30, 0.05, FLOW)
    starts = [1800.0 + number for number in range(30)]
    assert warnings_of(feed(Engine(points), trembling(points, starts, 40.0))) == []
    assert warnings_of(feed(Engine(points), trembling(points, starts, 300.0))) == []


def test_shaking_of_one_point_for_a_minute_is_a_warning_and_for_less_is_none() -> None:
    points = places(1, 0.05, FLOW)
    assert highest(feed(Engine(points), trembling(points, [1800.0], 300.0))) == 2
    assert highest(feed(Engine(points), trembling(points, [1800.0], 40.0))) == 0


def test_the_same_shaking_at_different_times_is_no_earthquake() -> None:
    points = places(8, 0.5, FLOW)
    starts = [300.0 + 400.0 * number for number in range(8)]
    raised = {
        w.point_id for w in warnings_of(feed(Engine(points), trembling(points, starts, 200.0)))
    }
    assert raised >= set(list(points)[:2])


def test_a_flow_that_passes_gauges_in_order_is_orange_at_the_second() -> None:
    """Five kilometres in eight minutes; the same shaking at one instant is no flow."""
    points = places(2, 0.045, FLOW)
    upper, lower = points
    passing = warnings_of(feed(Engine(points), trembling(points, [1200.0, 1700.0], 400.0)))
    assert max(w.level for w in passing if w.point_id == upper) == 2
    assert max(w.level for w in passing if w.point_id == lower) == 3
    told = next(w for w in passing if w.point_id == lower and w.level == 3).reasons[0].features
    assert told["earlier_gauge_distance_km"] == pytest.approx(5.0, abs=0.01)
    assert 8.0 <= told["earlier_gauge_lead_min"] <= 9.0
    hours = told["earlier_gauge_lead_min"] / 60.0 + 10.0 / 3600.0
    assert told["front_velocity_least_km_per_h"] == pytest.approx(5.0 / hours, rel=0.01)
    first = [w for w in passing if w.point_id == upper][0].reasons[0].features
    assert "front_velocity_least_km_per_h" not in first
    at_once = warnings_of(feed(Engine(points), trembling(points, [1200.0, 1200.0], 400.0)))
    assert max(w.level for w in at_once) == 2


@pytest.mark.parametrize("cuts", [range(1, 3000, 7), range(500, 100_000, 501)])
def test_a_shaken_province_does_not_depend_on_batches(cuts: range) -> None:
    points = places(9, 0.05, FLOW)
    starts = [900.0, 902.0, 905.0, 1400.0, 1401.0, 1402.0, 1403.0, 1404.0, 2500.0]
    rows = trembling(points, starts, 250.0)
    whole = fingerprint(feed(Engine(points), rows))
    assert fingerprint(feed(Engine(points), rows, cuts)) == whole
    first, second = Engine(points), Engine(points)
    half = len(rows) * 2 // 5
    before = feed(first, rows[:half])
    second.restore(first.snapshot())
    assert fingerprint([*before, *feed(second, rows[half:])]) == whole


def test_the_order_of_points_within_a_moment_does_not_matter() -> None:
    points = places(9, 0.05, FLOW)
    starts = [900.0 + 3.0 * number for number in range(9)]
    rows = trembling(points, starts, 250.0)
    mixed = sorted(rows, key=lambda row: (row[3] // 10_000, row[0][::-1]))
    by_point = sorted(warnings_of(feed(Engine(points), rows)), key=lambda w: w.id)
    again = sorted(warnings_of(feed(Engine(points), mixed)), key=lambda w: w.id)
    assert [w.id for w in by_point] == [w.id for w in again]


def test_the_rules_say_what_the_tests_above_rely_on() -> None:
    assert DEFAULT_RULES.together_hours == 12.0
    assert STEP_MS * 6 == HOUR_MS

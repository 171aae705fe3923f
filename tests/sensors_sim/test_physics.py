"""The physics keeps to what is published about slopes, rain and instruments."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from domain.channels import CHANNELS
from domain.hazards import HazardType
from domain.points import Device, Point
from sensors_sim.failures import Failures
from sensors_sim.fault_kinds import FaultKind
from sensors_sim.model import Model
from sensors_sim.plans import FailurePlan, Scenario, WeatherPlan
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario
from sensors_sim.sites import make_sites
from sensors_sim.weather import Weather
from tests.sensors_sim.worlds import INTERVAL_MS, START_MS, make_model, steps_of

HOUR_MS = 3_600_000


def one_slope(channels: tuple[str, ...], count: int = 60) -> list[Point]:
    return [
        Point(
            f"50010101{serial:04d}",
            "slope",
            HazardType.LANDSLIDE,
            30.8,
            108.4,
            devices=(Device(f"d{serial}", channels),),
        )
        for serial in range(count)
    ]


def series(model: Model, count: int, channel: str) -> npt.NDArray[np.float64]:
    """Values of a channel, shape (steps, rows that have it)."""
    rows, slots = model.sites.rows[channel], model.sites.slots[channel]
    return np.array([step.values[rows, slots] for step in steps_of(model, count)])


def a_failing_slope() -> tuple[Failures, int]:
    sites = make_sites(one_slope(("crack",)), seed=3)
    failures = Failures(sites, FailurePlan(first_per_points=60), START_MS)
    return failures, int(np.flatnonzero(failures.onset_ms < START_MS + 10 * HOUR_MS)[0])


def slips(failures: Failures, row: int, times: list[int]) -> npt.NDArray[np.float64]:
    n = len(failures.onset_ms)
    return np.array([failures.slip_mm(np.full(n, time))[0][row] for time in times])


def test_a_failure_accelerates_and_then_stops() -> None:
    failures, row = a_failing_slope()
    onset, end = int(failures.onset_ms[row]), int(failures.failure_ms[row])
    times = np.linspace(onset, end - 60_000, 40).astype(int).tolist()
    slip = slips(failures, row, times)
    speed = np.diff(slip)
    assert (np.diff(speed) > 0).all(), "the velocity grows from step to step"
    per_hour = speed / (np.diff(times) / HOUR_MS)
    assert 5.0 < per_hour[0] < 25.0
    assert per_hour[-1] > 100.0
    after = slips(failures, row, [end, end + HOUR_MS, end + 1_000 * HOUR_MS])
    assert after[0] == after[1] == after[2]
    assert slip[-1] < after[0] < 10_000.0


def test_velocity_obeys_voights_relation() -> None:
    """With v = dx/dt, v ** (1 - alpha) falls on a straight line that meets zero at failure."""
    failures, row = a_failing_slope()
    onset, end = int(failures.onset_ms[row]), int(failures.failure_ms[row])
    alpha = 1.7 + 0.5 * float(failures._sites.slope.uniform("alpha")[row])
    times = np.linspace(onset + 1, end - 120_000, 30).astype(np.int64)
    n = len(failures.onset_ms)
    speed = np.array([failures.slip_mm(np.full(n, time))[1][row] for time in times])
    slope, offset = np.polyfit((times - onset) / HOUR_MS, speed ** (1 - alpha), 1)
    assert onset - offset / slope * HOUR_MS == pytest.approx(end, abs=5_000)


def test_every_kind_of_failure_shows_in_several_channels() -> None:
    model = make_model(11_000)
    steps = steps_of(model, 12)
    failures = model.truth(START_MS + 12 * INTERVAL_MS)
    assert len(failures) >= 5
    for failure in failures[:5]:
        row = next(i for i, p in enumerate(model.sites.points) if p.point_id == failure.point_id)
        channels = model.sites.devices[row].channels
        quiet = np.array([step.values[row] for step in steps[:3]])
        active = np.array([step.values[row] for step in steps[5:]])
        scale = {"crack": 3.0, "tilt": 0.03, "gnss": 15.0, "vibr": 3.0, "acce": 20.0, "mud_": 0.5}
        moved = [
            name
            for slot, name in enumerate(channels)
            if name[:4] in scale
            and np.ptp(active[:, slot]) > scale[name[:4]] > np.ptp(quiet[:, slot])
        ]
        assert len(moved) >= 2, (failure, channels)
        assert failure.failure_ms < START_MS + 12 * INTERVAL_MS


def test_at_least_one_of_fifty_points_fails_and_none_of_fewer() -> None:
    until = START_MS + 12 * INTERVAL_MS
    assert len(make_model(50).truth(until)) == 1
    assert make_model(49).truth(until) == []


def test_new_failures_keep_starting() -> None:
    plan = FailurePlan(per_1000_points_per_day=50.0)
    model = make_model(500, Scenario(failures=plan))
    steps_of(model, 144)
    begun = model.truth(START_MS + 144 * INTERVAL_MS)
    assert 10 < len(begun) < 45  # 25 expected
    assert len({failure.onset_ms for failure in begun}) > 5


def test_neighbours_share_a_shower_and_distant_gauges_do_not() -> None:
    weather = Weather(WeatherPlan(showers_per_hour=20.0), seed=1, start_ms=START_MS)
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(28.5, 31.8, 300), rng.uniform(105.5, 109.8, 300)
    lat, lon = np.append(lat, lat + 0.02), np.append(lon, lon)  # 2.2 km to the north
    hours = [
        weather.rain_mm(lat, lon, np.full(600, START_MS + hour * HOUR_MS), 1.0)
        for hour in range(400)
    ]
    rain = np.array(hours)
    near = np.mean([np.corrcoef(rain[:, i], rain[:, i + 300])[0, 1] for i in range(300)])
    far = np.mean([np.corrcoef(rain[:, i], rain[:, 299 - i])[0, 1] for i in range(100)])
    assert near > 0.9
    assert abs(far) < 0.2


def test_rain_comes_in_whole_tips_of_a_bucket() -> None:
    model = make_model(300, Scenario(weather=WeatherPlan(showers_per_hour=50.0)))
    rain = series(model, 24, "rain")
    assert rain.sum() > 0
    tips = [
        np.min([np.abs(rain / b - np.round(rain / b))[:, i].max() for b in (0.1, 0.2, 0.5)])
        for i in range(rain.shape[1])
    ]
    assert max(tips) < 1e-9


def test_rain_raises_moisture_and_pore_pressure() -> None:
    wet = Scenario(weather=WeatherPlan(fronts_per_day=48.0, front_peak_mm_h=(10.0, 20.0)))
    for channel in ("soil_moisture", "pore_pressure"):
        values = series(make_model(400, wet), 72, channel)
        assert np.median(values[-1] - values[0]) > 5.0


def test_gnss_scatters_by_two_to_five_millimetres() -> None:
    """Short baselines, horizontal (Williams et al. 2004, doi 10.1029/2003JB002741)."""
    points = one_slope(("gnss_e", "gnss_n", "gnss_u"))
    model = Model(points, load_scenario("quiet"), 1, START_MS, INTERVAL_MS)
    values = np.array([step.values for step in steps_of(model, 144)])
    scatter = np.median(values.std(axis=0), axis=0)
    assert 2.0 < scatter[0] < 5.0
    assert 2.0 < scatter[1] < 5.0
    assert 1.3 < scatter[2] / scatter[0] < 2.0


def test_a_crack_meter_breathes_with_the_day() -> None:
    points = one_slope(("crack",))
    model = Model(points, load_scenario("quiet"), 1, START_MS, INTERVAL_MS)
    values = series(model, 144, "crack")
    hourly = values.reshape(24, 6, -1).mean(axis=1)
    swing = np.ptp(hourly - np.linspace(hourly[0], hourly[-1], 24), axis=0)
    assert 0.05 < np.median(swing) < 0.5


def test_every_value_is_finite_and_within_its_channels_range() -> None:
    model = make_model(2_000, "faults")
    for step in steps_of(model, 30):
        for name, rows in model.sites.rows.items():
            values = step.values[rows, model.sites.slots[name]]
            assert np.isfinite(values).all()
            assert (values >= CHANNELS[name].low).all()
            assert (values <= CHANNELS[name].high).all()


def test_quiet_slopes_creep_by_less_than_a_warning_velocity() -> None:
    model = make_model(500, "quiet")
    values = series(model, 144, "crack")
    assert (np.abs(values[-1] - values[0]) < 10.0).all()


def test_a_point_reads_the_same_in_any_fleet() -> None:
    points = build_points(200, 1, 600.0)
    quiet = load_scenario("quiet")
    whole = Model(points, quiet, 1, START_MS, INTERVAL_MS)
    part = Model(points[50:60], quiet, 1, START_MS, INTERVAL_MS)
    for _ in range(5):
        a, b = whole.advance(), part.advance()
        assert np.array_equal(a.values[50:60], b.values)
        assert np.array_equal(a.event_ms[50:60], b.event_ms)


def test_the_seed_changes_everything() -> None:
    points = build_points(20, 1, 600.0)
    runs: list[Any] = [
        Model(points, load_scenario("quiet"), seed, START_MS, INTERVAL_MS).advance().values
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_a_destroyed_device_never_speaks_again() -> None:
    demo = load_scenario("demo")
    failures = msgspec.structs.replace(demo.failures, destroyed_share=1.0, first_per_points=60)
    model = make_model(60, msgspec.structs.replace(demo, failures=failures))
    gone = [step.faults.active[FaultKind.DESTROYED] for step in steps_of(model, 14)]
    assert not gone[0].any()
    assert gone[-1].sum() == 1
    assert (np.diff(np.array(gone).astype(int), axis=0) >= 0).all()

"""Weather and slopes over weeks and years, against figures of the region."""

import numpy as np
import pytest

from domain.times import parse_iso
from sensors_sim.model import Model
from sensors_sim.occurrences import EARTHQUAKE, SURGE, occurrences
from sensors_sim.plans import QuakePlan, Scenario, SurgePlan, WeatherPlan
from sensors_sim.province import build_points
from sensors_sim.reservoir import drawdown_m_per_day, level_m, on_the_bank
from sensors_sim.scenario import load_scenario
from sensors_sim.truth import Truth
from sensors_sim.weather import Weather
from tests.sensors_sim.worlds import START_MS, make_model, steps_of

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def test_a_year_has_the_rain_of_chongqing() -> None:
    """About 1,000 to 1,250 mm a year, most from May to September (climate normals)."""
    start_ms = parse_iso("2026-01-01T00:00:00Z")
    weather = Weather(load_scenario("quiet-year").weather, seed=1, start_ms=start_ms)
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(28.6, 31.6, 60), rng.uniform(106.0, 109.6, 60)
    rain = np.array(
        [weather.rain_mm(lat, lon, np.full(60, start_ms + h * HOUR_MS), 1.0) for h in range(8_760)]
    )
    assert 750 < rain.sum(axis=0).mean() < 1_300
    # About a tenth of the hours and four in ten days are wet in Chongqing's climate normals.
    assert 0.05 < (rain >= 0.1).mean() < 0.20
    days = rain.reshape(365, 24, 60).sum(axis=1)
    assert 0.30 < (days >= 0.1).mean() < 0.50
    months = rain.reshape(12, 730, 60).sum(axis=1).mean(axis=1)
    assert months[4:9].sum() / months.sum() > 0.55


def test_the_reservoir_keeps_to_its_rule() -> None:
    year = np.arange(366) * DAY_MS + parse_iso("2026-01-01T00:00:00Z")
    level = level_m(year)
    assert 145.0 <= level.min() < 147.0
    assert 173.0 < level.max() <= 175.0
    assert np.argmax(drawdown_m_per_day(year)) in range(120, 165)  # May to mid June
    assert drawdown_m_per_day(year).max() < 1.0


def test_banks_move_in_a_step_while_the_reservoir_falls() -> None:
    """Without any rain: most of a year's motion from May to July, rest before and after."""
    start_ms = parse_iso("2026-01-01T00:00:00Z")
    dry = Scenario(weather=WeatherPlan(showers_per_hour=0.0))
    model = Model(build_points(800, 1, 86_400.0), dry, 1, start_ms, DAY_MS)
    bank = on_the_bank(model.sites)
    assert 20 < bank.sum() < 300
    crept = []
    for day in range(365):
        model.slopes.advance(day, np.full(800, start_ms + day * DAY_MS), 24.0)
        crept.append(model.slopes.water.crept_mm)
    moved = np.array(crept)[:, bank]
    step = moved[212] - moved[120]
    assert 0.45 < np.median(step / moved[-1]) < 0.85
    assert 10.0 < np.median(step) < 150.0
    inland = np.array(crept)[:, ~bank]
    assert np.median((inland[212] - inland[120]) / inland[-1]) < 0.3


def test_a_surge_moves_and_stops_again() -> None:
    plan = SurgePlan(per_1000_points_per_day=200.0, size_mm=(50.0, 60.0), lasting_h=(6.0, 8.0))
    model = make_model(200, Scenario(surges=plan))
    slip = []
    for step in range(144):
        at_ms = START_MS + step * 600_000 + np.zeros(200, np.int64)
        slip.append(model.slopes.advance(step, at_ms, 1 / 6).slip_mm)
    moved = np.array(slip)
    rows = [(row, start, end) for row, start, end, _ in model.surges.begun if end < at_ms[0]]
    assert len(rows) > 5
    for row, start, end in rows:
        first, last = (start - START_MS) // 600_000, -(-(end - START_MS) // 600_000)
        assert 48.0 < moved[last, row] - moved[first, row] < 65.0
        assert (np.diff(moved[:, row]) >= 0).all()
    found = [one for one in occurrences(model, int(at_ms[0])) if one.kind == SURGE]
    assert len(found) == len(model.surges.begun)
    assert all(one.stops and len(one.phases) == 3 for one in found)


def test_an_earthquake_shakes_near_points_at_once() -> None:
    quake = QuakePlan(at_h=2.0, lat=30.0, lon=107.8, reach_km=50.0)
    model = make_model(500, Scenario(earthquake=quake))
    truth = Truth(model)
    shaken = []
    rows, slots = model.sites.rows["vibration"], model.sites.slots["vibration"]
    for step in steps_of(model, 18):
        truth.note(step)
        shaken.append(step.values[rows, slots] > 5.0)
    times = np.array(shaken).any(axis=1)
    assert np.flatnonzero(times).tolist() in ([11, 12], [12], [11])
    felt = [e for e in truth.table().to_pylist() if e["kind"] == EARTHQUAKE]
    assert 10 < len(felt) < 500


@pytest.mark.parametrize("name", ["plum-rain", "storm-2020", "sensor-plague", "network-outage"])
def test_every_scenario_runs(name: str) -> None:
    for step in steps_of(make_model(100, name), 20):
        assert np.isfinite(step.values).all()

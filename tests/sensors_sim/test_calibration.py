"""The simulator beside measured records, and its statistics beside published bounds.

The records lie outside the project; where they are absent, these tests say so and are skipped.
"""

import csv

import numpy as np
import numpy.typing as npt
import pytest

from domain.hazards import HazardType
from domain.points import Device, Point
from domain.times import parse_iso
from sensors_sim.crack import CrackMeter
from sensors_sim.failures import Failures
from sensors_sim.model import Model
from sensors_sim.noise import Noise
from sensors_sim.plans import FailurePlan, FleetPlan, Scenario, WeatherPlan
from sensors_sim.province import build_points
from sensors_sim.reservoir import on_the_bank
from sensors_sim.scenario import load_scenario
from sensors_sim.sites import make_sites
from sensors_sim.weather import HOUR_MS, Weather
from tests.sensors_sim.measured import measured
from tests.sensors_sim.worlds import START_MS

SEED = 11
YEAR_MS = parse_iso("2026-01-01T00:00:00Z")
MONTH_OF_DAY = (
    np.arange(np.datetime64("2026-01-01"), np.datetime64("2027-01-01"))
    .astype("datetime64[M]")
    .astype(int)
    % 12
)

Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def year() -> tuple[Model, Array, Array]:
    """Run a quiet year at six hours: the model, rain and creep by day and point."""
    points = build_points(300, SEED, 21_600.0)
    model = Model(points, load_scenario("quiet-year"), SEED, YEAR_MS, 6 * HOUR_MS)
    rain, crept = [], []
    for number in range(365 * 4):
        times = np.full(300, YEAR_MS + (number + 1) * 6 * HOUR_MS)
        rain.append(model.slopes.advance(number, times, 6.0).rain_mm)
        crept.append(model.slopes.water.crept_mm)
    daily = np.array(rain).reshape(365, 4, 300).sum(axis=1)
    return model, daily, np.array(crept)[3::4]


def by_month(crept: Array) -> Array:
    """Share of a year's motion in each month, shape (12, points)."""
    moved = np.diff(crept, axis=0, prepend=0.0)
    shares: Array = np.array([moved[MONTH_OF_DAY == month].sum(axis=0) for month in range(12)])
    return shares / crept[-1]


def test_daily_rain_is_that_of_the_bazimen_gauge(year: tuple[Model, Array, Array]) -> None:
    path = measured("three_gorges_bazimen", "rain_mm_daily.csv")
    with path.open(encoding="utf-8") as file:
        gauge = np.array([float(row["value"] or 0.0) for row in csv.DictReader(file)])
    _, rain, _ = year
    assert rain.sum(axis=0).mean() == pytest.approx(gauge.sum() / 6, rel=0.25)
    assert (rain >= 0.1).mean() == pytest.approx((gauge >= 0.1).mean(), abs=0.12)
    for percent, factor in ((50, 1.6), (90, 1.6), (99, 2.0)):
        ours, theirs = (np.percentile(days[days >= 0.1], percent) for days in (rain, gauge))
        assert 1 / factor < ours / theirs < factor, percent


def test_banks_step_in_the_months_in_which_bazimen_does(year: tuple[Model, Array, Array]) -> None:
    path = measured("three_gorges_bazimen", "displacement_monthly.csv")
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["point"] in ("ZG110", "ZG111")]
    shares = np.zeros((2, 12))
    for place, name in enumerate(("ZG110", "ZG111")):
        own = sorted((row["month"], float(row["dF_mm"])) for row in rows if row["point"] == name)
        for (_, before), (month, after) in zip(own[:-1], own[1:], strict=True):
            shares[place, int(month[5:]) - 1] += after - before
    shares /= shares.sum(axis=1, keepdims=True)
    model, _, crept = year
    bank = np.flatnonzero(on_the_bank(model.sites))
    movers = bank[np.argsort(crept[-1, bank])[-len(bank) // 3 :]]
    ours = np.median(by_month(crept[:, movers]), axis=1)
    assert ours[4:7].sum() == pytest.approx(shares[:, 4:7].sum(axis=1).mean(), abs=0.15)
    assert np.argmax(ours) in (5, 6)
    assert np.all(np.argmax(shares, axis=1) == 6)
    # From October to January neither moves.
    assert ours[[9, 10, 11, 0]].sum() < 0.2
    assert shares[:, [9, 10, 11, 0]].sum(axis=1).mean() < 0.2


def test_daily_gnss_scatters_as_measured_stations_do() -> None:
    """First differences of daily positions, which slow motion does not touch."""
    folder = measured("gnss_steps")
    theirs = []
    for path in sorted(folder.glob("*.col")):
        columns = 10.0 * np.loadtxt(path, skiprows=1)[:, 1:4]
        change = np.diff(columns, axis=0)
        theirs.append(1.4826 * np.median(np.abs(change), axis=0) / np.sqrt(2))
    points = [
        Point(
            f"50010101{serial:04d}",
            "slope",
            HazardType.LANDSLIDE,
            30.8,
            108.4,
            devices=(Device(f"d{serial}", ("gnss_n", "gnss_e", "gnss_u"), 3_600.0),),
        )
        for serial in range(40)
    ]
    model = Model(points, Scenario(), SEED, START_MS, HOUR_MS)
    values = np.array([model.advance().values for _ in range(24 * 40)])
    daily = values.reshape(40, 24, 40, 3).mean(axis=1)
    ours = 1.4826 * np.median(np.abs(np.diff(daily, axis=0)), axis=(0, 1)) / np.sqrt(2)
    ratio = ours / np.mean(theirs, axis=0)
    assert (ratio[:2] > 0.3).all()
    assert (ratio[:2] < 1.5).all()
    # Real time heights over short baselines do better than daily ones of single stations.
    assert 0.15 < ratio[2] < 1.5


def test_storms_before_failures_are_such_as_have_set_slopes_off() -> None:
    """Depth of storms of 1 to 6 h: between the 5th and 99th percentile of those in Italy."""
    path = measured("italica", "ITALICA_v4.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    known = [r for r in rows if "NA" not in (r["duration"], r["cumulated_rainfall"])]
    events = np.array([[float(r["duration"]), float(r["cumulated_rainfall"])] for r in known])
    short = events[(events[:, 0] >= 1) & (events[:, 0] <= 6), 1]
    low, high = np.percentile(short, [5, 99])
    sites = make_sites(build_points(300, SEED, 600.0), SEED)
    plan = FailurePlan(first_per_points=10, tertiary_h=(2.0, 200.0))
    failures = Failures(sites, plan, START_MS)
    storms = [failures.storms(np.array([row])) for row in failures.planned().tolist()]
    depths = np.array([sum(c.peak_mm_h * c.life_h / 2 for c in cells) for cells in storms if cells])
    assert len(depths) > 15
    assert np.mean((depths > low) & (depths < high)) > 0.9
    assert 0.6 < np.median(depths) / np.median(short) < 1.4


def test_rain_correlation_falls_with_distance() -> None:
    """Of hours; showers of 4 to 12 km are gone within tens of km (Huff and Shipp 1969)."""
    weather = Weather(WeatherPlan(showers_per_hour=20.0), SEED, START_MS)
    rng = np.random.default_rng(SEED)
    lat, lon = rng.uniform(29.5, 30.8, 200), rng.uniform(106.8, 108.6, 200)
    rain = np.array(
        [weather.rain_mm(lat, lon, np.full(200, START_MS + h * HOUR_MS), 1.0) for h in range(500)]
    )
    together = np.corrcoef(rain.T)
    north = 111.2 * (lat[:, None] - lat)
    east = 96.3 * (lon[:, None] - lon)
    km = np.hypot(north, east)
    means = [
        together[(km > near) & (km <= far)].mean()
        for near, far in ((0, 5), (5, 15), (15, 30), (30, 60), (60, 120))
    ]
    assert means == sorted(means, reverse=True)
    assert means[0] > 0.75
    assert means[2] < 0.5
    assert abs(means[4]) < 0.1


def test_inverse_velocity_read_from_a_crack_meets_zero_at_the_true_time() -> None:
    """Fukuzono's line through what instruments say, where alpha is about 2."""
    points = [
        Point(
            f"50010101{serial:04d}",
            "slope",
            HazardType.LANDSLIDE,
            30.8,
            108.4,
            devices=(Device(f"d{serial}", ("crack",)),),
        )
        for serial in range(400)
    ]
    plan = FailurePlan(
        first_per_points=5,
        first_onset_h=(3.0, 6.0),
        tertiary_h=(40.0, 60.0),
        storm=False,
        onset_mm_per_h=(1.0, 2.0),
    )
    model = Model(points, Scenario(failures=plan), SEED, START_MS, 600_000)
    values = np.array([model.advance().values[:, 0] for _ in range(400)])
    alpha = 1.7 + 0.5 * model.sites.slope.uniform("alpha")
    failing = model.failures.failure_ms < START_MS + 66 * HOUR_MS
    rows = np.flatnonzero(failing & (np.abs(alpha - 2.0) < 0.04))
    assert len(rows) >= 5
    for row in rows.tolist():
        end = int(model.failures.failure_ms[row] - START_MS) / HOUR_MS
        begin = int(model.failures.onset_ms[row] - START_MS) / HOUR_MS
        hours = np.arange(400) / 6 + model.sites.phase[row] / 6
        speed = (values[6:, row] - values[:-6, row]) / 1.0
        middle = hours[6:] - 0.5
        used = (middle > begin + 0.3 * (end - begin)) & (hours[6:] < end - 1.0)
        inverse = 1.0 / speed[used]
        slope, offset = np.polyfit(middle[used], inverse, 1)
        assert np.corrcoef(middle[used], inverse)[0, 1] < -0.97
        assert -offset / slope == pytest.approx(end, abs=0.06 * (end - begin))


def test_a_battery_runs_down_in_long_rain_and_comes_back_with_the_sun() -> None:
    wet = Scenario(
        weather=WeatherPlan(fronts_per_day=40.0, front_life_h=(20.0, 24.0)),
        fleet=FleetPlan(weak_battery_share=1.0, weak_battery_days=(1.0, 2.0)),
    )
    flat = {}
    for name, scenario in (("wet", wet), ("dry", Scenario(fleet=wet.fleet))):
        model = Model(build_points(100, SEED, 1_800.0), scenario, SEED, START_MS, 1_800_000)
        steps = [model.advance() for _ in range(48 * 4)]
        flat[name] = np.array([step.faults.dead for step in steps])
        rows, slots = model.sites.rows["battery"], model.sites.slots["battery"]
        volts = np.array([step.values[rows, slots] for step in steps])
        assert ((volts > 10.5) & (volts < 14.5)).all()
    assert flat["wet"].any(axis=0).mean() > 0.5
    assert flat["dry"].mean() < 0.02


def test_a_crack_meter_takes_up_its_play_before_it_moves() -> None:
    """The play operator: a turn of the motion shows only when twice the play is used up."""
    meter = CrackMeter(Noise(SEED, [f"d{i}" for i in range(200)]))
    still = np.full(200, 18.0)

    def read(slip_mm: float, number: int) -> Array:
        return meter.read(np.full(200, slip_mm), still, number, keep=True)

    closed, opened, less = read(0.0, 0), read(5.0, 1), read(4.97, 1)
    moved, turned = opened - closed, opened - less
    assert np.median(moved) > 3.0
    assert np.median(turned) < 0.02  # most play is wider than this

"""Forecasts and refusals through the engine: with warnings, over batches, after a restart."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from detectors.analysis import analyze
from detectors.engine import Engine, Outcome
from detectors.failure_time.forecasting import EVERY
from domain.warnings import WarningEvent
from tests.detectors.creep import voight_mm
from tests.detectors.worlds import (
    POINT_ID,
    START_MS,
    Row,
    feed,
    fingerprint,
    merged,
    one_point,
    rows_of,
    warnings_of,
)

HOUR_MS = 3_600_000
SHARED = Path(__file__).parents[3] / "shared" / "data"
BAZIMEN = SHARED / "three_gorges_bazimen" / "displacement_monthly.csv"
CENTURY = SHARED / "century_mine" / "century_prisms_daily_subset.csv"


def _failing(channel: str, *, quiet_h: float, left_h: float, sigma: float, seed: int) -> list[Row]:
    """30 hours of tertiary creep from 3 mm/h after quiet hours, cut before the failure."""
    hours = np.arange(0.0, quiet_h + 30.0 - left_h, 1 / 6)
    moved = voight_mm(hours - quiet_h, failure_h=30.0, alpha=2.0, at_first=3.0)
    noise = sigma * np.random.default_rng(seed).normal(size=len(hours))
    return rows_of(channel, moved + noise)


def _changes(outcomes: list[Outcome]) -> list[WarningEvent]:
    return [w for w in warnings_of(outcomes) if w.level >= 2]


@pytest.mark.parametrize(("channel", "sigma"), [("crack", 0.1), ("gnss_e", 2.5)])
def test_every_warning_of_motion_has_a_forecast_or_a_reason(channel: str, sigma: float) -> None:
    rows = _failing(channel, quiet_h=40.0, left_h=0.5, sigma=sigma, seed=1)
    engine = Engine(one_point(channel))
    events = _changes(feed(engine, rows))
    assert {w.level for w in events} >= {2, 3, 4}
    assert all((w.forecast is None) == bool(w.forecast_refused) for w in events)
    last = engine.forecast_of(POINT_ID)
    assert last is not None
    assert last.earliest_ms <= START_MS + 70 * HOUR_MS <= last.latest_ms


def test_forecasts_are_made_anew_and_close_in() -> None:
    rows = _failing("crack", quiet_h=40.0, left_h=1.0, sigma=0.1, seed=2)
    outcomes = feed(Engine(one_point("crack")), rows)
    made = outcomes[0].forecasts
    assert len(made) > 15
    assert len(made) <= len(rows) / EVERY
    failure = START_MS + 70 * HOUR_MS
    held = [f.earliest_ms <= failure <= f.latest_ms for f in made]
    assert np.mean(held) >= 0.9
    widths = [f.latest_ms - f.earliest_ms for f in made]
    assert np.median(widths[-6:]) < 0.3 * np.median(widths[:6])


def test_a_step_raises_a_level_and_says_why_it_gives_no_time() -> None:
    """90 mm in a day, as a slope at drawdown: orange by its velocity, and no forecast."""
    hours = np.arange(0.0, 96.0, 1 / 6)
    done = np.clip((hours - 40.0) / 24.0, 0.0, 1.0)
    moved = 90.0 * done**2 * (3.0 - 2.0 * done)
    noise = 0.1 * np.random.default_rng(3).normal(size=len(hours))
    outcomes = feed(Engine(one_point("crack")), rows_of("crack", moved + noise))
    events = _changes(outcomes)
    assert max(w.level for w in events) == 3
    assert outcomes[0].forecasts == ()
    assert all(w.forecast_refused for w in events if w.kind.value in ("raised", "upgraded"))


def test_tilt_alone_says_that_it_cannot_tell() -> None:
    steps = np.arange(120.0)
    tilt = rows_of("tilt_x", 0.01 * np.maximum(steps - 60, 0.0) ** 1.5)
    events = _changes(feed(Engine(one_point("tilt_x")), tilt))
    assert events
    assert {w.forecast_refused for w in events} == {"no_displacement"}


def test_rain_gives_neither_forecast_nor_refusal() -> None:
    events = warnings_of(feed(Engine(one_point("rain")), rows_of("rain", [15.0] * 40)))
    assert events
    assert all(w.forecast is None and not w.forecast_refused for w in events)


def test_a_window_that_has_passed_is_overdue() -> None:
    """The crack meter is torn off; hours later the tilt meter lifts the level again."""
    crack = _failing("crack", quiet_h=40.0, left_h=3.0, sigma=0.1, seed=4)
    late = rows_of("rain", [0.0] * 600)
    engine = Engine(one_point("crack", "rain"))
    feed(engine, merged(crack, late))
    standing = engine.forecast_of(POINT_ID)
    assert standing is not None
    outlook = engine._stream.outlooks.at([1], standing.latest_ms)
    assert outlook.forecast is None
    assert outlook.refused is not None
    assert outlook.refused.value == "overdue"
    assert engine._stream.outlooks.at([1], standing.latest_ms - 1).forecast == standing


def test_batches_and_restarts_change_no_forecast() -> None:
    crack = _failing("crack", quiet_h=20.0, left_h=1.0, sigma=0.1, seed=5)
    gnss = _failing("gnss_e", quiet_h=20.0, left_h=1.0, sigma=2.5, seed=6)
    points, rows = one_point("crack", "gnss_e"), merged(crack, gnss)
    whole = fingerprint(feed(Engine(points), rows))
    assert fingerprint(feed(Engine(points), rows, range(1, len(rows)))) == whole
    for stop in (260, 300, 500):
        first, second = Engine(points), Engine(points)
        before = feed(first, rows[:stop])
        second.restore(first.snapshot())
        assert fingerprint([*before, *feed(second, rows[stop:])]) == whole


def _measured(path: Path, key: str, time: str, value: str) -> dict[str, tuple[list[int], list]]:
    found: dict[str, tuple[list[int], list]] = {}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if not row[value]:
                continue
            moment = row[time] if len(row[time]) > 7 else f"{row[time]}-01"
            at_ms = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
            times, values = found.setdefault(row[key], ([], []))
            times.append(at_ms)
            values.append(float(row[value]))
    return found


@pytest.mark.skipif(not BAZIMEN.exists(), reason="the shared measured records are not here")
@pytest.mark.parametrize("column", ["dx_mm", "dy_mm", "dF_mm"])
@pytest.mark.parametrize("channel", ["gnss_e", "crack"])
def test_bazimen_has_no_red_and_no_forecast(column: str, channel: str) -> None:
    for times, values in _measured(BAZIMEN, "point", "month", column).values():
        found = analyze(times, values, channel)
        assert found.max_level < 4
        assert found.forecasts == ()


@pytest.mark.skipif(not CENTURY.exists(), reason="the shared measured records are not here")
def test_century_mine_is_yellow_days_before_and_says_why_it_gives_no_time() -> None:
    """The wall failed on 2014-02-23; prism 31-2007 ran from 0.5 to 13 mm a day."""
    times, values = _measured(CENTURY, "sensorId", "timestampLocal", "displacementMm")["31-2007"]
    found = analyze(times, values, "crack")
    raised = [w for w in found.warnings if w.level >= 2]
    assert [w.level for w in raised] == [2]
    assert raised[0].forecast_refused
    february_ms = int(datetime(2014, 2, 1, tzinfo=UTC).timestamp() * 1000)
    assert all(w.event_ms >= february_ms for w in found.warnings)

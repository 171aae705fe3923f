"""The offline command's judgement: the same engine, rows as they stood in the file."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from detectors.analysed import Analysis
from detectors.analysis import analyze
from detectors.engine import Engine
from tests.detectors.worlds import START_MS, STEP_MS, feed, levels_of, one_point, rows_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"no measured data at {DATA}")


def _failing(size: int = 200) -> np.ndarray:
    left = np.maximum(size + 0.5 - np.arange(size), 0.0) / size
    return -30.0 * np.log(left) + 0.1 * np.random.default_rng(1).normal(size=size)


def test_levels_equal_those_of_the_live_engine() -> None:
    values = _failing()
    found = analyze(START_MS + np.arange(200) * STEP_MS, values, "crack")
    live = feed(Engine(one_point("crack")), rows_of("crack", values), range(7, 200, 7))
    assert [change.level for change in found.levels] == levels_of(live)
    assert found.max_level == 4
    assert found.level.tolist() == [int(v) for o in live for v in o.features.level]


def test_order_duplicates_and_missing_values_map_back_to_their_rows() -> None:
    values = _failing(100)
    times = START_MS + np.arange(100) * STEP_MS
    plain = analyze(times, values, "crack", interval_s=600.0)
    order = np.random.default_rng(2).permutation(100)
    mixed_times = np.concatenate((times[order], times[:3], times[:2] + 5))
    mixed_values = np.concatenate((values[order], [77.0] * 3, [np.nan] * 2))
    mixed = analyze(mixed_times, mixed_values, "crack", interval_s=600.0)
    assert (mixed.rows, mixed.used) == (105, 100)
    for name in ("flag", "anomaly_score", "velocity", "tangential_angle", "level"):
        np.testing.assert_array_equal(getattr(mixed, name)[:100], getattr(plain, name)[order])
    assert mixed.flag[100:103].tolist() == plain.flag[:3].tolist()
    assert mixed.flag[103:].tolist() == [9, 9]
    assert mixed.levels == plain.levels


def test_scores_lie_in_range_and_are_zero_where_not_judged() -> None:
    found = analyze(np.arange(100) * 1000, np.random.default_rng(3).normal(size=100), "generic")
    assert ((found.anomaly_score >= 0.0) & (found.anomaly_score <= 1.0)).all()
    assert found.anomaly_score[:8].tolist() == [0.0] * 8


def test_an_outlier_scores_high() -> None:
    values = np.random.default_rng(4).normal(size=300)
    values[250] += 40.0
    found = analyze(np.arange(300) * 1000, values, "generic")
    assert found.anomaly_score.argmax() == 250
    assert found.flag[250] == 3


@pytest.mark.parametrize("values", [[], [1.0], [np.nan], [np.nan] * 5])
def test_almost_no_data(values: list[float]) -> None:
    found = analyze(np.arange(len(values)), values, "crack")
    assert (found.rows, found.max_level) == (len(values), 0)


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="unknown channel 'speed'"):
        analyze([1], [1.0], "speed")
    with pytest.raises(ValueError, match="one length"):
        analyze([1, 2], [1.0], "crack")


def test_an_anomaly_has_a_beginning_and_an_end_whatever_the_order_of_the_rows() -> None:
    """A level that changes for 60 of 600 readings is one anomaly, a spike long after another."""
    rng = np.random.default_rng(3)
    times, values = START_MS + np.arange(600) * STEP_MS, rng.normal(size=600)
    values[400:460] += 12.0
    values[580] = -30.0
    order = rng.permutation(600)
    for rows in (np.arange(600), order):
        found = analyze(times[rows], values[rows], "generic").anomalies
        places = [((a - START_MS) // STEP_MS, (b - START_MS) // STEP_MS) for a, b, _ in found]
        assert [begin for begin, _ in places] == [400, 580]
        assert 455 <= places[0][1] < 560, "the mean of two dozen readings comes back slowly"
        assert all(score > 0.5 for *_, score in found)


def test_the_report_is_plain_json() -> None:
    found = analyze(START_MS + np.arange(200) * STEP_MS, _failing(), "crack")
    report = msgspec.json.decode(msgspec.json.encode(found.to_json()))
    assert set(report) == {
        "rows",
        "used",
        "quality",
        "levels",
        "forecasts",
        "anomalies",
        "max_level",
    }
    assert report["quality"] == {"good": found.used, "suspect": 0, "fail": 0, "missing": 0}
    assert set(report["levels"][0]) == {"time", "level", "reasons", "forecast_refused"}
    assert set(report["forecasts"][0]) == {
        "made_at", "failure_time", "earliest", "latest", "method", "r2",
        "coverage", "onset", "methods",
    }  # fmt: skip


def _records(
    path: str, key: str, time: str, value: str
) -> dict[str, tuple[list[int], list[float]]]:
    series: dict[str, tuple[list[int], list[float]]] = {}
    with (DATA / path).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            text = row[time] if len(row[time]) > 7 else row[time] + "-01"
            stamp = datetime.fromisoformat(text).replace(tzinfo=UTC)
            times, values = series.setdefault(row[key], ([], []))
            times.append(int(stamp.timestamp() * 1000))
            values.append(float(row[value] or "nan"))
    return series


def _judge(path: str, key: str, time: str, value: str, channel: str) -> dict[str, Analysis]:
    found = _records(path, key, time, value)
    return {name: analyze(*series, channel) for name, series in found.items()}


@needs_data
@pytest.mark.parametrize("channel", ["gnss_e", "crack"])
def test_the_steps_of_bazimen_are_no_failure(channel: str) -> None:
    """Seventy-three months of wet-season steps; the slope did not fail."""
    path = "three_gorges_bazimen/displacement_monthly.csv"
    judged = _judge(path, "point", "month", "dF_mm", channel)
    assert set(judged) == {"ZG110", "ZG111", "ZG112"}
    for analysis in judged.values():
        assert analysis.max_level <= 2
        assert analysis.forecasts == ()


@needs_data
@pytest.mark.parametrize("channel", ["gnss_e", "crack"])
def test_century_mine_says_nothing_above_blue_before_february(channel: str) -> None:
    path = "century_mine/century_prisms_daily_subset.csv"
    judged = _judge(path, "sensorId", "timestampLocal", "displacementMm", channel)
    february = int(datetime(2014, 2, 1, tzinfo=UTC).timestamp() * 1000)
    raised = [change for a in judged.values() for change in a.levels]
    assert all(change.level <= 1 for change in raised if change.time_ms < february)
    assert max(change.level for change in raised) >= (2 if channel == "crack" else 1)

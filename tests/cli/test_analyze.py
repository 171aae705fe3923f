"""``geohazard analyze`` as a user runs it."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.command import Done, geohazard

SHARED = Path(__file__).parents[3] / "shared" / "data"
BAZIMEN = SHARED / "three_gorges_bazimen" / "displacement_monthly.csv"


def analyze(*arguments: str, code: int = 0) -> Done:
    return geohazard("analyze", *arguments, code=code)


def recording(path: Path, steps: int = 120, *, failing: bool) -> Path:
    """Write ten-minute crack readings, quiet or accelerating to failure."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["when", "opening"])
        for step in range(steps):
            ripple = ((step * 104_729) % 101 - 50) / 1000.0
            left = max(steps + 2 - step, 1)
            motion = 600.0 / left if failing and step > steps // 2 else 0.0
            minute = step * 10
            when = f"2026-06-{1 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}:00Z"
            writer.writerow([when, f"{ripple + motion:.3f}"])
    return path


OPTIONS = ("--time", "when", "--value", "opening", "--channel", "crack", "--unit", "mm")


def test_json_of_a_quiet_crack(tmp_path: Path) -> None:
    path = recording(tmp_path / "quiet.csv", failing=False)
    result = json.loads(analyze(str(path), *OPTIONS, "--json").stdout)
    assert set(result) == {
        "rows",
        "used",
        "quality",
        "levels",
        "forecasts",
        "anomalies",
        "max_level",
    }
    assert (result["rows"], result["used"], result["max_level"]) == (120, 120, 0)
    assert sum(result["quality"].values()) == 120
    assert result["forecasts"] == []


def test_the_tests_that_spoke_are_named(tmp_path: Path) -> None:
    path = recording(tmp_path / "spiked.csv", failing=False)
    lines = path.read_text("utf-8").splitlines()
    lines[81] = lines[81].partition(",")[0] + ",80.0"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert "spike (尖峰) 1" in analyze(str(path), *OPTIONS).stdout
    scores = tmp_path / "scores.csv"
    analyze(str(path), *OPTIONS, "--scores", str(scores))
    with scores.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [i for i, row in enumerate(rows) if "spike" in row["tests"]] == [80]


def test_a_failing_crack_reaches_red_and_says_why(tmp_path: Path) -> None:
    path = recording(tmp_path / "failing.csv", failing=True)
    result = json.loads(analyze(str(path), *OPTIONS, "--json").stdout)
    assert result["max_level"] == 4
    reasons = result["levels"][-1]["reasons"]
    assert reasons[0]["channel"] == "crack"
    assert reasons[0]["features"]["velocity_mm_per_day"] > 400


def test_scores_have_a_row_for_each_row_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text(
        "when,opening\n2026-06-01T00:20:00Z,0.2\n2026-06-01T00:00:00Z,0.1\n"
        "2026-06-01T00:10:00Z,\n2026-06-01T00:20:00Z,0.9\n",
        encoding="utf-8",
    )
    scores = tmp_path / "scores.csv"
    analyze(str(path), *OPTIONS, "--scores", str(scores))
    with scores.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["timestamp"][11:16] for row in rows] == ["00:20", "00:00", "00:10", "00:20"]
    assert [row["value"] for row in rows] == ["0.2", "0.1", "", "0.9"]
    assert rows[2]["flag"] == "9"
    assert all(0.0 <= float(row["anomaly_score"]) <= 1.0 for row in rows)
    assert list(rows[0]) == [
        "timestamp",
        "value",
        "flag",
        "anomaly_score",
        "velocity",
        "tangential_angle",
        "level",
        "tests",
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nowhere.csv", "--time", "t", "--value", "v"), "cannot read nowhere.csv"),
        ((__file__, "--time", "t", "--value", "v"), "has no column"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: tuple[str, ...], reason: str) -> None:
    done = analyze(*arguments, code=2)
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not BAZIMEN.exists(), reason="the shared measured records are not here")
@pytest.mark.parametrize("point", ["ZG110", "ZG111", "ZG112"])
def test_bazimen_steps_give_no_red_and_no_confident_forecast(point: str) -> None:
    columns = ("--time", "month", "--value", "dF_mm", "--channel", "gnss", "--unit", "mm")
    done = analyze(str(BAZIMEN), *columns, "--where", f"point={point}", "--json")
    result = json.loads(done.stdout)
    assert result["rows"] in (22, 73)
    assert result["max_level"] < 4
    assert result["forecasts"] == []

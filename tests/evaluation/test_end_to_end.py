"""A small simulated record from the folder to metrics.json."""

import json

import pytest
from typer.testing import CliRunner

from cli.main import app
from detectors.engine import Engine
from domain.errors import GeohazardError
from domain.settings import IngestSettings
from domain.topics import partition_of
from evaluation.data_set import open_data_set
from evaluation.door import Door
from evaluation.judge import evaluate
from evaluation.metrics import read_metrics
from tests.evaluation.builders import write_record

DOOR = Door.of(IngestSettings())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_record(tmp_path_factory.mktemp("record") / "demo")


@pytest.fixture(scope="module")
def said(folder):
    """Evaluate the record, with `metrics.json` beside it."""
    result = CliRunner().invoke(app, ["evaluate", str(folder)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_writes_metrics_and_prints_the_goals(folder, said):
    assert "Goals" in said
    metrics = read_metrics(folder / "metrics.json")
    assert metrics.about.readings == open_data_set(folder).rows
    assert metrics.warned_by_hazard["all"]["orange"].warned.of == 1


def test_same_record_same_figures_however_it_is_cut(folder, monkeypatch):
    first, _ = evaluate(open_data_set(folder), partitions=2, door=DOOR)
    monkeypatch.setattr("evaluation.data_set.DataSet.batches.__defaults__", (1_000,))
    second, _ = evaluate(open_data_set(folder), partitions=2, door=DOOR)
    assert _plain(first) == _plain(second)


def test_warnings_are_those_of_engines_fed_partition_by_partition(folder):
    data = open_data_set(folder)
    _, record = evaluate(data, partitions=3, door=DOOR)
    expected = []
    for number in range(3):
        engine = Engine(data.registry.points)
        for batch in data.batches(5_000):
            home = [partition_of(p, 3) for p in batch.point_id.names]
            own = [home[code] == number for code in batch.point_id.codes.tolist()]
            rows = DOOR.admits(batch) & own
            expected += [w.id for w in engine.process(batch.take(rows)).warnings]
    assert sorted(known.event.id for known in record.warnings) == sorted(expected)


def test_json_is_the_file(folder, tmp_path):
    result = CliRunner().invoke(app, ["evaluate", str(folder), "--json", "--out", str(tmp_path)])
    assert json.loads(result.stdout) == json.loads((tmp_path / "metrics.json").read_bytes())


def test_both_layouts_of_version_1_are_told_apart(folder, said, tmp_path):
    """The number stayed when the layout changed; what cannot be compared is not compared."""
    written = json.loads((folder / "metrics.json").read_bytes())
    path = tmp_path / "metrics.json"
    path.write_text(json.dumps(written | {"version": 1}))
    assert read_metrics(path).about.readings == written["about"]["readings"]
    earlier = {name: value for name, value in written.items() if name != "detectors_by_hazard"}
    path.write_text(json.dumps(earlier | {"version": 1, "detectors": {}}))
    again = CliRunner().invoke(app, ["evaluate", str(folder), "--baseline", str(path)])
    assert isinstance(again.exception, GeohazardError)
    assert "`geohazard evaluate` on its record again" in str(again.exception)


def test_a_changed_threshold_shows(folder, tmp_path):
    arguments = ["evaluate", str(folder), "--out", str(tmp_path)]
    for name in ("orange", "red"):
        arguments += ["--set", f"velocity_{name}_mm_per_day=1e9"]
    for name in ("tilt_orange_deg_per_day=1e9", "tilt_red_deg_per_day=1e9"):
        arguments += ["--set", name]
    arguments += ["--set", "angle_orange_deg=90", "--set", "angle_red_deg=90"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    metrics = read_metrics(tmp_path / "metrics.json")
    assert metrics.about.changed["velocity_red_mm_per_day"] == 1e9
    assert metrics.about.rules_version.endswith("+changed")
    assert metrics.warned_by_hazard["all"]["red"].warned.count == 0


def test_an_unknown_threshold_is_one_sentence(folder):
    result = CliRunner().invoke(app, ["evaluate", str(folder), "--set", "velocity_pink=3"])
    assert isinstance(result.exception, GeohazardError)
    assert "no threshold 'velocity_pink'" in str(result.exception)


def _plain(metrics):
    import msgspec

    plain = msgspec.to_builtins(metrics)
    del plain["engine_us_per_reading"]
    return plain

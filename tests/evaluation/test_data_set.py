"""Folders that are no data set are refused in one clear sentence."""

import json
import shutil

import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from cli.main import app
from domain.errors import GeohazardError
from evaluation.data_set import open_data_set
from evaluation.metrics import read_metrics
from tests.evaluation.builders import write_record


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_record(tmp_path_factory.mktemp("record") / "demo", points=10, days=0.2)


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "copy")


def refused(folder):
    with pytest.raises(GeohazardError) as caught:
        for _ in open_data_set(folder).batches():
            pass
    return str(caught.value)


def test_a_whole_record_is_read_in_full(folder):
    data = open_data_set(folder)
    assert sum(len(batch) for batch in data.batches(100)) == data.rows > 0


def test_no_folder_and_no_record(tmp_path):
    assert "no complete data set" in refused(tmp_path / "nothing")
    assert "no complete data set" in refused(tmp_path)


def test_run_json_of_something_else(folder):
    (folder / "run.json").write_text('{"scenario": 3}')
    assert "run.json is not what" in refused(folder)


def test_another_version(folder):
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(info | {"version": 9}))
    assert "has version 9; this geohazard reads version 1" in refused(folder)


def test_no_readings(folder):
    shutil.rmtree(folder / "readings")
    assert "holds no readings" in refused(folder)


def test_a_truncated_file_is_named(folder):
    path = next((folder / "readings").iterdir())
    path.write_bytes(path.read_bytes()[:-100])
    assert f"{path} is damaged" in refused(folder)


def test_a_damaged_page_is_named(folder):
    path = next((folder / "readings").iterdir())
    content = bytearray(path.read_bytes())
    content[200:1200] = bytes(1000)
    path.write_bytes(bytes(content))
    assert f"{path} is damaged" in refused(folder)


def test_an_unknown_channel_is_named(folder):
    path = next((folder / "readings").iterdir())
    table = parquet.read_table(path)
    at, kind = table.schema.get_field_index("channel"), table.schema.field("channel").type
    names = pa.array(["foo", *table.column("channel").to_pylist()[1:]]).cast(pa.string())
    names = names.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else names
    parquet.write_table(table.set_column(at, "channel", names), path)
    assert "holds 'foo', which is no channel" in refused(folder)


def test_a_missing_file_is_noticed(folder):
    table = parquet.read_table(next((folder / "readings").iterdir()))
    parquet.write_table(table.slice(10), next((folder / "readings").iterdir()))
    assert "run.json says" in refused(folder)


def test_readings_with_another_schema(folder):
    path = next((folder / "readings").iterdir())
    parquet.write_table(parquet.read_table(path).drop_columns(["channel"]), path)
    assert "has no column 'channel'" in refused(folder)


def test_truth_missing_or_of_another_schema(folder):
    parquet.write_table(pa.table({"point_id": ["p"]}), folder / "truth.parquet")
    assert "has no column 'device_id'" in refused(folder)
    (folder / "truth.parquet").unlink()
    assert "cannot read the truth" in refused(folder)


def test_registry_missing(folder):
    (folder / "registry.csv").unlink()
    assert "cannot read the registry" in refused(folder)


def test_a_baseline_that_is_none(tmp_path):
    path = tmp_path / "metrics.json"
    path.write_text('{"format": "geohazard.metrics", "version": 7}')
    with pytest.raises(GeohazardError, match="is of version 7; this geohazard reads version 2"):
        read_metrics(path)
    path.write_text('{"format": "other", "version": 2}')
    with pytest.raises(GeohazardError, match="is other; wanted: geohazard.metrics"):
        read_metrics(path)
    path.write_text("[1]")
    with pytest.raises(GeohazardError, match=r"no metrics\.json"):
        read_metrics(path)


def test_the_command_passes_the_sentence_on(tmp_path):
    result = CliRunner().invoke(app, ["evaluate", str(tmp_path)])
    assert isinstance(result.exception, GeohazardError)

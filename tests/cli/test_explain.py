"""``geohazard explain`` from an evaluated record, an embedded store and a file."""

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from aiohttp import web
from pydantic import SecretStr
from typer.testing import CliRunner

from cli.explain_sources import read_warnings
from cli.main import app
from detectors.engine import Engine
from domain.errors import GeohazardError
from domain.registry import load_registry
from domain.settings import InfluxSettings, IngestSettings
from domain.warnings import WarningKind, encode_warning, make_warning
from evaluation.data_set import open_data_set
from evaluation.door import Door
from evaluation.judge import evaluate
from pipeline import store_queries
from storage.duck import DuckStore
from storage.influx import InfluxStore
from storage.retention import sweep
from tests.evaluation.builders import write_record
from tests.storage.influx2 import any_influx
from tests.storage.servers import TOKEN, Gateway


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    folder = write_record(tmp_path_factory.mktemp("record") / "demo")
    data = open_data_set(folder)
    _, found = evaluate(data, partitions=1, door=Door.of(IngestSettings()))
    lines = [encode_warning(known.event) + b"\n" for known in found.warnings]
    (folder / "warnings.jsonl").write_bytes(b"".join(lines))
    return folder


@pytest.fixture(scope="module")
def warning(record):
    """Return the first warning of orange or higher."""
    events = read_warnings(record / "warnings.jsonl")
    return next(e for e in events if e.level >= 3 and e.level > e.previous_level)


def run(*arguments):
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


def test_from_an_evaluated_record_with_a_picture(record, warning, tmp_path):
    picture = tmp_path / "case.png"
    result = run(warning.id, "--data-dir", record, "--png", picture)
    assert result.exit_code == 0, result.output
    reason = warning.reasons[0]
    assert reason.rule in result.stdout
    assert "quality good" in result.stdout
    assert "<- completed the evidence" in result.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_in_chinese(record, warning):
    result = run(warning.id, "--data-dir", record, "--lang", "zh")
    assert "依据：" in result.stdout
    assert result.stdout.splitlines()[1].startswith("处置建议：")
    assert "触发读数" in result.stdout
    assert "Why" not in result.stdout


def test_the_store_and_the_record_say_the_same(record, warning, tmp_path):
    store = DuckStore(tmp_path / "record.duckdb", retention_h=1e6)
    fill(store, record, warning)
    store.close()
    (tmp_path / "registry.csv").write_bytes((record / "registry.csv").read_bytes())
    stored = run(warning.id, "--data-dir", tmp_path)
    assert stored.exit_code == 0, stored.output
    assert stored.stdout == run(warning.id, "--data-dir", record).stdout


@contextlib.contextmanager
def answering(store, path):
    """Let the store's questions be answered at a socket, as its role does."""
    loop, pool = asyncio.new_event_loop(), ThreadPoolExecutor(1)
    runner = web.AppRunner(store_queries._application(store, pool), access_log=None)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run_there(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=30)

    async def start():
        await runner.setup()
        await web.SockSite(runner, store_queries._private_socket(path)).start()

    try:
        run_there(start())
        yield
    finally:
        run_there(runner.cleanup())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        pool.shutdown()


def test_a_running_store_is_asked_through_its_process(record, warning, tmp_path):
    store = DuckStore(tmp_path / "record.duckdb", retention_h=1e6)
    fill(store, record, warning)
    (tmp_path / "geohazard.toml").write_text(
        f'registry = "{record / "registry.csv"}"\n[store]\nkind = "duckdb"\n'
        f'path = "{store.path}"\nsocket = "{tmp_path / "s"}"\n'
    )
    quiet = make_warning(
        point_id=warning.point_id,
        kind=WarningKind.SILENT,
        level=3,
        previous_level=3,
        event_ms=warning.event_ms + 1,
        sequence=1,
    )
    store.write_warnings([(quiet, 2)])
    with answering(store, tmp_path / "s"):
        assert "stopped reporting" in run(quiet.id, "--data-dir", tmp_path).stdout
        live = run(warning.id, "--data-dir", tmp_path)
        assert "no warning 'w_0' in the record" in str(run("w_0", "--data-dir", tmp_path).exception)
    store.close()
    assert live.exit_code == 0, live.exception
    assert live.stdout == run(warning.id, "--data-dir", tmp_path).stdout
    assert live.stdout == run(warning.id, "--data-dir", record).stdout


@pytest.fixture
def influx(tmp_path):
    """Run InfluxDB, and nginx before it which speaks InfluxDB 2's way of writing."""
    if Gateway.program() is None:
        pytest.skip("nginx is not installed")
    server = any_influx(tmp_path / "influx")
    gateway = Gateway(tmp_path / "nginx", server)
    server.start()
    try:
        server.query("CREATE DATABASE geohazard")
        gateway.start()
        yield server.address, gateway.address
    finally:
        gateway.stop()
        server.stop()


@pytest.mark.integration
def test_influxdb_says_the_same(record, warning, influx, tmp_path, monkeypatch):
    asked, written = influx
    registry = load_registry(record / "registry.csv")
    settings = InfluxSettings(url=f"http://{written}", token=SecretStr(TOKEN))
    store = InfluxStore(settings, lambda: registry, partitions=1)
    fill(store, record, warning)
    store.close()
    monkeypatch.setenv("GEOHAZARD_STORE__KIND", "influxdb")
    monkeypatch.setenv("GEOHAZARD_INFLUX__URL", f"http://{asked}")
    monkeypatch.setenv("GEOHAZARD_REGISTRY", str(record / "registry.csv"))
    found = run(warning.id, "--png", tmp_path / "case.png")
    assert found.exit_code == 0, found.exception
    expected = run(warning.id, "--data-dir", record).stdout
    assert found.stdout == expected + f"{tmp_path / 'case.png'}\n"
    assert "no warning 'w_0' in the record" in str(run("w_0").exception)
    assert run(warning.id[:14]).stdout == expected


def test_a_store_that_is_not_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOHAZARD_STORE__PATH", str(tmp_path / "none.duckdb"))
    found = run("w_0")
    assert isinstance(found.exception, GeohazardError)
    assert "name the folder of the record with --data-dir" in str(found.exception)


def test_from_a_file_of_warnings(record, warning):
    result = run(warning.id, "--file", record / "warnings.jsonl")
    assert warning.reasons[0].rule in result.stdout
    assert "No readings of that time are at hand" in result.stdout
    drawn = run(warning.id, "--file", record / "warnings.jsonl", "--png", record / "x.png")
    assert drawn.exit_code == 0, drawn.exception
    assert (record / "x.png").read_bytes().startswith(b"\x89PNG")


def test_readings_that_retention_has_dropped(record, warning, tmp_path):
    store = DuckStore(tmp_path / "record.duckdb", retention_h=1e6)
    fill(store, record, warning)
    sweep(store.cursor(), 2**52, 1.0)
    store.close()
    found = run(warning.id, "--data-dir", tmp_path, "--png", tmp_path / "case.png")
    assert found.exit_code == 0, found.exception
    assert warning.reasons[0].rule in found.stdout
    assert "No readings of that time are at hand" in found.stdout
    assert (tmp_path / "case.png").exists()


@pytest.mark.parametrize("warning_id", ["w_0", "", "'; DROP TABLE warning; --"])
def test_an_unknown_id_is_one_sentence(record, warning_id):
    for option in (("--data-dir", record), ("--file", record / "warnings.jsonl")):
        result = run(warning_id, *option)
        assert isinstance(result.exception, GeohazardError)
        assert str(result.exception).startswith(f"there is no warning {warning_id!r} in ")


def test_folders_that_hold_nothing(record, tmp_path):
    assert "holds no record.duckdb" in str(run("w_0", "--data-dir", tmp_path).exception)
    (tmp_path / "run.json").write_bytes((record / "run.json").read_bytes())
    assert "was not evaluated yet" in str(run("w_0", "--data-dir", tmp_path).exception)


def test_a_file_that_holds_no_warnings(tmp_path):
    path = tmp_path / "warnings.jsonl"
    path.write_text("\n{}\n")
    assert "line 2 is no warning" in str(run("w_0", "--file", path).exception)
    assert "cannot read" in str(run("w_0", "--file", tmp_path / "none").exception)


def test_folder_and_file_together_are_refused(tmp_path):
    assert run("w_0", "--data-dir", tmp_path, "--file", tmp_path / "x").exit_code == 2


def fill(store, record, warning):
    """Write the warning and its point's readings and features, as the pipeline would."""
    data = open_data_set(record)
    door, engine = Door.of(IngestSettings()), Engine(data.registry.points)
    for batch in data.batches():
        mine = batch.take(batch.point_id.codes == _code(batch, warning.point_id))
        mine = mine.take(door.admits(mine))
        store.write_readings([mine])
        store.write_features([engine.process(mine).features])
    store.write_warnings([(warning, 1)])


def _code(batch, point_id):
    names = batch.point_id.names
    return names.index(point_id) if point_id in names else -1


def test_the_beginning_of_an_id_will_do_if_no_other_has_it(tmp_path):
    path = tmp_path / "warnings.jsonl"
    values = {"kind": WarningKind.RAISED, "level": 2, "previous_level": 0, "event_ms": 0}
    made = [make_warning(point_id="500235010007", sequence=n, **values) for n in range(1, 3)]
    events = [msgspec.structs.replace(e, id=f"w_abcd{n}") for n, e in enumerate(made)]
    path.write_bytes(b"".join(encode_warning(event) + b"\n" for event in events))
    assert run("w_abcd1", "--file", path).exit_code == 0
    both = run("w_abcd", "--file", path)
    assert "2 warnings in" in str(both.exception)
    assert "w_abcd0, w_abcd1" in str(both.exception)
    assert "no warning 'w_abc'" in str(run("w_abc", "--file", path).exception)

"""The embedded store survives SIGKILL, other processes and a disk that fails."""

import dataclasses
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pytest

from domain.errors import GeohazardError
from domain.frames import Readings
from domain.quality import Test
from storage import history
from storage.base import StoreUnavailableError, Written
from storage.duck import DuckStore
from storage.history import counts, distinct_readings, open_offline
from tests.storage import builders as b

BATCH_ROWS = 3000

_WRITER = """
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from storage.duck import DuckStore
from tests.storage.test_duck_crash import batch
store = DuckStore(Path(sys.argv[1]))
with store.cursor() as con:  # so that some are killed while the log moves into the file
    con.execute("SET GLOBAL checkpoint_threshold = '500KB'")
for n in range(int(sys.argv[2]), 10_000):
    store.write_readings([batch(n)])
    print(n, flush=True)
"""


def batch(n: int) -> Readings:
    rows = (b.reading(n, float(i), device=f"d{i}", channel="crack") for i in range(BATCH_ROWS))
    return b.frame(*rows)


def write_until_killed(path: Path, first: int, batches: int) -> int:
    """Let a process write, and kill it while it writes; returns the last batch it had done."""
    command = [sys.executable, "-c", _WRITER, str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(batches):
            last = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        rest = process.stdout.read().split()
    return int(rest[-1]) if rest else last


def test_kill_in_the_middle_of_writing_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "record.duckdb"
    first = before = 0
    for round_, batches in enumerate((1, 7, 30, 3, 60)):
        last = write_until_killed(path, first, batches)
        with open_offline(path) as con:
            query = "SELECT event_ms, count(*) FROM reading_row GROUP BY 1 ORDER BY 1"
            held = dict(con.execute(query).fetchall())
        assert set(held.values()) == {BATCH_ROWS}, f"half a batch after round {round_}"
        assert list(held) == list(range(len(held)))
        assert len(held) >= max(before, last + 1), "a batch that was reported is missing"
        assert len(held) <= max(before, last + 2)
        first, before = max(last - 1, 0), len(held)
    store = DuckStore(path)
    store.write_readings([batch(n) for n in range(first, before + 1)])
    with store.cursor() as con:
        assert counts(con).readings == distinct_readings(con) == (before + 1) * BATCH_ROWS
    store.close()


def test_another_process_waits_for_the_file(tmp_path: Path) -> None:
    path = tmp_path / "record.duckdb"
    store = DuckStore(path)
    code = (
        "import sys; from pathlib import Path\n"
        "from storage.duck import DuckStore\nfrom storage.base import StoreUnavailableError\n"
        "try: DuckStore(Path(sys.argv[1]))\n"
        "except StoreUnavailableError as error: print('told:', error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    store.close()
    assert done.stdout.startswith("told: cannot open the store")
    DuckStore(path).close()


def test_a_failed_write_leaves_nothing_and_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DuckStore(tmp_path / "record.duckdb")
    store.write_readings([b.frame(b.reading(1))])

    def full_disk(*_: object) -> None:
        msg = "Could not write file: No space left on device"
        raise duckdb.IOException(msg)

    with monkeypatch.context() as patch:
        patch.setattr(DuckStore, "_sweep", full_disk)  # after the rows, before the commit
        with pytest.raises(StoreUnavailableError, match="No space left"):
            store.write_readings([b.frame(b.reading(2, device="new"))])
    again = b.frame(b.reading(2, device="new"), b.reading(1))
    assert store.write_readings([again]) == Written(1, 1)
    with store.cursor() as con:
        assert b.table(con, "SELECT device_id, event_ms, seq FROM reading ORDER BY seq") == [
            ("d1", 1, 0),
            ("new", 2, 1),
        ]
    store.close()


def test_a_fault_of_ours_is_not_taken_for_the_disks(store: DuckStore) -> None:
    with pytest.raises(AttributeError):
        store.write_readings([None])  # type: ignore[list-item]
    assert store.write_readings([b.frame(b.reading(1))]).rows == 1


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "record.duckdb"
    DuckStore(path).close()
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE meta SET version = 99")
    with pytest.raises(GeohazardError, match="version 3 .found: 99"):
        DuckStore(path)


@pytest.mark.parametrize(
    ("version", "lacks"), [(1, ("soil_water_index", "rain_ratio", "tests")), (2, ("tests",))]
)
def test_a_file_of_an_earlier_release_is_brought_up_to_date(
    tmp_path: Path, version: int, lacks: tuple[str, ...]
) -> None:
    path = tmp_path / "record.duckdb"
    rows = [(b.POINT, "d1", "rain", 1000, 1.0), (b.POINT, "d1", "rain", 2000, 2.0)]
    store = DuckStore(path)
    store.write_features([b.features(rows[:1])])
    store.close()
    with duckdb.connect(str(path)) as con:
        con.execute("DROP VIEW feature")
        for column in lacks:
            con.execute(f"ALTER TABLE feature_row DROP COLUMN {column}")
        con.execute("UPDATE meta SET version = ?", [version])
    with pytest.raises(GeohazardError, match="earlier release: let the store open it once"):
        history.open_offline(path)
    store = DuckStore(path)
    wet = dataclasses.replace(
        b.features(rows),
        soil_water_index=np.array([7.0, 8.0]),
        tests=np.array([0, Test.SPIKE], np.uint32),
    )
    assert store.write_features([wet]).rows == 1
    store.close()
    with history.open_offline(path) as con:
        found = history.features_of(con, b.POINT).to_pylist()
    assert [row["velocity"] for row in found] == [1.0, 2.0]
    assert np.nan_to_num(found[0]["soil_water_index"] or 0.0) == 0.0
    assert found[1]["soil_water_index"] == 8.0
    assert [row["tests"] for row in found] == [0, Test.SPIKE]


@pytest.mark.parametrize("content", [b"not a database at all", b"x" * 20_000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "record.duckdb"
    path.write_bytes(content)
    with pytest.raises(GeohazardError, match="cannot open the store"):
        DuckStore(path)
    assert path.read_bytes() == content


def test_reading_offline_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "record.duckdb"
    with pytest.raises(GeohazardError, match="cannot open"):
        open_offline(path)
    assert not path.exists()
    store = DuckStore(path)
    store.write_readings([b.frame(b.reading(1))])
    store.close()
    before = path.read_bytes()
    with open_offline(path) as con:
        assert len(history.readings_of(con, b.POINT)) == 1
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["record.duckdb"]


def test_spilled_files_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "record.duckdb"
    spill = tmp_path / "record.duckdb.tmp"
    spill.mkdir()
    (spill / "duckdb_temp_storage-0.tmp").write_bytes(b"x")
    DuckStore(path).close()
    assert not spill.exists()


def test_another_thread_reads_while_rows_are_written(tmp_path: Path) -> None:
    store = DuckStore(tmp_path / "record.duckdb")
    store.write_readings([batch(0)])
    seen, done = [], threading.Event()

    def read() -> None:
        with store.cursor() as con:
            while not done.is_set():
                seen.append(counts(con).readings)

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        try:
            for n in range(1, 40):
                store.write_readings([batch(n)])
        finally:
            done.set()
        reader.result(timeout=60)
    store.close()
    assert seen == sorted(seen)
    assert {rows % BATCH_ROWS for rows in seen} == {0}

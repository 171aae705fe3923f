"""What evaluation finds is what the live pipeline warned of, warning by warning."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from domain.settings import IngestSettings
from domain.warnings import WarningKind, decode_warning
from evaluation.data_set import COLUMNS, open_data_set
from evaluation.door import Door
from evaluation.judge import evaluate
from evaluation.truth import COLUMNS as TRUTH_COLUMNS

POINTS = 60
ABOUT_SILENCE = (WarningKind.SILENT, WarningKind.REPORTING)


def as_data_set(record: Path, registry: Path, folder: Path) -> Path:
    """Turn a store's record into a data set, its readings in the order in which it got them."""
    (folder / "readings").mkdir(parents=True)
    query = f"SELECT {', '.join(COLUMNS)} FROM reading ORDER BY seq"  # noqa: S608
    with duckdb.connect(str(record), read_only=True) as con:
        table = con.sql(query).to_arrow_table()
    for name in ("event_ms", "received_ms"):
        place = table.column_names.index(name)
        times = table.column(name).cast(pa.timestamp("ms", tz="UTC"))
        table = table.set_column(place, name, times)
    parquet.write_table(table, folder / "readings" / "all.parquet")
    strings = dict.fromkeys(TRUTH_COLUMNS[:4], pa.string())
    schema = pa.schema(strings | dict.fromkeys(TRUTH_COLUMNS[4:], pa.int64()))
    parquet.write_table(schema.empty_table(), folder / "truth.parquet")
    (folder / "registry.csv").write_bytes(registry.read_bytes())
    info = {"scenario": "live", "seed": 3, "points": POINTS, "start": "", "interval_s": 300.0}
    (folder / "run.json").write_text(json.dumps(info | {"steps": 1, "rows": table.num_rows}))
    return folder


@pytest.mark.slow
@pytest.mark.integration
def test_evaluation_gives_the_warnings_that_the_live_pipeline_gave(tmp_path):
    run = tmp_path / "run"
    options = ["--points", str(POINTS), "--interval", "1s", "--speed", "300", "--duration", "26"]
    options += ["--scenario", "demo", "--seed", "3", "--data-dir", str(run)]
    up = [sys.executable, "-m", "cli.main", "up", *options]
    done = subprocess.run(up, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(run / "record.duckdb"), read_only=True) as con:
        bodies = [row[0] for row in con.execute("SELECT body FROM warning").fetchall()]
    live = {w.id: w for w in map(decode_warning, (body.encode() for body in bodies))}
    live = {key: w for key, w in live.items() if w.kind not in ABOUT_SILENCE}
    assert max(w.level for w in live.values()) >= 2

    folder = as_data_set(run / "record.duckdb", run / "registry.csv", tmp_path / "set")
    door = Door.of(IngestSettings())
    _, record = evaluate(open_data_set(folder), partitions=4, door=door)
    found = {k.event.id: k.event for k in record.warnings if k.event.kind not in ABOUT_SILENCE}
    assert found == live

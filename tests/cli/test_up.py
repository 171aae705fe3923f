"""``geohazard up`` as a newcomer runs it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import psutil
import pytest

from cli.series_file import read_series
from detectors.analysis import analyze

UP = (sys.executable, "-m", "cli.main", "up")
SHARED = Path(__file__).parents[3] / "shared" / "data"
PRISMS = SHARED / "century_mine" / "century_prisms_daily_subset.csv"
BAZIMEN = SHARED / "three_gorges_bazimen" / "displacement_monthly.csv"
MEASURED: dict[str, tuple[Path, str, str, str, str | None]] = {
    "500101010901": (BAZIMEN, "month", "dF_mm", "gnss", "point=ZG110"),
    "500101010902": (BAZIMEN, "month", "dF_mm", "gnss", "point=ZG111"),
    "500101010903": (PRISMS, "timestampLocal", "displacementMm", "gnss", "sensorId=31-2006"),
    "500101010904": (PRISMS, "timestampLocal", "displacementMm", "gnss", "sensorId=31-2008"),
}


@contextlib.contextmanager
def running(*options: str, temp: Path) -> Iterator[subprocess.Popen[str]]:
    """Run ``geohazard up``; whatever happens, nothing of it stays."""
    environment = {**os.environ, "TMPDIR": str(temp)}
    process = subprocess.Popen(
        [*UP, *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        family = descendants(process.pid)
        process.kill()
        process.communicate()
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()


def descendants(pid: int) -> list[psutil.Process]:
    """All processes below one."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def wait(ready: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 90) -> None:
    """Wait for a condition while the process runs."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.integration
def test_a_run_loses_nothing_and_reports_it(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    temp = tmp_path / "temp"
    temp.mkdir()
    options = ("--points", "300", "--interval", "2s", "--duration", "16", "--report", str(report))
    with running(*options, "--scenario", "faults", temp=temp) as process:
        output, _ = process.communicate(timeout=180)
    assert process.returncode == 0, output
    result = json.loads(report.read_text(encoding="utf-8"))
    readings = result["readings"]
    assert readings["lost"] == 0
    assert readings["unexpected"] == 0
    assert readings["stored"] == readings["published"] > 300 * 5 * 4
    assert readings["rejected"] == result["malformed_published"] > 0
    assert result["latency_ms"]["publish_to_store"]["p99"] > 0
    assert set(result["peak_rss_mb"]) >= {"ingest", "detect", "store", "notify"}
    assert list(temp.iterdir()) == []


@pytest.mark.slow
@pytest.mark.integration
def test_interrupt_ends_everything_within_ten_seconds(tmp_path: Path) -> None:
    with running("--points", "100", "--interval", "1s", temp=tmp_path) as process:
        folder: list[Path] = []

        def publishing() -> bool:
            folder[:] = tmp_path.glob("geohazard-*/sim.progress.json")
            return bool(folder)

        wait(publishing, process)
        family = descendants(process.pid)
        assert len(family) >= 8
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        assert time.monotonic() - began < 10
        assert "Traceback" not in output
        assert not [p for p in family if p.is_running()]
    assert list(tmp_path.iterdir()) == []


def own_file(path: Path) -> Path:
    """Write what a user may have: days of a wandering quantity, a spike and a new level."""
    rng = np.random.default_rng(12)
    values = np.cumsum(rng.normal(size=700)) * 0.05 + rng.normal(size=700)
    values[400] += 12.0
    values[600:] += 6.0
    start = datetime(2026, 6, 1, tzinfo=UTC)
    lines = [
        f"{(start + timedelta(minutes=10 * step)).isoformat()},{value:.3f}"
        for step, value in enumerate(values.tolist())
    ]
    path.write_text("\n".join(["when,value", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.integration
def test_replayed_files_are_stored_and_judged_as_offline(tmp_path: Path) -> None:
    """Values, levels, anomaly scores and flags: of a user's file, and of measured records."""
    data, temp = tmp_path / "data", tmp_path / "temp"
    temp.mkdir()
    own = own_file(tmp_path / "own.csv")
    recordings: dict[str, tuple[Path, str, str, str, str | None]] = {
        "500101010900": (own, "when", "value", "generic", None)
    }
    if PRISMS.exists():
        recordings |= MEASURED
    options = ("--points", "60", "--interval", "2s", "--duration", "40", "--data-dir", str(data))
    with running(*options, temp=temp) as process:
        replays = []
        for point, (file, time_column, value_column, channel, where) in recordings.items():
            command = [sys.executable, "-m", "cli.main", "replay", str(file), "--point", point]
            command += ["--time", time_column, "--value", value_column]
            command += ["--channel", channel, "--data-dir", str(data)]
            command += ["--where", where] if where else []
            replays.append(subprocess.Popen(command))
        assert [one.wait() for one in replays] == [0] * len(recordings)
        output, _ = process.communicate(timeout=180)
    assert process.returncode == 0, output
    with duckdb.connect(str(data / "record.duckdb"), read_only=True) as record:
        for point, (file, time_column, value_column, channel, where) in recordings.items():
            series = read_series(
                file,
                time_column=time_column,
                value_column=value_column,
                channel=channel,
                where=where,
            )
            stored = record.execute(
                "SELECT event_ms, value FROM reading WHERE point_id = ? ORDER BY event_ms", [point]
            ).fetchall()
            assert stored == sorted(  # the simulator does not speak for a point that joined
                zip(series.times_ms.tolist(), series.values.tolist(), strict=True)
            )
            levels = record.execute(
                "SELECT event_ms, level FROM warning WHERE point_id = ? "
                "AND kind NOT IN ('silent', 'reporting') ORDER BY sequence",
                [point],
            ).fetchall()
            offline = analyze(series.times_ms, series.values, series.channel)
            assert levels == [(c.time_ms, c.level) for c in offline.levels]
            scores = record.execute(
                "SELECT event_ms, flag, coalesce(anomaly_score, 0) FROM feature "
                "WHERE point_id = ? ORDER BY event_ms",
                [point],
            ).fetchall()
            columns = (offline.time_ms, offline.flag, offline.anomaly_score)
            assert scores == sorted(zip(*(c.tolist() for c in columns), strict=True))
            assert file != own or max(score for *_, score in scores) > 0.5

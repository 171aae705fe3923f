"""A live run in a thread, and the rows of its ledger."""

import threading
from pathlib import Path
from typing import Any

import pyarrow as pa

from sensors_sim import live
from sensors_sim.live import LiveConfig
from sensors_sim.summary import Summary


def rows_of(path: Path) -> list[dict[str, Any]]:
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
        rows: list[dict[str, Any]] = stream.read_all().to_pylist()
    return rows


def in_thread(config: LiveConfig, stop: threading.Event) -> tuple[threading.Thread, list[Summary]]:
    done: list[Summary] = []
    thread = threading.Thread(target=lambda: done.append(live.run(config, stop)))
    thread.start()
    return thread, done

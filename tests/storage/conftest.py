"""Stores and servers for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.clock import ManualClock
from storage.duck import DuckStore
from tests.storage.influx2 import any_influx
from tests.storage.servers import Gateway, Influx


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_800_000_000_000)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[DuckStore]:
    opened = DuckStore(tmp_path / "record.duckdb", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def influx(tmp_path: Path) -> Iterator[Influx]:
    """Run InfluxDB with the database ``geohazard``."""
    server = any_influx(tmp_path / "influx")
    server.start()
    try:
        server.query("CREATE DATABASE geohazard")
        yield server
    finally:
        server.stop()


@pytest.fixture
def gateway(tmp_path: Path, influx: Influx) -> Iterator[Gateway]:
    """Run nginx before it, which speaks InfluxDB 2's way of writing, and can refuse."""
    if Gateway.program() is None:
        pytest.skip("nginx is not installed")
    server = Gateway(tmp_path / "nginx", influx)
    server.start()
    try:
        yield server
    finally:
        server.stop()

"""Fixtures that all tests share: real brokers, each its own for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.servers import Mosquitto, Rumqttd, Server, Tansu

S = TypeVar("S", bound=Server)


@contextmanager
def _running(server: S) -> Iterator[S]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def rumqttd(tmp_path: Path) -> Iterator[Rumqttd]:
    """Run the embedded MQTT broker."""
    with _running(Rumqttd(tmp_path / "rumqttd")) as server:
        yield server


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run mosquitto; the test is skipped where it is not installed."""
    if Mosquitto.program() is None:
        pytest.skip("mosquitto is not installed")
    with _running(Mosquitto(tmp_path / "mosquitto")) as server:
        yield server


@pytest.fixture
def tansu(tmp_path: Path) -> Iterator[Tansu]:
    """Run the embedded Kafka-compatible broker."""
    with _running(Tansu(tmp_path / "tansu")) as server:
        yield server

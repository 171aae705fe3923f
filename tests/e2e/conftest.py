"""Stacks of brokers for end-to-end tests."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.kafka_server import KafkaServer, running_kafka, skip_without_kafka
from tests.servers import Rumqttd, Server, Tansu
from tests.storage.conftest import gateway, influx

__all__ = ["gateway", "influx"]


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[list[tuple[Server, Server]]]:
    """Two separate pairs of embedded brokers."""
    with ExitStack() as stack:
        pairs = []
        for name in ("a", "b"):
            pair = (Rumqttd(tmp_path / f"mqtt-{name}"), Tansu(tmp_path / f"kafka-{name}"))
            for server in pair:
                server.start()
                stack.callback(server.stop)
            pairs.append(pair)
        yield pairs


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaServer]:
    """Apache Kafka with nothing in it, for a test that kills it."""
    skip_without_kafka()
    with running_kafka(tmp_path / "apache-kafka") as server:
        yield server

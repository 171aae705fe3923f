"""Fixtures of the tests of ingest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kafka_jars import KafkaUnavailableError, jars, java
from tests.kafka_server import KafkaServer, running_kafka
from tests.servers import free_port


@pytest.fixture
def unused_port() -> int:
    """Give a port of 127.0.0.1 on which nothing listens."""
    return free_port()


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaServer]:
    """Run an Apache Kafka that the test may kill."""
    try:
        java()
        jars()
    except KafkaUnavailableError as missing:
        pytest.skip(f"Apache Kafka cannot run here: {missing}")
    with running_kafka(tmp_path / "kafka") as server:
        yield server

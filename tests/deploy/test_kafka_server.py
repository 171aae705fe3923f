"""Apache Kafka 4 runs here, takes records, and keeps them through SIGKILL."""

import asyncio
import os
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.kafka_server import (
    KafkaServer,
    apache_kafka,
    running_kafka,
    skip_without_kafka,
    unique,
)

__all__ = ["apache_kafka"]
pytestmark = pytest.mark.integration
PARTITIONS = 3


async def _create(server: KafkaServer, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=server.address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    finally:
        await admin.close()


async def _produce(server: KafkaServer, topic: str, values: range) -> None:
    async with AIOKafkaProducer(bootstrap_servers=server.address, acks="all") as producer:
        sent = [await producer.send(topic, str(v).encode(), key=str(v).encode()) for v in values]
        await asyncio.gather(*sent)


async def _consume(server: KafkaServer, topic: str, count: int) -> list[int]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=server.address, auto_offset_reset="earliest", group_id=topic
    )
    async with consumer, asyncio.timeout(60):
        return sorted([int((await consumer.getone()).value) for _ in range(count)])


def test_records_come_back(apache_kafka: KafkaServer) -> None:
    topic = unique("records")

    async def scenario() -> list[int]:
        await _create(apache_kafka, topic)
        await _produce(apache_kafka, topic, range(1000))
        return await _consume(apache_kafka, topic, 1000)

    assert asyncio.run(scenario()) == list(range(1000))


def test_sigkill_loses_nothing_acknowledged(tmp_path: Path) -> None:
    skip_without_kafka()
    with running_kafka(tmp_path) as server:
        asyncio.run(_create(server, "kept"))
        asyncio.run(_produce(server, "kept", range(500)))
        killed = server.pid
        server.kill()
        with pytest.raises(ProcessLookupError):
            os.kill(killed, 0)
        server.start()
        assert asyncio.run(_consume(server, "kept", 500)) == list(range(500))


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    skip_without_kafka()
    server = KafkaServer(tmp_path)
    config = tmp_path / "server.properties"
    config.write_text(config.read_text().replace("node.id=1", "node.id=2"))
    with pytest.raises(RuntimeError, match="kafka does not listen"):
        server.start()

"""Kafka dies at the very request with which a role begins: the role is at work seconds later."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiokafka import AIOKafkaProducer

from domain import topics
from ingest.kafka_topics import ensure_topics
from tests.e2e.harness import Pipeline
from tests.e2e.publisher import make_points
from tests.e2e.records import PARTITIONS
from tests.kafka_gate import JOIN_GROUP, METADATA, KafkaGate, Request, running_gate
from tests.kafka_server import KafkaServer, skip_without_kafka
from tests.servers import Server, free_port

READ = {
    "detect": [topics.READINGS],
    "store": [topics.READINGS, topics.WARNINGS],
    "notify": [topics.WARNINGS],
}
AT_WORK_S = 60.0
"""A loaded machine needs ten; a role that must wait for its client's next look needs 300."""


class Gated(Server):
    """Kafka as seen through the gate."""

    def __init__(self, folder: Path, gate: KafkaGate) -> None:
        super().__init__(folder)
        self.port = gate.port


@pytest.fixture(scope="module")
def gate() -> Iterator[KafkaGate]:
    """Run Apache Kafka behind a gate, for all tests of this file."""
    skip_without_kafka()
    with TemporaryDirectory(prefix="geohazard-gate-") as folder:
        port = free_port()
        kafka = KafkaServer(Path(folder), told_port=port)
        with running_gate(KafkaGate(kafka.port, port=port)) as gate:
            try:
                kafka.start()
                yield gate
            finally:
                kafka.kill()


def of_faust(api: int, number: int) -> Callable[[list[Request]], bool]:
    """Say when Faust's clients have asked for something so many times."""
    return lambda seen: sum(r.api == api and r.client.startswith("faust") for r in seen) >= number


async def write_rubbish(bootstrap: str, names: list[str]) -> None:
    """Write to each partition what no role can read, and all must acknowledge."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for name in names:
            for partition in range(PARTITIONS):
                await producer.send_and_wait(name, b"rubbish", partition=partition)


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.parametrize(
    ("role", "api", "number"),
    [
        pytest.param("detect", METADATA, 3, id="detect asks for its topics"),
        pytest.param("store", METADATA, 3, id="store asks for its topics"),
        pytest.param("notify", METADATA, 3, id="notify asks for its topics"),
        pytest.param("detect", JOIN_GROUP, 1, id="detect joins its group"),
    ],
)
def test_a_role_is_at_work_soon_after(
    tmp_path: Path, gate: KafkaGate, role: str, api: int, number: int
) -> None:
    kafka = Gated(tmp_path / "gated", gate)
    pipeline = Pipeline(tmp_path / "run", Server(tmp_path / "mqtt"), kafka, make_points(4))
    asyncio.run(ensure_topics(pipeline.settings))
    asyncio.run(write_rubbish(kafka.address, READ[role]))
    gate.watch(of_faust(api, number))
    pipeline.start(role)
    try:
        pipeline.wait(lambda: gate.falls > 0, "the gate to fall")
        pipeline.wait_until_acknowledged(f"geohazard-{role}", READ[role], AT_WORK_S)
    finally:
        pipeline.stop()

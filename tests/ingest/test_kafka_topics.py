"""Topics are made as every role relies on, and a wrong number of partitions is not overlooked."""

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from domain.errors import SettingsError
from domain.settings import KafkaSettings, load_settings
from domain.topics import DETECT_STATE, PIPELINE, POINT_TOPICS, READINGS, REJECTS
from ingest.kafka_topics import (
    TopicError,
    ensure_topics,
    kafka_options,
    topics_when_possible,
)
from tests.kafka_server import KafkaServer
from tests.servers import Tansu


async def partitions(bootstrap: str) -> dict[str, int]:
    """Tell the number of partitions of every topic there is."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        topics = await admin.describe_topics(sorted(await admin.list_topics()))
        return {topic["topic"]: len(topic["partitions"]) for topic in topics}
    finally:
        await admin.close()


async def mention(bootstrap: str, topic: str, value: bytes | None) -> None:
    """Ask for a topic as a client would that came first; write to it if there is a value."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        await producer.partitions_for(topic)
        if value is not None:
            await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def ensure(bootstrap: str, count: int) -> dict[str, int]:
    environ = {
        "GEOHAZARD_KAFKA__BOOTSTRAP": bootstrap,
        "GEOHAZARD_KAFKA__PARTITIONS": str(count),
    }
    await ensure_topics(load_settings(environ=environ))
    return await partitions(bootstrap)


@pytest.mark.integration
def test_topics_are_made_once_and_tolerated_after(tansu: Tansu) -> None:
    wanted = dict.fromkeys((*POINT_TOPICS, DETECT_STATE), 5) | {REJECTS: 1, PIPELINE: 1}
    assert asyncio.run(ensure(tansu.address, 5)) == wanted
    assert asyncio.run(ensure(tansu.address, 5)) == wanted


@pytest.mark.integration
def test_an_empty_topic_of_a_wrong_size_is_made_anew(tansu: Tansu) -> None:
    asyncio.run(mention(tansu.address, READINGS, None))
    assert asyncio.run(partitions(tansu.address)) == {READINGS: 4}
    assert asyncio.run(ensure(tansu.address, 5))[READINGS] == 5


@pytest.mark.integration
def test_a_topic_that_holds_something_is_left_alone(tansu: Tansu) -> None:
    asyncio.run(mention(tansu.address, READINGS, b"something"))
    with pytest.raises(TopicError, match=r"readings has 4 partitions, but 5 .*KAFKA__PARTITIONS"):
        asyncio.run(ensure(tansu.address, 5))
    assert asyncio.run(partitions(tansu.address))[READINGS] == 4


@pytest.mark.integration
def test_apache_kafka_makes_them_too_and_tells_a_wrong_size(own_kafka: KafkaServer) -> None:
    found = asyncio.run(ensure(own_kafka.address, 3))
    assert {name: found[name] for name in (*POINT_TOPICS, DETECT_STATE, REJECTS, PIPELINE)} == (
        dict.fromkeys((*POINT_TOPICS, DETECT_STATE), 3) | {REJECTS: 1, PIPELINE: 1}
    )
    state, readings = (asyncio.run(config(own_kafka.address, n)) for n in (DETECT_STATE, READINGS))
    assert state["cleanup.policy"] == "compact"
    assert readings["cleanup.policy"] == "delete"
    assert int(readings["retention.ms"]) == round(KafkaSettings().retention_h * 3_600_000)
    asyncio.run(mention(own_kafka.address, READINGS, b"something"))
    with pytest.raises(TopicError, match="has 3 partitions, but 4 are wanted"):
        asyncio.run(ensure(own_kafka.address, 4))


def test_kafka_that_is_not_there_is_told(unused_port: int) -> None:
    with pytest.raises(KafkaError):
        asyncio.run(ensure(f"127.0.0.1:{unused_port}", 4))


def test_an_account_and_its_password_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    kafka = KafkaSettings(username="ingest", password_file=secret)
    options = kafka_options(kafka)
    assert options["security_protocol"] == "SASL_PLAINTEXT"
    assert options["sasl_plain_password"] == secret.read_text().strip()
    tls = kafka_options(kafka.model_copy(update={"tls": True}))
    assert tls["security_protocol"] == "SASL_SSL"
    assert tls["ssl_context"].check_hostname


@pytest.mark.parametrize(
    "broken", [{"tls": True, "ca_file": "absent.pem"}, {"username": "a", "password_file": "absent"}]
)
def test_a_file_that_is_not_there_is_named(broken: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="absent"):
        kafka_options(KafkaSettings(**broken))


async def config(bootstrap: str, topic: str) -> dict[str, str]:
    """Tell a topic's settings."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        return {str(entry[0]): str(entry[1]) for entry in answer.resources[0][4]}
    finally:
        await admin.close()


@pytest.mark.integration
def test_topics_are_made_when_kafka_comes_though_it_comes_late(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tansu = Tansu(tmp_path / "tansu")
    environ = {"GEOHAZARD_KAFKA__BOOTSTRAP": tansu.address, "GEOHAZARD_KAFKA__PARTITIONS": "3"}

    async def come_late() -> None:
        made = asyncio.create_task(topics_when_possible(load_settings(environ=environ)))
        while "waiting for the topics" not in caplog.text:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(tansu.start)
        await made

    try:
        asyncio.run(come_late())
        assert asyncio.run(partitions(tansu.address))[READINGS] == 3
    finally:
        tansu.stop()

"""The whole role against real brokers: hostile input, accounts, TLS, a registry that changes."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from domain.clock import SystemClock
from domain.health import Health, decode_health
from domain.registry import save_registry
from domain.rejects import RejectReason
from domain.settings import Settings
from domain.topics import PIPELINE
from ingest.rejects import list_rejects
from tests.ingest.process import IngestProcess, Publisher, collect, wait_until
from tests.ingest.test_intake import HOSTILE
from tests.ingest.worlds import pack, points, settings_for, topic_of
from tests.servers import Mosquitto, Rumqttd, Tansu, free_port

pytestmark = pytest.mark.integration


def rejects_come(settings: Settings, count: int) -> dict[str, str]:
    """Wait until so many messages were refused; payload's hash to reason."""
    found: dict[str, str] = {}

    def enough() -> bool:
        rejects = asyncio.run(list_rejects(settings, limit=1000))
        found.update((reject.reject_id, reject.reason) for reject in rejects)
        return len(found) >= count

    wait_until(enough, lambda: f"{count} rejects; {len(found)} came")
    return found


async def health_with(bootstrap: str, messages: int) -> Health:
    """Wait for a health record that counts so many messages."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(PIPELINE, 0)])
        async with asyncio.timeout(60):
            while True:
                health = decode_health((await consumer.getone()).value)
                if health.counters["messages"] >= messages:
                    return health
    finally:
        await consumer.stop()


def test_hostile_messages_become_rejects_and_disturb_nothing(
    mosquitto: Mosquitto, tansu: Tansu, tmp_path: Path
) -> None:
    settings, environ = settings_for(
        tmp_path, points(2), mosquitto.port, tansu.address, MQTT__DP_TOPIC="$dp"
    )
    now_ms = SystemClock().now_ms()
    hostile = [case for case in HOSTILE if "time" not in case[3] and case[3] != "unknown_topic"]
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(mosquitto.port) as sender:
        ingest.logged("is subscribed", 5)
        for number, (_, topic, payload, _) in enumerate(hostile):
            sender.publish(topic, payload)
            sender.publish(topic_of(points(1)[0]), pack("d0", now_ms - 1000 * number, 1.0))
        sender.publish("$dp", b'{"d1":{"L1_LF_1":{"2026-03-14T06:00:00.000Z":10.86}}}')
        wanted = 2 * len(hostile) + 1
        found = asyncio.run(collect(tansu.address, lambda found: len(found) >= wanted))
        assert ("d1", "crack", 1_773_468_000_000, 10.86) in found
        reasons = rejects_come(settings, len(hostile))
        assert sorted(reasons.values()) == sorted(case[3] for case in hostile)
        health = asyncio.run(health_with(tansu.address, 2 * len(hostile) + 1))
        assert (health.role, health.counters["rejects"]) == ("ingest", len(hostile))
        assert health.counters["readings"] == wanted
        assert 0 < health.rss_mb < 500
        assert ingest.stop() == 0
    assert "Traceback" not in ingest.log


def test_a_point_registered_while_it_runs_is_heard(
    rumqttd: Rumqttd, tansu: Tansu, tmp_path: Path
) -> None:
    settings, environ = settings_for(tmp_path, points(1), rumqttd.port, tansu.address)
    topic, event_ms = topic_of(points(2)[1]), SystemClock().now_ms()
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(rumqttd.port) as sender:
        ingest.logged("is subscribed", 5)
        sender.publish(topic, pack("d1", event_ms, 1.0))
        assert set(rejects_come(settings, 1).values()) == {RejectReason.UNREGISTERED_DEVICE}
        settings.registry.write_text("nonsense\n1\n")
        ingest.logged("the registry stays as it was")
        save_registry(points(2), settings.registry)
        ingest.logged("the registry was read again: 2 points")
        sender.publish(topic, pack("d1", event_ms, 2.0))
        found = asyncio.run(collect(tansu.address, lambda found: len(found) >= 2))
        assert ("d1", "crack", event_ms, 2.0) in found


def test_a_broker_that_refuses_the_dp_topic_still_gives_the_rest(
    rumqttd: Rumqttd, tansu: Tansu, tmp_path: Path
) -> None:
    _, environ = settings_for(
        tmp_path, points(1), rumqttd.port, tansu.address, MQTT__DP_TOPIC="$dp"
    )
    event_ms = SystemClock().now_ms()
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(rumqttd.port) as sender:
        ingest.logged("is subscribed", 4)
        ingest.logged("ingest-0-dp lost its MQTT connection")
        sender.publish(topic_of(points(1)[0]), pack("d0", event_ms, 2.0))
        asyncio.run(collect(tansu.address, lambda found: len(found) >= 2))
        assert ingest.stop() == 0


def test_two_processes_share_a_subscription(
    mosquitto: Mosquitto, tansu: Tansu, tmp_path: Path
) -> None:
    _, environ = settings_for(
        tmp_path, points(50), mosquitto.port, tansu.address, MQTT__SHARED_GROUP="ingest"
    )
    event_ms = SystemClock().now_ms()
    first = IngestProcess(environ, tmp_path / "first")
    second = IngestProcess(environ | {"GEOHAZARD_INSTANCE": "1"}, tmp_path / "second")
    with first, second, Publisher(mosquitto.port) as sender:
        first.logged("is subscribed", 5)
        second.logged("is subscribed", 5)
        for number, place in enumerate(points(50)):
            sender.publish(topic_of(place), pack(f"d{number}", event_ms, 1.0))
        found = asyncio.run(collect(tansu.address, lambda found: len(set(found)) >= 100))
        assert len(found) == 100
        assert (first.stop(), second.stop()) == (0, 0)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a mosquitto with TLS and an account."""
    folder = tmp_path / "guarded"
    folder.mkdir()
    openssl, passwd = shutil.which("openssl"), shutil.which("mosquitto_passwd")
    if not (openssl and passwd and Mosquitto.program()):
        pytest.skip("openssl or mosquitto is not installed")
    key, certificate, accounts = folder / "key.pem", folder / "ca.pem", folder / "accounts"
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    kind = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run([openssl, "req", *kind, *files, *subject], check=True, capture_output=True)
    subprocess.run([passwd, "-c", "-b", str(accounts), "ingest", "open sesame"], check=True)
    lines = (f"cafile {certificate}", f"certfile {certificate}", f"keyfile {key}")
    access = (f"password_file {accounts}", "allow_anonymous false")
    server = Mosquitto(folder, (*lines, *access))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_account_and_tls_are_used_and_a_wrong_password_is_told(
    guarded: Mosquitto, tansu: Tansu, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong")
    _, environ = settings_for(
        tmp_path, points(1), guarded.port, tansu.address,
        MQTT__TLS="true", MQTT__CA_FILE=str(guarded.folder / "ca.pem"), MQTT__USERNAME="ingest",
        MQTT__PASSWORD_FILE=str(secret),
    )  # fmt: skip
    with IngestProcess(environ, tmp_path / "log") as ingest:
        ingest.logged("the MQTT broker refuses ingest-0-0: Not authorized")
        ingest.kill()
        secret.write_text("open sesame")
        ingest.start()
        ingest.logged("is subscribed", 5)
        assert ingest.stop() == 0
    assert "sesame" not in ingest.log


def test_ingest_ends_with_a_sentence_when_the_topics_do_not_fit(
    tansu: Tansu, tmp_path: Path
) -> None:
    _, environ = settings_for(tmp_path, points(1), free_port(), tansu.address)
    asyncio.run(_fill(tansu.address))
    with IngestProcess(environ | {"GEOHAZARD_KAFKA__PARTITIONS": "5"}, tmp_path / "log") as ingest:
        ingest.logged("TopicError: topic geohazard.readings has 4 partitions, but 5 are wanted")


async def _fill(bootstrap: str) -> None:
    from tests.ingest.test_kafka_topics import mention

    await mention(bootstrap, "geohazard.readings", b"something")

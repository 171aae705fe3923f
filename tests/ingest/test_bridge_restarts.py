"""Brokers go away and come back: what was not acknowledged comes again, nothing is lost."""

import asyncio
from pathlib import Path

import pytest

from domain.clock import SystemClock
from tests.ingest.process import IngestProcess, Publisher, collect
from tests.ingest.test_bridge_kill import DEVICES, assert_in_order, publish_all
from tests.ingest.worlds import points, settings_for
from tests.kafka_server import KafkaServer
from tests.servers import Mosquitto, Rumqttd, Tansu

pytestmark = pytest.mark.integration


def test_what_came_while_kafka_was_away_is_there_when_it_is_back(
    mosquitto: Mosquitto, tansu: Tansu, tmp_path: Path
) -> None:
    """The embedded broker forgets all when it is killed, so the readings come after that."""
    _, environ = settings_for(tmp_path, points(DEVICES), mosquitto.port, tansu.address)
    start_ms = SystemClock().now_ms() - 100_000
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(mosquitto.port) as sender:
        ingest.logged("is subscribed", 5)
        before = publish_all(sender, range(5), start_ms)
        asyncio.run(collect(tansu.address, lambda found: set(found) >= before))
        tansu.kill()
        expected = publish_all(sender, range(5, 30), start_ms)
        sender.wait()
        ingest.logged("Kafka did not take")
        tansu.start()
        found = asyncio.run(collect(tansu.address, lambda found: set(found) >= expected))
        assert_in_order(found)
        assert ingest.stop() == 0


def test_ingest_started_before_kafka_waits_for_it(
    rumqttd: Rumqttd, tansu: Tansu, tmp_path: Path
) -> None:
    _, environ = settings_for(tmp_path, points(DEVICES), rumqttd.port, tansu.address)
    tansu.stop()
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(rumqttd.port) as sender:
        # The third try comes after ingest has looked at its connections, which do not stand yet.
        ingest.logged("Kafka cannot be reached", 4)
        tansu.start()
        ingest.logged("is subscribed", 5)
        expected = publish_all(sender, range(5), SystemClock().now_ms() - 100_000)
        asyncio.run(collect(tansu.address, lambda found: set(found) >= expected))
        assert ingest.stop() == 0


def test_ingest_resumes_when_mqtt_is_back(
    mosquitto: Mosquitto, tansu: Tansu, tmp_path: Path
) -> None:
    _, environ = settings_for(tmp_path, points(DEVICES), mosquitto.port, tansu.address)
    start_ms = SystemClock().now_ms() - 100_000
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(mosquitto.port) as sender:
        ingest.logged("is subscribed", 5)
        expected = publish_all(sender, range(10), start_ms)
        mosquitto.stop()
        ingest.logged("lost its MQTT connection", 5)
        mosquitto.start()
        expected |= publish_all(sender, range(10, 20), start_ms)
        found = asyncio.run(collect(tansu.address, lambda found: set(found) >= expected))
        assert_in_order(found)
        assert ingest.stop() == 0


def test_apache_kafka_killed_under_load_loses_nothing(
    mosquitto: Mosquitto, own_kafka: KafkaServer, tmp_path: Path
) -> None:
    _, environ = settings_for(
        tmp_path, points(DEVICES), mosquitto.port, own_kafka.address, INGEST__LINGER_MS="5"
    )
    start_ms = SystemClock().now_ms() - 100_000
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(mosquitto.port) as sender:
        ingest.logged("is subscribed", 5)
        expected = publish_all(sender, range(20), start_ms)
        asyncio.run(collect(own_kafka.address, lambda found: len(found) >= DEVICES))
        own_kafka.kill()
        expected |= publish_all(sender, range(20, 60), start_ms)
        sender.wait()
        own_kafka.start()
        found = asyncio.run(collect(own_kafka.address, lambda found: set(found) >= expected))
        assert_in_order(found)
        assert ingest.stop() == 0


def test_ingest_stops_though_kafka_is_away(
    mosquitto: Mosquitto, tansu: Tansu, tmp_path: Path
) -> None:
    _, environ = settings_for(tmp_path, points(DEVICES), mosquitto.port, tansu.address)
    start_ms = SystemClock().now_ms() - 100_000
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(mosquitto.port) as sender:
        ingest.logged("is subscribed", 5)
        tansu.kill()
        expected = publish_all(sender, range(5), start_ms)
        sender.wait()
        assert ingest.stop() == 0
        tansu.start()
        ingest.start()
        asyncio.run(collect(tansu.address, lambda found: set(found) >= expected))


def test_what_kafka_did_not_take_is_not_acknowledged(
    mosquitto: Mosquitto, tansu: Tansu, tmp_path: Path
) -> None:
    """Kafka goes, then ingest with the messages in hand: the MQTT broker still has them."""
    _, environ = settings_for(tmp_path, points(DEVICES), mosquitto.port, tansu.address)
    start_ms = SystemClock().now_ms() - 100_000
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(mosquitto.port) as sender:
        ingest.logged("is subscribed", 5)
        tansu.kill()
        expected = publish_all(sender, range(5), start_ms)
        ingest.logged("Kafka did not take")
        ingest.kill()
        tansu.start()
        ingest.start()
        found = asyncio.run(collect(tansu.address, lambda found: set(found) >= expected))
        assert_in_order(found)

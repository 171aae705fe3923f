"""Ingest is killed under load and started again: nothing is lost, and order is kept."""

import asyncio
from collections import defaultdict
from pathlib import Path

import pytest

from domain.clock import SystemClock
from tests.ingest.process import IngestProcess, Publisher, Reading, collect
from tests.ingest.worlds import pack, points, settings_for, topic_of
from tests.servers import Server, Tansu

pytestmark = pytest.mark.integration
DEVICES = 40
ROUNDS = 60


def publish_all(publisher: Publisher, rounds: range, start_ms: int) -> set[Reading]:
    """Publish rounds of messages, one of each device a round; return the readings in them."""
    expected: set[Reading] = set()
    for turn in rounds:
        for number, place in enumerate(points(DEVICES)):
            crack = turn + number / 1000
            event_ms = start_ms + turn * 1000
            publisher.publish(topic_of(place), pack(f"d{number}", event_ms, crack))
            expected |= {
                (f"d{number}", "crack", event_ms, crack),
                (f"d{number}", "tilt_x", event_ms, 0.5),
            }
    return expected


def assert_in_order(found: list[Reading]) -> None:
    """After duplicates are dropped, the readings of each channel are in the order of sending."""
    times: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for device, channel, event_ms, _ in dict.fromkeys(found):
        times[device, channel].append(event_ms)
    assert all(told == sorted(told) for told in times.values())


@pytest.mark.parametrize("broker", ["rumqttd", "mosquitto"])
def test_nothing_is_lost_when_ingest_is_killed(
    broker: str, tansu: Tansu, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    mqtt: Server = request.getfixturevalue(broker)
    _, environ = settings_for(tmp_path, points(DEVICES), mqtt.port, tansu.address)
    start_ms = SystemClock().now_ms() - ROUNDS * 1000
    third = ROUNDS // 3
    with IngestProcess(environ, tmp_path / "ingest.log") as ingest, Publisher(mqtt.port) as sender:
        ingest.logged("is subscribed", 5)
        expected = publish_all(sender, range(third), start_ms)
        asyncio.run(collect(tansu.address, lambda found: len(found) >= DEVICES))
        ingest.kill()
        expected |= publish_all(sender, range(third, 2 * third), start_ms)
        ingest.start()
        expected |= publish_all(sender, range(2 * third, ROUNDS), start_ms)
        found = asyncio.run(collect(tansu.address, lambda found: set(found) >= expected))
        assert set(found) == expected
        assert_in_order(found)
        assert ingest.stop() == 0
    assert "Traceback" not in ingest.log


def test_a_stopped_ingest_has_passed_on_all_that_it_acknowledged(
    mosquitto: Server, tansu: Tansu, tmp_path: Path
) -> None:
    _, environ = settings_for(tmp_path, points(DEVICES), mosquitto.port, tansu.address)
    start_ms = SystemClock().now_ms() - ROUNDS * 1000
    with IngestProcess(environ, tmp_path / "log") as ingest, Publisher(mosquitto.port) as sender:
        ingest.logged("is subscribed", 5)
        expected = publish_all(sender, range(20), start_ms)
        assert ingest.stop() == 0
        expected |= publish_all(sender, range(20, 30), start_ms)
        sender.wait()
        ingest.start()
        found = asyncio.run(collect(tansu.address, lambda found: set(found) >= expected))
        assert_in_order(found)
        assert len(found) == len(set(found))

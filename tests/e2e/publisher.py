"""Points, and readings that a test makes of them, published in order."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id
from domain.settings import Settings
from domain.topics import mqtt_topic
from ingest.mqtt import make_client
from tests.e2e.harness import DEADLINE_S, START_MS, STEP_MS
from tests.servers import Server


def make_points(count: int) -> list[Point]:
    """Landslides over some districts, each with one device that measures crack and rain."""
    districts = ("500235", "500236", "500101", "500112")
    return [
        Point(
            make_point_id(districts[i % 4], HazardType.LANDSLIDE, i + 1),
            f"slope {i}",
            HazardType.LANDSLIDE,
            30.0,
            108.0,
            devices=(Device(f"d{i}", ("crack", "tilt_x"), STEP_MS / 1000),),
        )
        for i in range(count)
    ]


@dataclass
class Publisher:
    """Publishes readings in order, and waits for the broker's acknowledgement of each step."""

    mqtt: Server
    settings: Settings

    @contextlib.contextmanager
    def connected(self) -> Iterator["Publisher"]:
        """Connect for a while."""
        self._client = make_client(self.settings.mqtt, f"test-{os.getpid()}", clean=True)
        self._client.max_inflight_messages_set(200)
        self._client.connect(self.mqtt.host, self.mqtt.port)
        self._client.loop_start()
        try:
            yield self
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def wait_until_connected(self) -> None:
        """Wait for the client to be back after the broker was away."""
        deadline = time.monotonic() + DEADLINE_S
        while not self._client.is_connected():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def publish(self, messages: list[tuple[str, bytes]]) -> None:
        """Publish topics and payloads; returns once all are acknowledged."""
        sent = [self._client.publish(topic, payload, 1) for topic, payload in messages]
        for info in sent:
            info.wait_for_publish(30)
            assert info.is_published()


def step_messages(
    points: list[Point], step: int, value: Callable[[int, int], float]
) -> list[tuple[str, bytes]]:
    """SenML packs of all points for one step; ``value(point, step)`` in mm."""
    at_s = (START_MS + step * STEP_MS) / 1000
    messages = []
    for number, point in enumerate(points):
        device = point.devices[0].device_id
        crack = value(number, step)
        pack = (
            f'[{{"bn":"{device}/","bt":{at_s:.3f},"n":"crack","u":"mm","v":{crack!r}}},'
            f'{{"n":"tilt_x","u":"deg","v":{crack / 100!r}}}]'
        )
        topic = mqtt_topic(point.district, point.point_id, device, "telemetry")
        messages.append((topic, pack.encode()))
    return messages

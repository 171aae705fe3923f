"""A centre that sends commands to a running fleet, and keeps readings and replies."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from domain.points import Device, Point
from domain.settings import MqttSettings
from domain.topics import mqtt_topic
from sensors_sim import live
from sensors_sim.counters import Counters
from sensors_sim.fleet import Fleet
from sensors_sim.live import LiveConfig
from sensors_sim.model import Model
from sensors_sim.plans import FleetPlan, Scenario
from sensors_sim.province import build_points
from sensors_sim.summary import Summary
from tests.sensors_sim.worlds import DEADLINE_S, live_config, wait_until

POINTS = build_points(30, 1, 600.0)


@dataclass
class Centre:
    """Someone at the centre: sends commands, and keeps readings and replies."""

    port: int
    settings: MqttSettings
    readings: defaultdict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    dollar: list[dict[str, str]] = field(default_factory=list)
    json: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    seen: list[Counters] = field(default_factory=list)

    def start(self) -> None:
        ready = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="centre")
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()
        names = ("geohazard/v1/+/+/+/telemetry", "geohazard/v1/+/+/+/reply")
        self._client.subscribe(
            [(name, 1) for name in (*names, self.settings.dr_topic, self.settings.dp_topic)]
        )
        assert ready.wait(DEADLINE_S)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def tell(self, device: str, text: str, suffix: str = "cmd") -> None:
        self.send(f"{self.settings.creq_prefix}/{device}/{suffix}", text.encode())

    def tell_senml(self, point: Point, **fields: Any) -> None:
        device = point.devices[0].device_id
        topic = mqtt_topic(point.district, point.point_id, device, "command")
        self.send(topic, msgspec.json.encode(fields))

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, 1, retain).wait_for_publish(DEADLINE_S)

    def reply(self, msgid: str) -> dict[str, str]:
        """Wait for the reply with a message id."""
        wait_until(lambda: bool(self._found(msgid)))
        return self._found(msgid)[0]

    def rounds(self, count: int) -> None:
        """Wait until every device has spoken so many times more."""
        until = self.seen[-1].messages_published + 30 * count
        wait_until(lambda: self.seen[-1].messages_published > until)

    def _found(self, msgid: str) -> list[dict[str, str]]:
        every = [*self.dollar, *(reply for _, reply in list(self.json))]
        return [reply for reply in every if reply.get("msgid") == msgid]

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic == self.settings.dr_topic:
            text = message.payload.decode()
            assert text.startswith("$cmd=")
            self.dollar.append(dict(part.split("=", 1) for part in text[1:].split("&")))
        elif message.topic.endswith("/reply"):
            self.json.append((message.topic, msgspec.json.decode(message.payload)))
        elif message.topic.endswith("/telemetry"):
            records = msgspec.json.decode(message.payload)
            device = message.topic.split("/")[4]
            own = {r["n"]: r["v"] for r in records} | {"at_ms": round(records[0]["bt"] * 1000)}
            self.readings[device].append(own)


@contextmanager
def under_way(port: int, folder: Path, **changes: Any) -> Iterator[tuple[Centre, list[Summary]]]:
    """Run a fleet, a minute of event time to each tenth of a second, until the block ends."""
    mqtt = changes.pop("mqtt", None) or MqttSettings(port=port)
    centre = Centre(port, mqtt)
    seen = centre.seen
    options: dict[str, Any] = {
        "points": POINTS,
        "interval_s": 1.0,
        "speed": 600.0,
        "scenario": Scenario(fleet=FleetPlan(dp_share=0.5)),
        "mqtt": mqtt,
        "duration_s": None,
        "on_progress": lambda counters: seen.append(replace(counters)),
    }
    config: LiveConfig = live_config(port, folder, 30, **(options | changes))
    stop, done = threading.Event(), list[Summary]()
    thread = threading.Thread(target=lambda: done.append(live.run(config, stop)))
    centre.start()
    thread.start()
    try:
        wait_until(lambda: bool(seen) and seen[-1].messages_published > 60)
        yield centre, done
    finally:
        stop.set()
        thread.join(DEADLINE_S)
        centre.stop()


def dp_points() -> list[Point]:
    """Points whose device speaks the universal-device protocol."""
    scenario = Scenario(fleet=FleetPlan(dp_share=0.5))
    fleet = Fleet(Model(POINTS, scenario, 1, 0, 600_000), scenario, "$dp")
    return [point for point, dp in zip(POINTS, fleet.speaks_dp, strict=True) if dp]


DP = dp_points()


SENML = [point for point in POINTS if point not in DP]


def device_of(point: Point) -> Device:
    return point.devices[0]

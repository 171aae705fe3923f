"""Small provinces for tests, and a run of the simulator against a real broker."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from domain.settings import MqttSettings
from sensors_sim.fleet import Fleet, Message
from sensors_sim.live import LiveConfig
from sensors_sim.model import Model, Step
from sensors_sim.plans import Scenario
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario

START_MS = 1_780_000_000_000
INTERVAL_MS = 600_000
DP_TOPIC = "geohazard/dp"
DEADLINE_S = 60.0


def make_model(n: int, scenario: Scenario | str = "demo", seed: int = 1) -> Model:
    """Make a province of n points at ten-minute steps."""
    loaded = load_scenario(scenario) if isinstance(scenario, str) else scenario
    points = build_points(n, seed, INTERVAL_MS / 1000)
    return Model(points, loaded, seed, START_MS, INTERVAL_MS)


def steps_of(model: Model, count: int) -> list[Step]:
    """Take the first steps."""
    return [model.advance() for _ in range(count)]


def messages_of(n: int, scenario: Scenario, count: int, seed: int = 1) -> list[Message]:
    """All messages of the first steps, in order."""
    model = make_model(n, scenario, seed)
    fleet = Fleet(model, scenario, DP_TOPIC)
    return [
        message
        for step in steps_of(model, count)
        for _, messages in fleet.send(step)
        for message in messages
    ]


def live_config(port: int, folder: Path, n: int, **changes: Any) -> LiveConfig:
    """Configure a run of two seconds of wall time in which each device speaks about ten times."""
    interval_s, speed = 0.2, 3_000.0
    options: dict[str, Any] = {
        "points": build_points(n, 1, interval_s * speed),
        "seed": 1,
        "interval_s": interval_s,
        "speed": speed,
        "start_ms": START_MS,
        "scenario": load_scenario("faults"),
        "mqtt": MqttSettings(port=port, dp_topic=DP_TOPIC),
        "duration_s": 2.0,
        "ledger": folder / "ledger.arrow",
        "summary": folder / "summary.json",
    }
    return LiveConfig(**(options | changes))


@dataclass
class Listener:
    """A plain subscriber that keeps all it gets."""

    port: int
    got: list[tuple[str, bytes, bool]] = field(default_factory=list)

    def __enter__(self) -> "Listener":
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="listener")
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()
        assert self._subscribed.wait(DEADLINE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def telemetry(self) -> list[tuple[str, bytes]]:
        """Topic and payload of what is no status."""
        return [(t, p) for t, p, _ in list(self.got) if not t.endswith("/status")]

    def _on_connect(self, client: paho.Client, *_: object) -> None:
        client.subscribe("#", 1)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self.got.append((message.topic, message.payload, message.retain))


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.01)

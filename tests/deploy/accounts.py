"""The deployed mosquitto: its own start script, configuration and ACLs, on free ports."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from tests.deploy.compose import ROOT
from tests.servers import Mosquitto, Server, free_port

DEADLINE_S = 10.0
PASSWORDS = {
    "ingest": "ingest-secret",
    "notify": "notify-secret",
    "simulator": "simulator-secret",
    "operator": "operator-secret",
    "health": "health-secret",
    "station-a": "a-secret",
    "station-b": "b-secret",
}
_SOURCE = ROOT / "deploy" / "mosquitto"


class DeployedMosquitto(Server):
    """Mosquitto as compose runs it; ``port`` is the devices' door."""

    name = "mosquitto"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.service_port = free_port()
        self.services, self.devices = folder / "services.passwd", folder / "devices.passwd"
        self._config = folder / "mosquitto.conf"
        self._config.write_text(self._moved(), encoding="utf-8")
        self._add_devices()

    def command(self) -> list[str]:
        """Run the start script, which ends as mosquitto."""
        return [
            "env",
            f"PATH={os.environ.get('PATH', '')}:/usr/sbin",
            f"SERVICES_PASSWD={self.services}",
            f"DEVICES_PASSWD={self.devices}",
            f"MOSQUITTO_CONFIG={self._config}",
            f"MQTT_INGEST_PASSWORD={PASSWORDS['ingest']}",
            f"MQTT_NOTIFY_PASSWORD={PASSWORDS['notify']}",
            f"MQTT_SIM_PASSWORD={PASSWORDS['simulator']}",
            f"MQTT_OPERATOR_PASSWORD={PASSWORDS['operator']}",
            f"MQTT_HEALTH_PASSWORD={PASSWORDS['health']}",
            *("sh", str(_SOURCE / "start.sh")),
        ]

    def _moved(self) -> str:
        """Return the deployed configuration with this machine's paths and ports."""
        text = (_SOURCE / "mosquitto.conf").read_text(encoding="utf-8")
        moves = {
            "listener 1883": f"listener {self.port} {self.host}",
            "listener 1884": f"listener {self.service_port} {self.host}",
            "/mosquitto/data/devices.passwd": str(self.devices),
            "/run/mosquitto/services.passwd": str(self.services),
            "/mosquitto/config": str(_SOURCE),
            "/mosquitto/data/": f"{self.folder}/",
        }
        for old, new in moves.items():
            assert old in text, old
            text = text.replace(old, new)
        return text + ("user root\n" if os.geteuid() == 0 else "")

    def _add_devices(self) -> None:
        devices = {name: word for name, word in PASSWORDS.items() if name.startswith("station")}
        self.devices.write_text("".join(f"{n}:{w}\n" for n, w in devices.items()), "utf-8")
        self.devices.chmod(0o600)
        subprocess.run(["mosquitto_passwd", "-U", str(self.devices)], check=True)

    @staticmethod
    def available() -> bool:
        """Whether mosquitto is installed."""
        return Mosquitto.program() is not None


class Client:
    """An MQTT 5 connection that waits for what the broker says to each request."""

    def __init__(self, client_id: str) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.refused: str | None = None
        self.lost = threading.Event()
        self._arrived = threading.Condition()
        self._connected = threading.Event()
        self._answers: dict[int, list[bool]] = {}
        self._paho = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=paho.MQTTv5)
        self._paho.on_connect = self._on_connect
        self._paho.on_disconnect = lambda *_: self.lost.set()
        self._paho.on_message = self._on_message
        self._paho.on_subscribe = lambda c, u, mid, codes, p: self._on_answer(mid, codes)
        self._paho.on_publish = lambda c, u, mid, code, p: self._on_answer(mid, [code])

    def publish(self, topic: str, payload: bytes = b"x", *, retain: bool = False) -> bool:
        """Publish at QoS 1; return whether the broker took it."""
        return all(self._ask(lambda: self._paho.publish(topic, payload, 1, retain).mid))

    def subscribe(self, topic: str) -> None:
        """Subscribe; mosquitto 2.0 grants every filter and checks each message instead."""
        self._ask(lambda: self._paho.subscribe(topic, 1)[1] or 0)

    def expect(self, count: int) -> list[tuple[str, bytes]]:
        """Wait until so many messages are here."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.received) >= count, DEADLINE_S)
            return list(self.received)

    def _ask(self, request: "object") -> list[bool]:
        assert callable(request)
        with self._arrived:
            mid: int = request()
            assert self._arrived.wait_for(lambda: mid in self._answers, DEADLINE_S), "no answer"
            return self._answers.pop(mid)

    def _on_connect(
        self, client: object, data: object, flags: object, code: object, p: object
    ) -> None:
        self.refused = str(code) if getattr(code, "is_failure", False) else None
        self._connected.set()

    def _on_answer(self, mid: int, codes: list[object]) -> None:
        with self._arrived:
            self._answers[mid] = [not getattr(code, "is_failure", False) for code in codes]
            self._arrived.notify_all()

    def _on_message(self, client: object, data: object, message: paho.MQTTMessage) -> None:
        with self._arrived:
            self.received.append((message.topic, bytes(message.payload)))
            self._arrived.notify_all()

    def open(self, port: int, user: str | None, password: str | None) -> None:
        """Connect and wait for the broker's answer."""
        if user is not None:
            self._paho.username_pw_set(user, password)
        assert self._paho.connect("127.0.0.1", port) == MQTTErrorCode.MQTT_ERR_SUCCESS
        self._paho.loop_start()
        assert self._connected.wait(DEADLINE_S), "no answer to CONNECT"

    def close(self) -> None:
        """Disconnect."""
        self._paho.disconnect()
        self._paho.loop_stop()


@contextmanager
def connected(
    port: int, user: str | None, password: str | None = None, client_id: str = ""
) -> Iterator[Client]:
    """Connect as an account; its password is the right one if none is given."""
    client = Client(client_id or f"client-of-{user}")
    try:
        client.open(port, user, PASSWORDS.get(user or "") if password is None else password)
        yield client
    finally:
        client.close()

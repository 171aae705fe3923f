"""Ingest as a process of its own, publishers, and what arrived in Kafka."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import paho.mqtt.client as paho
from aiokafka import AIOKafkaConsumer, TopicPartition
from paho.mqtt.enums import CallbackAPIVersion

from domain.frames import Readings
from domain.settings import load_settings

DEADLINE_S = 60.0
Reading = tuple[str, str, int, float]
"""Device, channel, event time, value."""


class IngestProcess:
    """Runs `run_ingest` until told to stop, or killed.

    Parameters
    ----------
    environ
        Its settings.
    log
        File for what it prints.
    """

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self._environ = os.environ | environ
        self._path = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "IngestProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def log(self) -> str:
        """What it printed, all its lives together."""
        return self._path.read_text(encoding="utf-8") if self._path.exists() else ""

    def start(self) -> None:
        """Start it."""
        command = [sys.executable, "-W", "error", "-m", "tests.ingest.process"]
        with self._path.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environ, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """End it with SIGTERM and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=DEADLINE_S)
        self._process = None
        return code

    def logged(self, words: str, times: int = 1) -> None:
        """Wait until it has printed these words as often as this."""
        wait_until(lambda: self.log.count(words) >= times, lambda: f"{words!r} in {self.log}")


class Publisher:
    """Publishes at QoS 1 over one connection and knows what the broker took."""

    def __init__(self, port: int, client_id: str = "publisher") -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(50)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._sent: list[paho.MQTTMessageInfo] = []

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes) -> None:
        """Hand a message over."""
        self._sent.append(self._client.publish(topic, payload, qos=1))

    def wait(self) -> None:
        """Wait until the broker has taken all."""
        wait_until(lambda: all(info.is_published() for info in self._sent), lambda: "PUBACKs")


def wait_until(condition: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until a condition holds; fail after the deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what()}"
        time.sleep(0.02)


async def collect(
    bootstrap: str, enough: Callable[[list[Reading]], bool], topic: str = "geohazard.readings"
) -> list[Reading]:
    """Read the readings from their beginning until there are enough; fail after the deadline.

    The readings of each device are in the order of its partition.
    """
    found: list[Reading] = []
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, number) for number in range(4)])
        deadline = time.monotonic() + DEADLINE_S
        while not enough(found):
            assert time.monotonic() < deadline, f"only {len(set(found))} different readings came"
            for records in (await consumer.getmany(timeout_ms=100)).values():
                for record in records:
                    found += rows_of(Readings.decode(record.value))
    finally:
        await consumer.stop()
    return found


def rows_of(frame: Readings) -> Iterable[Reading]:
    """Rows of a frame."""
    names = (frame.device_id.to_list(), frame.channel.to_list())
    return zip(*names, frame.event_ms.tolist(), frame.value.tolist(), strict=True)


async def _main() -> None:
    from ingest.app import run_ingest

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run_ingest(load_settings(), stop)


if __name__ == "__main__":
    import logging

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_main())

"""Speed, work and memory of ingest: SenML packs of six values from MQTT to Kafka.

    python -m benchmarks.bench_ingest [rumqttd|mosquitto] [--messages 30000] [--rate 3000]

Without a name both brokers are measured. Two questions:

1. How fast is a backlog worked off? The messages wait at the broker in a persistent session, then
   one ingest process takes them to Kafka. Beside it the ceiling: a bare paho subscriber with the
   same connections that acknowledges and throws away. So publishing costs neither of them.
2. What does a steady load cost? Messages come at a rate; the work of the ingest process in cores,
   its memory, and how long a message takes from its publishing to Kafka.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import paho.mqtt.client as paho
import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.ingest_load import DEADLINE_S, POINTS, build_points, publishing
from domain.frames import Readings
from domain.registry import save_registry
from domain.settings import Settings, load_settings
from domain.topics import READINGS
from ingest.kafka_topics import ensure_topics
from ingest.mqtt import make_client
from ingest.mqtt_source import plan_filters
from tests.servers import Mosquitto, Rumqttd, Server, Tansu

BROKERS = {"rumqttd": Rumqttd, "mosquitto": Mosquitto}
CONNECTIONS = 4


def bare(settings: Settings, count: int) -> float:
    """Messages a second of paho alone; ``count`` messages wait, or 0 to leave sessions behind."""
    plan = plan_filters(settings.mqtt)[:-1]
    seen, done = [0] * len(plan), threading.Event()
    times: list[float] = []
    ready = threading.Semaphore(0)
    clients = []
    for number, filters in enumerate(plan):
        client = make_client(settings.mqtt, f"bare-{number}")
        client.manual_ack_set(False)

        def connected(c: paho.Client, *_: object, names: tuple[str, ...] = filters) -> None:
            c.subscribe([(name, 1) for name in names])

        def received(*_: object, number: int = number) -> None:
            seen[number] += 1
            if not times:
                times.append(time.monotonic())
            if sum(seen) == count:
                done.set()

        client.on_connect, client.on_message = connected, received
        client.on_subscribe = lambda *_: ready.release()
        client.connect("127.0.0.1", settings.mqtt.port)
        client.loop_start()
        clients.append(client)
    for _ in plan:
        ready.acquire()
    if count:
        done.wait(DEADLINE_S)
    rate = sum(seen) / (time.monotonic() - times[0]) if count else 0.0
    for client in clients:
        client.disconnect()
        client.loop_stop()
    return rate


@contextmanager
def ingesting(environ: dict[str, str], log: Path) -> Iterator[psutil.Process]:
    """Run ingest as a process of its own; the block begins when it is subscribed."""
    before = log.read_text().count("is subscribed") if log.exists() else 0
    with log.open("ab") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.ingest.process"],
            env=os.environ | environ,
            stdout=file,
            stderr=file,
        )
    deadline = time.monotonic() + DEADLINE_S
    while log.read_text().count("is subscribed") < before + CONNECTIONS + 1:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.01)
    try:
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait()


async def readings_in_kafka(settings: Settings, count: int) -> np.ndarray:
    """Wait for ``count`` readings; rows of (event time, Kafka's time) in ms, one a frame row."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    consumer.assign([TopicPartition(READINGS, n) for n in range(settings.kafka.partitions)])
    parts: list[np.ndarray] = []
    rows, deadline = 0, time.monotonic() + DEADLINE_S
    while rows < count:
        assert time.monotonic() < deadline, f"{rows} of {count} readings came"
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                event_ms = Readings.decode(record.value).event_ms
                parts.append(np.stack([event_ms, np.full_like(event_ms, record.timestamp)]))
                rows += len(event_ms)
    await consumer.stop()
    return np.concatenate(parts, axis=1)


def backlog(broker: Server, settings: Settings, environ: dict[str, str], count: int) -> None:
    """Work off a backlog, bare and with ingest."""
    bare(settings, 0)
    with ingesting(environ, broker.folder / "ingest.log"):
        pass
    with publishing(broker.port, count, None):
        pass
    ceiling = bare(settings, count)
    with ingesting(environ, broker.folder / "ingest.log") as process:
        found = asyncio.run(readings_in_kafka(settings, 6 * count))
        cpu = process.cpu_times()
        rss_mb = process.memory_info().rss / 2**20
    seconds = (found[1].max() - found[1].min()) / 1000
    work_us = (cpu.user + cpu.system) / count * 1e6
    print(f"  bare paho subscriber            {ceiling:10,.0f} messages/s")
    print(f"  ingest, backlog of {count:,}      {count / seconds:10,.0f} messages/s")
    print(f"  work, start of process included {work_us:10.1f} us/message; {rss_mb:.0f} MB")


def steady(broker: Server, settings: Settings, environ: dict[str, str], rate: float) -> None:
    """Keep up with a rate for ten seconds."""
    count = round(rate * 10)
    with ingesting(environ, broker.folder / "ingest.log") as process:
        before = process.cpu_times()
        start = time.monotonic()
        earlier = round(time.time() * 1000)
        with publishing(broker.port, count, rate):
            pass
        seconds = time.monotonic() - start
        after = process.cpu_times()
        rss_mb = process.memory_info().rss / 2**20
        lag_ms = asyncio.run(_lag(settings, 6 * count, earlier))
    work = after.user + after.system - before.user - before.system
    print(
        f"  {rate:,.0f} messages/s for {seconds:.0f} s: {work / (count / rate):.2f} cores,", end=" "
    )
    print(f"{work / count * 1e6:.1f} us/message, {rss_mb:.0f} MB;", end=" ")
    print(f"publish to Kafka p50 {lag_ms[0]:.0f} ms, p99 {lag_ms[1]:.0f} ms")


async def _lag(settings: Settings, count: int, earlier_ms: int) -> tuple[float, float]:
    found = await readings_in_kafka(settings, count)
    found = found[:, found[0] >= earlier_ms]
    lags = found[1] - found[0]
    return float(np.percentile(lags, 50)), float(np.percentile(lags, 99))


def measure(name: str, messages: int, rate: float) -> None:
    """Measure with one broker, freshly started."""
    print(f"{name}, {CONNECTIONS} connections, {POINTS:,} points x 6 channels")
    for task in (partial(backlog, count=messages), partial(steady, rate=rate)):
        with tempfile.TemporaryDirectory(prefix="geohazard-bench-") as folder:
            broker = BROKERS[name](Path(folder) / "mqtt")
            kafka = Tansu(Path(folder) / "kafka")
            environ = {
                "GEOHAZARD_REGISTRY": f"{folder}/registry.csv",
                "GEOHAZARD_MQTT__PORT": str(broker.port),
                "GEOHAZARD_MQTT__DP_TOPIC": "dp",
                "GEOHAZARD_MQTT__CONNECTIONS": str(CONNECTIONS),
                "GEOHAZARD_KAFKA__BOOTSTRAP": kafka.address,
            }
            save_registry(build_points(), Path(folder) / "registry.csv")
            settings = load_settings(environ=environ)
            broker.start()
            kafka.start()
            try:
                asyncio.run(ensure_topics(settings))
                task(broker, settings, environ)
            finally:
                broker.stop()
                kafka.stop()


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("broker", nargs="?", choices=BROKERS)
    parser.add_argument("--messages", type=int, default=30_000)
    parser.add_argument("--rate", type=float, default=3_000.0)
    arguments = parser.parse_args()
    for name in [arguments.broker] if arguments.broker else BROKERS:
        measure(name, arguments.messages, arguments.rate)


if __name__ == "__main__":
    main()

"""Simulator and ingest with compose's own environment, scripts, accounts and server settings.

Stands in for `docker compose up` where no engine is at hand; host names, ports and paths differ.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from domain.frames import Readings
from domain.topics import READINGS
from tests.deploy import compose
from tests.deploy.accounts import PASSWORDS, DeployedMosquitto
from tests.deploy.compose import ROOT
from tests.deploy.test_stream import HEARTBEAT, deployed_properties
from tests.kafka_server import KafkaServer, running_kafka, skip_without_kafka

pytestmark = [pytest.mark.integration, pytest.mark.slow]
PARTITIONS = 8
DEADLINE_S = 90.0
POINTS, MESSAGES = 60, 300


def _environment(
    service: str, folder: Path, mqtt: DeployedMosquitto, kafka: KafkaServer
) -> dict[str, str]:
    """Take a service's environment and put this machine's places in it."""
    environ = {k: str(v) for k, v in compose.services()[service]["environment"].items()}
    return environ | {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "GEOHAZARD_CONFIG": str(ROOT / "deploy" / "geohazard.toml"),
        "GEOHAZARD_REGISTRY": str(folder / "registry.csv"),
        "GEOHAZARD_DATA_DIR": str(folder),
        "GEOHAZARD_MQTT__HOST": mqtt.host,
        "GEOHAZARD_MQTT__PORT": str(mqtt.service_port),
        "GEOHAZARD_MQTT__PASSWORD": PASSWORDS[service],
        "GEOHAZARD_KAFKA__BOOTSTRAP": kafka.address,
        "REGISTRY": str(folder / "registry.csv"),
        "STATE": str(folder),
        "SIM_POINTS": str(POINTS),
        "SIM_INTERVAL": "1s",
    }


@contextmanager
def _process(
    command: list[str], environ: dict[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environ, stdout=file, stderr=file)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()
            process.wait()


def _until(done: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not done():
        assert time.monotonic() < deadline, f"{what}: {log.read_text()[-2000:]}"
        time.sleep(0.2)


async def _stored(kafka: KafkaServer) -> set[tuple[str, str, int]]:
    """Distinct (device, channel, event time) of all readings that Kafka holds."""
    places = [TopicPartition(READINGS, number) for number in range(PARTITIONS)]
    found: set[tuple[str, str, int]] = set()
    # Without "earliest" the client may move to the end behind our back, after the seek.
    async with AIOKafkaConsumer(
        bootstrap_servers=kafka.address, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        await consumer.seek_to_beginning(*places)
        for place in places:
            while await consumer.position(place) < ends[place]:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        frame = Readings.decode(record.value)
                        columns = (frame.device_id.to_list(), frame.channel.to_list())
                        found |= set(zip(*columns, frame.event_ms.tolist(), strict=True))
    return found


def _healthy(role: str, environ: dict[str, str]) -> bool:
    command = [sys.executable, str(ROOT / "deploy" / "healthcheck.py"), role]
    return not subprocess.run(command, env=environ, capture_output=True, check=False).returncode


def _published(folder: Path) -> int:
    path = folder / "sim.progress.json"
    try:
        return int(msgspec.json.decode(path.read_bytes()).get("messages_published", 0))
    except (OSError, msgspec.DecodeError):
        return 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with the ``geohazard`` command of this interpreter in its ``bin``."""
    command = tmp_path / "bin" / "geohazard"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cli.main "$@"\n')
    command.chmod(0o755)
    return tmp_path


def test_what_the_simulator_publishes_arrives_in_kafka(folder: Path) -> None:
    if not DeployedMosquitto.available():
        pytest.skip("mosquitto is not installed")
    skip_without_kafka()
    mqtt = DeployedMosquitto(folder / "mosquitto")
    with running_kafka(folder / "kafka", properties=deployed_properties() | HEARTBEAT) as kafka:
        mqtt.start()
        try:
            _run(folder, mqtt, kafka)
        finally:
            mqtt.stop()


def _run(folder: Path, mqtt: DeployedMosquitto, kafka: KafkaServer) -> None:
    environ = _environment("simulator", folder, mqtt, kafka)
    scripts = ROOT / "deploy"
    subprocess.run(["sh", str(scripts / "registry.sh")], env=environ, check=True)
    ingest = _environment("ingest", folder, mqtt, kafka)
    log, sim_log = folder / "ingest.log", folder / "sim.log"
    with _process(["sh", str(scripts / "entrypoint.sh"), "ingest"], ingest, log):
        # As compose does: the simulator starts when ingest is healthy.
        _until(lambda: _healthy("ingest", ingest), "ingest is not healthy", log)
        with _process(["sh", str(scripts / "simulator.sh")], environ, sim_log):
            _until(lambda: _published(folder) >= MESSAGES, "nothing is published", sim_log)
        _until((folder / "sim.json").exists, "no summary", sim_log)
        summary = msgspec.json.decode((folder / "sim.json").read_bytes())
        wanted = summary["readings_published"]
        assert wanted > 0
        assert summary["unacknowledged"] == 0
        _until(lambda: len(asyncio.run(_stored(kafka))) >= wanted, "readings are missing", log)
        assert len(asyncio.run(_stored(kafka))) == wanted

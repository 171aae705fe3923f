"""``geohazard doctor`` and ``geohazard rejects`` against real brokers."""

import subprocess
import sys
from pathlib import Path

import pytest

from domain.points import Point
from domain.registry import save_registry
from domain.topics import mqtt_topic
from tests.e2e.harness import Pipeline
from tests.e2e.publisher import Publisher, make_points, step_messages
from tests.servers import Rumqttd, Tansu


def geohazard(pipeline: Pipeline, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", *arguments, "--config", str(pipeline.config)]
    environment = {"COLUMNS": "200", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.integration
def test_doctor_tells_what_is_well_and_what_is_wrong(
    tmp_path: Path, rumqttd: Rumqttd, tansu: Tansu
) -> None:
    pipeline = Pipeline(tmp_path / "run", rumqttd, tansu, make_points(3))
    well = geohazard(pipeline, "doctor")
    assert well.returncode == 0, well.stdout + well.stderr
    assert "3 points, 3 devices" in well.stdout
    rumqttd.stop()
    ill = geohazard(pipeline, "doctor")
    assert ill.returncode == 1
    assert "cannot be reached" in ill.stdout
    assert "Traceback" not in ill.stderr
    tansu.stop()
    refused = geohazard(pipeline, "rejects", "list")
    assert refused.returncode == 2
    assert refused.stderr == f"geohazard: Kafka at {tansu.address} cannot be reached\n"


@pytest.mark.integration
def test_a_reject_comes_back_once_its_device_is_registered(
    tmp_path: Path, rumqttd: Rumqttd, tansu: Tansu
) -> None:
    known, stranger = make_points(2)
    pipeline = Pipeline(tmp_path / "run", rumqttd, tansu, [known])
    pipeline.start("ingest", "store")
    try:
        pipeline.wait_until_subscribed()
        with Publisher(rumqttd, pipeline.settings).connected() as publisher:
            publisher.publish(step_messages([known, stranger], 0, lambda *_: 1.5))
            publisher.publish([(telemetry(known), b"\xff\xfe not text")])
            pipeline.wait(lambda: "unregistered_device" in listed(pipeline), "the reject")
            pipeline.wait(lambda: "not_utf8" in listed(pipeline), "the other reject")
        save_registry([known, stranger], pipeline.root / "registry.csv")
        again = geohazard(pipeline, "rejects", "replay", "--reason", "unregistered_device")
        assert "1 messages tried, 2 readings passed on, 0 messages still refused" in again.stdout
        pipeline.wait_until_done("geohazard-store", 4)
    finally:
        pipeline.stop()
    assert {row[0] for row in pipeline.stored()} == {known.point_id, stranger.point_id}


def listed(pipeline: Pipeline) -> str:
    return geohazard(pipeline, "rejects", "list").stdout


def telemetry(point: Point) -> str:
    return mqtt_topic(point.district, point.point_id, point.devices[0].device_id, "telemetry")

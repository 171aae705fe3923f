"""Kafka as compose sets it up takes our topics, and the roles' health check reads them."""

import asyncio
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from domain import topics
from domain.health import Health, encode_health
from domain.settings import load_settings
from ingest.kafka_topics import ensure_topics
from tests.deploy import compose
from tests.kafka_server import KafkaServer, running_kafka, skip_without_kafka

pytestmark = pytest.mark.integration
CHECK = compose.ROOT / "deploy" / "healthcheck.py"
HEARTBEAT = {"broker.session.timeout.ms": "2000", "broker.heartbeat.interval.ms": "500"}


def deployed_properties() -> dict[str, str]:
    """Translate compose's environment as the image does: KAFKA_NODE_ID is node.id."""
    environment = compose.services()["kafka"]["environment"]
    return {
        name.removeprefix("KAFKA_").replace("_", ".").lower(): str(value)
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    }


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    skip_without_kafka()
    properties = deployed_properties() | HEARTBEAT
    with running_kafka(tmp_path_factory.mktemp("kafka"), properties=properties) as server:
        yield server


@pytest.fixture(scope="module")
def environ(kafka: KafkaServer) -> dict[str, str]:
    made = {"GEOHAZARD_KAFKA__BOOTSTRAP": kafka.address, "GEOHAZARD_INSTANCE": "box-1"}
    asyncio.run(ensure_topics(load_settings(environ=made)))
    return made


def _load_check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("healthcheck", CHECK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _report(role: str, instance: str, time_ms: int) -> Health:
    return Health(role=role, instance=instance, time_ms=time_ms, lag=0, rss_mb=1.0, counters={})


async def _send(server: KafkaServer, health: Health) -> None:
    async with AIOKafkaProducer(bootstrap_servers=server.address) as producer:
        await producer.send_and_wait(topics.PIPELINE, encode_health(health))


def _check(environ: dict[str, str], role: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(CHECK), role],
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_topic_is_made_with_its_partitions(
    kafka: KafkaServer, environ: dict[str, str]
) -> None:
    async def found() -> dict[str, int]:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
        await admin.start()
        try:
            described = await admin.describe_topics()
        finally:
            await admin.close()
        return {one["topic"]: len(one["partitions"]) for one in described}

    per_point = (*topics.POINT_TOPICS, topics.DETECT_STATE)
    wanted = dict.fromkeys(per_point, 8) | {topics.REJECTS: 1, topics.PIPELINE: 1}
    assert asyncio.run(found()) == wanted


def test_a_role_that_reports_is_well_and_another_is_not(
    kafka: KafkaServer, environ: dict[str, str]
) -> None:
    now_ms = time.time_ns() // 1_000_000
    asyncio.run(_send(kafka, _report("detect", "box-1", now_ms)))
    asyncio.run(_send(kafka, _report("store", "box-2", now_ms)))
    assert _check(environ, "detect").returncode == 0
    other = _check(environ, "store")
    assert (other.returncode, other.stderr) == (1, "no report of store box-1\n")


def test_a_role_that_has_gone_quiet_is_ill() -> None:
    check = _load_check()
    reports = [_report("detect", "a", 10_000), _report("detect", "a", 20_000)]
    assert check.trouble("detect", "a", reports, 50_000) is None
    assert check.trouble("detect", "a", reports, 50_001) == "last report of detect a is 30 s old"


def test_without_kafka_the_check_says_so(tmp_path: Path) -> None:
    check = _check({"GEOHAZARD_KAFKA__BOOTSTRAP": "127.0.0.1:9"}, "detect")
    assert check.returncode == 1
    assert "Kafka does not answer" in check.stderr

"""``geohazard doctor``: what is reachable, in which version, and what is wrong."""

import asyncio
import os
import socket
import sqlite3
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer
from aiokafka.admin import AIOKafkaAdminClient
from rich.console import Console
from rich.table import Table

from detectors.overrides import check_point
from domain import topics
from domain.errors import GeohazardError
from domain.registry import load_registry
from domain.settings import InfluxSettings, Settings, load_settings, secret_of
from ingest.kafka_topics import kafka_options, kafka_trouble
from ingest.mqtt import make_client

ANSWER_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and in words what was found or is wrong."""

    what: str
    well: bool
    words: str


def doctor(
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML).")] = None,
) -> None:
    """Tell what is reachable, with which version, and what is wrong; exit code 1 if anything is."""
    settings = load_settings(config)
    findings = list(examine(settings))
    table = Table("", "part", "found")
    for finding in findings:
        mark = "[green]ok[/]" if finding.well else "[bold red]wrong[/]"
        table.add_row(mark, finding.what, finding.words)
    Console().print(table)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at each part in the order of the data."""
    yield _finding("registry", lambda: _registry(settings))
    yield _finding("MQTT broker", lambda: _mqtt(settings))
    yield _finding("Kafka", lambda: asyncio.run(_bounded(_kafka(settings))))
    if settings.store.kind == "influxdb":
        yield _finding("InfluxDB", lambda: _influx(settings.influx))
    else:
        yield _finding("DuckDB", lambda: _folder(settings.store.path))
    yield _finding("outbox", lambda: _outbox(settings))
    for receiver in settings.alerts.receivers:
        yield _finding(f"receiver {receiver.name}", lambda r=receiver: _receiver(r.url))  # type: ignore[misc]


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except (GeohazardError, OSError, ValueError, httpx.HTTPError, sqlite3.Error) as error:
        return Finding(what, False, str(error) or type(error).__name__)


async def _bounded(look: Awaitable[str]) -> str:
    try:
        return await asyncio.wait_for(look, ANSWER_SECONDS * 2)
    except TimeoutError:
        msg = f"no answer within {ANSWER_SECONDS * 2:.0f} s"
        raise GeohazardError(msg) from None


def _registry(settings: Settings) -> str:
    registry = load_registry(settings.registry, check_point)
    return f"{len(registry.points):,} points, {len(registry.devices):,} devices"


def _mqtt(settings: Settings) -> str:
    mqtt = settings.mqtt
    answers: list[str] = []
    client = make_client(mqtt, f"doctor-{settings.instance}", clean=True)
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(str(reason))
    try:
        client.connect(mqtt.host, mqtt.port, keepalive=30)
        deadline = time.monotonic() + ANSWER_SECONDS
        while not answers and time.monotonic() < deadline:
            client.loop(0.1)
    except (OSError, ssl.SSLError) as error:
        msg = f"{mqtt.host}:{mqtt.port} cannot be reached: {error}"
        raise GeohazardError(msg) from error
    finally:
        client.disconnect()
    if answers != ["Success"]:
        msg = f"{mqtt.host}:{mqtt.port} refused: {answers[0] if answers else 'no answer'}"
        raise GeohazardError(msg)
    return f"{mqtt.host}:{mqtt.port} accepts us{' over TLS' if mqtt.tls else ''}"


async def _kafka(settings: Settings) -> str:
    admin = AIOKafkaAdminClient(**kafka_options(settings.kafka))
    try:
        await admin.start()
        # Some brokers make a topic that is merely asked about, so only those are that exist.
        there = set(await admin.list_topics()) & set(topics.POINT_TOPICS)
        described = await admin.describe_topics(sorted(there)) if there else []
    except Exception as error:
        raise GeohazardError(kafka_trouble(settings.kafka, error)) from error
    finally:
        await admin.close()
    counts = {t["topic"]: len(t["partitions"]) for t in described if not t["error_code"]}
    wrong = [t for t, n in counts.items() if n != settings.kafka.partitions]
    if wrong:
        msg = (
            f"topic {wrong[0]} has {counts[wrong[0]]} partitions, "
            f"but kafka.partitions is {settings.kafka.partitions}"
        )
        raise GeohazardError(msg)
    state = f"{len(counts)} topics" if counts else "no topics yet (a role makes them)"
    return f"{settings.kafka.bootstrap}: {state}"


def _influx(influx: InfluxSettings) -> str:
    token = secret_of(influx.token, influx.token_file)
    if not token:
        msg = "no token: set GEOHAZARD_INFLUX__TOKEN or GEOHAZARD_INFLUX__TOKEN_FILE"
        raise GeohazardError(msg)
    with httpx.Client(base_url=influx.url, timeout=ANSWER_SECONDS, trust_env=False) as client:
        version = client.get("/ping").headers.get("X-Influxdb-Version", "unknown version")
        answer = client.get(
            "/query",
            params={"db": influx.bucket, "q": "SHOW MEASUREMENTS LIMIT 1"},
            headers={"Authorization": f"Token {token}"},
        )
    if answer.status_code in (401, 403):
        msg = f"{influx.url} ({version}) refuses the token for bucket {influx.bucket}"
        raise GeohazardError(msg)
    if answer.status_code != 200:
        msg = f"{influx.url} ({version}) answers {answer.status_code} to a query"
        raise GeohazardError(msg)
    return f"{influx.url}: {version}, bucket {influx.bucket} can be read"


def _folder(path: Path) -> str:
    there = next(parent for parent in path.absolute().parents if parent.exists())
    if not os.access(there, os.W_OK):
        msg = f"{path}: {there} cannot be written"
        raise GeohazardError(msg)
    size = path.stat().st_size if path.exists() else 0
    return f"{path}: {size / 2**20:,.0f} MiB" if size else f"{path}: will be made"


def _outbox(settings: Settings) -> str:
    path = settings.alerts.outbox
    where = _folder(path)
    return f"{where}; {len(settings.alerts.receivers)} receivers"


def _receiver(url: str) -> str:
    parts = httpx.URL(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    with socket.create_connection((parts.host, port), timeout=ANSWER_SECONDS):
        return f"{parts.scheme}://{parts.host}:{port} accepts connections"

"""The four roles as processes against real brokers, with readings that a test makes itself."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from aiokafka.errors import KafkaError

from alerts import admin
from domain import topics
from domain.frames import Readings
from domain.health import Health, decode_health
from domain.points import Point
from domain.registry import save_registry
from domain.settings import Settings, load_settings
from tests.e2e.records import PARTITIONS, group_lag, records
from tests.servers import Server

ROLES = ("ingest", "detect", "store", "notify")
DEADLINE_S = 120.0
START_MS = 1_780_272_000_000
STEP_MS = 600_000

_SETTINGS = """
registry = "{root}/registry.csv"
data_dir = "{root}"
log_level = "warning"
[mqtt]
port = {mqtt}
connections = 3
dp_topic = "dp"
[kafka]
bootstrap = "127.0.0.1:{kafka}"
partitions = {partitions}
[ingest]
linger_ms = 50
[detect]
checkpoint_s = 2.0
[alerts]
outbox = "{root}/outbox.sqlite"
{alerts}
{store}
"""
DUCKDB = """
[store]
path = "{root}/record.duckdb"
"""


@dataclass
class Pipeline:
    """Roles below one folder; every process is ended by its own id.

    Parameters
    ----------
    root
        Folder of the run.
    mqtt, kafka
        Brokers that run.
    points
        Written to the registry.
    alerts
        More lines of the ``[alerts]`` table of the settings.
    store
        Tables of the settings that say where the record is kept.
    """

    root: Path
    mqtt: Server
    kafka: Server
    points: list[Point]
    alerts: str = ""
    store: str = DUCKDB
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        save_registry(self.points, self.root / "registry.csv")
        text = _SETTINGS.format(
            root=self.root,
            mqtt=self.mqtt.port,
            kafka=self.kafka.port,
            partitions=PARTITIONS,
            alerts=self.alerts,
            store=self.store.format(root=self.root),
        )
        self.config.write_text(text, encoding="utf-8")

    @property
    def config(self) -> Path:
        """Settings file of the run."""
        return self.root / "geohazard.toml"

    @property
    def settings(self) -> Settings:
        """Settings of the run."""
        return load_settings(self.config, environ={})

    def start(self, *roles: str) -> None:
        """Start roles, by default all four; ``detect@1`` is a further process of detect."""
        for role in roles or ROLES:
            name, _, instance = role.partition("@")
            command = [sys.executable, "-m", "cli.main", name, "--config", str(self.config)]
            command += ["--instance", instance or "0"]
            with (self.root / f"{role}.log").open("ab") as log:
                self.processes[role] = subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self, role: str) -> None:
        """End a role with SIGKILL."""
        process = self.processes.pop(role)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End all roles in order, with SIGKILL after 15 s."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()
        self.processes.clear()

    def revive(self) -> None:
        """Start again what has ended by itself, as a supervisor would."""
        for role, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(role)

    def log(self, role: str) -> str:
        """Return what a role printed."""
        return (self.root / f"{role}.log").read_text(encoding="utf-8", errors="replace")

    def wait(self, ready: Callable[[], bool], what: str, most_s: float = DEADLINE_S) -> None:
        """Wait for a condition."""
        deadline = time.monotonic() + most_s
        while not ready():
            if time.monotonic() > deadline:
                logs = "\n".join(f"--- {role}\n{self.log(role)[-1500:]}" for role in self.processes)
                message = f"waited {most_s:.0f} s for {what}\n{logs}"
                raise AssertionError(message)
            self.revive()
            time.sleep(0.2)

    def wait_until_subscribed(self) -> None:
        """Wait until ingest receives: brokers hold nothing for a session that was never there."""
        self.wait(
            lambda: any(
                health.role == "ingest" and health.counters.get("subscribed")
                for health in asyncio.run(self._healths())
            ),
            "ingest to subscribe",
        )

    def wait_for_health(self, role: str, instance: str) -> None:
        """Wait until a process has said that it is there."""
        self.wait(
            lambda: (
                (role, instance)
                in {(health.role, health.instance) for health in asyncio.run(self._healths())}
            ),
            f"{role}@{instance} to speak",
        )

    async def _healths(self) -> list[Health]:
        return [decode_health(raw) async for raw in records(self.kafka.address, topics.PIPELINE, 1)]

    def wait_until_stored(self, readings: int) -> None:
        """Wait until Kafka holds so many distinct readings and all roles have done their work."""
        self.wait(lambda: asyncio.run(self.distinct_readings()) >= readings, "readings in Kafka")
        self.wait(lambda: asyncio.run(self.lag()) == 0, "all roles to be done")
        self.wait(lambda: asyncio.run(self.lag()) == 0, "all roles to be done")

    def wait_until_done(self, group: str, readings: int) -> None:
        """Wait until Kafka holds so many distinct readings and one group has acknowledged them."""
        self.wait(lambda: asyncio.run(self.distinct_readings()) >= readings, "readings in Kafka")
        self.wait(
            lambda: asyncio.run(group_lag(self.kafka.address, group, [topics.READINGS])) == 0,
            f"{group} to be done",
        )

    def wait_until_acknowledged(self, group: str, names: list[str], most_s: float) -> None:
        """Wait until a group has acknowledged all that some topics hold, though Kafka be away."""

        def done() -> bool:
            try:
                return asyncio.run(group_lag(self.kafka.address, group, names)) == 0
            except (KafkaError, OSError):
                return False

        self.wait(done, f"{group} to be done", most_s)

    async def distinct_readings(self) -> int:
        """Count distinct (device, channel, event time) in `geohazard.readings`."""
        seen: set[tuple[str, str, int]] = set()
        async for raw in records(self.kafka.address, topics.READINGS, PARTITIONS):
            frame = Readings.decode(raw)
            names = zip(frame.device_id.to_list(), frame.channel.to_list(), strict=True)
            seen.update((d, c, t) for (d, c), t in zip(names, frame.event_ms.tolist(), strict=True))
        return len(seen)

    async def lag(self) -> int:
        """Count records that roles have not acknowledged, over the topics of the data's way."""
        reads = {
            "geohazard-detect": [topics.READINGS],
            "geohazard-store": [topics.READINGS, topics.FEATURES, topics.STATES, topics.WARNINGS],
            "geohazard-notify": [topics.WARNINGS],
        }
        return sum(
            [await group_lag(self.kafka.address, group, names) for group, names in reads.items()]
        )

    def stored(self) -> set[tuple[object, ...]]:
        """Return all stored readings; only after `stop`."""
        with duckdb.connect(str(self.root / "record.duckdb"), read_only=True) as con:
            query = "SELECT point_id, device_id, channel, event_ms, value FROM reading"
            rows = con.execute(query).fetchall()
        assert len(rows) == len(set(rows)), "a reading was stored twice"
        return set(rows)

    def warnings(self) -> list[tuple[object, ...]]:
        """Return all stored warnings with their whole content; only after `stop`."""
        with duckdb.connect(str(self.root / "record.duckdb"), read_only=True) as con:
            query = "SELECT id, level, event_ms, body FROM warning ORDER BY id"
            return con.execute(query).fetchall()

    def pending_webhooks(self) -> int:
        """Messages in the outbox that are not delivered."""
        return admin.summary(self.settings)["pending"]

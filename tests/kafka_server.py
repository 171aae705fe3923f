"""Apache Kafka itself, one node in KRaft mode, as a part that tests start, kill and stop."""

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.kafka_jars import KafkaUnavailableError, jars, java
from tests.servers import Server, free_port

_CLUSTER_ID = "Z2VvaGF6YXJkLXRlc3RzLQ"
_HEAP = ("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOGGING = """<Configuration status="error">
  <Appenders><Console name="err" target="SYSTEM_ERR">
    <PatternLayout pattern="%d %p %c{1} %m%n"/>
  </Console></Appenders>
  <Loggers><Root level="warn"><AppenderRef ref="err"/></Root></Loggers>
</Configuration>
"""


_ONE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "INTERNAL",
    "listener.security.protocol.map": "INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "offsets.topic.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # After SIGKILL the controller waits this long before the same node may come back.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
}


class KafkaServer(Server):
    """One broker that is its own controller; a server started again finds its data.

    Parameters
    ----------
    folder
        Where configuration, log and data go.
    auto_create_topics
        Whether the broker makes a topic that a client merely mentions.
    properties
        More of its configuration, which wins over what stands here; addresses and data folder
        are always this machine's.
    told_port
        Port that it tells its clients, if they are to come through something in between.

    Raises
    ------
    KafkaUnavailableError
        If Java or Kafka's jars are not to be had.
    """

    name = "kafka"
    start_deadline_s = 90.0

    def __init__(
        self,
        folder: Path,
        *,
        auto_create_topics: bool = False,
        properties: Mapping[str, str] | None = None,
        told_port: int | None = None,
    ) -> None:
        super().__init__(folder)
        self._told_port = told_port or self.port
        self._controller = f"{self.host}:{free_port()}"
        self._config = folder / "server.properties"
        create = {"auto.create.topics.enable": str(auto_create_topics).lower()}
        settings = _ONE_NODE | create | dict(properties or {}) | self._places()
        self._config.write_text("".join(f"{k}={v}\n" for k, v in settings.items()), "utf-8")
        (folder / "log4j2.xml").write_text(_LOGGING, encoding="utf-8")
        self._format_storage()

    def command(self) -> list[str]:
        """Run ``kafka.Kafka`` with a small heap."""
        return self._java("kafka.Kafka", str(self._config))

    def start(self) -> None:
        """Start it, and return when it serves clients.

        Raises
        ------
        RuntimeError
            If it ends, or does not answer in time; with the end of its log.
        """
        super().start()
        try:
            asyncio.run(self._answering())
        except BaseException:
            self.kill()
            raise

    async def _answering(self) -> None:
        deadline = time.monotonic() + self.start_deadline_s
        while True:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
            try:
                await admin.start()
                if (await admin.describe_cluster())["brokers"]:
                    return
            except (KafkaError, OSError) as error:
                self._still_hopeful(deadline, error)
            finally:
                await admin.close()
            await asyncio.sleep(0.1)

    def _still_hopeful(self, deadline: float, error: Exception) -> None:
        ended = self._process is None or self._process.poll() is not None
        if ended or time.monotonic() > deadline:
            msg = f"Kafka {'ended' if ended else 'does not answer'}: {self.log[-2000:]}"
            raise RuntimeError(msg) from error

    def _java(self, main: str, *arguments: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.xml'}"
        return [java(), *_HEAP, logging, "-cp", f"{jars()}/*", main, *arguments]

    def _format_storage(self) -> None:
        arguments = ("format", "-t", _CLUSTER_ID, "-c", str(self._config), "--ignore-formatted")
        command = self._java("kafka.tools.StorageTool", *arguments)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            msg = f"Kafka's storage cannot be formatted: {done.stdout}{done.stderr}"
            raise RuntimeError(msg)

    def _places(self) -> dict[str, str]:
        listeners = f"INTERNAL://{self.address},CONTROLLER://{self._controller}"
        return {
            "controller.quorum.voters": f"1@{self._controller}",
            "listeners": listeners,
            "advertised.listeners": f"INTERNAL://{self.host}:{self._told_port}",
            "log.dirs": str(self.folder / "data"),
        }


@contextmanager
def running_kafka(
    folder: Path, *, properties: Mapping[str, str] | None = None
) -> Iterator[KafkaServer]:
    """Run a server as long as the block lasts.

    Raises
    ------
    KafkaUnavailableError
        If Java or Kafka's jars are not to be had.
    """
    server = KafkaServer(folder, properties=properties)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def apache_kafka() -> Iterator[KafkaServer]:
    """Share one Apache Kafka among the tests; they skip where it cannot run.

    A test module takes it by ``from tests.kafka_server import apache_kafka``. Topic and group
    names must be a test's own (`unique`), and nobody kills the shared server.
    """
    skip_without_kafka()
    with (
        tempfile.TemporaryDirectory(prefix="geohazard-kafka-") as folder,
        running_kafka(Path(folder)) as server,
    ):
        yield server


def skip_without_kafka() -> None:
    """Skip the running test, with the reason, where Apache Kafka cannot run."""
    try:
        java()
        jars()
    except KafkaUnavailableError as missing:
        pytest.skip(f"Apache Kafka cannot run here: {missing}")


def unique(name: str) -> str:
    """Make a name that no other test has."""
    return f"{name}-{uuid4().hex[:8]}"

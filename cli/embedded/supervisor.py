"""Starting, watching and ending the processes of a run, by supervisord.

Two groups: ``servers`` (the brokers) and ``roles``. A role that dies is started again; the
simulator is not, for its time goes on. supervisord is told to end when this process dies.
"""

import contextlib
import ctypes
import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import GeohazardError

STOP_SECONDS = 6


@dataclass(frozen=True)
class Program:
    """One process to run.

    Attributes
    ----------
    group
        ``servers`` or ``roles``.
    restart
        Whether it is started again when it ends.
    """

    name: str
    group: str
    command: list[str]
    restart: bool = True


@dataclass(frozen=True)
class Running:
    """What supervisord says of one process."""

    name: str
    state: str
    pid: int
    exit_status: int


class Supervisor:
    """A supervisord of our own, spoken to over a socket.

    Parameters
    ----------
    root
        Folder for its configuration and logs.
    path
        Its socket; in a folder that is the user's own.
    programs
        What it may start; nothing starts by itself.
    environment
        Variables for all processes.
    """

    def __init__(
        self, root: Path, path: Path, programs: list[Program], environment: dict[str, str]
    ) -> None:
        self._root = root
        self._programs = programs
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = path

    def start(self) -> None:
        """Start supervisord.

        Raises
        ------
        GeohazardError
            If it does not answer within 10 s.
        """
        config = self._root / "supervisord.conf"
        config.write_text(self._config(), encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(config)],
            env={**os.environ, **self._environment},
            stdout=subprocess.DEVNULL,
            stderr=(self._root / "logs" / "supervisord.err").open("wb"),
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._call("supervisor.getState")
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        msg = f"supervisord did not start; see {self._root / 'logs' / 'supervisord.err'}"
        raise GeohazardError(msg)

    def start_program(self, name: str) -> None:
        """Start one program; returns at once."""
        group = next(p.group for p in self._programs if p.name == name)
        self._call("supervisor.startProcess", f"{group}:{name}", False)

    def stop_program(self, name: str) -> None:
        """End one program: SIGTERM, and SIGKILL after `STOP_SECONDS`."""
        group = next(p.group for p in self._programs if p.name == name)
        with contextlib.suppress(xmlrpc.client.Fault):  # it has ended by itself
            self._call("supervisor.stopProcess", f"{group}:{name}", True)

    def stop_group(self, group: str) -> None:
        """End a group's processes together: SIGTERM, and SIGKILL after `STOP_SECONDS`."""
        self._call("supervisor.stopProcessGroup", group, True)

    def processes(self) -> Iterator[Running]:
        """Tell what runs."""
        for info in self._call("supervisor.getAllProcessInfo"):
            yield Running(info["name"], info["statename"], info["pid"], info["exitstatus"])

    def stop(self) -> None:
        """End everything: roles first, then servers, then supervisord itself."""
        if self._process is None:
            return
        with contextlib.suppress(OSError, http.client.HTTPException, xmlrpc.client.Fault):
            self.stop_group("roles")
            self._call("supervisor.shutdown")
        try:
            self._process.wait(STOP_SECONDS + 2)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._process = None
        self._socket.unlink(missing_ok=True)

    def _call(self, method: str, *args: Any) -> Any:
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=_Unix(self._socket))
        with proxy:
            result = getattr(proxy, method)(*args)
        return result

    def _config(self) -> str:
        parts = [
            "[unix_http_server]",
            f"file={_escape(str(self._socket))}",
            "chmod=0600",
            "[supervisord]",
            "nodaemon=true",
            f"logfile={_escape(str(self._root / 'logs' / 'supervisord.log'))}",
            f"pidfile={_escape(str(self._root / 'supervisord.pid'))}",
            f"childlogdir={_escape(str(self._root / 'logs'))}",
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
        ]
        for group in ("servers", "roles"):
            names = [p.name for p in self._programs if p.group == group]
            parts += [f"[group:{group}]", f"programs={','.join(names)}"]
        for program in self._programs:
            parts += self._section(program)
        return "\n".join(parts) + "\n"

    def _section(self, program: Program) -> list[str]:
        log = self._root / "logs" / f"{program.name}.log"
        return [
            f"[program:{program.name}]",
            f"command={_escape(shlex.join(program.command))}",
            "autostart=false",
            f"autorestart={'true' if program.restart else 'false'}",
            "startsecs=0" if not program.restart else "startsecs=1",
            "startretries=1000000",
            f"stopwaitsecs={STOP_SECONDS}",
            "stopasgroup=true",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={_escape(str(log))}",
            "stdout_logfile_maxbytes=10MB",
            "stdout_logfile_backups=1",
        ]


class _Unix(xmlrpc.client.Transport):
    """XML-RPC over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        """Connect to the socket instead of a host."""
        connection = http.client.HTTPConnection("localhost", timeout=STOP_SECONDS + 10)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(STOP_SECONDS + 10)
        try:
            connection.sock.connect(str(self._path))
        except OSError:
            connection.sock.close()
            raise
        return connection


def _escape(text: str) -> str:
    """Keep supervisord from expanding percent signs."""
    return text.replace("%", "%%")


def _die_with_parent() -> None:
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)

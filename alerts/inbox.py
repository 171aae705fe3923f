"""What a receiver has taken: a file of JSON lines, each on disk before it is acknowledged."""

import json
import os
from pathlib import Path
from threading import Lock
from typing import Any

from alerts.sender import Received
from domain.times import iso


class Inbox:
    """Takes each message once, also over a restart and over `kill -9`.

    The file is both the record and the memory of ids: a message is known exactly if its line is
    whole. A half-written last line is cut off at the start, and its message comes again.

    Parameters
    ----------
    path
        ``None`` keeps the ids in memory only.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = Lock()
        self._ids: set[str] = set()
        self._warnings: dict[str, tuple[int, str]] = {}
        if path is not None and path.exists():
            self._remember(path)

    def __len__(self) -> int:
        return len(self._ids)

    def take(self, message: Received, now_ms: int) -> bool:
        """Take a message; on return it is on disk.

        Returns
        -------
        bool
            Whether it is new.
        """
        with self._lock:
            if message.id in self._ids:
                return False
            line = self._line(message, now_ms)
            if self.path is not None:
                _append(self.path, line)
            self._note(line)
            return True

    def _line(self, message: Received, now_ms: int) -> dict[str, Any]:
        """Write a message as it is kept; an alert of Grafana gets the id of its point's warning."""
        level, warning_id = self._warnings.get(message.point_id or "", (-1, None))
        same = level == message.level
        return {
            "webhook_id": message.id,
            "received_at": iso(now_ms),
            "level": message.level,
            "point_id": message.point_id,
            "warning_id": message.warning_id or (warning_id if same else None),
            "line": message.line,
            "body": message.body,
        }

    def _note(self, line: dict[str, Any]) -> None:
        self._ids.add(str(line["webhook_id"]))
        point_id, warning_id = line.get("point_id"), line.get("warning_id")
        if point_id and warning_id:
            self._warnings[point_id] = (line["level"], warning_id)

    def _remember(self, path: Path) -> None:
        whole = 0
        with path.open("rb") as file:
            for raw in file:
                if not raw.endswith(b"\n"):
                    break
                whole += len(raw)
                self._note(json.loads(raw))
        os.truncate(path, whole)


def _append(path: Path, line: dict[str, Any]) -> None:
    """Put a line on disk, whole or not at all: what follows half a line could not be read."""
    raw = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            written = file.write(raw)
            if written != len(raw):
                msg = f"only {written} of {len(raw)} bytes could be written"
                raise OSError(msg)
            os.fsync(file.fileno())
        except OSError:
            file.truncate(before)
            raise

"""What a receiver has taken: a file of JSON lines, each on disk before it is acknowledged."""

import json
import os
from pathlib import Path
from threading import Lock

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
        self._ids = _read_ids(path) if path is not None and path.exists() else set()

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
            if self.path is not None:
                _append(self.path, message, now_ms)
            self._ids.add(message.id)
            return True


def _append(path: Path, message: Received, now_ms: int) -> None:
    line = {
        "webhook_id": message.id,
        "received_at": iso(now_ms),
        "level": message.level,
        "line": message.line,
        "body": message.body,
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read_ids(path: Path) -> set[str]:
    ids = set()
    whole = 0
    with path.open("rb") as file:
        for raw in file:
            if not raw.endswith(b"\n"):
                break
            whole += len(raw)
            ids.add(str(json.loads(raw)["webhook_id"]))
    os.truncate(path, whole)
    return ids

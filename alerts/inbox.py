"""What a receiver has taken: a file of JSON lines, each on disk before it is acknowledged."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

from alerts.seen import Message, Seen
from alerts.sender import Received
from domain.times import iso, parse_iso

INDEX = ".seen"
"""Ending of the index's name, after that of the file of lines."""
BATCH = 1_000


class Inbox:
    """Takes each message once, also over a restart and over `kill -9`.

    The file is the record; an index beside it (`alerts.seen`) remembers ids, each for
    `alerts.seen.REMEMBER_DAYS` since it last came, in memory that does not grow. What the index
    lacks is read from the file, so either may be lost, and the file may be rotated. A half-written
    last line is cut off at the start, and its message comes again.

    Parameters
    ----------
    path
        ``None`` keeps ids in memory only, `alerts.seen.MOST_IN_MEMORY` at most.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = Lock()
        self._seen = Seen(None if path is None else path.with_name(path.name + INDEX))
        self._catch_up()

    def __len__(self) -> int:
        return len(self._seen)

    def take(self, message: Received, now_ms: int) -> bool:
        """Take a message; on return it is on disk.

        Returns
        -------
        bool
            Whether it is new.
        """
        with self._lock:
            self._catch_up()
            if self._seen.again(message.id, now_ms):
                return False
            line = self._line(message, now_ms)
            end = 0 if self.path is None else _append(self.path, line)
            self._seen.note([_noted(line)], end)
            return True

    def close(self) -> None:
        """Close the index; all that was taken is on disk."""
        with self._lock:
            self._seen.close()

    def _line(self, message: Received, now_ms: int) -> dict[str, Any]:
        """Write a message as it is kept; an alert of Grafana gets the id of its point's warning."""
        level, warning_id = self._seen.warning_of(message.point_id or "") or (-1, None)
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

    def _catch_up(self) -> None:
        """Read what stands in the file and not in the index: a crash came between."""
        size = self.path.stat().st_size if self.path is not None and self.path.exists() else 0
        known = self._seen.covered
        if size == known or self.path is None:
            return
        lines = _WholeLines(self.path, known if size > known else 0)  # smaller: rotated
        batch: list[Message] = []
        for line in lines:
            batch.append(_noted(line))
            if len(batch) == BATCH:
                self._seen.note(batch, lines.end)
                batch.clear()
        self._seen.note(batch, lines.end)
        if size:
            os.truncate(self.path, lines.end)


class _WholeLines:
    """Lines of a file from a byte on, as far as they are whole; ``end`` is behind the last."""

    def __init__(self, path: Path, start: int) -> None:
        self._path, self.end = path, start

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self.end)
            for raw in file:
                if not raw.endswith(b"\n"):
                    break
                line = json.loads(raw)
                self.end += len(raw)
                yield line


def _noted(line: dict[str, Any]) -> Message:
    received_ms = parse_iso(line["received_at"])
    point_id, warning_id = line.get("point_id"), line.get("warning_id")
    return Message(str(line["webhook_id"]), received_ms, line["level"], point_id, warning_id)


def _append(path: Path, line: dict[str, Any]) -> int:
    """Put a line on disk, whole or not at all: what follows half a line could not be read.

    Returns
    -------
    int
        Where the file ends now.
    """
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
        return before + len(raw)

"""Ids of the messages that a receiver has taken, in an SQLite file: any number in little memory."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

DAY_MS = 86_400_000
REMEMBER_DAYS = 200
"""Since a message last came. A sender of ours repeats none after 180 days, a dead letter's life."""
MOST_IN_MEMORY = 200_000
"""Ids kept where there is no file; the oldest go first."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_by_time ON seen (seen_ms);
CREATE TABLE IF NOT EXISTS warning (
  point_id TEXT PRIMARY KEY, level INTEGER NOT NULL, warning_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS covered (
  one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL
);
INSERT OR IGNORE INTO covered VALUES (1, 0);
"""
_NOTE = "INSERT OR IGNORE INTO seen VALUES (?, ?)"
_FORGET_OLDEST = "DELETE FROM seen WHERE id IN (SELECT id FROM seen ORDER BY seen_ms LIMIT ?)"


class Message(NamedTuple):
    """What is remembered of a message, and of the warning of the point that it reports."""

    id: str
    seen_ms: int
    level: int = 0
    point_id: str | None = None
    warning_id: str | None = None


class Seen:
    """Which messages came, and up to where the file of messages is known.

    It is only an index: what it lacks stands in the file of messages, and is read again from
    `covered` on.

    Parameters
    ----------
    path
        ``None`` keeps it in memory, `MOST_IN_MEMORY` ids at most.

    Examples
    --------
    >>> seen = Seen(None)
    >>> seen.again("w_1", now_ms=0)
    False
    >>> seen.note([Message("w_1", 0)], covered=0)
    >>> seen.again("w_1", now_ms=REMEMBER_DAYS * DAY_MS), len(seen)
    (True, 1)
    """

    def __init__(self, path: Path | None) -> None:
        self._limit = MOST_IN_MEMORY if path is None else None
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError as error:
            if path is None or isinstance(error, sqlite3.OperationalError):
                raise  # the disk, or another process
            for name in ("", "-wal", "-shm"):  # damaged; the file of messages knows all of it
                path.with_name(path.name + name).unlink(missing_ok=True)
            self._db = _open(path)
        self._rows = int(self._db.execute("SELECT count(*) FROM seen").fetchone()[0])

    def __len__(self) -> int:
        return self._rows

    @property
    def covered(self) -> int:
        """Bytes of the file of messages whose ids are known."""
        return int(self._db.execute("SELECT bytes FROM covered").fetchone()[0])

    def again(self, message_id: str, now_ms: int) -> bool:
        """Whether a message came before; if so, it is remembered from now on anew."""
        with self._db:
            cursor = self._db.execute(
                "UPDATE seen SET seen_ms = max(seen_ms, ?) WHERE id = ?", (now_ms, message_id)
            )
        return cursor.rowcount > 0

    def note(self, messages: Iterable[Message], covered: int) -> None:
        """Remember messages whose lines end before a byte of the file of messages."""
        with self._db:
            now_ms = 0
            for message in messages:
                now_ms = message.seen_ms
                row = (message.id, now_ms)
                self._rows += self._db.execute(_NOTE, row).rowcount
                if message.point_id and message.warning_id:
                    warning = (message.point_id, message.level, message.warning_id)
                    self._db.execute("INSERT OR REPLACE INTO warning VALUES (?, ?, ?)", warning)
            self._db.execute("UPDATE covered SET bytes = ?", (covered,))
            self._forget(now_ms)

    def warning_of(self, point_id: str) -> tuple[int, str] | None:
        """Level and id of the last warning of a point."""
        query = "SELECT level, warning_id FROM warning WHERE point_id = ?"
        found: tuple[int, str] | None = self._db.execute(query, (point_id,)).fetchone()
        return found

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _forget(self, now_ms: int) -> None:
        too_old = (now_ms - REMEMBER_DAYS * DAY_MS,)
        self._rows -= self._db.execute("DELETE FROM seen WHERE seen_ms < ?", too_old).rowcount
        if self._limit is not None and self._rows > self._limit:
            surplus = (self._rows - self._limit,)
            self._rows -= self._db.execute(_FORGET_OLDEST, surplus).rowcount


def _open(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection

"""The SQLite file under the outbox: opening, schema version, transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from domain.errors import GeohazardError

SCHEMA_VERSION = 1
APPLICATION_ID = 0x67686F62
"""Marks the file as an outbox of ours (``ghob``)."""

BUSY_S = 30.0
"""How long a process waits for another one's write."""

_SCHEMA = """
CREATE TABLE event (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  point_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  level INTEGER NOT NULL,
  previous_level INTEGER NOT NULL,
  event_ms INTEGER NOT NULL,
  accepted_ms INTEGER NOT NULL
);
CREATE INDEX event_by_point ON event (point_id, position);
CREATE TABLE message (
  event_id TEXT PRIMARY KEY,
  body BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE delivery (
  receiver TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  point_id TEXT NOT NULL,
  urgency INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
  created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  step INTEGER NOT NULL DEFAULT 0,
  next_try_ms INTEGER NOT NULL,
  early_ms INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  last_try_ms INTEGER,
  last_status INTEGER,
  last_note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (receiver, event_id)
) WITHOUT ROWID;
CREATE INDEX pending_by_urgency ON delivery (receiver, urgency DESC, position)
  WHERE state = 'pending';
CREATE INDEX pending_by_point ON delivery (receiver, point_id, position)
  WHERE state = 'pending';
CREATE INDEX delivery_by_state ON delivery (state, changed_ms);
CREATE INDEX delivery_by_event ON delivery (event_id);
CREATE TABLE receiver (
  name TEXT PRIMARY KEY,
  disabled_ms INTEGER NOT NULL,
  reason TEXT NOT NULL
) WITHOUT ROWID;
"""


class OutboxError(GeohazardError):
    """The outbox's file cannot be used; the text names the file and the reason."""


class Database:
    """Two connections, one to write and one to read, shared by the threads of a process.

    WAL lets readers and one writer work at once, here and in other processes;
    ``synchronous=FULL`` puts every commit on disk before it returns.

    Raises
    ------
    OutboxError
        If the file is not an outbox, damaged, or made by a later version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_lock, self._read_lock = Lock(), Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = self._connect()
        try:
            self._prepare()
            self._reader = self._connect()
        except (sqlite3.Error, OutboxError) as error:
            self._writer.close()
            raise error if isinstance(error, OutboxError) else self._error(error) from error

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise self._error(error) from error
        connection.row_factory = sqlite3.Row
        return connection

    def _error(self, reason: object) -> OutboxError:
        return OutboxError(f"cannot use the outbox {self.path}: {reason}")

    def _prepare(self) -> None:
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("PRAGMA synchronous = FULL")
        with self.writing() as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            application = int(db.execute("PRAGMA application_id").fetchone()[0])
            tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if version == SCHEMA_VERSION and application == APPLICATION_ID:
                return
            if version or application or tables:
                reason = f"it is no outbox of schema {SCHEMA_VERSION} (it says {version})"
                raise self._error(reason)
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on disk afterwards, or nothing."""
        with self._write_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.commit()
            except BaseException:
                self._writer.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """See what is committed, without waiting for a writer."""
        with self._read_lock:
            yield self._reader

    def close(self) -> None:
        """Close the file; what was committed is on disk already."""
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()

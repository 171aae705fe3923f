"""What devices are asked for, on disk: one line a device, until it is answered and given back.

A command is in the book before the warning that led to it is acknowledged, and leaves it only when
its device has answered that it reads at the registered interval again. So whatever dies, what is
wanted is known, and what was not answered is sent again.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from domain.errors import GeohazardError

SCHEMA_VERSION = 1
APPLICATION_ID = 0x67686362
_BUSY_S = 30.0

PENDING, DONE, REFUSED = "pending", "done", "refused"

_SCHEMA = """
CREATE TABLE command (
  device_id TEXT PRIMARY KEY,
  point_id TEXT NOT NULL,
  interval_s REAL NOT NULL,
  faster INTEGER NOT NULL,
  reason TEXT NOT NULL,
  msgid TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'refused')),
  asked_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  next_try_ms INTEGER NOT NULL
) WITHOUT ROWID
"""


class CommandBookError(GeohazardError):
    """The file cannot be used; the text names it and the reason."""


@dataclass(frozen=True)
class Wanted:
    """What one device is asked for.

    Attributes
    ----------
    interval_s
        Seconds between readings.
    faster
        Whether that is shorter than the registered interval.
    reason
        Id of the warning event that led to it.
    msgid
        Id of the command, by which the device knows a repetition and names what it answers.
    state
        ``pending`` until the device has answered, then ``done`` or ``refused``.
    asked_ms, next_try_ms
        When it was first asked, and when it is asked again; UTC milliseconds.
    tries
        How often it was asked so far.
    """

    device_id: str
    point_id: str
    interval_s: float
    faster: bool
    reason: str
    msgid: str
    state: str = PENDING
    asked_ms: int = 0
    tries: int = 0
    next_try_ms: int = 0


class CommandBook:
    """The file; may be used by several threads.

    Raises
    ------
    CommandBookError
        If the file is no book, damaged, or made by another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(
                path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._db.row_factory = sqlite3.Row
            self._prepare()
        except sqlite3.Error as error:
            raise self._error(error) from error

    def ask(self, wanted: Iterable[Wanted], now_ms: int) -> None:
        """Enter what is wanted, due at once; on return it is on disk.

        It takes the place of what the same device was asked before. What stands there already, by
        its message id, stays as it is: a repeated warning asks for nothing new.
        """
        with self._writing() as db:
            db.executemany(
                "INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, 0, ?)"
                " ON CONFLICT (device_id) DO UPDATE SET point_id = excluded.point_id,"
                " interval_s = excluded.interval_s, faster = excluded.faster,"
                " reason = excluded.reason, msgid = excluded.msgid, state = 'pending',"
                " asked_ms = excluded.asked_ms, tries = 0, next_try_ms = excluded.next_try_ms"
                " WHERE msgid != excluded.msgid",
                [
                    (w.device_id, w.point_id, w.interval_s, w.faster, w.reason, w.msgid)
                    + (now_ms, now_ms)
                    for w in wanted
                ],
            )

    def due(self, now_ms: int, most: int) -> list[Wanted]:
        """Give commands that are to be sent now, the longest due first."""
        query = "WHERE state = 'pending' AND next_try_ms <= ? ORDER BY next_try_ms LIMIT ?"
        return self._find(query, (now_ms, most))

    def hasten(self, now_ms: int) -> None:
        """Let everything that waits for a reply be due: the reply may have come meanwhile."""
        self._change("next_try_ms = ? WHERE state = 'pending'", now_ms)

    def sent(self, wanted: Wanted, next_try_ms: int) -> None:
        """Note that a command was sent once more."""
        self._change(
            "tries = tries + 1, next_try_ms = ? WHERE msgid = ?", next_try_ms, wanted.msgid
        )

    def answered(self, msgid: str, device_id: str, *, done: bool) -> Wanted | None:
        """Note a reply; ``None`` if nothing waits for it.

        Parameters
        ----------
        device_id
            Who answers; empty if that is not known.
        """
        found = self._find("WHERE msgid = ? AND state = 'pending'", (msgid,))
        if not found or device_id not in ("", found[0].device_id):
            return None
        if done and not found[0].faster:
            self.drop(found[0])
        else:
            self._change("state = ? WHERE msgid = ?", DONE if done else REFUSED, msgid)
        return found[0]

    def drop(self, wanted: Wanted) -> None:
        """Forget a command."""
        with self._writing() as db:
            db.execute("DELETE FROM command WHERE msgid = ?", (wanted.msgid,))

    def faster_points(self) -> set[str]:
        """Points whose devices are asked for a shorter interval."""
        return {wanted.point_id for wanted in self._find("WHERE faster", ())}

    def unanswered(self, tries: int) -> int:
        """Count commands that were sent so often and not answered."""
        return len(self._find("WHERE state = 'pending' AND tries >= ?", (tries,)))

    def all(self) -> list[Wanted]:
        """Give everything, by point and device."""
        return self._find("ORDER BY point_id, device_id", ())

    def close(self) -> None:
        """Close the file; what was entered is on disk already."""
        with self._lock:
            self._db.close()

    def _find(self, query: str, values: tuple[object, ...]) -> list[Wanted]:
        with self._lock:
            rows = self._db.execute(f"SELECT * FROM command {query}", values).fetchall()  # noqa: S608
        return [Wanted(**dict(row) | {"faster": bool(row["faster"])}) for row in rows]

    def _change(self, change: str, *values: object) -> None:
        with self._writing() as db:
            db.execute(f"UPDATE command SET {change}", values)  # noqa: S608 - only constants

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.commit()
            except BaseException:
                self._db.rollback()
                raise

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        with self._writing() as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            application = int(db.execute("PRAGMA application_id").fetchone()[0])
            if version == SCHEMA_VERSION and application == APPLICATION_ID:
                return
            if version or application or db.execute("SELECT 1 FROM sqlite_master").fetchone():
                reason = f"it is no book of commands of schema {SCHEMA_VERSION}"
                raise self._error(reason)
            db.execute(_SCHEMA)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _error(self, reason: object) -> CommandBookError:
        return CommandBookError(f"cannot use the book of commands {self.path}: {reason}")

"""The durable outbox: what was accepted is delivered, or stays listed as dead, whatever dies.

One row for each receiver and event, so that an event that comes again changes nothing. A receiver
gets the events of one point in order: the next waits until the one before is delivered or dead;
different points do not wait for each other, and higher levels go first.

A scheduled try may be brought forward (``early_ms``) when the receiver answers again or the point
has newer news; such an extra try uses up nothing of the schedule.
"""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts.acceptance import EARLY_GAP_MS, HASTEN, episode, insert, known
from alerts.database import Database
from alerts.episode import Earlier
from domain.warnings import WarningEvent

DAY_MS = 86_400_000

Compose = Callable[[WarningEvent, tuple[Earlier, ...]], bytes]
"""Makes the body of an event, given the earlier events of its episode."""


@dataclass(frozen=True)
class Job:
    """One message for one receiver, due now.

    Attributes
    ----------
    step
        How many of the scheduled tries have failed.
    tries
        How many tries there were, with those brought forward.
    scheduled
        Whether the schedule asks for this try (otherwise it was brought forward).
    """

    receiver: str
    event_id: str
    body: bytes
    step: int
    tries: int
    scheduled: bool


class Outbox:
    """The outbox in one SQLite file; its methods may be called from any thread.

    Raises
    ------
    alerts.database.OutboxError
        If the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.db = Database(path)

    def accept(
        self,
        events: Sequence[WarningEvent],
        receivers_of: Callable[[WarningEvent], Collection[str]],
        compose: Compose,
        now_ms: int,
    ) -> int:
        """Take events in, all or none; on return they are on disk.

        Parameters
        ----------
        receivers_of
            Names of the receivers that an event goes to.

        Returns
        -------
        int
            How many were new; the others change nothing.
        """
        new = 0
        with self.db.writing() as db:
            for event in events:
                if known(db, event.id):
                    continue
                receivers = receivers_of(event)
                body = compose(event, episode(db, event)) if receivers else b""
                insert(db, event, body, receivers, now_ms)
                new += 1
        return new

    def due(self, receiver: str, now_ms: int, limit: int, busy: Collection[str] = ()) -> list[Job]:
        """Messages to try now, the most urgent first.

        Parameters
        ----------
        busy
            Ids that are being tried already.
        """
        with self.db.reading() as db:
            rows = db.execute(_DUE, {"receiver": receiver, "now": now_ms}).fetchmany(
                limit + len(busy)
            )
        jobs = [_job(receiver, row, now_ms) for row in rows if row["event_id"] not in busy]
        return jobs[:limit]

    def record_delivered(self, job: Job, status: int, now_ms: int) -> None:
        """Note that the receiver took the message."""
        self._record(job, now_ms, state="delivered", status=status)

    def record_failed(
        self, job: Job, status: int | None, note: str, now_ms: int, wait_ms: int | None
    ) -> None:
        """Note a failed try.

        Parameters
        ----------
        status
            HTTP status, ``None`` if there was no answer.
        note
            For a person; free of secrets.
        wait_ms
            Until the next try; ``None`` if the schedule is exhausted. Ignored for a try that was
            brought forward: the schedule then stands as it was.
        """
        if not job.scheduled:
            self._record(job, now_ms, status=status, note=note)
        elif wait_ms is None:
            self._record(job, now_ms, state="dead", status=status, note=note, failed=1)
        else:
            next_try_ms = now_ms + wait_ms
            self._record(job, now_ms, status=status, note=note, failed=1, next_try_ms=next_try_ms)

    def record_gone(self, job: Job, status: int, now_ms: int) -> None:
        """Note that the receiver wants nothing more; its messages wait until it is enabled."""
        self._record(job, now_ms, status=status, note="gone", next_try_ms=now_ms)
        with self.db.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO receiver VALUES (?, ?, ?)",
                (job.receiver, now_ms, f"answered {status}"),
            )

    def hasten(self, receiver: str, now_ms: int) -> None:
        """Bring all of a receiver's waiting messages forward: it answers again."""
        with self.db.writing() as db:
            db.execute(HASTEN, {"receiver": receiver, "now": now_ms, "gap": EARLY_GAP_MS})

    def count(self, state: str) -> int:
        """How many messages are in a state (``pending``, ``delivered`` or ``dead``)."""
        with self.db.reading() as db:
            row = db.execute("SELECT count(*) FROM delivery WHERE state = ?", (state,)).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def _record(
        self,
        job: Job,
        now_ms: int,
        *,
        status: int | None,
        state: str = "pending",
        note: str = "",
        failed: int = 0,
        next_try_ms: int | None = None,
    ) -> None:
        with self.db.writing() as db:
            db.execute(
                "UPDATE delivery SET state = ?, changed_ms = ?, step = step + ?, early_ms = NULL,"
                " next_try_ms = coalesce(?, next_try_ms), tries = tries + 1, last_try_ms = ?,"
                " last_status = ?, last_note = ? WHERE receiver = ? AND event_id = ?",
                (state, now_ms, failed, next_try_ms, now_ms, status, note)
                + (job.receiver, job.event_id),
            )


_DUE = """
SELECT d.event_id, d.step, d.tries, d.next_try_ms, m.body
FROM delivery AS d JOIN message AS m ON m.event_id = d.event_id
WHERE d.receiver = :receiver AND d.state = 'pending'
  AND min(d.next_try_ms, coalesce(d.early_ms, d.next_try_ms)) <= :now
  AND NOT EXISTS (SELECT 1 FROM receiver AS r WHERE r.name = d.receiver)
  AND NOT EXISTS (
    SELECT 1 FROM delivery AS e
    WHERE e.receiver = d.receiver AND e.point_id = d.point_id AND e.state = 'pending'
      AND e.position < d.position)
ORDER BY d.urgency DESC, d.position
"""


def _job(receiver: str, row: sqlite3.Row, now_ms: int) -> Job:
    return Job(
        receiver,
        row["event_id"],
        row["body"],
        row["step"],
        row["tries"],
        scheduled=row["next_try_ms"] <= now_ms,
    )

"""How an event enters the outbox: SQL within the caller's transaction."""

import sqlite3
from collections.abc import Collection, Iterator

from alerts.episode import Earlier, open_episode
from domain.warnings import WarningEvent, WarningKind

EARLY_GAP_MS = 60_000
"""A message is brought forward at most once in this time."""

_EARLY = "max(:now, coalesce(last_try_ms, 0) + :gap)"

HASTEN = f"""
UPDATE delivery SET early_ms = {_EARLY}
WHERE receiver = :receiver AND state = 'pending' AND next_try_ms > :now
"""  # noqa: S608 - nothing but constants is put in
"""Brings all waiting messages of a receiver forward."""

_PRESS = f"""
UPDATE delivery SET urgency = max(urgency, :urgency),
  early_ms = CASE WHEN next_try_ms > :now THEN {_EARLY} ELSE early_ms END
WHERE receiver = :receiver AND state = 'pending' AND point_id = :point
"""  # noqa: S608 - nothing but constants is put in


def known(db: sqlite3.Connection, event_id: str) -> bool:
    """Whether an event was accepted before."""
    return db.execute("SELECT 1 FROM event WHERE id = ?", (event_id,)).fetchone() is not None


_EARLIER = "SELECT id, event_ms, kind, level FROM event"


def episode(db: sqlite3.Connection, event: WarningEvent) -> tuple[Earlier, ...]:
    """Find what an event continues: its point's open episode, oldest first.

    An acknowledgement that comes after the end continues the warning that it is about.
    """
    query = f"{_EARLIER} WHERE point_id = ? ORDER BY position DESC"
    found = open_episode(_earlier(db.execute(query, (event.point_id,))))
    if found or event.acknowledgement is None:
        return found
    return tuple(_earlier(db.execute(f"{_EARLIER} WHERE id = ?", (event.acknowledgement.about,))))


def _earlier(rows: sqlite3.Cursor) -> Iterator[Earlier]:
    for row in rows:
        yield Earlier(row["id"], row["event_ms"], WarningKind(row["kind"]), row["level"])


def insert(
    db: sqlite3.Connection,
    event: WarningEvent,
    body: bytes,
    receivers: Collection[str],
    now_ms: int,
) -> None:
    """Write an event, its body, and a delivery for each receiver, due at once.

    What waits before it for the same point is brought forward and becomes as urgent as itself.
    """
    position = db.execute(
        "INSERT INTO event (id, point_id, kind, level, previous_level, event_ms, accepted_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (event.id, event.point_id, event.kind.value, event.level, event.previous_level)
        + (event.event_ms, now_ms),
    ).lastrowid
    if receivers:
        db.execute("INSERT INTO message VALUES (?, ?)", (event.id, body))
    for receiver in receivers:
        urgency = max(event.level, event.previous_level)
        db.execute(
            _PRESS,
            {"receiver": receiver, "point": event.point_id, "urgency": urgency}
            | {"now": now_ms, "gap": EARLY_GAP_MS},
        )
        db.execute(
            "INSERT INTO delivery (receiver, event_id, position, point_id, urgency, state,"
            " created_ms, changed_ms, next_try_ms) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
            (receiver, event.id, position, event.point_id) + (urgency, now_ms, now_ms, now_ms),
        )

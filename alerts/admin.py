"""What an operator asks of the outbox, and does to it, while the notify role runs or not."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from alerts.attempt import Answer, Poster, check_url
from alerts.message import body_for_test
from alerts.outbox import Outbox
from domain.clock import Clock
from domain.errors import GeohazardError, SettingsError
from domain.settings import Receiver, Settings


@dataclass(frozen=True)
class ReceiverStatus:
    """How one receiver stands.

    Attributes
    ----------
    origin
        Scheme, host and port of its URL; the path may hold a token and is not shown. Empty for a
        receiver that is in the outbox but no longer in the settings.
    disabled_ms
        Since when it is disabled, ``None`` if it is not; ``disabled_reason`` tells why.
    oldest_pending_ms
        When its oldest undelivered message was accepted.
    last_status, last_note
        Of its latest try.
    """

    name: str
    origin: str
    disabled_ms: int | None
    disabled_reason: str
    pending: int
    delivered: int
    dead: int
    oldest_pending_ms: int | None
    last_status: int | None
    last_note: str

    @property
    def state(self) -> str:
        """``disabled``, ``unconfigured``, ``waiting`` or ``ok``."""
        if self.disabled_ms is not None:
            return "disabled"
        if not self.origin:
            return "unconfigured"
        return "waiting" if self.pending else "ok"


@dataclass(frozen=True)
class DeadLetter:
    """A message that was given up."""

    receiver: str
    event_id: str
    point_id: str
    kind: str
    level: int
    event_ms: int
    tries: int
    last_try_ms: int | None
    last_status: int | None
    last_note: str


def summary(settings: Settings) -> dict[str, int]:
    """Count messages over all receivers: ``delivered``, ``failed`` (dead) and ``pending``."""
    if not settings.alerts.outbox.exists():
        return {"delivered": 0, "failed": 0, "pending": 0}
    with _outbox(settings) as outbox:
        return {
            "delivered": outbox.count("delivered"),
            "failed": outbox.count("dead"),
            "pending": outbox.count("pending"),
        }


def receivers(settings: Settings) -> list[ReceiverStatus]:
    """List all receivers: those in the settings first, then those only the outbox knows."""
    configured = {r.name: _origin(r) for r in settings.alerts.receivers}
    if not settings.alerts.outbox.exists():
        return [_status(name, origin, {}) for name, origin in configured.items()]
    with _outbox(settings) as outbox, outbox.db.reading() as db:
        rows = {row["name"]: dict(row) for row in db.execute(_RECEIVERS).fetchall()}
    names = [*configured, *sorted(set(rows) - set(configured))]
    return [_status(name, configured.get(name, ""), rows.get(name, {})) for name in names]


def dead_letters(
    settings: Settings, receiver: str | None = None, limit: int = 1000
) -> list[DeadLetter]:
    """List what was given up, the oldest event first.

    Parameters
    ----------
    receiver
        Only of this receiver.
    """
    if not settings.alerts.outbox.exists():
        return []
    with _outbox(settings) as outbox, outbox.db.reading() as db:
        rows = db.execute(_DEAD, {"receiver": receiver, "limit": limit}).fetchall()
    return [DeadLetter(**dict(row)) for row in rows]


def replay(
    settings: Settings, clock: Clock, *, receiver: str | None = None, ids: Sequence[str] = ()
) -> int:
    """Send again what was given up; the notify role does it, with a fresh schedule.

    Parameters
    ----------
    receiver
        Only to this receiver.
    ids
        Only these events; those that were delivered are then sent once more, too.

    Returns
    -------
    int
        How many messages will be sent.
    """
    if not settings.alerts.outbox.exists():
        return 0
    fresh = (
        "UPDATE delivery SET state = 'pending', step = 0, next_try_ms = :now, early_ms = NULL,"
        " created_ms = :now, changed_ms = :now"
        " WHERE (:receiver IS NULL OR receiver = :receiver)"
    )
    values = {"now": clock.now_ms(), "receiver": receiver}
    with _outbox(settings) as outbox, outbox.db.writing() as db:
        if not ids:
            return db.execute(f"{fresh} AND state = 'dead'", values).rowcount
        one = f"{fresh} AND event_id = :id AND state IN ('dead', 'delivered')"
        return sum(db.execute(one, {**values, "id": event_id}).rowcount for event_id in ids)


def enable(settings: Settings, clock: Clock, name: str) -> int:
    """Enable a receiver that answered 410; what waited for it is sent.

    Returns
    -------
    int
        How many messages waited.

    Raises
    ------
    GeohazardError
        If that receiver is not disabled.
    """
    found, waiting = 0, 0
    if settings.alerts.outbox.exists():
        now_ms = clock.now_ms()
        with _outbox(settings) as outbox, outbox.db.writing() as db:
            found = db.execute("DELETE FROM receiver WHERE name = ?", (name,)).rowcount
            waiting = db.execute(
                "UPDATE delivery SET next_try_ms = ?, early_ms = NULL"
                " WHERE receiver = ? AND state = 'pending' AND ? > 0",
                (now_ms, name, found),
            ).rowcount
    if not found:
        msg = f"receiver {name!r} is not disabled"
        raise GeohazardError(msg)
    return waiting


async def send_test(settings: Settings, clock: Clock, name: str) -> Answer:
    """Send a test message at once, beside the outbox, and return what came of it.

    Raises
    ------
    SettingsError
        If there is no such receiver, or its URL or secret cannot be used.
    """
    found = [r for r in settings.alerts.receivers if r.name == name]
    if not found:
        known = ", ".join(r.name for r in settings.alerts.receivers) or "none"
        msg = f"there is no receiver {name!r}; configured: {known}"
        raise SettingsError(msg)
    poster = Poster(found[0], settings.alerts.timeout_s)
    try:
        message_id, body = body_for_test(name, settings.alerts.source, clock.now_ms())
        return await poster.post(message_id, body, clock.now_ms())
    finally:
        await poster.close()


_RECEIVERS = """
SELECT n.name, r.disabled_ms, r.reason AS disabled_reason,
  count(*) FILTER (WHERE d.state = 'pending') AS pending,
  count(*) FILTER (WHERE d.state = 'delivered') AS delivered,
  count(*) FILTER (WHERE d.state = 'dead') AS dead,
  min(d.created_ms) FILTER (WHERE d.state = 'pending') AS oldest_pending_ms,
  (SELECT last_status FROM delivery AS l WHERE l.receiver = n.name
   ORDER BY last_try_ms DESC LIMIT 1) AS last_status,
  (SELECT last_note FROM delivery AS l WHERE l.receiver = n.name
   ORDER BY last_try_ms DESC LIMIT 1) AS last_note
FROM (SELECT receiver AS name FROM delivery UNION SELECT name FROM receiver) AS n
LEFT JOIN delivery AS d ON d.receiver = n.name LEFT JOIN receiver AS r ON r.name = n.name
GROUP BY n.name
"""

_DEAD = """
SELECT d.receiver, d.event_id, d.point_id, e.kind, e.level, e.event_ms, d.tries, d.last_try_ms,
  d.last_status, d.last_note
FROM delivery AS d JOIN event AS e ON e.id = d.event_id
WHERE d.state = 'dead' AND (:receiver IS NULL OR d.receiver = :receiver)
ORDER BY e.position LIMIT :limit
"""


@contextmanager
def _outbox(settings: Settings) -> Iterator[Outbox]:
    outbox = Outbox(settings.alerts.outbox)
    try:
        yield outbox
    finally:
        outbox.close()


def _origin(receiver: Receiver) -> str:
    url = check_url(receiver)
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _status(name: str, origin: str, row: dict[str, Any]) -> ReceiverStatus:
    return ReceiverStatus(
        name=name,
        origin=origin,
        disabled_ms=row.get("disabled_ms"),
        disabled_reason=str(row.get("disabled_reason") or ""),
        pending=row.get("pending", 0),
        delivered=row.get("delivered", 0),
        dead=row.get("dead", 0),
        oldest_pending_ms=row.get("oldest_pending_ms"),
        last_status=row.get("last_status"),
        last_note=str(row.get("last_note") or ""),
    )

"""Keep the outbox bounded: old and done is removed, old and stuck is declared dead."""

import logging

from alerts.outbox import DAY_MS, Outbox

log = logging.getLogger(__name__)

KEEP_DELIVERED_DAYS = 30
"""Longer than Kafka keeps an event, so that one that comes again is still known."""

EXPIRE_PENDING_DAYS = 30
"""A message to a receiver that is disabled, or no longer configured, waits this long."""

KEEP_DEAD_DAYS = 180


def prune(outbox: Outbox, now_ms: int) -> int:
    """Remove and expire old rows.

    Returns
    -------
    int
        How many deliveries were removed.
    """
    with outbox.db.writing() as db:
        expired = db.execute(
            "UPDATE delivery SET state = 'dead', changed_ms = ?, last_note = 'expired'"
            " WHERE state = 'pending' AND created_ms < ? AND changed_ms < ?",
            (now_ms, now_ms - EXPIRE_PENDING_DAYS * DAY_MS, now_ms - EXPIRE_PENDING_DAYS * DAY_MS),
        ).rowcount
        removed = 0
        for state, days in (("delivered", KEEP_DELIVERED_DAYS), ("dead", KEEP_DEAD_DAYS)):
            removed += db.execute(
                "DELETE FROM delivery WHERE state = ? AND changed_ms < ?",
                (state, now_ms - days * DAY_MS),
            ).rowcount
        db.execute("DELETE FROM message WHERE event_id NOT IN (SELECT event_id FROM delivery)")
        # An event is remembered while its episode is open: later messages refer to it.
        db.execute(
            "DELETE FROM event WHERE accepted_ms < ?"
            " AND id NOT IN (SELECT event_id FROM delivery)"
            " AND EXISTS (SELECT 1 FROM event AS later WHERE later.point_id = event.point_id"
            " AND later.position >= event.position AND later.level = 0"
            " AND later.kind IN ('cleared', 'downgraded', 'reporting'))",
            (now_ms - KEEP_DELIVERED_DAYS * DAY_MS,),
        )
    if expired:
        log.warning("%d webhook messages expired unsent", expired)
    return removed

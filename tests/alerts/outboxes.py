"""Events put into an outbox, and what is due of it."""

from alerts.episode import Earlier
from alerts.outbox import Job, Outbox
from domain.warnings import WarningEvent, WarningKind
from tests.alerts.builders import make_event


def body_for(event: WarningEvent, earlier: tuple[Earlier, ...]) -> bytes:
    return f"{event.id} after {[e.id for e in earlier]}".encode()


def put(outbox: Outbox, *events: WarningEvent, now: int = 0, to: tuple[str, ...] = ("r",)) -> int:
    return outbox.accept(events, lambda _: to, body_for, now)


def due(outbox: Outbox, now: int = 0, receiver: str = "r") -> list[str]:
    return [job.event_id for job in outbox.due(receiver, now, 100)]


def job(outbox: Outbox, now: int = 0) -> Job:
    return outbox.due("r", now, 1)[0]


def chain(point: str, *levels: int) -> list[WarningEvent]:
    """Make events of one point that go through levels."""
    pairs = zip((0, *levels), levels, strict=False)
    return [
        make_event(WarningKind.UPGRADED, level, previous, number, point)
        for number, (previous, level) in enumerate(pairs, start=1)
    ]

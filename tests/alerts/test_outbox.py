"""The outbox: once, in order, durable, bounded, and shared with other processes."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.acceptance import EARLY_GAP_MS
from alerts.database import OutboxError
from alerts.episode import Earlier
from alerts.outbox import DAY_MS, Job, Outbox
from alerts.upkeep import KEEP_DEAD_DAYS, KEEP_DELIVERED_DAYS, prune
from domain.acknowledgements import acknowledge
from domain.warnings import WarningEvent, WarningKind
from tests.alerts.builders import make_event, story

A, B = "500235010001", "500235010002"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "deep" / "outbox.sqlite")
    yield box
    box.close()


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


def test_an_event_that_comes_again_changes_nothing(outbox: Outbox) -> None:
    events = chain(A, 1, 2, 3)
    assert put(outbox, *events) == 3
    assert put(outbox, *events, now=5) == 0
    assert put(outbox, events[0], events[0], now=5) == 0
    assert outbox.count("pending") == 3
    outbox.record_delivered(job(outbox), 204, 6)
    assert put(outbox, *events, now=7) == 0
    assert (outbox.count("pending"), outbox.count("delivered")) == (2, 1)


def test_a_batch_is_taken_whole_or_not_at_all(outbox: Outbox) -> None:
    def fails(event: WarningEvent, earlier: tuple[Earlier, ...]) -> bytes:
        if event.sequence == 2:
            raise ZeroDivisionError
        return b""

    with pytest.raises(ZeroDivisionError):
        outbox.accept(chain(A, 1, 2), lambda _: ("r",), fails, 0)
    assert outbox.count("pending") == 0
    assert put(outbox, *chain(A, 1, 2)) == 2


def test_a_body_knows_the_open_episode_only(outbox: Outbox) -> None:
    events = story(A)
    put(outbox, *story(B), *events[:3])
    put(outbox, *events[3:])
    bodies = {}
    for _ in events:
        mine = [j for j in outbox.due("r", 0, 100) if j.event_id in {e.id for e in events}][0]
        bodies[mine.event_id] = mine.body.decode()
        outbox.record_delivered(mine, 200, 0)
    first, second = [e.id for e in events[:7]], [e.id for e in events[7:]]
    for ids in (first, second):
        for number, event_id in enumerate(ids):
            assert bodies[event_id] == f"{event_id} after {ids[:number]}"


def test_a_late_acknowledgement_belongs_to_its_warning_and_begins_nothing(outbox: Outbox) -> None:
    raised = make_event(WarningKind.RAISED, 2, 0, 1, A)
    late = acknowledge(raised, by="Li Na", note="", level=0, event_ms=raised.event_ms)
    again = make_event(WarningKind.RAISED, 3, 0, 3, A)
    put(outbox, raised, make_event(WarningKind.CLEARED, 0, 2, 2, A), late, again)
    bodies = {}
    for _ in range(4):
        mine = job(outbox)
        bodies[mine.event_id] = mine.body.decode()
        outbox.record_delivered(mine, 200, 0)
    assert bodies[late.id] == f"{late.id} after {[raised.id]}"
    assert bodies[again.id] == f"{again.id} after []"


def test_a_point_waits_for_its_own_events_only(outbox: Outbox) -> None:
    """A point whose raise failed (x) holds back its own upgrade, and no other point.

    A  raise x···········waits   upgrade: after the raise
    B  raise ok   upgrade ok
    """
    a, b = chain(A, 1, 2), chain(B, 1, 2)
    put(outbox, *a, *b)
    assert set(due(outbox)) == {a[0].id, b[0].id}
    for first in outbox.due("r", 0, 10):
        if first.event_id == a[0].id:
            outbox.record_failed(first, 500, "", 0, 60_000)
        else:
            outbox.record_delivered(first, 200, 0)
    assert due(outbox) == [b[1].id]
    assert due(outbox, 60_000) == [a[0].id, b[1].id]


def test_a_dead_raise_lets_the_upgrade_go(outbox: Outbox) -> None:
    events = chain(A, 1, 2)
    put(outbox, *events)
    outbox.record_failed(job(outbox), None, "", 0, None)
    assert outbox.count("dead") == 1
    assert due(outbox) == [events[1].id]


def test_higher_levels_go_first(outbox: Outbox) -> None:
    ids = {}
    for number, level in enumerate((1, 4, 2, 3, 4)):
        event = make_event(level=level, point_id=f"50023501000{number}")
        ids[event.id] = level
        put(outbox, event)
    assert [ids[event_id] for event_id in due(outbox)] == [4, 4, 3, 2, 1]


def test_what_a_red_event_waits_for_is_as_urgent(outbox: Outbox) -> None:
    a = chain(A, 1, 4)
    put(outbox, a[0], *chain(B, 2), a[1])
    assert due(outbox)[0] == a[0].id


def test_newer_news_bring_a_waiting_try_forward_without_using_the_schedule(
    outbox: Outbox,
) -> None:
    a = chain(A, 1, 4, 4)
    put(outbox, a[0])
    outbox.record_failed(job(outbox), 500, "", 0, 9 * DAY_MS)
    assert due(outbox, EARLY_GAP_MS) == []
    put(outbox, a[1], now=1)
    assert due(outbox, EARLY_GAP_MS - 1) == []
    early = job(outbox, EARLY_GAP_MS)
    assert (early.event_id, early.scheduled, early.step) == (a[0].id, False, 1)
    outbox.record_failed(early, 500, "", EARLY_GAP_MS, None)
    assert outbox.count("dead") == 0
    assert due(outbox, 9 * DAY_MS - 1) == []
    again = job(outbox, 9 * DAY_MS)
    assert (again.scheduled, again.step, again.tries) == (True, 1, 2)


def test_a_receiver_that_answers_again_gets_all(outbox: Outbox) -> None:
    put(outbox, *chain(A, 1), *chain(B, 1), to=("r", "s"))
    for one in outbox.due("r", 0, 10):
        outbox.record_failed(one, None, "", 0, DAY_MS)
    outbox.hasten("r", 2 * EARLY_GAP_MS)
    assert len(due(outbox, 2 * EARLY_GAP_MS)) == 2


def test_gone_holds_a_receiver_but_no_other(outbox: Outbox) -> None:
    put(outbox, *chain(A, 1), to=("r", "s"))
    outbox.record_gone(job(outbox), 410, 0)
    put(outbox, *chain(B, 1), to=("r", "s"))
    assert due(outbox, 99 * DAY_MS) == []
    assert len(due(outbox, 0, "s")) == 2
    assert outbox.count("pending") == 4, "nothing is lost while it is disabled"


def test_busy_messages_are_not_given_out_again(outbox: Outbox) -> None:
    events = [chain(f"50023501000{n}", 1)[0] for n in range(5)]
    put(outbox, *events)
    busy = [e.id for e in events[:2]]
    assert [j.event_id for j in outbox.due("r", 0, 2, busy)] == [e.id for e in events[2:4]]


def test_all_survives_another_opening(outbox: Outbox) -> None:
    put(outbox, *chain(A, 1, 2))
    again = Outbox(outbox.db.path)
    assert due(again) == due(outbox)
    again.close()


def test_commits_are_synchronous_and_logged(outbox: Outbox) -> None:
    with outbox.db.writing() as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_reading_does_not_wait_for_a_writer(outbox: Outbox) -> None:
    put(outbox, *chain(A, 1))
    with outbox.db.writing() as db:
        db.execute("DELETE FROM delivery")
        assert outbox.count("pending") == 1, "what is not committed is not seen"
    assert outbox.count("pending") == 0


def test_another_process_can_write_between(outbox: Outbox) -> None:
    put(outbox, *chain(A, 1))
    code = (
        "import sys; from pathlib import Path; from alerts.outbox import Outbox\n"
        "from tests.alerts.test_outbox import *\n"
        "box = Outbox(Path(sys.argv[1])); box.record_delivered(job(box), 200, 5); box.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(outbox.db.path)], check=True)
    assert outbox.count("delivered") == 1
    assert put(outbox, *chain(B, 1)) == 1


@pytest.mark.parametrize("content", [b"no database at all, but long enough" * 100, None])
def test_a_foreign_file_is_left_alone(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other"
    if content is None:
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE mine (x)")
        db.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes() if content else None
    with pytest.raises(OutboxError, match="other"):
        Outbox(path)
    assert content is None or path.read_bytes() == before


def test_a_later_version_is_refused(outbox: Outbox) -> None:
    with outbox.db.writing() as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(OutboxError, match="schema 1"):
        Outbox(outbox.db.path)


def test_old_and_done_is_removed_but_open_episodes_are_remembered(outbox: Outbox) -> None:
    lowered = make_event(WarningKind.DOWNGRADED, 1, 2, 2, A)
    open_, ended = [*chain(A, 2), lowered], story(B)
    put(outbox, *open_, *ended)
    while jobs := outbox.due("r", 0, 100):
        for one in jobs:
            outbox.record_delivered(one, 200, 0)
    late = (KEEP_DELIVERED_DAYS + 1) * DAY_MS
    assert prune(outbox, KEEP_DELIVERED_DAYS * DAY_MS) == 0
    assert prune(outbox, late) == len(open_) + len(ended)
    assert put(outbox, *open_, now=late) == 0, "an open episode's event is still known"
    put(outbox, make_event(WarningKind.CLEARED, 0, 1, 3, A), now=late)
    assert open_[0].id in job(outbox, late).body.decode()
    with outbox.db.reading() as db:
        left = db.execute("SELECT DISTINCT point_id FROM event").fetchall()
    assert [row[0] for row in left] == [A]


def test_what_can_never_be_sent_becomes_dead_and_goes_at_last(outbox: Outbox) -> None:
    put(outbox, *chain(A, 2), to=("removed",))
    prune(outbox, 31 * DAY_MS)
    assert (outbox.count("pending"), outbox.count("dead")) == (0, 1)
    prune(outbox, (31 + KEEP_DEAD_DAYS + 1) * DAY_MS)
    assert outbox.count("dead") == 0

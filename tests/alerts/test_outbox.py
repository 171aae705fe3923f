"""The outbox: once, in order, durable, bounded, and shared with other processes."""

import pytest

from alerts.acceptance import EARLY_GAP_MS
from alerts.episode import Earlier
from alerts.outbox import DAY_MS, Outbox
from alerts.upkeep import KEEP_DEAD_DAYS, prune
from domain.acknowledgements import acknowledge
from domain.warnings import WarningEvent, WarningKind
from tests.alerts.builders import make_event, story
from tests.alerts.outboxes import chain, due, job, put

A, B = "500235010001", "500235010002"


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


def test_what_can_never_be_sent_becomes_dead_and_goes_at_last(outbox: Outbox) -> None:
    put(outbox, *chain(A, 2), to=("removed",))
    prune(outbox, 31 * DAY_MS)
    assert (outbox.count("pending"), outbox.count("dead")) == (0, 1)
    prune(outbox, (31 + KEEP_DEAD_DAYS + 1) * DAY_MS)
    assert outbox.count("dead") == 0

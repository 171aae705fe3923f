"""No record is passed over, none is taken twice."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.read_order import Place, ReadOrder

TP = ("geohazard.readings", 0)


@dataclass
class FakeConsumer:
    """A consumer of one partition whose position can be moved."""

    committed: int | None = None
    earliest: int = 0
    position: int = 0
    seeks: list[int] = field(default_factory=list)

    @property
    def _committed_offset(self) -> dict[Any, int | None]:
        return {TP: self.committed}

    async def earliest_offsets(self, tp: Any) -> dict[Any, int]:
        return {tp: self.earliest}

    async def seek(self, tp: Any, offset: int) -> None:
        self.seeks.append(offset)
        self.position = offset

    def highwater(self, tp: Any) -> int:
        return 100


class FakeApp:
    """As much of a Faust app as the order needs."""

    def __init__(self, consumer: FakeConsumer) -> None:
        self.consumer = consumer
        self.revoked: list[Any] = []
        self.on_partitions_revoked = SimpleNamespace(
            connect=lambda handler, weak: self.revoked.append(handler)
        )


def order(consumer: FakeConsumer) -> ReadOrder:
    return ReadOrder(FakeApp(consumer))


def event(offset: int) -> Any:
    tp = SimpleNamespace(topic=TP[0], partition=TP[1])
    return SimpleNamespace(message=SimpleNamespace(tp=Tp(tp), offset=offset))


class Tp(tuple):
    """A topic and partition that compares as Kafka's does."""

    def __new__(cls, tp: Any) -> "Tp":
        return super().__new__(cls, (tp.topic, tp.partition))

    topic = property(lambda self: self[0])
    partition = property(lambda self: self[1])


def places(consumer: FakeConsumer, offsets: list[int]) -> list[str]:
    async def run() -> list[str]:
        reading = order(consumer)
        return [(await reading.place(event(offset))).name for offset in offsets]

    return asyncio.run(run())


def test_records_in_order_are_taken() -> None:
    assert places(FakeConsumer(), [0, 1, 2]) == ["NEXT"] * 3


def test_a_repeated_record_is_seen() -> None:
    assert places(FakeConsumer(), [0, 1, 0, 1, 2]) == ["NEXT", "NEXT", "SEEN", "SEEN", "NEXT"]


def test_reading_begins_at_the_commit() -> None:
    assert places(FakeConsumer(committed=7), [6, 7, 8]) == ["SEEN", "NEXT", "NEXT"]


def test_a_missing_record_is_read_again_and_what_follows_it_waits() -> None:
    consumer = FakeConsumer()
    assert places(consumer, [0, 2, 3, 1, 2, 3]) == [
        "NEXT",
        "TOO_EARLY",
        "TOO_EARLY",
        "NEXT",
        "NEXT",
        "NEXT",
    ]
    assert consumer.seeks == [1]


def test_the_first_record_after_the_commit_may_be_missing_too() -> None:
    consumer = FakeConsumer(committed=5)
    assert places(consumer, [6, 5, 6]) == ["TOO_EARLY", "NEXT", "NEXT"]


def test_what_retention_has_removed_is_not_waited_for() -> None:
    consumer = FakeConsumer(committed=5, earliest=9)
    assert places(consumer, [9, 10]) == ["NEXT", "NEXT"]
    assert consumer.seeks == []


def test_after_a_revocation_the_commit_counts_again() -> None:
    async def run() -> None:
        consumer = FakeConsumer(committed=0)
        app = FakeApp(consumer)
        reading = ReadOrder(app)
        assert await reading.place(event(0)) is Place.NEXT
        consumer.committed = 40
        await app.revoked[0](app, {TP})
        assert await reading.place(event(40)) is Place.NEXT

    asyncio.run(run())


@given(st.lists(st.integers(0, 9), max_size=60))
def test_whatever_is_delivered_each_record_is_taken_once_and_in_order(offsets: list[int]) -> None:
    taken = [
        o for o, p in zip(offsets, places(FakeConsumer(), offsets), strict=True) if p == "NEXT"
    ]
    assert taken == list(range(len(taken)))

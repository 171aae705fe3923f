"""The bridge writes before it acknowledges, keeps order, and counts what it did."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from domain.frames import Readings
from domain.topics import READINGS, REJECTS
from ingest import batch as batch_module
from ingest.bridge import BATCH_BYTES, BATCH_MESSAGES, Bridge
from ingest.inbox import Message
from ingest.kafka_sink import Record
from tests.ingest.worlds import NOW_MS, intake_for, pack, points, topic_of

PLACES = points(3)


def message(number: int, payload: bytes | None = None, again: bool = False) -> Message:
    """Message number so-and-so, of one of three devices in turn."""
    place = PLACES[number % 3]
    payload = payload or pack(place.devices[0].device_id, NOW_MS + number, float(number))
    return Message(topic_of(place), payload, NOW_MS + number, 0, 1, number, 1, again)


class FakeSource:
    """Gives what it was given; notes what was acknowledged into a shared diary."""

    def __init__(self, diary: list[Any], messages: list[Message]) -> None:
        self.diary = diary
        self.messages = messages

    async def wait(self) -> None:
        if not self.messages:
            await asyncio.Event().wait()

    def take(self) -> list[Message]:
        taken, self.messages = self.messages, []
        return taken

    def acknowledge(self, messages: list[Message]) -> None:
        self.diary += [("ack", message.mid) for message in messages]


class FakeSink:
    """Notes what was written into a shared diary; fails if told to."""

    def __init__(self, diary: list[Any], error: Exception | None = None) -> None:
        self.diary = diary
        self.error = error

    async def write(self, records: Sequence[Record]) -> None:
        if self.error:
            raise self.error
        self.diary += [("write", record) for record in records]


def bridge_of(messages: list[Message], error: Exception | None = None) -> tuple[Bridge, list[Any]]:
    diary: list[Any] = []
    sink: Any = FakeSink(diary, error)
    return Bridge(FakeSource(diary, messages), intake_for(PLACES), sink, 4), diary


def rows(diary: list[Any]) -> list[tuple[str, int]]:
    """Devices and event times written, in order."""
    frames = [
        Readings.decode(record.value)
        for kind, record in diary
        if kind == "write" and record.topic == READINGS
    ]
    return [
        pair
        for frame in frames
        for pair in zip(frame.device_id.to_list(), frame.event_ms.tolist(), strict=True)
    ]


def test_nothing_is_acknowledged_before_it_is_written() -> None:
    bridge, diary = bridge_of([message(n) for n in range(6)])
    asyncio.run(bridge.flush())
    kinds = [kind for kind, _ in diary]
    assert kinds == sorted(kinds, reverse=True)
    assert [mid for kind, mid in diary if kind == "ack"] == list(range(6))
    assert bridge.in_hand == 0


def test_what_was_not_written_is_not_acknowledged() -> None:
    bridge, diary = bridge_of([message(n) for n in range(6)], RuntimeError("no"))
    with pytest.raises(RuntimeError, match="no"):
        asyncio.run(bridge.flush())
    assert diary == []
    assert bridge.in_hand == 6


def test_rejects_are_written_and_acknowledged_too() -> None:
    bad = message(1, b"{")
    bridge, diary = bridge_of([message(0), bad, message(2, again=True)])
    asyncio.run(bridge.flush())
    (reject,) = [r for kind, r in diary if kind == "write" and r.topic == REJECTS]
    assert (reject.partition, reject.value) == (0, b"{")
    assert dict(reject.headers)["reason"] == b"malformed"
    assert len(rows(diary)) == 4
    assert bridge.counters.as_dict() == {
        "messages": 3, "readings": 4, "rejects": 1, "frames": 2, "redelivered": 1,
    }  # fmt: skip


def test_large_takings_are_cut_and_stay_in_order() -> None:
    count = 2 * BATCH_MESSAGES + 10
    bridge, diary = bridge_of([message(n) for n in range(count)])
    asyncio.run(bridge.flush())
    for device in ("d0", "d1", "d2"):
        times = [event_ms for told, event_ms in rows(diary) if told == device]
        assert times == sorted(times)
    acks = [position for position, (kind, _) in enumerate(diary) if kind == "ack"]
    writes = [position for position, (kind, _) in enumerate(diary) if kind == "write"]
    assert min(acks) < max(writes), "one group is acknowledged before the next is decoded"
    assert len(rows(diary)) == 2 * count


def test_groups_are_bounded_in_bytes() -> None:
    large = message(0, b" " * (BATCH_BYTES // 2))
    bridge, diary = bridge_of([large] * 5)
    asyncio.run(bridge.flush())
    kinds = "".join(kind[0] for kind, _ in diary)
    assert kinds.count("wa") >= 2
    assert kinds.count("a") == 5


def test_a_partition_gets_one_frame_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_module, "MAX_FRAME_ROWS", 3)
    batch = batch_module.Batch(1)
    row = (PLACES[0].point_id, "d0", "crack", 0, 0, 0.0, "senml")
    batch.add([row[:3] + (n, 0, 0.0, "senml") for n in range(8)], None)
    turns = list(batch.turns())
    assert [[record.partition for record in turn] for turn in turns] == [[0], [0], [0]]
    told = [Readings.decode(turn[0].value).event_ms.tolist() for turn in turns]
    assert told == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_what_came_before_the_stop_is_passed_on() -> None:
    async def run() -> None:
        stop = asyncio.Event()
        stop.set()
        await asyncio.wait_for(bridge.run(stop), 5)

    bridge, diary = bridge_of([message(n) for n in range(3)])
    asyncio.run(run())
    assert bridge.counters.messages in (0, 3)


def test_it_runs_until_it_is_stopped() -> None:
    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(bridge.run(stop))
        while bridge.counters.messages < 3:
            await asyncio.sleep(0)
        stop.set()
        await asyncio.wait_for(running, 5)

    bridge, diary = bridge_of([message(n) for n in range(3)])
    asyncio.run(run())
    assert [mid for kind, mid in diary if kind == "ack"] == [0, 1, 2]

"""A snapshot is in force whole or not at all."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.snapshot import SnapshotError
from pipeline import checkpoint
from pipeline.partitions import Partitions


@pytest.fixture(autouse=True, scope="module")
def small_pieces() -> Iterator[None]:
    """Real pieces would make the property slow, not better."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "PIECE_BYTES", 1000)
        yield


@dataclass
class MemoryChangelog:
    """A changelog that can die after a number of writes."""

    data: dict[bytes, bytes] = field(default_factory=dict)
    writes_left: int = 1_000_000

    def read(self, key: bytes) -> bytes | None:
        return self.data.get(key)

    async def write(self, partition: int, items: list[tuple[bytes, bytes]]) -> None:
        for key, value in items:
            if self.writes_left == 0:
                message = "died"
                raise ConnectionError(message)
            self.writes_left -= 1
            self.data[key] = value

    def forget(self, keys: Iterable[bytes]) -> None:
        for key in keys:
            del self.data[key]


@dataclass
class Sum:
    """An engine whose state is one number."""

    total: int = 0

    def snapshot(self) -> bytes:
        return str(self.total).encode()

    def restore(self, blob: bytes) -> None:
        self.total = int(blob)


def save(table: MemoryChangelog, offset: int, blob: bytes, partition: int = 3) -> None:
    asyncio.run(checkpoint.save(table, partition, offset, blob))


def test_nothing_saved_gives_nothing() -> None:
    assert checkpoint.load(MemoryChangelog(), 0) is None


def test_the_latest_snapshot_is_read_back() -> None:
    table = MemoryChangelog()
    for offset in range(5):
        save(table, offset, bytes([offset]) * (checkpoint.PIECE_BYTES * (offset % 3) + 7))
    offset, blob = checkpoint.load(table, 3) or (None, b"")
    assert offset == 4
    assert blob == b"\x04" * (checkpoint.PIECE_BYTES + 7)


def test_memory_holds_one_snapshot_only() -> None:
    table = MemoryChangelog()
    for offset in range(3):
        save(table, offset, bytes([offset]) * (3 * checkpoint.PIECE_BYTES))
    assert sum(map(len, table.data.values())) < 3 * checkpoint.PIECE_BYTES + 100
    assert checkpoint.load(table, 3) == (2, b"\x02" * (3 * checkpoint.PIECE_BYTES))


def test_a_shorter_snapshot_is_not_mixed_with_a_longer_one_before() -> None:
    table = MemoryChangelog()
    save(table, 1, b"a" * 3 * checkpoint.PIECE_BYTES)
    save(table, 2, b"b" * 3 * checkpoint.PIECE_BYTES)
    save(table, 3, b"c")
    assert checkpoint.load(table, 3) == (3, b"c")


@given(deaths=st.lists(st.integers(0, 4), min_size=1, max_size=8))
def test_dying_between_any_two_writes_leaves_a_whole_snapshot(deaths: list[int]) -> None:
    table = MemoryChangelog()
    save(table, 0, b"0" * checkpoint.PIECE_BYTES * 2)
    good = 0
    for offset, writes in enumerate(deaths, start=1):
        table.writes_left = writes
        try:
            save(table, offset, str(offset).encode() * checkpoint.PIECE_BYTES * 2)
            good = offset
        except ConnectionError:
            pass
        found = checkpoint.load(table, 3)
        assert found is not None
        assert found[0] == good
        assert set(found[1]) == set(str(good).encode())


def test_partitions_do_not_share_a_slot() -> None:
    table = MemoryChangelog()
    save(table, 10, b"one", partition=1)
    save(table, 20, b"two", partition=2)
    assert checkpoint.load(table, 1) == (10, b"one")
    assert checkpoint.load(table, 2) == (20, b"two")


def test_a_lost_piece_is_an_error_and_not_an_empty_state() -> None:
    table = MemoryChangelog()
    save(table, 1, b"x" * 2 * checkpoint.PIECE_BYTES)
    del table.data[b"3/0/1"]
    with pytest.raises(LookupError, match="lacks a piece"):
        checkpoint.load(table, 3)


def test_a_manifest_that_is_none_is_an_error() -> None:
    table = MemoryChangelog({b"3/manifest": b"no"})
    with pytest.raises(msgspec.DecodeError):
        checkpoint.load(table, 3)


def test_an_engine_comes_back_with_its_offset() -> None:
    table = MemoryChangelog()
    partitions = Partitions(table, Sum)
    partition = partitions.get(2)
    partition.engine.total, partition.offset = 42, 17
    asyncio.run(partitions.save(partition))
    again = Partitions(table, Sum).get(2)
    assert (again.engine.total, again.offset) == (42, 17)


def test_an_unmoved_partition_is_not_written_again() -> None:
    table = MemoryChangelog()
    partitions = Partitions(table, Sum)
    partition = partitions.get(2)
    partition.offset = 1
    asyncio.run(partitions.save(partition))
    before = dict(table.data)
    table.writes_left = 0
    asyncio.run(partitions.save(partition))
    assert table.data == before


def test_a_partition_that_left_is_forgotten_and_recovered_from_its_snapshot() -> None:
    table = MemoryChangelog()
    partitions = Partitions(table, Sum)
    partition = partitions.get(2)
    partition.engine.total, partition.offset = 1, 1
    asyncio.run(partitions.save(partition))
    partition.engine.total, partition.offset = 2, 2
    partitions.keep_only([3])
    assert partitions.get(2).engine.total == 1
    assert partitions.get(2).offset == 1


class OfAnotherRelease(Sum):
    """Reads no snapshot that it finds."""

    def restore(self, blob: bytes) -> None:
        message = "expected version 2, found version 1"
        raise SnapshotError(message)


def test_a_state_of_another_release_is_learned_anew_and_nothing_is_judged_twice() -> None:
    table = MemoryChangelog()
    partitions = Partitions(table, Sum)
    before = partitions.get(2)
    before.engine.total, before.offset = 5, 41
    asyncio.run(partitions.save(before))
    after = Partitions(table, OfAnotherRelease).get(2)
    assert (after.engine.total, after.offset, after.saved_offset) == (0, 41, -1)

"""A partition's detector state in a Faust table: whole or not at all.

A snapshot is larger than one Kafka record may be, so it goes in pieces into one of two slots, and
a manifest that names slot and offset is written only when Kafka has acknowledged all pieces. A
process that dies in between leaves the older snapshot in force.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import msgspec

from pipeline.outputs import split

PIECE_BYTES = 900_000


class Manifest(msgspec.Struct, frozen=True):
    """Which slot holds the partition's latest whole snapshot, and what it covers.

    Attributes
    ----------
    slot
        0 or 1.
    pieces
        Number of records in the slot.
    offset
        Offset of the last frame that the snapshot includes.
    """

    slot: int
    pieces: int
    offset: int


class Changelog(Protocol):
    """What a checkpoint needs of a Faust table."""

    def read(self, key: bytes) -> bytes | None:
        """Value of a key as recovered or last written."""
        ...

    async def write(self, partition: int, items: list[tuple[bytes, bytes]]) -> None:
        """Write, and return once Kafka has acknowledged all items."""
        ...

    def forget(self, keys: Iterable[bytes]) -> None:
        """Let go what is kept of keys in this process's memory; Kafka keeps it."""
        ...


def load(table: Changelog, partition: int) -> tuple[int, bytes] | None:
    """Read the latest whole snapshot of a partition.

    Returns
    -------
    tuple of int and bytes, or None
        The offset that it covers and the snapshot; ``None`` if there is none.

    Raises
    ------
    msgspec.DecodeError
        If the manifest is not one.
    LookupError
        If a piece is missing.
    """
    manifest = _manifest(table, partition)
    if manifest is None:
        return None
    pieces = [table.read(_piece_key(partition, manifest.slot, n)) for n in range(manifest.pieces)]
    if any(piece is None for piece in pieces):
        msg = f"partition {partition}: the snapshot at offset {manifest.offset} lacks a piece"
        raise LookupError(msg)
    return manifest.offset, b"".join(piece for piece in pieces if piece is not None)


async def save(table: Changelog, partition: int, offset: int, snapshot: bytes) -> None:
    """Write a snapshot; when this returns, `load` gives it in every future process."""
    last = _manifest(table, partition)
    slot = 1 - last.slot if last else 0
    items = list(_items(partition, slot, snapshot))
    await table.write(partition, items)
    manifest = Manifest(slot, len(items), offset)
    await table.write(partition, [(_manifest_key(partition), msgspec.json.encode(manifest))])
    if last is not None:  # nothing reads the older snapshot any more
        table.forget(_piece_key(partition, last.slot, n) for n in range(last.pieces))


def _items(partition: int, slot: int, snapshot: bytes) -> Iterator[tuple[bytes, bytes]]:
    for number, piece in enumerate(split(snapshot, PIECE_BYTES)):
        yield _piece_key(partition, slot, number), piece


def _manifest(table: Changelog, partition: int) -> Manifest | None:
    raw = table.read(_manifest_key(partition))
    return None if raw is None else msgspec.json.decode(raw, type=Manifest)


def _manifest_key(partition: int) -> bytes:
    return f"{partition}/manifest".encode()


def _piece_key(partition: int, slot: int, number: int) -> bytes:
    return f"{partition}/{slot}/{number}".encode()


class FaustChangelog:
    """A Faust table as a `Changelog`.

    A plain ``table[key] = value`` enters a buffer that cannot be awaited, so state could be lost
    after its input was acknowledged; here the changelog's own send is awaited.
    """

    def __init__(self, table: Any) -> None:
        self._table = table

    def read(self, key: bytes) -> bytes | None:
        """Value of a key as recovered or last written."""
        value: bytes | None = self._table.data.get(key)
        return value

    async def write(self, partition: int, items: list[tuple[bytes, bytes]]) -> None:
        """Write, and return once Kafka has acknowledged all items."""
        topic = self._table.changelog_topic
        sent = [
            await topic.send(
                key=key,
                value=value,
                partition=partition,
                key_serializer="raw",
                value_serializer="raw",
            )
            for key, value in items
        ]
        for future in sent:
            await future
        for key, value in items:
            self._table.data[key] = value

    def forget(self, keys: Iterable[bytes]) -> None:
        """Let go what is kept of keys in this process's memory; Kafka keeps it."""
        for key in keys:
            self._table.data.pop(key, None)

"""Read the simulator's ledger: what was published, one row a message, by the publisher's own count.

An Arrow IPC stream; columns point_id, device_id, event_ms, published_ms, kind (valid, duplicate,
malformed, backlog), channels and values (lists of equal length). Text may be dictionaries.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from domain.errors import GeohazardError
from domain.frames import Names

BLOCK_ROWS = 50_000
"""Messages that are handled at once; small batches in the file are put together."""

_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""What closes an Arrow IPC stream."""


@dataclass(frozen=True)
class Block:
    """Some messages of a ledger, malformed ones left out.

    Attributes
    ----------
    point_id, event_ms, published_ms, is_duplicate
        A row for each message, shape (m,).
    message
        For each reading the row of its message, shape (n,).
    device_id, channel, value
        A row for each reading.
    """

    point_id: Names
    event_ms: npt.NDArray[np.int64]
    published_ms: npt.NDArray[np.int64]
    is_duplicate: npt.NDArray[np.bool_]
    message: npt.NDArray[np.int64]
    device_id: Names
    channel: Names
    value: npt.NDArray[np.float64]


def is_whole(path: Path) -> bool:
    """Whether a ledger was closed by its writer, and not cut off."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - len(_END), 0))
        return file.read() == _END


def read_ledger(path: Path) -> Iterator[Block]:
    """Read a ledger block by block.

    A file that was cut off (its writer was killed) is read as far as whole batches go.

    Raises
    ------
    GeohazardError
        If the file cannot be read or is no ledger.
    """
    try:
        whole = is_whole(path)
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
            for table in _tables(_batches(stream, whole=whole)):
                yield _block(table)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        msg = f"{path} is not a ledger that can be read: {error}"
        raise GeohazardError(msg) from error


def _batches(stream: Any, *, whole: bool) -> Iterator[pa.RecordBatch]:
    while True:
        try:
            yield stream.read_next_batch()
        except StopIteration:
            return
        except (pa.ArrowInvalid, OSError):
            if whole:
                raise
            return


def _tables(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= BLOCK_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _block(table: pa.Table) -> Block:
    kind = table["kind"].cast(pa.string())
    table = table.append_column("is_duplicate", pc.equal(kind, "duplicate"))
    table = table.filter(pc.not_equal(kind, "malformed")).combine_chunks()
    channels, values = (_one_chunk(table[name]) for name in ("channels", "values"))
    message = pc.list_parent_indices(channels).to_numpy(zero_copy_only=False)
    if not np.array_equal(message, pc.list_parent_indices(values).to_numpy(zero_copy_only=False)):
        msg = "a message has more channels than values, or fewer"
        raise ValueError(msg)
    return Block(
        point_id=_names(table["point_id"]),
        event_ms=table["event_ms"].to_numpy(),
        published_ms=table["published_ms"].to_numpy(),
        is_duplicate=table["is_duplicate"].to_numpy(),
        message=message,
        device_id=_names(table["device_id"]).take(message),
        channel=_names(channels.flatten()),
        value=values.flatten().to_numpy(zero_copy_only=False),
    )


def _names(column: Any) -> Names:
    codes = _one_chunk(column)
    if not pa.types.is_dictionary(codes.type):
        codes = codes.dictionary_encode()
    indices = codes.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return Names(tuple(codes.dictionary.to_pylist()), indices)


def _one_chunk(column: Any) -> Any:
    if not isinstance(column, pa.ChunkedArray):
        return column
    combined = column.unify_dictionaries().combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined

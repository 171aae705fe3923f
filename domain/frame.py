"""What every frame is: columns of one length, written as an Arrow IPC stream with zstd."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from domain.errors import FrameError

MAX_ROWS = 2_000_000
"""A frame with more rows is refused: it is hostile or a mistake."""

# Handing the few small buffers of a frame to threads costs more than compressing them here.
_WRITE = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)
_READ = pa.ipc.IpcReadOptions(use_threads=False)


@dataclass(frozen=True)
class Names:
    """A column of text as codes into a list of distinct names.

    Examples
    --------
    >>> column = Names.of(["b", "a", "b"])
    >>> column.names, column.codes.tolist(), column.to_list()
    (('b', 'a'), [0, 1, 0], ['b', 'a', 'b'])
    """

    names: tuple[str, ...]
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Names":
        """Encode texts; names keep the order in which they first came."""
        seen: dict[str, int] = {}
        codes = [seen.setdefault(text, len(seen)) for text in texts]
        return cls(tuple(seen), np.array(codes, np.int32))

    def to_list(self) -> list[str]:
        """Decode all rows."""
        return [self.names[code] for code in self.codes.tolist()]

    def take(self, rows: npt.NDArray[Any]) -> "Names":
        """Select rows by index or mask; names stay as they are."""
        return Names(self.names, self.codes[rows])

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Frame:
    """Columns of equal length that travel together; subclasses only declare them.

    Attributes
    ----------
    KIND
        Stands in the schema's metadata.
    TIMES
        Columns that are times.
    """

    KIND: ClassVar[str]
    TIMES: ClassVar[frozenset[str]] = frozenset({"event_ms", "received_ms"})
    ADDED: ClassVar[Mapping[str, np.generic]] = {}
    """Columns that frames of earlier releases lack, and what they are then read as."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """Select rows by index or mask."""
        return type(self)(**{f.name: _take(getattr(self, f.name), rows) for f in fields(self)})

    def to_arrow(self) -> pa.RecordBatch:
        """Columns as an Arrow record batch (times as UTC timestamps, text as dictionaries)."""
        arrays = {f.name: self._arrow(f.name) for f in fields(self)}
        batch = pa.RecordBatch.from_pydict(arrays)
        return batch.replace_schema_metadata({"geohazard.frame": self.KIND, "version": "1"})

    def encode(self) -> bytes:
        """Write the frame as bytes."""
        batch = self.to_arrow()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema, options=_WRITE) as writer:
            writer.write_batch(batch)
        return bytes(sink.getvalue())

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a frame.

        Raises
        ------
        FrameError
            If the bytes are not a frame of this kind.
        """
        try:
            with pa.ipc.open_stream(data, options=_READ) as reader:
                kind = (reader.schema.metadata or {}).get(b"geohazard.frame", b"").decode()
                if kind != cls.KIND:
                    msg = f"expected a frame of kind {cls.KIND!r}, found {kind!r}"
                    raise FrameError(msg)
                table = reader.read_all().combine_chunks()
            if table.num_rows > MAX_ROWS:
                msg = f"a frame holds at most {MAX_ROWS} rows, found {table.num_rows}"
                raise FrameError(msg)
            return cls(**{f.name: cls._read(table, f.name) for f in fields(cls)})
        except (pa.ArrowException, KeyError, ValueError, OSError) as error:
            msg = f"not a frame of {cls.KIND}: {error}"
            raise FrameError(msg) from error

    @classmethod
    def _read(cls, table: pa.Table, name: str) -> Any:
        if name in cls.ADDED and name not in table.column_names:
            return np.full(table.num_rows, cls.ADDED[name])
        return _column(table, name, cls.TIMES)

    def _arrow(self, name: str) -> pa.Array:
        column = getattr(self, name)
        if isinstance(column, Names):
            return pa.DictionaryArray.from_arrays(
                pa.array(column.codes, pa.int32()), pa.array(column.names, pa.string())
            )
        if name in self.TIMES:
            return pa.array(column, pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
        return pa.array(column)


def _take(column: Any, rows: npt.NDArray[Any]) -> Any:
    return column.take(rows) if isinstance(column, Names) else column[rows]


def _column(table: pa.Table, name: str, times: frozenset[str]) -> Any:
    column = table.column(name)
    array = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if array.null_count:
        msg = f"column {name!r} holds nulls"
        raise ValueError(msg)
    if pa.types.is_dictionary(array.type):
        codes = array.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
        return Names(tuple(array.dictionary.to_pylist()), codes)
    if name in times:
        return array.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return array.to_numpy(zero_copy_only=False)

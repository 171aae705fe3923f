"""Frames: many rows of one kind in one Kafka record, as an Arrow IPC stream with zstd.

Three kinds: readings (`Readings`), what the detectors made of them (`Features`), and the state of
whole points (`States`). Text columns are dictionaries, times are UTC milliseconds. A reader takes
columns by name and ignores those it does not know (docs/contracts.md has the evolution rules).
"""

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
class _Frame:
    """Columns of equal length that travel together; subclasses only declare them."""

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


@dataclass(frozen=True)
class Readings(_Frame):
    """Readings in the order of their arrival.

    Attributes
    ----------
    point_id, device_id, channel, dialect
        Text columns; ``device_id`` is ``logger/2`` for a logger's second instrument of a kind.
    event_ms
        When it was measured, by the instrument's clock: UTC milliseconds, shape (n,).
    received_ms
        When ingest received it.
    value
        In the channel's unit (`domain.channels`); always finite.

    Examples
    --------
    >>> one = Readings.of_rows([("500235010007", "d1", "crack", 1000, 1500, 12.5, "senml")])
    >>> Readings.decode(one.encode()).value.tolist()
    [12.5]
    """

    KIND: ClassVar[str] = "readings"

    point_id: Names
    device_id: Names
    channel: Names
    event_ms: npt.NDArray[np.int64]
    received_ms: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    dialect: Names

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[str, str, str, int, int, float, str]]) -> "Readings":
        """Build from rows of (point, device, channel, event, received, value, dialect)."""
        columns = list(zip(*rows, strict=True)) or [()] * 7
        return cls(
            Names.of(columns[0]),
            Names.of(columns[1]),
            Names.of(columns[2]),
            np.array(columns[3], np.int64),
            np.array(columns[4], np.int64),
            np.array(columns[5], np.float64),
            Names.of(columns[6]),
        )


@dataclass(frozen=True)
class Features(_Frame):
    """What the detectors made of readings, a row for each reading that they used.

    Attributes
    ----------
    flag
        QARTOD flag (`domain.levels.Flag`), shape (n,).
    anomaly_score
        In [0, 1]; 0 unremarkable; NaN where no detector could judge.
    velocity, acceleration
        In the channel's unit per day, and per day squared; NaN for other channels.
    tangential_angle
        Degrees, improved tangential angle; NaN where no constant-rate stage is known.
    level
        Level of the whole point after this reading.
    soil_water_index
        Water in the soil after this reading of a rain gauge, in mm (`detectors.soil_water`); NaN
        for other channels.
    rain_ratio
        Largest ratio of measured rain to the intensity-duration threshold in force, over windows
        of half an hour to six days that end with this reading of a rain gauge; from 1 the threshold
        is exceeded; 0 between rain events. NaN for other channels.
    tests
        Which quality tests spoke of the reading: bits of `domain.quality.Test`; 0 for none, and in
        frames of releases that did not say.
    """

    KIND: ClassVar[str] = "features"
    ADDED: ClassVar[Mapping[str, np.generic]] = {
        "soil_water_index": np.float64(np.nan),
        "rain_ratio": np.float64(np.nan),
        "tests": np.uint32(0),
    }

    point_id: Names
    device_id: Names
    channel: Names
    event_ms: npt.NDArray[np.int64]
    flag: npt.NDArray[np.uint8]
    anomaly_score: npt.NDArray[np.float64]
    velocity: npt.NDArray[np.float64]
    acceleration: npt.NDArray[np.float64]
    tangential_angle: npt.NDArray[np.float64]
    level: npt.NDArray[np.uint8]
    soil_water_index: npt.NDArray[np.float64]
    rain_ratio: npt.NDArray[np.float64]
    tests: npt.NDArray[np.uint32]


@dataclass(frozen=True)
class States(_Frame):
    """State of whole points: written on change and as a heartbeat, also for silent points.

    Attributes
    ----------
    level
        Warning level 0-4; a silent point keeps its level.
    score
        Anomaly score of its channels together, in [0, 1]: that of their combined p-value.
    silent
        1 if the point has stopped reporting.
    age_s
        Seconds between its last reading and ``event_ms``.
    """

    KIND: ClassVar[str] = "states"

    point_id: Names
    event_ms: npt.NDArray[np.int64]
    level: npt.NDArray[np.uint8]
    score: npt.NDArray[np.float64]
    silent: npt.NDArray[np.uint8]
    age_s: npt.NDArray[np.float64]


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

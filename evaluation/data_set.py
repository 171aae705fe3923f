"""A generated record as it lies in a folder, checked, and its readings in order of arrival."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import parquet

from detectors.overrides import check_point
from domain.channels import CHANNELS
from domain.errors import GeohazardError
from domain.frames import Names, Readings
from domain.registry import Registry, load_registry
from evaluation.truth import Truth, read_truth

VERSION = 1
BATCH_ROWS = 16_384
"""Some megabytes of memory for each batch in the detectors; larger ones gain nothing."""
COLUMNS = ("point_id", "device_id", "channel", "event_ms", "received_ms", "value")


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What ``run.json`` says; fields that are not needed are passed over."""

    scenario: str
    seed: int
    points: int
    start: str
    interval_s: float
    steps: int
    rows: int
    version: int = VERSION


@dataclass(frozen=True)
class DataSet:
    """A record whose files are all there.

    Attributes
    ----------
    files
        Parquet files of readings, in order of arrival.
    """

    folder: Path
    info: RunInfo
    registry: Registry
    truth: Truth
    files: tuple[Path, ...]

    @property
    def rows(self) -> int:
        """Readings on record, repetitions included."""
        return self.info.rows

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Readings]:
        """Read the record in order of arrival, so many rows at a time.

        Raises
        ------
        GeohazardError
            If a file is damaged or a reading incomplete.
        """
        for path in self.files:
            with _readable(path) as file:
                yield from _batches(file, path, rows)


def open_data_set(folder: Path) -> DataSet:
    """Check a folder that ``geohazard sim generate`` wrote and open it.

    Raises
    ------
    GeohazardError
        With what is wrong and in which file.
    """
    info = _info(folder)
    files = tuple(sorted((folder / "readings").glob("*.parquet")))
    rows = 0
    for path in files:
        with _readable(path) as file:
            rows += file.metadata.num_rows
    if not rows:
        msg = f"{folder} holds no readings"
        raise GeohazardError(msg)
    if rows != info.rows:
        msg = f"{folder}: the readings have {rows:,} rows, run.json says {info.rows:,}; a file is"
        msg += " missing or from another run"
        raise GeohazardError(msg)
    registry = load_registry(folder / "registry.csv", check_point)
    return DataSet(folder, info, registry, read_truth(folder / "truth.parquet"), files)


def _info(folder: Path) -> RunInfo:
    path = folder / "run.json"
    try:
        info = msgspec.json.decode(path.read_bytes(), type=RunInfo)
    except OSError as error:
        msg = f"{folder} is no complete data set of `geohazard sim generate`: it has no run.json"
        raise GeohazardError(msg) from error
    except msgspec.DecodeError as error:
        msg = f"{path} is not what `geohazard sim generate` writes: {error}"
        raise GeohazardError(msg) from error
    if info.version != VERSION:
        msg = f"{folder} has version {info.version}; this geohazard reads version {VERSION}"
        raise GeohazardError(msg)
    return info


def _readable(path: Path) -> parquet.ParquetFile:
    try:
        file = parquet.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        msg = f"{path} is damaged or no Parquet file: {str(error).splitlines()[0]}"
        raise GeohazardError(msg) from error
    missing = [name for name in COLUMNS if name not in file.schema_arrow.names]
    if missing:
        msg = f"{path} has no column {missing[0]!r}; needed: {', '.join(COLUMNS)}"
        raise GeohazardError(msg)
    return file


def _batches(file: parquet.ParquetFile, path: Path, rows: int) -> Iterator[Readings]:
    try:
        for batch in file.iter_batches(rows, columns=list(COLUMNS)):
            yield readings_of_batch(batch)
    except (OSError, ValueError, pa.ArrowException) as error:
        msg = f"{path} is damaged: {str(error).splitlines()[0]}"
        raise GeohazardError(msg) from error


def readings_of_batch(batch: pa.RecordBatch) -> Readings:
    """Take the columns of a file's rows.

    Raises
    ------
    ValueError
        If a reading is incomplete or of an unknown channel.
    """
    for name in COLUMNS:
        if batch.column(name).null_count:
            msg = f"column {name!r} holds nulls"
            raise ValueError(msg)
    channel = _names(batch.column("channel"))
    unknown = [name for name in channel.names if name not in CHANNELS]
    if unknown:
        msg = f"column 'channel' holds {unknown[0]!r}, which is no channel"
        raise ValueError(msg)
    return Readings(
        point_id=_names(batch.column("point_id")),
        device_id=_names(batch.column("device_id")),
        channel=channel,
        event_ms=_times(batch.column("event_ms")),
        received_ms=_times(batch.column("received_ms")),
        value=batch.column("value").cast(pa.float64()).to_numpy(zero_copy_only=False),
        dialect=Names(("file",), np.zeros(batch.num_rows, np.int32)),
    )


def _names(column: pa.Array) -> Names:
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return Names(tuple(coded.dictionary.to_pylist()), codes)


def _times(column: pa.Array) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    stamps = column.cast(pa.timestamp("ms", tz="UTC")).cast(pa.int64())
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = stamps.to_numpy(zero_copy_only=False)
    return found

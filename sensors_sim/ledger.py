"""The ledger: every acknowledged message, for comparison with what the pipeline stored.

An Arrow IPC stream with zstd; a row for each message, in the order of acknowledgement. Columns:
``point_id, device_id`` (dictionaries), ``event_ms``, ``published_ms`` (wall clock of the first
try), ``kind`` (dictionary: valid, duplicate, malformed, backlog), ``channels`` and ``values``
(lists; empty for malformed).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from domain.channels import CHANNEL_NAMES
from sensors_sim.fleet import KINDS, MALFORMED, Message
from sensors_sim.sites import Sites

_BATCH = 20_000
_CODES = {name: code for code, name in enumerate(CHANNEL_NAMES)}


class Ledger:
    """Writes the ledger; a context manager that ends the stream properly.

    Parameters
    ----------
    path
        File to write; ``None`` for a run that only counts.
    """

    def __init__(self, path: Path | None, sites: Sites) -> None:
        self._ids = [
            pa.array([point.point_id for point in sites.points]),
            pa.array([device.device_id for device in sites.devices]),
        ]
        self._channels = [
            np.array([_CODES[name] for name in device.channels], np.int8)
            for device in sites.devices
        ]
        self._rows: list[tuple[Message, int]] = []
        self._file = path.open("wb") if path else None
        self._writer: pa.RecordBatchStreamWriter | None = None
        if self._file:
            options = pa.ipc.IpcWriteOptions(compression="zstd")
            self._writer = pa.ipc.new_stream(self._file, _SCHEMA, options=options)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, message: Message, published_ms: int) -> None:
        """Take a message that the broker has acknowledged."""
        if self._writer is None:
            return
        self._rows.append((message, published_ms))
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what was taken so far."""
        if self._rows and self._writer and self._file:
            self._writer.write_batch(self._batch(self._rows))
            self._file.flush()
            self._rows = []

    def close(self) -> None:
        """Write the rest and the end of the stream."""
        self.flush()
        if self._writer and self._file:
            self._writer.close()
            self._file.close()
            self._writer = None

    def _batch(self, rows: Sequence[tuple[Message, int]]) -> pa.RecordBatch:
        messages = [message for message, _ in rows]
        index = pa.array([message.row for message in messages], pa.int32())
        good = [message.kind != MALFORMED for message in messages]
        sizes = [len(m.values) if ok else 0 for m, ok in zip(messages, good, strict=True)]
        offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]), pa.int32())
        kept = [m for m, ok in zip(messages, good, strict=True) if ok]
        codes = np.concatenate([np.empty(0, np.int8), *(self._channels[m.row] for m in kept)])
        values = pa.array([value for m in kept for value in m.values], pa.float64())
        columns = [
            *(pa.DictionaryArray.from_arrays(index, ids) for ids in self._ids),
            pa.array([message.event_ms for message in messages], pa.int64()),
            pa.array([published_ms for _, published_ms in rows], pa.int64()),
            _dictionary([message.kind for message in messages], KINDS),
            pa.ListArray.from_arrays(offsets, _dictionary(codes, CHANNEL_NAMES)),
            pa.ListArray.from_arrays(offsets, values),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)


def _dictionary(codes: object, names: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(names))


_TEXT = pa.dictionary(pa.int32(), pa.string())
_FEW = pa.dictionary(pa.int8(), pa.string())
_SCHEMA = pa.schema(
    [
        ("point_id", _TEXT),
        ("device_id", _TEXT),
        ("event_ms", pa.int64()),
        ("published_ms", pa.int64()),
        ("kind", _FEW),
        ("channels", pa.list_(_FEW)),
        ("values", pa.list_(pa.float64())),
    ]
)

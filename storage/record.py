"""The tables of an open store file, and what is known of their content without asking."""

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from domain.frames import Features, Names, Readings, States
from domain.measurements import FEATURE_QUANTITIES
from storage import journal
from storage.base import Written
from storage.codebook import Codebook
from storage.dedupe import first_of_each, late_rows
from storage.events import EventTable


class Record:
    """Readings, features and states of one open file.

    Every method works inside the caller's transaction. What it notes in memory is true only if that
    transaction commits; if it does not, the caller makes a new `Record`.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        names = ("point_id", "device_id", "channel")
        self._series = Codebook(con, "series", "series_id", names)
        self._points = Codebook(con, "point", "point_key", ("point_id",))
        self._readings = EventTable(con, "reading_row", "series_id")
        self._features = EventTable(con, "feature_row", "series_id")
        self._states = EventTable(con, "state_row", "point_key")
        found = con.execute("SELECT coalesce(max(seq), -1) + 1 FROM reading_row").fetchall()
        self._next_seq = int(found[0][0])

    def add_readings(self, frames: Sequence[Readings], now_ms: int) -> Written:
        """Keep the first reading of each series and event time."""
        ids = self._series_ids(frames)
        event_ms = _joined([f.event_ms for f in frames])
        received_ms = _joined([f.received_ms for f in frames])
        held = self._readings.holds(self.con, ids, event_ms)
        new = first_of_each(ids, event_ms) & ~held
        again = self._readings.same(
            self.con,
            {"series_id": ids[held], "event_ms": event_ms[held], "received_ms": received_ms[held]},
        )
        self._count_repeats(int((~new).sum()), int(again.sum()))
        columns = {
            "series_id": ids[new],
            "event_ms": event_ms[new],
            "received_ms": received_ms[new],
            "stored_ms": np.full(new.sum(), now_ms),
            "value": _joined([f.value for f in frames], np.float64)[new],
            "dialect": _texts([f.dialect for f in frames]).filter(pa.array(new)),
            "seq": np.arange(self._next_seq, self._next_seq + new.sum()),
            "late": late_rows(ids[new], event_ms[new], self._readings.latest_ms(ids[new])),
        }
        self._next_seq += len(columns["seq"])
        return self._append(self._readings, columns, len(ids))

    def add_features(self, frames: Sequence[Features], now_ms: int) -> Written:
        """Keep the first feature row of each series and event time."""
        ids = self._series_ids(frames)
        event_ms = _joined([f.event_ms for f in frames])
        new = first_of_each(ids, event_ms) & ~self._features.holds(self.con, ids, event_ms)
        columns = {
            "series_id": ids[new],
            "event_ms": event_ms[new],
            "stored_ms": np.full(new.sum(), now_ms),
            "flag": _joined([f.flag for f in frames], np.uint8)[new],
            "level": _joined([f.level for f in frames], np.uint8)[new],
            "tests": _joined([f.tests for f in frames], np.uint32)[new],
        }
        for name in FEATURE_QUANTITIES[1:]:
            columns[name] = _nullable(_joined([getattr(f, name) for f in frames], np.float64)[new])
        return self._append(self._features, columns, len(ids))

    def add_states(self, frames: Sequence[States], now_ms: int) -> Written:
        """Keep the last state of each point and event time, as InfluxDB would.

        Two instruments that report at one instant may raise a point's level twice at that instant:
        the second state is the true one.
        """
        ids = _joined([self._points.encode([f.point_id]) for f in frames], np.int32)
        event_ms = _joined([f.event_ms for f in frames])
        last = first_of_each(ids[::-1], event_ms[::-1])[::-1]
        content = {
            "point_key": ids,
            "event_ms": event_ms,
            "level": _joined([f.level for f in frames], np.uint8),
            "score": _joined([f.score for f in frames], np.float64),
            "silent": _joined([f.silent for f in frames], np.uint8),
            "age_s": _joined([f.age_s for f in frames], np.float64),
        }
        columns = {name: column[last] for name, column in content.items()}
        changed = ~self._states.same(self.con, columns)
        columns = {name: column[changed] for name, column in columns.items()}
        self._states.remove(self.con, columns["point_key"], columns["event_ms"])
        columns["stored_ms"] = np.full(changed.sum(), now_ms)
        return self._append(self._states, columns, len(ids))

    def _count_repeats(self, repeats: int, redelivered: int) -> None:
        # Kafka repeats a reading with the time at which it was received; a device cannot.
        amounts = {"reading.redelivered": redelivered, "reading.duplicate": repeats - redelivered}
        journal.count(self.con, amounts)

    def _series_ids(self, frames: Sequence[Readings] | Sequence[Features]) -> npt.NDArray[np.int32]:
        encode = self._series.encode
        return _joined([encode([f.point_id, f.device_id, f.channel]) for f in frames], np.int32)

    def _append(self, table: EventTable, columns: dict[str, Any], rows: int) -> Written:
        self._series.flush(self.con)
        self._points.flush(self.con)
        new = len(columns["event_ms"])
        if new:
            table.append(self.con, columns)
        return Written(new, rows - new)


def _joined(arrays: Sequence[npt.NDArray[Any]], dtype: Any = np.int64) -> npt.NDArray[Any]:
    return np.concatenate(arrays).astype(dtype, copy=False) if arrays else np.empty(0, dtype)


def _texts(columns: Sequence[Names]) -> pa.ChunkedArray:
    chunks = [pa.array(c.names, pa.string()).take(pa.array(c.codes)) for c in columns]
    return pa.chunked_array(chunks, pa.string())


def _nullable(values: npt.NDArray[np.float64]) -> pa.Array:
    # DuckDB orders NaN above every number: it would win each max().
    return pa.array(values, mask=np.isnan(values))

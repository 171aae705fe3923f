"""Tables whose rows are told apart by an id and an event time, each kept once.

A row newer than all that its id has in the table cannot be a duplicate; only the others are looked
up, in the part of the table that their times span. So the price of exactness is paid by late and
repeated rows alone.
"""

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

NEVER_MS = np.iinfo(np.int64).min

Columns = Mapping[str, Any]


class EventTable:
    """One such table.

    Parameters
    ----------
    con
        Connection, to learn each id's newest event time.
    table, key
        Name of the table and of its id column; the time's column is ``event_ms``.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, table: str, key: str) -> None:
        self._table, self._key = table, key
        query = f"SELECT {key} AS id, max(event_ms) AS event_ms FROM {table} GROUP BY 1"  # noqa: S608
        found = con.execute(query).fetchnumpy()
        self._latest_ms = np.full(0, NEVER_MS, np.int64)
        self._advance(found["id"], found["event_ms"])

    def latest_ms(self, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Newest event time of each row's id in the table; `NEVER_MS` if it has none."""
        self._reach(ids)
        return self._latest_ms[ids]

    def holds(
        self,
        con: duckdb.DuckDBPyConnection,
        ids: npt.NDArray[np.int32],
        event_ms: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.bool_]:
        """Mark the rows whose id and event time the table holds."""
        return self.same(con, {self._key: ids, "event_ms": event_ms})

    def same(self, con: duckdb.DuckDBPyConnection, columns: Columns) -> npt.NDArray[np.bool_]:
        """Mark the rows that the table holds with equal values in all the given columns."""
        ids, event_ms = columns[self._key], columns["event_ms"]
        held = np.zeros(len(ids), np.bool_)
        doubtful = np.flatnonzero(event_ms <= self.latest_ms(ids))
        if len(doubtful):
            batch = {"row": doubtful} | {name: c[doubtful] for name, c in columns.items()}
            query = "SELECT row FROM batch b JOIN {table} t ON {equal} WHERE {span}"
            held[self._run(con, query, batch).fetchnumpy()["row"]] = True
        return held

    def remove(
        self,
        con: duckdb.DuckDBPyConnection,
        ids: npt.NDArray[np.int32],
        event_ms: npt.NDArray[np.int64],
    ) -> None:
        """Delete rows by id and event time, as far as the table holds them."""
        doubtful = event_ms <= self.latest_ms(ids)
        if doubtful.any():
            batch = {self._key: ids[doubtful], "event_ms": event_ms[doubtful]}
            self._run(con, "DELETE FROM {table} t USING batch b WHERE {equal} AND {span}", batch)

    def append(self, con: duckdb.DuckDBPyConnection, columns: Columns) -> None:
        """Add rows; ``columns`` has an array for each column of the table."""
        con.register("batch", pa.table(dict(columns)))
        con.execute(f"INSERT INTO {self._table} BY NAME SELECT * FROM batch")  # noqa: S608
        con.unregister("batch")
        self._advance(columns[self._key], columns["event_ms"])

    def _run(
        self, con: duckdb.DuckDBPyConnection, query: str, batch: Columns
    ) -> duckdb.DuckDBPyConnection:
        con.register("batch", pa.table(dict(batch)))
        equal = " AND ".join(f"t.{name} = b.{name}" for name in batch if name != "row")
        low, high = int(batch["event_ms"].min()), int(batch["event_ms"].max())
        span = f"t.event_ms BETWEEN {low} AND {high}"
        return con.execute(query.format(table=self._table, equal=equal, span=span))

    def _advance(self, ids: npt.NDArray[np.int32], event_ms: npt.NDArray[np.int64]) -> None:
        self._reach(ids)
        np.maximum.at(self._latest_ms, ids, event_ms)

    def _reach(self, ids: npt.NDArray[np.int32]) -> None:
        missing = int(ids.max(initial=-1)) + 1 - len(self._latest_ms)
        if missing > 0:
            more = np.full(max(missing, len(self._latest_ms)), NEVER_MS, np.int64)
            self._latest_ms = np.concatenate((self._latest_ms, more))

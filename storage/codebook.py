"""Small integers in place of texts that come again and again."""

from collections.abc import Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from domain.frames import Names
from storage.keys import distinct_keys


class Codebook:
    """The ids of one table's texts: ``series`` by (point, device, channel), ``point`` by point.

    Ids count from 0 in the order of first arrival. A new text gets its id at once; it is written
    by `flush`, in the caller's transaction.

    Examples
    --------
    >>> con = duckdb.connect()
    >>> _ = con.execute("CREATE TABLE point (point_key INTEGER, point_id VARCHAR)")
    >>> book = Codebook(con, "point", "point_key", ("point_id",))
    >>> book.encode([Names.of(["b", "a", "b"])]).tolist(), len(book)
    ([0, 1, 0], 2)
    >>> book.flush(con)
    >>> Codebook(con, "point", "point_key", ("point_id",)).encode([Names.of(["a"])]).tolist()
    [1]
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, table: str, key: str, columns: tuple[str, ...]
    ) -> None:
        self._table, self._columns = table, (key, *columns)
        wanted = ", ".join(self._columns)
        rows = con.execute(f"SELECT {wanted} FROM {table}").fetchall()  # noqa: S608
        self._ids: dict[tuple[str, ...], int] = {tuple(row[1:]): row[0] for row in rows}
        self._written = len(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def encode(self, columns: Sequence[Names]) -> npt.NDArray[np.int32]:
        """Return the id of each row; columns have equal length."""
        keys, rows = distinct_keys(columns)
        ids = [self._ids.setdefault(key, len(self._ids)) for key in keys]
        return np.array(ids, np.int32)[rows]

    def flush(self, con: duckdb.DuckDBPyConnection) -> None:
        """Write the texts that are new since the last call."""
        if self._written == len(self._ids):
            return
        fresh = list(self._ids.items())[self._written :]
        texts = zip(*(key for key, _ in fresh), strict=True)
        arrays = [pa.array([n for _, n in fresh], pa.int32()), *(pa.array(t) for t in texts)]
        con.register("fresh", pa.table(arrays, names=list(self._columns)))
        con.execute(f"INSERT INTO {self._table} SELECT * FROM fresh")  # noqa: S608
        con.unregister("fresh")
        self._written = len(self._ids)

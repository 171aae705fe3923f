"""Old rows leave the embedded store, a bounded number at a time.

Age is counted from when a row was stored, against the newest: rows leave in the order in which
they came, so whole blocks of the file become free, and a recording of past years that is replayed
into a running store is kept as long as any other reading. (Aged by event time, it would be dropped
as it arrives.)
"""

from collections.abc import Mapping

import duckdb

SWEEP_MS = 10_000
"""Between two sweeps."""
SWEEP_ROWS = 1_000_000
"""Rows that one sweep drops at most from each table."""
HEALTH_H = 24.0
"""Hours for which the processes' own figures are kept."""
REJECT_ROWS = 100_000
"""Rejects that are kept at most; the oldest leave first."""

_AGED = ("reading_row", "feature_row", "state_row", "reject")


def sweep(con: duckdb.DuckDBPyConnection, now_ms: int, retention_h: float) -> Mapping[str, int]:
    """Drop what is too old, inside the caller's transaction.

    Parameters
    ----------
    now_ms
        When the newest row was stored.
    retention_h
        Hours for which rows are kept.

    Returns
    -------
    Mapping[str, int]
        Rows dropped, by table; tables that lost none are absent.
    """
    cutoff_ms = now_ms - round(retention_h * 3_600_000)
    dropped = {table: _drop(con, table, cutoff_ms) for table in _AGED}
    health_ms = max(cutoff_ms, now_ms - round(HEALTH_H * 3_600_000))
    dropped["health"] = _drop(con, "health", health_ms)
    dropped["reject"] += _drop_surplus_rejects(con)
    return {table: rows for table, rows in dropped.items() if rows}


def _drop(con: duckdb.DuckDBPyConnection, table: str, cutoff_ms: int) -> int:
    query = (
        f"DELETE FROM {table} WHERE rowid IN "  # noqa: S608
        f"(SELECT rowid FROM {table} WHERE stored_ms < ? LIMIT {SWEEP_ROWS})"
    )
    return _changed(con.execute(query, [cutoff_ms]))


def _drop_surplus_rejects(con: duckdb.DuckDBPyConnection) -> int:
    query = (
        "DELETE FROM reject WHERE rowid IN (SELECT rowid FROM reject ORDER BY rowid "
        "LIMIT (SELECT greatest(count(*) - ?, 0) FROM reject))"
    )
    return _changed(con.execute(query, [REJECT_ROWS]))


def _changed(result: duckdb.DuckDBPyConnection) -> int:
    rows = result.fetchall()
    return int(rows[0][0])

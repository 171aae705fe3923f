"""Questions to the embedded store: pure functions of a connection.

Inside the store's process the connection is `DuckStore.cursor`; when no process has the file open,
`open_offline` gives one. (DuckDB lets no second process open a file that is being written.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from domain.levels import Level
from storage.schema import connect

FOREVER_MS = 2**62
_STATE_WINDOWS_H = (1, 24)


@dataclass(frozen=True)
class Counts:
    """What the store holds, and what it dropped.

    Attributes
    ----------
    readings
        Rows held now.
    late
        Of these, the ones whose event time is older than a reading of the same series that came
        before.
    duplicates
        Readings dropped because one of the same series and event time was held, sent again by a
        device or its broker (received at another time, or twice in one write).
    redelivered
        Readings dropped because Kafka delivered them again (received at the same time).
    expired
        Readings dropped by retention.
    warnings
        Warnings raised or upgraded, by the colour of the level that they reached.
    rejects
        Rejects held, by reason.
    """

    readings: int
    series: int
    late: int
    duplicates: int
    redelivered: int
    expired: int
    features: int
    warnings: Mapping[str, int]
    rejects: Mapping[str, int]


def open_offline(path: Path, *, memory_mb: int = 200) -> duckdb.DuckDBPyConnection:
    """Open a store's file for reading; the caller closes the connection.

    Raises
    ------
    StoreUnavailableError
        If a process is writing the file.
    GeohazardError
        If the file is no store.
    """
    return connect(path, memory_mb=memory_mb, read_only=True)


def counts(con: duckdb.DuckDBPyConnection) -> Counts:
    """Count everything; cheap enough for every second."""
    query = (
        "SELECT count(*), count(*) FILTER (late), (SELECT count(*) FROM series), "
        "(SELECT count(*) FROM feature_row) FROM reading_row"
    )
    readings, late, series_held, features = con.execute(query).fetchall()[0]
    counters = _pairs(con, "SELECT name, value FROM counter")
    return Counts(
        readings=readings,
        series=series_held,
        late=late,
        duplicates=counters.get("reading.duplicate", 0),
        redelivered=counters.get("reading.redelivered", 0),
        expired=counters.get("reading_row.expired", 0),
        features=features,
        warnings=_warnings_by_colour(con),
        rejects=_pairs(con, "SELECT reason, count(*) FROM reject GROUP BY 1 ORDER BY 1"),
    )


def distinct_readings(con: duckdb.DuckDBPyConnection) -> int:
    """Count the readings that differ in series or event time: as many as are held, or a fault."""
    query = "SELECT count(*) FROM (SELECT DISTINCT series_id, event_ms FROM reading_row)"
    return int(con.execute(query).fetchall()[0][0])


def readings_of(
    con: duckdb.DuckDBPyConnection,
    point_id: str,
    channel: str | None = None,
    *,
    start_ms: int = -FOREVER_MS,
    end_ms: int = FOREVER_MS,
) -> pa.Table:
    """Return a point's readings with ``start_ms <= event_ms < end_ms``, by event time.

    Returns
    -------
    pyarrow.Table
        device_id, channel, event_ms, received_ms, stored_ms, value, late.
    """
    columns = "device_id, channel, event_ms, received_ms, stored_ms, value, late"
    return _of_point(con, "reading", columns, [point_id, channel, start_ms, end_ms])


def features_of(
    con: duckdb.DuckDBPyConnection,
    point_id: str,
    channel: str | None = None,
    *,
    start_ms: int = -FOREVER_MS,
    end_ms: int = FOREVER_MS,
) -> pa.Table:
    """Return what the detectors made of a point's readings, by event time.

    Returns
    -------
    pyarrow.Table
        device_id, channel, event_ms, flag, anomaly_score, velocity, acceleration,
        tangential_angle, level, soil_water_index, rain_ratio, tests (bits of
        `domain.quality.Test`); null where no detector could judge.
    """
    columns = (
        "device_id, channel, event_ms, flag, anomaly_score, velocity, acceleration, "
        "tangential_angle, level, soil_water_index, rain_ratio, tests"
    )
    return _of_point(con, "feature", columns, [point_id, channel, start_ms, end_ms])


def states_of(
    con: duckdb.DuckDBPyConnection,
    point_id: str,
    *,
    start_ms: int = -FOREVER_MS,
    end_ms: int = FOREVER_MS,
) -> pa.Table:
    """Return a point's states by event time: event_ms, level, score, silent, age_s."""
    query = (
        "SELECT event_ms, level, score, silent, age_s FROM point_state "
        "WHERE point_id = ? AND event_ms >= ? AND event_ms < ? ORDER BY event_ms"
    )
    return con.sql(query, params=[point_id, start_ms, end_ms]).to_arrow_table()


def latest_states(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the latest state of every point, by point.

    Every point's state is repeated as a heartbeat, so what was stored lately nearly always holds
    them all, and the whole table is read only if it does not.

    Returns
    -------
    pyarrow.Table
        point_id, event_ms, level, score, silent, age_s.
    """
    newest, points = con.execute(
        "SELECT (SELECT max(stored_ms) FROM state_row), (SELECT count(*) FROM point)"
    ).fetchall()[0]
    for hours in _STATE_WINDOWS_H:
        table = _latest_states(con, (newest or 0) - hours * 3_600_000)
        if len(table) == points:
            return table
    return _latest_states(con, -FOREVER_MS)


def last_warnings(
    con: duckdb.DuckDBPyConnection,
    limit: int = 50,
    *,
    point_id: str | None = None,
    min_level: int = 0,
) -> pa.Table:
    """Return the last warnings, newest first.

    Parameters
    ----------
    min_level
        The level before or after reaches this.

    Returns
    -------
    pyarrow.Table
        id, point_id, kind, level, previous_level, event_ms, sequence, produced_ms, and body: the
        whole event as JSON (`domain.warnings.decode_warning`).
    """
    query = (
        "SELECT * FROM warning WHERE point_id = coalesce(?, point_id) "
        "AND greatest(level, previous_level) >= ? "
        "ORDER BY produced_ms DESC, point_id, sequence DESC LIMIT ?"
    )
    return con.sql(query, params=[point_id, min_level, limit]).to_arrow_table()


def warning_bodies(con: duckdb.DuckDBPyConnection, beginning: str, limit: int) -> list[str]:
    """Return warnings as JSON whose id begins so, by id, at most so many."""
    rows = con.execute(
        "SELECT body FROM warning WHERE starts_with(id, ?) ORDER BY id LIMIT ?", [beginning, limit]
    ).fetchall()
    return [str(body) for (body,) in rows]


def _of_point(
    con: duckdb.DuckDBPyConnection, view: str, columns: str, params: list[object]
) -> pa.Table:
    query = (
        f"SELECT {columns} FROM {view} "  # noqa: S608
        "WHERE point_id = ? AND channel = coalesce(?, channel) AND event_ms >= ? AND event_ms < ? "
        "ORDER BY event_ms, channel, device_id"
    )
    return con.sql(query, params=params).to_arrow_table()


def _latest_states(con: duckdb.DuckDBPyConnection, since_ms: int) -> pa.Table:
    query = (
        "SELECT * EXCLUDE stored_ms FROM (SELECT unnest(arg_max(s, s.event_ms)) FROM point_state s "
        "WHERE stored_ms >= ? GROUP BY point_id) ORDER BY point_id"
    )
    return con.sql(query, params=[since_ms]).to_arrow_table()


def _warnings_by_colour(con: duckdb.DuckDBPyConnection) -> Mapping[str, int]:
    query = (
        "SELECT level, count(*) FROM warning WHERE kind IN ('raised', 'upgraded') GROUP BY level"
    )
    found = dict(con.execute(query).fetchall())
    return {level.colour: found.get(int(level), 0) for level in Level if level}


def _pairs(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return dict(con.execute(query).fetchall())

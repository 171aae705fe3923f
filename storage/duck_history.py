"""Answers of the embedded store: pure functions of a connection, as `storage.history`."""

import duckdb
import numpy as np
import numpy.typing as npt

from domain.warnings import WarningEvent, decode_warning
from storage import history
from storage.histories import (
    LatestStates,
    PointHistory,
    Produced,
    SeriesHistory,
    StateHistory,
    changes_of,
    make_series,
)

MOST_WARNINGS = 100
FEW = 5
"""Warnings of one beginning of an id that are told apart."""

_ROWS = """
SELECT r.series_id, r.event_ms, r.value, f.flag, f.tests, f.velocity, f.tangential_angle
FROM (SELECT series_id, event_ms, value FROM reading_row
      WHERE list_contains(?, series_id) AND event_ms >= ? AND event_ms < ?) r
LEFT JOIN (SELECT series_id, event_ms, flag, tests, velocity, tangential_angle FROM feature_row
           WHERE list_contains(?, series_id) AND event_ms >= ? AND event_ms < ?) f
USING (series_id, event_ms)
ORDER BY r.series_id, r.event_ms
"""


def point_history(
    con: duckdb.DuckDBPyConnection, point_id: str, start_ms: int, end_ms: int
) -> PointHistory:
    """Return a point's history with ``start_ms <= event_ms < end_ms``."""
    keys = {
        row[0]: (row[1], row[2])
        for row in con.execute(
            "SELECT series_id, channel, device_id FROM series WHERE point_id = ? "
            "ORDER BY channel, device_id",
            [point_id],
        ).fetchall()
    }
    series = _series(con, keys, start_ms, end_ms)
    missing = {key[0] for key in keys.values()} - {s.channel for s in series}
    return PointHistory(
        series=series,
        states=_states(con, point_id, start_ms, end_ms),
        last_ms=_last_ms(con, [i for i, key in keys.items() if key[0] in missing], keys),
        warnings=_warnings_of(con, point_id),
    )


def latest_states(con: duckdb.DuckDBPyConnection) -> LatestStates:
    """Return the latest state of every point."""
    table = history.latest_states(con)
    columns = {name: table.column(name).to_pylist() for name in ("point_id", "event_ms")}
    levels = {name: table.column(name).to_pylist() for name in ("level", "silent")}
    return LatestStates(**columns, **levels)


def last_warnings(
    con: duckdb.DuckDBPyConnection, limit: int, *, silence: bool = False
) -> list[Produced]:
    """Return the last changes of level, or the last of silence and return; newest first."""
    rows = con.execute(
        "SELECT body, produced_ms FROM warning WHERE (kind IN ('silent', 'reporting')) = ? "
        "ORDER BY produced_ms DESC, point_id, sequence DESC LIMIT ?",
        [silence, limit],
    ).fetchall()
    return [Produced(event=decode_warning(body.encode()), produced_ms=ms) for body, ms in rows]


def warnings_of(con: duckdb.DuckDBPyConnection, beginning: str) -> list[WarningEvent]:
    """Return warnings whose id begins so, however old: some, if there are many."""
    return [decode_warning(b.encode()) for b in history.warning_bodies(con, beginning, FEW)]


def rejects(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count the rejects that are held, by reason."""
    query = "SELECT reason, count(*) FROM reject GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(con.execute(query).fetchall())


def _series(
    con: duckdb.DuckDBPyConnection, keys: dict[int, tuple[str, str]], start_ms: int, end_ms: int
) -> list[SeriesHistory]:
    if not keys:
        return []
    span = [list(keys), start_ms, end_ms]
    found = con.execute(_ROWS, [*span, *span]).fetchnumpy()
    ids = found["series_id"]
    return [
        make_series(key, found["event_ms"][ids == i], _columns(found, ids == i))
        for i, key in keys.items()
        if (ids == i).any()
    ]


def _columns(
    found: dict[str, npt.NDArray[np.float64]], rows: npt.NDArray[np.bool_]
) -> dict[str, npt.NDArray[np.float64]]:
    names = ("value", "flag", "tests", "velocity", "tangential_angle")
    return {name: _floats(found[name])[rows] for name in names}


def _floats(column: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.ma.filled(np.ma.asarray(column, np.float64), np.nan)


def _last_ms(
    con: duckdb.DuckDBPyConnection, ids: list[int], keys: dict[int, tuple[str, str]]
) -> dict[str, int]:
    """Find the newest reading of series that have none in the span: reads the whole column."""
    if not ids:
        return {}
    rows = con.execute(
        "SELECT series_id, max(event_ms) FROM reading_row WHERE list_contains(?, series_id) "
        "GROUP BY series_id",
        [ids],
    ).fetchall()
    last: dict[str, int] = {}
    for series_id, time_ms in rows:
        channel = keys[series_id][0]
        last[channel] = max(time_ms, last.get(channel, time_ms))
    return last


def _states(
    con: duckdb.DuckDBPyConnection, point_id: str, start_ms: int, end_ms: int
) -> StateHistory:
    table = history.states_of(con, point_id, start_ms=start_ms, end_ms=end_ms)
    return changes_of(*(table.column(name).to_pylist() for name in ("event_ms", "level", "silent")))


def _warnings_of(con: duckdb.DuckDBPyConnection, point_id: str) -> list[WarningEvent]:
    table = history.last_warnings(con, MOST_WARNINGS, point_id=point_id)
    return [decode_warning(body.encode()) for body in table.column("body").to_pylist()]

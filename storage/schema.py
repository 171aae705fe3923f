"""Tables of the embedded store, and the one way to open its file.

Readings and features carry a small integer in place of (point, device, channel); the views
``reading`` and ``feature`` put the names back. There is no primary key: DuckDB would keep its
index in memory, a row at a time; `storage.events` removes duplicates instead.
"""

import shutil
from pathlib import Path

import duckdb

from domain.errors import GeohazardError
from storage.base import StoreUnavailableError

VERSION = 3

_TABLES = """
CREATE TABLE meta (version INTEGER);
CREATE TABLE counter (name VARCHAR, value BIGINT);
CREATE TABLE series (series_id INTEGER, point_id VARCHAR, device_id VARCHAR, channel VARCHAR);
CREATE TABLE point (point_key INTEGER, point_id VARCHAR);
CREATE TABLE reading_row (
    series_id INTEGER, event_ms BIGINT, received_ms BIGINT, stored_ms BIGINT,
    value DOUBLE, dialect VARCHAR, seq BIGINT, late BOOLEAN);
CREATE TABLE feature_row (
    series_id INTEGER, event_ms BIGINT, stored_ms BIGINT, flag UTINYINT, anomaly_score DOUBLE,
    velocity DOUBLE, acceleration DOUBLE, tangential_angle DOUBLE, level UTINYINT,
    soil_water_index DOUBLE, rain_ratio DOUBLE, tests UINTEGER);
CREATE TABLE state_row (
    point_key INTEGER, event_ms BIGINT, stored_ms BIGINT,
    level UTINYINT, score DOUBLE, silent UTINYINT, age_s DOUBLE);
CREATE TABLE warning (
    id VARCHAR, point_id VARCHAR, kind VARCHAR, level UTINYINT, previous_level UTINYINT,
    event_ms BIGINT, sequence BIGINT, produced_ms BIGINT, body VARCHAR);
CREATE TABLE reject (
    reject_id VARCHAR, reason VARCHAR, detail VARCHAR, topic VARCHAR, received_ms BIGINT,
    payload BLOB, payload_bytes BIGINT, stored_ms BIGINT);
CREATE TABLE health (
    role VARCHAR, instance VARCHAR, time_ms BIGINT, lag BIGINT, rss_mb DOUBLE,
    counters VARCHAR, stored_ms BIGINT);
CREATE VIEW reading AS
    SELECT point_id, device_id, channel, event_ms, received_ms, stored_ms, value, dialect, seq, late
    FROM reading_row JOIN series USING (series_id);
CREATE VIEW point_state AS
    SELECT point_id, event_ms, stored_ms, level, CASE WHEN NOT isnan(score) THEN score END AS score,
        silent, CASE WHEN NOT isnan(age_s) THEN age_s END AS age_s
    FROM state_row JOIN point USING (point_key);
"""
_FEATURE_VIEW = """
CREATE OR REPLACE VIEW feature AS
    SELECT point_id, device_id, channel, event_ms, stored_ms, flag, anomaly_score, velocity,
        acceleration, tangential_angle, level, soil_water_index, rain_ratio, tests
    FROM feature_row JOIN series USING (series_id);
"""
_UPGRADES = {
    1: """
ALTER TABLE feature_row ADD COLUMN soil_water_index DOUBLE;
ALTER TABLE feature_row ADD COLUMN rain_ratio DOUBLE;
""",
    2: "ALTER TABLE feature_row ADD COLUMN tests UINTEGER DEFAULT 0;",
}
"""What makes a file of each earlier version one of the next; old rows know nothing of it."""


def connect(
    path: Path, *, memory_mb: int = 200, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Open the store's file, and make its tables if it is new.

    Raises
    ------
    StoreUnavailableError
        If the file is held by another process (or, otherwise opened, by this one), or the disk
        fails.
    GeohazardError
        If the file is no store of this version (one of an earlier version is brought up to date
        when it is opened for writing).
    """
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_mb}MB",
        "threads": "1",
        "temp_directory": f"{path}.tmp",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    try:
        con = duckdb.connect(str(path), read_only=read_only, config=config)
    except (duckdb.IOException, duckdb.ConnectionException) as error:
        msg = f"cannot open the store {path}: {str(error).splitlines()[0]}"
        raise StoreUnavailableError(msg) from error
    try:
        _check(con, path, read_only=read_only)
        if not read_only:  # what a killed process spilled; the file is ours now
            shutil.rmtree(f"{path}.tmp", ignore_errors=True)
    except BaseException:
        con.close()
        raise
    return con


def _check(con: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> None:
    tables = {row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables and not read_only:
        con.begin()
        con.execute(_TABLES)
        con.execute(_FEATURE_VIEW)
        con.execute("INSERT INTO meta VALUES (?)", [VERSION])
        con.commit()
        return
    rows = con.execute("SELECT version FROM meta").fetchall() if "meta" in tables else []
    found = rows[0][0] if len(rows) == 1 else "none"
    if found in _UPGRADES and read_only:
        msg = f"{path} was written by an earlier release: let the store open it once"
        raise GeohazardError(msg)
    if found in _UPGRADES:
        _upgrade(con, found)
    elif found != VERSION:
        msg = f"{path} is not a store of version {VERSION} (found: {found})"
        raise GeohazardError(msg)


def _upgrade(con: duckdb.DuckDBPyConnection, found: int) -> None:
    con.begin()
    for version in range(found, VERSION):
        con.execute(_UPGRADES[version])
    con.execute(_FEATURE_VIEW)
    con.execute("UPDATE meta SET version = ?", [VERSION])
    con.commit()

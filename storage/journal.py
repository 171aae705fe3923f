"""The small tables of the embedded store: warnings, rejects, health, counters.

Few rows, so they go in through one pattern: put the batch beside the table, insert what is absent.
Each function works inside the caller's transaction and returns how many rows were new.
"""

from collections.abc import Mapping, Sequence

import duckdb
import msgspec
import pyarrow as pa

from domain.health import Health
from domain.rejects import Reject
from domain.warnings import WarningEvent, encode_warning

KEEP_PAYLOAD_BYTES = 4096
"""Of a reject's payload; the whole of it stays in Kafka."""


def count(con: duckdb.DuckDBPyConnection, amounts: Mapping[str, int]) -> None:
    """Add to named counters."""
    for name, amount in amounts.items():
        if not amount:
            continue
        add = "UPDATE counter SET value = value + ? WHERE name = ? RETURNING 1"
        if not con.execute(add, [amount, name]).fetchall():
            con.execute("INSERT INTO counter VALUES (?, ?)", [name, amount])


def add_warnings(con: duckdb.DuckDBPyConnection, events: Sequence[tuple[WarningEvent, int]]) -> int:
    """Keep each warning once, with the earliest time at which it was produced."""
    earliest: dict[str, int] = {}
    for event, produced_ms in events:
        earliest[event.id] = min(produced_ms, earliest.get(event.id, produced_ms))
    rows = {event.id: _warning_row(event, earliest[event.id]) for event, _ in events}
    con.register("batch", pa.Table.from_pylist(list(rows.values())))
    con.execute(
        "UPDATE warning SET produced_ms = b.produced_ms FROM batch b "
        "WHERE warning.id = b.id AND b.produced_ms < warning.produced_ms"
    )
    return _insert_absent(con, "warning", ("id",))


def add_rejects(con: duckdb.DuckDBPyConnection, rejects: Sequence[Reject], stored_ms: int) -> int:
    """Keep each reject once, with the beginning of its payload."""
    rows: dict[str, dict[str, object]] = {}
    for r in rejects:
        rows.setdefault(r.reject_id, _reject_row(r, stored_ms))
    con.register("batch", pa.Table.from_pylist(list(rows.values())))
    return _insert_absent(con, "reject", ("reject_id",))


def add_health(con: duckdb.DuckDBPyConnection, healths: Sequence[Health], stored_ms: int) -> int:
    """Keep each process's figures once for each time."""
    rows: dict[tuple[str, str, int], dict[str, object]] = {}
    for h in healths:
        rows.setdefault((h.role, h.instance, h.time_ms), _health_row(h, stored_ms))
    con.register("batch", pa.Table.from_pylist(list(rows.values())))
    return _insert_absent(con, "health", ("role", "instance", "time_ms"))


def _insert_absent(con: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...]) -> int:
    found = con.execute(
        f"INSERT INTO {table} BY NAME "  # noqa: S608
        f"SELECT * FROM batch ANTI JOIN {table} USING ({', '.join(key)})"
    ).fetchall()
    con.unregister("batch")
    return int(found[0][0])


def _warning_row(event: WarningEvent, produced_ms: int) -> dict[str, object]:
    return {
        "id": event.id,
        "point_id": event.point_id,
        "kind": event.kind.value,
        "level": event.level,
        "previous_level": event.previous_level,
        "event_ms": event.event_ms,
        "sequence": event.sequence,
        "produced_ms": produced_ms,
        "body": encode_warning(event).decode(),
    }


def _reject_row(reject: Reject, stored_ms: int) -> dict[str, object]:
    return {
        "reject_id": reject.reject_id,
        "reason": reject.reason,
        "detail": reject.detail,
        "topic": reject.topic,
        "received_ms": reject.received_ms,
        "payload": reject.payload[:KEEP_PAYLOAD_BYTES],
        "payload_bytes": reject.payload_bytes,
        "stored_ms": stored_ms,
    }


def _health_row(health: Health, stored_ms: int) -> dict[str, object]:
    return {
        "role": health.role,
        "instance": health.instance,
        "time_ms": health.time_ms,
        "lag": health.lag,
        "rss_mb": health.rss_mb,
        "counters": msgspec.json.encode(health.counters).decode(),
        "stored_ms": stored_ms,
    }

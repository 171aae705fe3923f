"""Compare what was published with what the store holds: two independent ends of the pipeline."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from storage import history
from storage.codebook import Codebook
from storage.ledger import Block, is_whole, read_ledger

MEMORY_MB = 600
LOST_EXAMPLES = 10


@dataclass(frozen=True)
class Latency:
    """Milliseconds between two ends; ``None`` where there is nothing to measure."""

    p50: float | None
    p99: float | None


@dataclass(frozen=True)
class Audit:
    """What became of everything that was published.

    Attributes
    ----------
    ledger_whole
        False if the ledger was cut off, so that readings may have been published beyond it.
    published
        Distinct readings (point, device, channel, event time) in the ledger.
    published_again
        Readings beyond the first of each.
    stored
        Rows in the store; ``published - lost + unexpected + stored_twice``.
    lost
        Published readings that the store does not hold; what retention dropped (``expired``)
        counts as lost, so audit before it does.
    lost_examples
        Some of them: point, device, channel, event time in ms.
    value_mismatches
        Readings stored with another value than was published.
    stored_twice
        Rows beyond the first of their series and event time: always 0, or a fault of the store.
    unexpected
        Distinct readings in the store that the ledger does not have: of another source, or
        published and never acknowledged.
    publish_to_store_ms
        From a reading's first publication to its place in the store.
    publish_to_warning_ms
        From the message that completed the evidence (same point and event time) to the warning,
        for warnings raised or upgraded.
    warnings_unmatched
        Such warnings whose message is not in the ledger.
    late, duplicates, redelivered, expired
        As the store counted them (`storage.history.Counts`).
    """

    ledger_whole: bool
    published: int
    published_again: int
    stored: int
    lost: int
    lost_examples: tuple[tuple[str, str, str, int], ...]
    value_mismatches: int
    stored_twice: int
    unexpected: int
    publish_to_store_ms: Latency
    publish_to_warning_ms: Latency
    warnings_unmatched: int
    late: int
    duplicates: int
    redelivered: int
    expired: int


def audit(ledger_path: Path, duck_path: Path) -> Audit:
    """Compare a simulator's ledger with an embedded store that no process has open.

    Raises
    ------
    StoreUnavailableError
        If a process is writing the store.
    GeohazardError
        If one of the files is not what it should be.
    """
    with history.open_offline(duck_path, memory_mb=MEMORY_MB) as con:
        held = history.counts(con)
        distinct = history.distinct_readings(con)
        _load(con, ledger_path)
        con.execute(_MATCH)
        published, again, found, mismatches, stored_ms = con.execute(_READINGS).fetchall()[0]
        warned, matched, warned_ms = con.execute(_WARNINGS).fetchall()[0]
        return Audit(
            ledger_whole=is_whole(ledger_path),
            published=published,
            published_again=again,
            stored=held.readings,
            lost=published - found,
            lost_examples=tuple(con.execute(_LOST, [LOST_EXAMPLES]).fetchall()),
            value_mismatches=mismatches,
            stored_twice=held.readings - distinct,
            unexpected=distinct - found,
            publish_to_store_ms=_latency(stored_ms),
            publish_to_warning_ms=_latency(warned_ms),
            warnings_unmatched=warned - matched,
            late=held.late,
            duplicates=held.duplicates,
            redelivered=held.redelivered,
            expired=held.expired,
        )


_TABLES = """
CREATE TEMP TABLE published_series (
    id INTEGER, point_id VARCHAR, device_id VARCHAR, channel VARCHAR);
CREATE TEMP TABLE published (id INTEGER, event_ms BIGINT, published_ms BIGINT, value DOUBLE);
CREATE TEMP TABLE message (point_id VARCHAR, event_ms BIGINT, published_ms BIGINT);
"""

_MATCH = """
CREATE TEMP TABLE matched AS
WITH first AS (
    SELECT id, event_ms, count(*) AS times, min(published_ms) AS published_ms,
        arg_min(value, published_ms) AS value
    FROM published GROUP BY id, event_ms),
known AS (
    SELECT id, series_id
    FROM published_series LEFT JOIN series USING (point_id, device_id, channel))
SELECT id, first.event_ms, times, published_ms, first.value, stored_ms, r.value AS stored_value
FROM first JOIN known USING (id)
LEFT JOIN (SELECT series_id, event_ms, min(stored_ms) AS stored_ms, arg_min(value, seq) AS value
    FROM reading_row GROUP BY ALL) r
    ON r.series_id = known.series_id AND r.event_ms = first.event_ms
"""

_READINGS = """
SELECT count(*), coalesce(sum(times - 1), 0)::BIGINT, count(stored_ms),
    count(*) FILTER (stored_ms IS NOT NULL AND stored_value IS DISTINCT FROM value),
    quantile_cont(stored_ms - published_ms, [0.5, 0.99])
FROM matched
"""

_LOST = """
SELECT point_id, device_id, channel, event_ms FROM matched JOIN published_series USING (id)
WHERE stored_ms IS NULL ORDER BY event_ms, point_id, device_id, channel LIMIT ?
"""

_WARNINGS = """
WITH latency AS (
    SELECT id, min(produced_ms - published_ms) AS ms
    FROM warning w LEFT JOIN message m
        ON m.point_id = w.point_id AND m.event_ms = w.event_ms AND m.published_ms <= w.produced_ms
    WHERE kind IN ('raised', 'upgraded') GROUP BY id)
SELECT count(*), count(ms), quantile_cont(ms, [0.5, 0.99]) FROM latency
"""


def _load(con: duckdb.DuckDBPyConnection, ledger_path: Path) -> None:
    """Put the ledger's readings and messages into temporary tables."""
    con.execute(_TABLES)
    names = ("point_id", "device_id", "channel")
    book = Codebook(con, "published_series", "id", names)
    for block in read_ledger(ledger_path):
        _insert(con, "message", _messages(block))
        _insert(con, "published", _readings(block, book))
    book.flush(con)


def _messages(block: Block) -> pa.Table:
    first = ~block.is_duplicate
    columns = {
        "point_id": block.point_id.take(first).to_list(),
        "event_ms": block.event_ms[first],
        "published_ms": block.published_ms[first],
    }
    return pa.table(columns, schema=pa.schema([("point_id", pa.string()), *_TIMES]))


def _readings(block: Block, book: Codebook) -> pa.Table:
    points = block.point_id.take(block.message)
    return pa.table(
        {
            "id": book.encode([points, block.device_id, block.channel]),
            "event_ms": block.event_ms[block.message],
            "published_ms": block.published_ms[block.message],
            "value": block.value,
        }
    )


_TIMES = [("event_ms", pa.int64()), ("published_ms", pa.int64())]


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    con.register("rows", rows)
    con.execute(f"INSERT INTO {table} SELECT * FROM rows")  # noqa: S608
    con.unregister("rows")


def _latency(quantiles: list[float] | None) -> Latency:
    return Latency(*quantiles) if quantiles else Latency(None, None)

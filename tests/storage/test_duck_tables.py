"""Features, states, warnings, rejects and health in the embedded store."""

from typing import Any

import duckdb
import numpy as np
import pytest

from domain.clock import ManualClock
from domain.health import Health
from domain.rejects import Reject
from domain.warnings import WarningKind, decode_warning
from storage import history, journal
from storage.base import Written
from storage.duck import DuckStore
from tests.storage import builders as b


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    return con.sql(query).to_arrow_table().to_pylist()


def test_features_are_kept_once_and_nan_is_null(store: DuckStore) -> None:
    rows = [(b.POINT, "d1", "crack", 1000, 2.5), (b.POINT, "d1", "rain", 1000, np.nan)]
    assert store.write_features([b.features(rows)]) == Written(2)
    assert store.write_features([b.features(rows)]) == Written(0, 2)
    with store.cursor() as con:
        found = history.features_of(con, b.POINT).to_pylist()
        only_rain = history.features_of(con, b.POINT, "rain", start_ms=1000, end_ms=1001)
        outside = history.features_of(con, b.POINT, end_ms=1000)
    assert [(row["channel"], row["velocity"]) for row in found] == [("crack", 2.5), ("rain", None)]
    assert found[0] | {"channel": "rain"} == only_rain.to_pylist()[0] | {
        "velocity": 2.5,
        "level": 0,
    }
    assert len(outside) == 0


def test_the_last_state_of_an_instant_stands(store: DuckStore) -> None:
    """0 to 1 by one instrument, 1 to 2 by another, at the same event time."""
    one, two = b.states([(b.POINT, 1000, 1)]), b.states([(b.POINT, 1000, 2)])
    for call in ([one, two], [one], [two]):
        store.write_states(call)
        with store.cursor() as con:
            assert history.states_of(con, b.POINT)["level"].to_pylist() == call[-1].level.tolist()
    assert store.write_states([two]) == Written(0, 1)


def test_latest_states_hold_every_point(store: DuckStore, clock: ManualClock) -> None:
    store.write_states([b.states([("old", 9, 3), ("old", 8, 1)])])
    clock.advance(48 * 3_600_000)
    store.write_states([b.states([("a", 1, 1), ("a", 2, 0), ("b", 2, 4)], silent=1)])
    with store.cursor() as con:
        found = history.latest_states(con).to_pylist()
    assert [(row["point_id"], row["event_ms"], row["level"]) for row in found] == [
        ("a", 2, 0),
        ("b", 2, 4),
        ("old", 9, 3),
    ]
    assert found[0] == {
        "point_id": "a", "event_ms": 2, "level": 0, "score": 0.25, "silent": 1, "age_s": 3.0
    }  # fmt: skip


def test_a_warning_keeps_its_earliest_time(store: DuckStore) -> None:
    event = b.warning()
    assert store.write_warnings([(event, 1500), (event, 1400)]) == Written(1, 1)
    assert store.write_warnings([(event, 1300)]) == Written(0, 1)
    assert store.write_warnings([(event, 1600)]) == Written(0, 1)
    with store.cursor() as con:
        (found,) = history.last_warnings(con).to_pylist()
        (body,) = history.warning_bodies(con, event.id, 5)
        assert history.warning_bodies(con, event.id[:8], 5) == [body]
        assert history.warning_bodies(con, "w_unknown", 5) == []
    assert found["produced_ms"] == 1300
    assert body is not None
    assert decode_warning(body.encode()) == event


def test_warnings_are_counted_when_they_rise(store: DuckStore) -> None:
    kinds = [WarningKind.RAISED, WarningKind.UPGRADED, WarningKind.DOWNGRADED, WarningKind.SILENT]
    events = [b.warning(sequence=i, level=i + 1, kind=kind) for i, kind in enumerate(kinds)]
    store.write_warnings([(event, 10 + i) for i, event in enumerate(events)])
    with store.cursor() as con:
        assert history.counts(con).warnings == {"blue": 1, "yellow": 1, "orange": 0, "red": 0}
        newest = history.last_warnings(con, 2, min_level=2)["level"].to_pylist()
        assert newest == [4, 3]
        assert len(history.last_warnings(con, point_id=b.OTHER)) == 0


def test_rejects_are_counted_by_reason_with_a_short_payload(store: DuckStore) -> None:
    large = Reject.of("too_large", "x", "t", b"a" * 10_000, 1)
    small = Reject.of("malformed", "x", "t", b"\xff\x00", 2)
    assert store.write_rejects([large, small, small]) == Written(2, 1)
    assert store.write_rejects([small]) == Written(0, 1)
    with store.cursor() as con:
        assert history.counts(con).rejects == {"malformed": 1, "too_large": 1}
        newest, oldest = _rows(con, "SELECT * FROM reject ORDER BY received_ms DESC")
    assert newest["payload"] == b"\xff\x00"
    assert len(oldest["payload"]) == journal.KEEP_PAYLOAD_BYTES
    assert oldest["payload_bytes"] == 10_000


def test_health_of_a_process_and_time_is_kept_once(store: DuckStore) -> None:
    def health(role: str, time_ms: int) -> Health:
        return Health(
            role=role, instance="0", time_ms=time_ms, lag=time_ms, rss_mb=1.5, counters={"n": 2}
        )

    records = [health("store", 2), health("store", 1), health("ingest", 1), health("store", 2)]
    assert store.write_health(records) == Written(3, 1)
    with store.cursor() as con:
        found = _rows(con, "SELECT * FROM health ORDER BY role, time_ms")
    assert [(row["role"], row["lag"], row["counters"]) for row in found] == [
        ("ingest", 1, '{"n":2}'),
        ("store", 1, '{"n":2}'),
        ("store", 2, '{"n":2}'),
    ]


def test_readings_of_a_point(store: DuckStore) -> None:
    rows = [b.reading(3), b.reading(1, 5.0), b.reading(2, channel="rain"), b.reading(2, point="x")]
    store.write_readings([b.frame(*rows)])
    with store.cursor() as con:
        found = history.readings_of(con, b.POINT, "crack", start_ms=1, end_ms=3).to_pylist()
        assert history.readings_of(con, b.POINT)["event_ms"].to_pylist() == [1, 2, 3]
        assert history.distinct_readings(con) == history.counts(con).readings == 4
    (row,) = found
    assert (row["event_ms"], row["value"], row["late"]) == (1, 5.0, True)


def test_a_closed_store_takes_nothing(store: DuckStore) -> None:
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.write_readings([b.frame(b.reading(1))])

"""Old rows leave the embedded store, a bounded number at a time."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.clock import ManualClock
from domain.health import Health
from domain.rejects import Reject
from storage import retention
from storage.duck import DuckStore
from storage.history import counts
from tests.storage import builders as b

HOUR_MS = 3_600_000


def open_for_an_hour(tmp_path: Path, clock: ManualClock) -> DuckStore:
    return DuckStore(tmp_path / "short.duckdb", retention_h=1.0, clock=clock)


def readings(store: DuckStore) -> list[tuple[object, ...]]:
    with store.cursor() as con:
        return b.table(con, "SELECT event_ms FROM reading ORDER BY seq")


def test_rows_leave_by_the_time_they_were_stored(tmp_path: Path, clock: ManualClock) -> None:
    store = open_for_an_hour(tmp_path, clock)
    past_century = b.reading(-(10**12))
    store.write_readings([b.frame(b.reading(5), past_century)])
    store.write_states([b.states([(b.POINT, 5, 1)])])
    store.write_features([b.features([(b.POINT, "d1", "crack", 5, 1.0)])])
    clock.advance(HOUR_MS)
    store.write_readings([b.frame(b.reading(6))])
    assert len(readings(store)) == 3
    clock.advance(retention.SWEEP_MS)
    store.write_readings([b.frame(b.reading(7))])
    assert readings(store) == [(6,), (7,)]
    with store.cursor() as con:
        assert counts(con).expired == 2
        assert b.table(con, "SELECT * FROM state_row UNION ALL BY NAME FROM feature_row") == []
    store.close()


def test_a_sweep_is_bounded(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SWEEP_ROWS", 10)
    store = open_for_an_hour(tmp_path, clock)
    store.write_readings([b.frame(*(b.reading(i) for i in range(25)))])
    clock.advance(2 * HOUR_MS)
    left = []
    for i in range(3):
        store.write_readings([b.frame(b.reading(100 + i))])
        left.append(len(readings(store)))
        clock.advance(retention.SWEEP_MS)
    store.close()
    assert left == [16, 7, 3]


def test_warnings_stay_and_health_goes_after_a_day(tmp_path: Path, clock: ManualClock) -> None:
    store = DuckStore(tmp_path / "long.duckdb", retention_h=1000.0, clock=clock)
    store.write_health([Health(role="a", instance="0", time_ms=1, lag=0, rss_mb=1, counters={})])
    store.write_warnings([(b.warning(), 5)])
    store.write_readings([b.frame(b.reading(1))])
    clock.advance(25 * HOUR_MS)
    store.write_readings([b.frame(b.reading(2))])
    with store.cursor() as con:
        assert b.table(con, "SELECT count(*) FROM health") == [(0,)]
        assert b.table(con, "SELECT count(*) FROM warning") == [(1,)]
        assert counts(con).readings == 2
    store.close()


def test_a_flood_of_rejects_is_bounded(
    store: DuckStore, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "REJECT_ROWS", 3)
    store.write_rejects([Reject.of("malformed", "", "t", bytes([i]), i) for i in range(10)])
    clock.advance(retention.SWEEP_MS)
    store.write_rejects([Reject.of("malformed", "", "t", b"new", 99)])
    with store.cursor() as con:
        assert b.table(con, "SELECT received_ms FROM reject ORDER BY 1") == [(8,), (9,), (99,)]


def test_room_is_used_again(tmp_path: Path, clock: ManualClock) -> None:
    """Ten hours through a store that keeps one take about the room of one."""
    path = tmp_path / "short.duckdb"
    frame = b.frame(*(b.reading(0, i * 0.37, device=f"d{i}") for i in range(20_000)))
    sizes = []
    for hour in range(10):
        store = open_for_an_hour(tmp_path, clock)
        for part in range(6):
            store.write_readings([replace(frame, event_ms=frame.event_ms + hour * 100 + part)])
            clock.advance(HOUR_MS // 6)
        store.close()
        sizes.append(path.stat().st_size)
    assert max(sizes[5:]) < 2.0 * sizes[1], sizes

"""Readings in the embedded store: each kept once, the first value stands."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.clock import ManualClock
from storage.base import Written
from storage.duck import DuckStore
from storage.history import counts
from tests.storage import builders as b

Row = tuple[str, str, str, int, int, float, str]
ALL = (
    "SELECT point_id, device_id, channel, event_ms, received_ms, value, dialect, seq, late "
    "FROM reading ORDER BY seq"
)
ROWS = st.lists(
    st.builds(
        b.reading,
        st.integers(0, 6),
        st.floats(-10, 10),
        point=st.sampled_from([b.POINT, b.OTHER]),
        device=st.sampled_from(["d1", "d1/2"]),
        channel=st.sampled_from(["crack", "rain"]),
        received_ms=st.integers(0, 3),
        dialect=st.sampled_from(["senml", "dp"]),
    ),
    max_size=25,
)
CALLS = st.lists(st.lists(ROWS, max_size=3), min_size=1, max_size=5)


def expected(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """Say what the table must hold, by the plain definition."""
    kept: dict[tuple[str, str, str, int], tuple[object, ...]] = {}
    newest: dict[tuple[str, str, str], int] = {}
    for row in rows:
        series, event_ms = row[:3], row[3]
        if (*series, event_ms) in kept:
            continue
        late = event_ms < newest.get(series, event_ms)
        kept[(*series, event_ms)] = (*row, len(kept), late)
        newest[series] = max(event_ms, newest.get(series, event_ms))
    return list(kept.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls=CALLS, data=st.data())
def test_any_split_and_repetition_gives_the_same_table(
    calls: list[list[list[Row]]], data: st.DataObject
) -> None:
    """Kafka rewinds to any point and goes on; the process may be restarted in between."""
    at = 0
    with TemporaryDirectory() as folder:
        store = DuckStore(Path(folder) / "r.duckdb", clock=ManualClock(1))
        while at < len(calls):
            store.write_readings([b.frame(*rows) for rows in calls[at]])
            at += 1
            if data.draw(st.integers(0, 3)) == 0:
                at -= data.draw(st.integers(0, at))
            if data.draw(st.integers(0, 4)) == 0:
                store.close()
                store = DuckStore(Path(folder) / "r.duckdb", clock=ManualClock(1))
        with store.cursor() as con:
            found = b.table(con, ALL)
        store.close()
    assert found == expected([row for call in calls for rows in call for row in rows])


def test_what_was_dropped_is_counted_by_its_cause(store: DuckStore) -> None:
    first = b.frame(b.reading(1), b.reading(2), b.reading(2))
    assert store.write_readings([first]) == Written(2, 1)
    again = b.frame(b.reading(1), b.reading(2, received_ms=9_999))
    assert store.write_readings([again]) == Written(0, 2)
    with store.cursor() as con:
        held = counts(con)
    assert (held.readings, held.duplicates, held.redelivered) == (2, 2, 1)


def test_lateness_is_judged_by_series_and_arrival(store: DuckStore) -> None:
    store.write_readings([b.frame(b.reading(10), b.reading(5), b.reading(10, device="d2"))])
    store.write_readings([b.frame(b.reading(7), b.reading(11), b.reading(3, device="d3"))])
    with store.cursor() as con:
        late = b.table(con, "SELECT device_id, event_ms FROM reading WHERE late ORDER BY seq")
        assert late == [("d1", 5), ("d1", 7)]
        assert counts(con).late == 2


def test_stored_time_is_the_clocks(store: DuckStore, clock: ManualClock) -> None:
    store.write_readings([b.frame(b.reading(1))])
    clock.advance(250)
    store.write_readings([b.frame(b.reading(2))])
    with store.cursor() as con:
        found = b.table(con, "SELECT stored_ms - min(stored_ms) OVER () FROM reading ORDER BY seq")
    assert found == [(0,), (250,)]


def test_nothing_to_write_is_nothing_written(store: DuckStore) -> None:
    assert store.write_readings([]) == Written()
    assert store.write_readings([b.frame()]) == Written()
    assert store.write_features([]) == Written()
    assert store.write_states([]) == Written()
    assert store.write_warnings([]) == store.write_rejects([]) == store.write_health([])


def test_many_series_and_hostile_names_keep_apart(store: DuckStore) -> None:
    names = ["", "a", "a|b", "'; DROP TABLE reading_row; --", "表\n", "\x00", "🏔"]
    rows = [
        b.reading(1, float(i), point=p, device=d)
        for i, (p, d) in enumerate((p, d) for p in names for d in names)
    ]
    assert store.write_readings([b.frame(*rows)]) == Written(len(rows))
    with store.cursor() as con:
        found = b.table(con, "SELECT point_id, device_id, value FROM reading ORDER BY seq")
    assert found == [(row[0], row[1], row[5]) for row in rows]

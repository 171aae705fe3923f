"""The audit finds exactly what was lost, changed or added, on ledgers made by hand."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.clock import ManualClock
from domain.errors import GeohazardError
from domain.warnings import WarningKind
from storage.audit import Audit, Latency, audit
from storage.base import StoreUnavailableError
from storage.duck import DuckStore
from tests.storage import builders as b

TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    {
        "point_id": TEXT,
        "device_id": TEXT,
        "event_ms": pa.int64(),
        "published_ms": pa.int64(),
        "kind": TEXT,
        "channels": pa.list_(TEXT),
        "values": pa.list_(pa.float64()),
    }
)
Message = tuple[str, str, int, int, str, list[str], list[float]]


def message(
    event_ms: int,
    published_ms: int,
    values: dict[str, float],
    *,
    kind: str = "valid",
    point: str = b.POINT,
    device: str = "d1",
) -> Message:
    return (point, device, event_ms, published_ms, kind, list(values), list(values.values()))


def write_ledger(
    path: Path, messages: Sequence[Message], *, batch: int = 3, schema: pa.Schema = SCHEMA
) -> None:
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema, options=options) as w:
        for start in range(0, len(messages), batch):
            rows = [
                dict(zip(schema.names, m, strict=True)) for m in messages[start : start + batch]
            ]
            w.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))


def store_of(path: Path, *frames: object, clock_ms: int = 10_000) -> DuckStore:
    store = DuckStore(path, clock=ManualClock(clock_ms))
    for frame in frames:
        store.write_readings([frame])  # type: ignore[list-item]
    return store


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "ledger.arrow", tmp_path / "record.duckdb"


def test_a_calm_run(paths: tuple[Path, Path]) -> None:
    ledger, record = paths
    write_ledger(
        ledger,
        [
            message(1000, 9_000, {"crack": 1.0, "rain": 2.0}),
            message(1000, 9_500, {"crack": 1.0, "rain": 2.0}, kind="duplicate"),
            message(500, 9_900, {"crack": 0.5}, kind="backlog"),
            message(1000, 9_900, {}, kind="malformed"),
        ],
    )
    rows = [b.reading(1000, 1.0), b.reading(1000, 2.0, channel="rain"), b.reading(500, 0.5)]
    store_of(record, b.frame(*rows), b.frame(b.reading(1000, received_ms=0))).close()
    assert audit(ledger, record) == Audit(
        ledger_whole=True,
        published=3,
        published_again=2,
        stored=3,
        lost=0,
        lost_examples=(),
        value_mismatches=0,
        stored_twice=0,
        unexpected=0,
        publish_to_store_ms=Latency(1000.0, 1000.0),
        publish_to_warning_ms=Latency(None, None),
        warnings_unmatched=0,
        late=1,
        duplicates=1,
        redelivered=0,
        expired=0,
    )


def test_losses_changes_and_strangers(paths: tuple[Path, Path]) -> None:
    ledger, record = paths
    messages = [message(i, 5_000 + i, {"crack": float(i), "rain": 0.25}) for i in range(10)]
    write_ledger(ledger, [*messages, message(1, 1, {"tilt_x": 1.0}, device="never-seen")])
    rows = [b.reading(i, float(i)) for i in range(10) if i not in (3, 4)]
    rows += [b.reading(i, 0.25 if i != 7 else 0.2500001, channel="rain") for i in range(10)]
    strangers = [b.reading(99, 1.0), b.reading(1, 1.0, point=b.OTHER)]
    store_of(record, b.frame(*rows, *strangers)).close()
    found = audit(ledger, record)
    assert (found.published, found.stored, found.lost) == (21, 20, 3)
    assert found.lost_examples == (
        (b.POINT, "never-seen", "tilt_x", 1),
        (b.POINT, "d1", "crack", 3),
        (b.POINT, "d1", "crack", 4),
    )
    assert (found.value_mismatches, found.unexpected) == (1, 2)
    assert found.stored == found.published - found.lost + found.unexpected + found.stored_twice


def test_rows_stored_twice_are_told(paths: tuple[Path, Path]) -> None:
    ledger, record = paths
    write_ledger(ledger, [message(1, 1, {"crack": 1.0})])
    store = store_of(record, b.frame(b.reading(1, 1.0)))
    with store.cursor() as con:
        con.execute("INSERT INTO reading_row SELECT * FROM reading_row")
    store.close()
    found = audit(ledger, record)
    assert (found.stored, found.stored_twice, found.lost) == (2, 1, 0)


def test_latency_to_the_warning_is_from_its_message(paths: tuple[Path, Path]) -> None:
    ledger, record = paths
    messages = [message(i, 5_000 + i, {"crack": 1.0}) for i in range(100)]
    again = message(7, 5_300, {"crack": 1.0}, kind="duplicate")
    other = [message(at, 5_400 + at, {"rain": 1.0}, device="d2") for at in (8, 9, 10)]
    write_ledger(ledger, [*messages, again, *other])
    store = store_of(record)
    produced = {7: 5_407, 8: 5_508, 9: 5_109, 10: 5_110, 500: 9_000}
    events = [(b.warning(at, sequence=at), ms) for at, ms in produced.items()]
    cleared = b.warning(1, sequence=9_999, kind=WarningKind.CLEARED)
    store.write_warnings([*events, (cleared, 99_999)])
    store.close()
    found = audit(ledger, record)
    assert found.publish_to_warning_ms.p50 == 100.0  # of 400 ms and three times 100
    assert found.publish_to_warning_ms.p99 == pytest.approx(391.0)
    assert found.warnings_unmatched == 1


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lost=st.sets(st.integers(0, 39), max_size=40),
    changed=st.sets(st.integers(0, 39), max_size=40),
    batch=st.integers(1, 50),
)
def test_any_losses_are_counted(
    tmp_path_factory: pytest.TempPathFactory, lost: set[int], changed: set[int], batch: int
) -> None:
    folder = tmp_path_factory.mktemp("audit")
    ledger, record = folder / "l.arrow", folder / "r.duckdb"
    write_ledger(ledger, [message(i, i, {"crack": 1.0}) for i in range(40)], batch=batch)
    rows = [b.reading(i, 2.0 if i in changed else 1.0) for i in range(40) if i not in lost]
    store_of(record, b.frame(*rows)).close()
    found = audit(ledger, record)
    assert (found.lost, found.value_mismatches) == (len(lost), len(changed - lost))


def test_plain_text_columns_are_read_too(paths: tuple[Path, Path]) -> None:
    ledger, record = paths
    plain = {"point_id": pa.string(), "kind": pa.string(), "channels": pa.list_(pa.string())}
    schema = pa.schema([(f.name, plain.get(f.name, f.type)) for f in SCHEMA])
    write_ledger(ledger, [message(1, 1, {"crack": 1.0})], schema=schema)
    store_of(record, b.frame(b.reading(1, 1.0))).close()
    assert audit(ledger, record).lost == 0


@pytest.mark.parametrize("keep", [0.5, 0.9, 0.999])
def test_a_ledger_cut_off_is_read_as_far_as_it_goes(paths: tuple[Path, Path], keep: float) -> None:
    ledger, record = paths
    write_ledger(ledger, [message(i, 1, {"crack": 1.0}) for i in range(300)], batch=10)
    content = ledger.read_bytes()
    ledger.write_bytes(content[: int(len(content) * keep)])
    store_of(record, b.frame(*(b.reading(i, 1.0) for i in range(300)))).close()
    found = audit(ledger, record)
    assert not found.ledger_whole
    assert 0 < found.published < 300 + (keep > 0.99)
    assert (found.lost, found.unexpected) == (0, 300 - found.published)


def test_an_empty_ledger(paths: tuple[Path, Path]) -> None:
    ledger, record = paths
    write_ledger(ledger, [])
    store_of(record).close()
    found = audit(ledger, record)
    assert (found.published, found.stored, found.lost) == (0, 0, 0)
    assert found.publish_to_store_ms == Latency(None, None)


def test_what_is_no_ledger_is_told(paths: tuple[Path, Path]) -> None:
    ledger, record = paths
    store_of(record).close()
    with pytest.raises(GeohazardError, match="not a ledger"):
        audit(ledger, record)
    ledger.write_bytes(b"hello")
    with pytest.raises(GeohazardError, match="not a ledger"):
        audit(ledger, record)
    write_ledger(ledger, [(b.POINT, "d1", 1, 1, "valid", ["crack", "rain"], [1.0])])
    with pytest.raises(GeohazardError, match="more channels than values"):
        audit(ledger, record)


def test_a_store_that_is_absent_or_being_written(paths: tuple[Path, Path]) -> None:
    ledger, record = paths
    write_ledger(ledger, [])
    with pytest.raises(StoreUnavailableError):
        audit(ledger, record)
    store = store_of(record)
    with pytest.raises(StoreUnavailableError):
        audit(ledger, record)
    store.close()

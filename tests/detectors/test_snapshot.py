"""An engine that was stopped and restored goes on as if nothing had been."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine
from detectors.snapshot import SnapshotError
from tests.detectors.worlds import feed, fingerprint, wild_world


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), stop=st.integers(0, 700))
def test_restore_then_process_equals_never_having_stopped(seed: int, stop: int) -> None:
    points, rows = wild_world(seed, steps=25)
    steady, first, second = Engine(points), Engine(points), Engine(points)
    feed(steady, rows[:stop])
    feed(first, rows[:stop])
    second.restore(first.snapshot())
    assert fingerprint(feed(second, rows[stop:])) == fingerprint(feed(steady, rows[stop:]))
    assert second.snapshot() == steady.snapshot()
    assert second.heartbeat().encode() == steady.heartbeat().encode()


def test_equal_states_give_equal_bytes() -> None:
    points, rows = wild_world(3)
    first, second = Engine(points), Engine(points)
    feed(first, rows)
    feed(second, rows, cuts=[100, 200])
    assert first.snapshot() == second.snapshot()


@pytest.mark.parametrize("at", [0, 5, 100, 2000, -300, -1])
def test_broken_bytes_are_refused_and_change_nothing(at: int) -> None:
    points, rows = wild_world(3)
    engine = Engine(points)
    feed(engine, rows[:400])
    before = engine.snapshot()
    broken = bytearray(before)
    broken[at] ^= 0xFF
    try:
        engine.restore(bytes(broken))
    except SnapshotError:
        assert engine.snapshot() == before
    else:  # a byte that no check sum covers may change, if nothing else does
        assert engine.snapshot() == before


@pytest.mark.parametrize("blob", [b"", b"PK", b"\x80\x04K\x01.", b"\x93NUMPY"])
def test_other_bytes_are_refused(blob: bytes) -> None:
    with pytest.raises(SnapshotError):
        Engine({}).restore(blob)


def test_cut_short_is_refused() -> None:
    points, rows = wild_world(3)
    engine = Engine(points)
    feed(engine, rows[:400])
    with pytest.raises(SnapshotError):
        Engine(points).restore(engine.snapshot()[:-200])


def _altered(change: str) -> bytes:
    import io

    points, rows = wild_world(3)
    engine = Engine(points)
    feed(engine, rows[:400])
    with np.load(io.BytesIO(engine.snapshot())) as archive:
        arrays = {name: archive[name] for name in archive.files}
    header = msgspec.json.decode(arrays["header"].tobytes())
    if change == "version":
        header["version"] = 99
    elif change == "kind":
        header["kind"] = "other"
    elif change == "level":
        arrays["points.level"] = arrays["points.level"] + 7
    elif change == "shape":
        arrays["series.time"] = arrays["series.time"][:, :5]
    elif change == "dtype":
        arrays["series.value"] = arrays["series.value"].astype(np.float64)
    elif change == "missing":
        del arrays["series.noise"]
    elif change == "point":
        header["series"][0][0] = 77
    elif change == "twice":
        header["points"][1] = header["points"][0]
    elif change == "channel":
        header["series"][0][2] = "nonsense"
    elif change == "row":
        arrays["series.point"] = arrays["series.point"] + 90
    elif change == "detector":
        arrays["fused.detector"] = arrays["fused.detector"] + 90
    arrays["header"] = np.frombuffer(msgspec.json.encode(header), np.uint8)
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


CHANGES = ("version", "kind", "level", "shape", "dtype", "missing", "point", "twice", "channel")


@pytest.mark.parametrize("change", [*CHANGES, "row", "detector"])
def test_a_state_that_cannot_be_is_refused(change: str) -> None:
    with pytest.raises(SnapshotError):
        Engine({}).restore(_altered(change))


def test_an_unaltered_state_is_taken() -> None:
    Engine({}).restore(_altered("nothing"))

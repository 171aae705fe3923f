"""However readings are cut into batches, the same comes out, to the bit."""

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine
from tests.detectors.worlds import Row, feed, fingerprint, warnings_of, wild_world

SEEDS = st.integers(0, 2**32 - 1)
CUTS = st.lists(st.integers(1, 900), max_size=12)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, cuts=CUTS)
def test_cutting_a_stream_anywhere_changes_nothing(seed: int, cuts: list[int]) -> None:
    points, rows = wild_world(seed)
    whole = fingerprint(feed(Engine(points), rows))
    assert fingerprint(feed(Engine(points), rows, cuts)) == whole


def test_the_state_of_a_point_that_rests_again_is_the_same_bytes() -> None:
    """A shower supports a level for a while, then nothing does."""
    points, _ = wild_world(0, points=1, steps=10)
    point_id, rows = next(iter(points)), []
    for step in range(1, 600):
        when, mm = 1_780_000_000_000 + 600_000 * step, 40.0 if step % 150 == 0 else 0.0
        rows.append((point_id, "gauge", "rain", when, when, mm, "senml"))
    engines = Engine(points), Engine(points)
    feed(engines[0], rows)
    feed(engines[1], rows, range(7, len(rows), 7))
    assert engines[0].snapshot() == engines[1].snapshot()


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_one_by_one_equals_all_at_once(seed: int) -> None:
    points, rows = wild_world(seed, points=2, steps=25)
    whole = fingerprint(feed(Engine(points), rows))
    assert fingerprint(feed(Engine(points), rows, range(1, len(rows)))) == whole


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, cuts=CUTS)
def test_a_point_alone_gives_what_it_gives_among_others(seed: int, cuts: list[int]) -> None:
    """All but silence, which looks at all points together."""
    points, rows = wild_world(seed)
    together = feed(Engine(points), rows, cuts)
    for point_id in points:
        mine = [row for row in rows if row[0] == point_id]
        alone = feed(Engine(points), mine)
        assert _of(point_id, fingerprint(together)[1]) == _of(point_id, fingerprint(alone)[1])
        assert _changes(point_id, together) == _changes(point_id, alone)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, shuffle=st.randoms(use_true_random=False))
def test_points_may_be_interleaved_in_any_way(seed: int, shuffle: object) -> None:
    points, rows = wild_world(seed, steps=20)
    mixed = _interleave({p: [r for r in rows if r[0] == p] for p in points}, shuffle)
    first, second = feed(Engine(points), rows), feed(Engine(points), mixed)
    for point_id in points:
        assert _of(point_id, fingerprint(first)[1]) == _of(point_id, fingerprint(second)[1])
        assert _changes(point_id, first) == _changes(point_id, second)


def test_the_wild_worlds_reach_every_kind_of_warning() -> None:
    """Otherwise the tests above would prove little."""
    kinds: set[tuple[str, int]] = set()
    flags: set[int] = set()
    duplicates = late = 0
    for seed in range(10):
        points, rows = wild_world(seed)
        outcomes = feed(Engine(points), rows)
        kinds |= {(w.kind.value, w.level) for w in warnings_of(outcomes)}
        flags |= {int(f) for o in outcomes for f in o.features.flag}
        duplicates += sum(o.duplicates for o in outcomes)
        late += sum(o.late for o in outcomes)
    assert {level for kind, level in kinds if kind in ("raised", "upgraded")} == {1, 2, 3, 4}
    assert {"silent", "reporting"} <= {kind for kind, _ in kinds}
    assert flags == {1, 2, 3, 4, 9}
    assert duplicates > 0
    assert late > 0


def _of(point_id: str, features: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [row for row in features if row[0] == point_id]


def _changes(point_id: str, outcomes: list) -> list[tuple[object, ...]]:  # type: ignore[type-arg]
    return [
        (w.kind, w.level, w.previous_level, w.event_ms, w.reasons, w.forecast)
        for w in warnings_of(outcomes)
        if w.point_id == point_id and w.kind.value not in ("silent", "reporting")
    ]


def _interleave(by_point: dict[str, list[Row]], shuffle: object) -> list[Row]:
    order = [point_id for point_id, rows in by_point.items() for _ in rows]
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    queues = {point_id: iter(rows) for point_id, rows in by_point.items()}
    return [next(queues[point_id]) for point_id in order]

"""What the page knows: newest wins, nothing grows, every browser gets just what it has not seen."""

import numpy as np

from console import model as models
from console.model import Model, load_warnings
from console.views import states_since, warnings_since
from domain.acknowledgements import acknowledge
from domain.hazards import HazardType
from domain.points import Point, make_point_id
from domain.registry import Registry
from domain.warnings import WarningEvent, WarningKind, make_warning
from storage.histories import Produced
from tests.storage.builders import states


def points(n: int) -> list[Point]:
    kind = HazardType.LANDSLIDE
    return [Point(make_point_id("500235", kind, i), f"p{i}", kind, 30.0, 108.0) for i in range(n)]


def warned(
    point: Point, level: int, event_ms: int, kind: WarningKind = WarningKind.RAISED
) -> WarningEvent:
    return make_warning(
        point_id=point.point_id,
        kind=kind,
        level=level,
        previous_level=0,
        event_ms=event_ms,
        sequence=event_ms,
    )


def test_an_older_state_changes_nothing() -> None:
    (point,) = points(1)
    model = Model(Registry.of([point]))
    model.take_states(states([(point.point_id, 2_000, 3)]))
    model.take_states(states([(point.point_id, 1_000, 0), ("500235010999", 9_000, 4)]))
    assert model.level.tolist() == [3]
    assert model.newest_ms() == 2_000


def test_a_warning_is_seen_before_its_state_and_silence_keeps_the_level() -> None:
    (point,) = points(1)
    model = Model(Registry.of([point]))
    assert model.take_warning(warned(point, 4, 5_000), 1)
    assert not model.take_warning(warned(point, 4, 5_000), 2)
    assert model.level.tolist() == [4]
    model.take_warning(warned(point, 4, 6_000, WarningKind.SILENT), 3)
    assert (model.level.tolist(), model.silent.tolist()) == ([4], [1])
    model.take_warning(warned(point, 4, 7_000, WarningKind.REPORTING), 4)
    assert model.silent.tolist() == [0]


def test_an_acknowledgement_moves_no_level_and_is_told_to_those_who_have_the_warning() -> None:
    (point,) = points(1)
    model = Model(Registry.of([point]))
    red = warned(point, 4, 5_000)
    model.take_warning(red, 1)
    told = model.revision
    model.take_warning(acknowledge(red, by="Li", note="", level=0, event_ms=9_000), 2)
    assert model.level.tolist() == [4]
    assert states_since(model, told) == []
    listed = {w["id"]: w for w in warnings_since(model, told)}
    assert listed[red.id]["seen"] == {"by": "Li", "note": "", "event_ms": 9_000}
    assert len(listed) == 2


def test_only_what_changed_is_told() -> None:
    some = points(100)
    model = Model(Registry.of(some))
    model.take_states(states([(p.point_id, 1_000, 0) for p in some]))
    assert len(states_since(model, 0)) == 100
    told = model.revision
    model.take_states(states([(p.point_id, 2_000, int(i == 7)) for i, p in enumerate(some)]))
    assert states_since(model, told) == [[7, 1, 0]]


def test_nothing_grows_whatever_comes() -> None:
    (point,) = points(1)
    model = Model(Registry.of([point]))
    for i in range(models.MOST_WARNINGS + 300):
        model.take_warning(warned(point, 1 + i % 4, i), i)
    assert len(model.warnings) == models.MOST_WARNINGS
    assert model.warnings[0].produced_ms == models.MOST_WARNINGS + 299
    assert model.standing[point.point_id].event_ms == models.MOST_WARNINGS + 299
    model.take_warning(warned(point, 1, 10**9), -1)  # older than all that are held
    assert min(e.produced_ms for e in model.warnings) == 300


def test_silence_pushes_no_warning_out() -> None:
    some = points(2)
    model = Model(Registry.of(some))
    model.take_warning(warned(some[0], 4, 1), 1)
    for i in range(2, models.MOST_SILENCES + 100):
        model.take_warning(warned(some[1], 0, i, WarningKind.SILENT), i)
    assert len(model.warnings) == models.MOST_SILENCES + 1
    assert model.warnings[-1].event.level == 4


def test_what_the_record_tells_late_does_not_undo_what_was_heard() -> None:
    (point,) = points(1)
    model = Model(Registry.of([point]))
    model.take_warning(warned(point, 4, 9_000), 90)
    load_warnings(model, [Produced(event=warned(point, 1, 1_000), produced_ms=10)])
    assert model.level.tolist() == [4]
    assert [e.event.level for e in model.warnings] == [4, 1]


def test_a_new_registry_keeps_what_is_known() -> None:
    some = points(3)
    model = Model(Registry.of(some))
    model.take_states(states([(p.point_id, 1_000, i + 1) for i, p in enumerate(some)]))
    model.set_registry(Registry.of([some[2], *points(5)[3:], some[0]]))
    assert model.level.tolist() == [3, 0, 0, 1]
    assert np.array_equal(model.event_ms >= 0, [True, False, False, True])
    assert model.edition == 1

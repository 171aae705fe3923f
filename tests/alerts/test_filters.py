"""Who hears of what."""

import pytest

from alerts.filters import wants
from domain.warnings import WarningKind
from tests.alerts.builders import make_event, make_receiver

K = WarningKind


@pytest.mark.parametrize(
    ("kind", "previous", "level", "heard_up_to"),
    [
        (K.RAISED, 0, 2, 2),
        (K.UPGRADED, 1, 4, 4),
        (K.DOWNGRADED, 4, 1, 4),
        (K.CLEARED, 1, 0, 1),
        (K.SILENT, 3, 3, 3),
        (K.REPORTING, 3, 3, 3),
        (K.ACKNOWLEDGED, 2, 2, 2),
        (K.SILENT, 0, 0, 0),
        (K.REPORTING, 0, 0, 0),
    ],
)
def test_levels(kind: WarningKind, previous: int, level: int, heard_up_to: int) -> None:
    event = make_event(kind, level, previous)
    heard = [n for n in range(5) if wants(make_receiver("r", "", min_level=n), event)]
    assert heard == list(range(heard_up_to + 1))


@pytest.mark.parametrize(
    ("more", "heard"),
    [
        ({}, True),
        ({"districts": ("500235",)}, True),
        ({"districts": ("500101",)}, False),
        ({"hazard_types": ("landslide",)}, True),
        ({"hazard_types": ("debris_flow", "rockfall")}, False),
        ({"districts": ("500235",), "hazard_types": ("rockfall",)}, False),
    ],
)
def test_place_and_kind(more: dict[str, tuple[str, ...]], heard: bool) -> None:
    assert wants(make_receiver("r", "", **more), make_event()) == heard


def test_a_point_without_form_passes_only_receivers_without_such_filters() -> None:
    event = make_event(point_id="x")
    assert wants(make_receiver("r", ""), event)
    assert not wants(make_receiver("r", "", hazard_types=("landslide",)), event)

"""What a device has gathered is sent together, waits while it is offline, and dies with it."""

from dataclasses import replace

import numpy as np
import pytest

from sensors_sim.fault_kinds import FaultKind
from sensors_sim.flow import Item, Schedule
from sensors_sim.model import Model
from sensors_sim.uploads import Uploads
from tests.sensors_sim.worlds import INTERVAL_MS, START_MS, make_model

ROW, OTHER = 3, 4
EVERY_MS = 60_000


def reading(row: int, at_ms: int) -> Item:
    return Item(at_ms, row, "t", b"p", None)


@pytest.fixture
def model() -> Model:
    model = make_model(10, "quiet")
    model.advance()
    return model


@pytest.fixture
def uploads(model: Model) -> Uploads:
    """Gathered by one device, at one second's wall time for each of event time."""
    uploads = Uploads(model, Schedule(START_MS, START_MS, 1.0))
    uploads.every(ROW, EVERY_MS, START_MS)
    return uploads


def struck(model: Model, kind: FaultKind, *, on: bool) -> None:
    """Let a fault of the latest step begin or end."""
    assert model.latest is not None
    mask = np.zeros(len(model.sites), np.bool_)
    mask[ROW] = on
    faults = replace(model.latest.faults, active=model.latest.faults.active | {kind: mask})
    model.latest = replace(model.latest, faults=faults)


def test_readings_wait_for_the_upload_in_their_order(uploads: Uploads) -> None:
    items = [reading(ROW, START_MS + second * 1000) for second in (5, 25, 45)]
    assert all(uploads.keeps(item) for item in items)
    assert not uploads.keeps(reading(OTHER, START_MS))
    assert uploads.due(START_MS + 5_000 + EVERY_MS - 1) == []
    assert uploads.due(START_MS + 5_000 + EVERY_MS) == items
    assert uploads.due(START_MS + INTERVAL_MS) == uploads.rest() == []


def test_what_is_gathered_goes_at_once_when_uploads_end(uploads: Uploads) -> None:
    first, second = reading(ROW, START_MS), reading(ROW, START_MS + 100)
    assert uploads.keeps(first)
    uploads.every(ROW, 0, START_MS + 50)
    assert uploads.keeps(second), "its elder is still to go"
    assert uploads.due(START_MS + 100) == [first, second]
    assert not uploads.keeps(reading(ROW, START_MS + 200))


def test_an_offline_device_tries_again_an_interval_later(model: Model, uploads: Uploads) -> None:
    item = reading(ROW, START_MS)
    assert uploads.keeps(item)
    struck(model, FaultKind.DROPOUT, on=True)
    assert uploads.due(START_MS + EVERY_MS) == []
    struck(model, FaultKind.DROPOUT, on=False)
    assert uploads.due(START_MS + 2 * EVERY_MS - 1) == []
    assert uploads.due(START_MS + 2 * EVERY_MS) == [item]


def test_a_destroyed_device_takes_its_readings_with_it(model: Model, uploads: Uploads) -> None:
    assert uploads.keeps(reading(ROW, START_MS))
    struck(model, FaultKind.DESTROYED, on=True)
    assert uploads.due(START_MS + EVERY_MS) == uploads.rest() == []


def test_the_end_of_a_run_leaves_nothing_behind(uploads: Uploads) -> None:
    item = reading(ROW, START_MS)
    assert uploads.keeps(item)
    assert uploads.rest() == [item]
    assert uploads.rest() == []

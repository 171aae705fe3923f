"""What a rise belongs to: nothing else, a storm, an earthquake, an outage, or its neighbours."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine
from domain.points import Device, Point
from domain.surroundings import Surroundings
from domain.warnings import WarningEvent
from tests.detectors.worlds import (
    HOUR_MS,
    START_MS,
    STEP_MS,
    Row,
    feed,
    merged,
    point,
    rows_of,
    warnings_of,
    wild_world,
)

STEPS = 120
MOVING = "500235010000"
MINUTES = np.arange(STEPS)


def _places(count: int, apart_km: float = 6.0) -> dict[str, Point]:
    """Points of one district in a row, with a crack meter, a gauge and a geophone each."""
    made = {}
    for number in range(count):
        name = f"50023501{number:04d}"
        device = Device(f"d{number}", ("crack", "rain", "vibration"))
        made[name] = replace(point(name, device), lat=30.0 + apart_km / 111.2 * number)
    return made


def _series(number: int, channel: str, values: np.ndarray) -> list[Row]:
    rows = rows_of(channel, values, device=f"d{number}", point_id=f"50023501{number:04d}")
    return [(*row[:4], row[3], *row[5:]) for row in rows]


def _crack(runs: bool, seed: int) -> np.ndarray:
    values = 0.02 * np.random.default_rng(seed).normal(size=STEPS)
    return values + np.where(MINUTES > 90, 4.0 * (MINUTES - 90.0) ** 2, 0.0) * runs


def _world(count: int = 8, rain: int = 0, moving: tuple[int, ...] = (0,)) -> list[list[Row]]:
    """Cracks of all points, of which some run away at step 90, after rain at the last of them."""
    series = [_series(n, "crack", _crack(n in moving, n)) for n in range(count)]
    wet = np.where(MINUTES > 40, 4.0, 0.0)
    series += [_series(n, "rain", wet * (n >= count - rain)) for n in range(count)]
    return series


def _first_rise(rows: list[list[Row]], points: dict[str, Point]) -> WarningEvent:
    events = warnings_of(feed(Engine(points), merged(*rows)))
    mine = [e for e in events if e.point_id == MOVING and e.level > max(e.previous_level, 1)]
    return mine[0]


def _around(rows: list[list[Row]], points: dict[str, Point]) -> Surroundings:
    found = _first_rise(rows, points).surroundings
    assert found is not None
    return found


def test_a_crack_that_opens_among_points_at_rest_stands_alone() -> None:
    found = _around(_world(), _places(8))
    assert found.belongs_to == "alone"
    assert (found.points, found.gauges, found.raining) == (7, 7, 0)
    assert (found.shaken, found.silent, found.raised) == (0, 0, 0)


@pytest.mark.parametrize(("raining", "belongs_to"), [(2, "alone"), (3, "storm"), (7, "storm")])
def test_rain_at_three_gauges_and_a_quarter_of_them_is_a_storm(
    raining: int, belongs_to: str
) -> None:
    found = _around(_world(rain=raining), _places(8))
    assert (found.belongs_to, found.raining, found.gauges) == (belongs_to, raining, 7)


def test_rain_of_the_day_before_is_no_storm_now() -> None:
    rows = _world(rain=7)
    rows[8:] = [[r for r in series if r[3] < START_MS + 40 * STEP_MS] for series in rows[8:]]
    wet = [[(*r[:3], r[3] - 24 * HOUR_MS, r[4], 4.0, r[6]) for r in s] for s in rows[9:]]
    assert _around(wet + rows, _places(8)).belongs_to == "alone"


def test_an_earthquake_is_told_by_those_that_shook_together() -> None:
    rows = _world()
    for number in range(8):
        values = 1.0 + 0.1 * np.abs(np.random.default_rng(number).normal(size=STEPS))
        values[84:88] += 30.0
        rows.append(_series(number, "vibration", values))
    found = _around(rows, _places(8))
    assert found.belongs_to == "earthquake"
    assert found.shaken >= 5


def test_most_around_silent_is_an_outage() -> None:
    """Five of seven stop; three points elsewhere keep the time."""
    rows = [s if i % 8 in (0, 1, 2) else s[:60] for i, s in enumerate(_world())]
    points = _places(8)
    for number in range(20, 30):
        name = f"50023701{number:04d}"
        points[name] = replace(point(name, Device(f"d{number}", ("crack",))), lat=45.0)
        far = rows_of("crack", _crack(False, number), device=f"d{number}", point_id=name)
        rows.append([(*row[:4], row[3], *row[5:]) for row in far])
    found = _around(rows, points)
    assert (found.belongs_to, found.points, found.silent) == ("outage", 7, 5)


@pytest.mark.parametrize(("apart_km", "belongs_to"), [(3.0, "neighbours"), (6.0, "alone")])
def test_a_neighbour_that_moves_is_told(apart_km: float, belongs_to: str) -> None:
    rows = _world(moving=(0, 1))
    early = [
        (*row[:5], row[5] + 9.0 * max(step - 60, 0), row[6]) for step, row in enumerate(rows[1])
    ]
    rows[1] = early
    found = _around(rows, _places(8, apart_km))
    assert (found.belongs_to, found.raised) == (belongs_to, 1)


def test_a_point_by_itself_has_no_surroundings() -> None:
    alone = {MOVING: _places(1)[MOVING]}
    assert _first_rise(_world(count=1), alone).surroundings is None


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(1, 900), max_size=4))
def test_batches_and_snapshots_change_nothing_of_it(seed: int, cuts: list[int]) -> None:
    points, rows = wild_world(seed, points=5, steps=22)
    whole = [(e.id, e.surroundings) for e in warnings_of(feed(Engine(points), rows))]
    parts, engine = [], Engine(points)
    edges = [0, *sorted(c for c in cuts if c < len(rows)), len(rows)]
    for start, stop in zip(edges, edges[1:], strict=False):
        parts += warnings_of(feed(engine, rows[start:stop]))
        again = Engine(points)
        again.restore(engine.snapshot())
        engine = again
    assert [(e.id, e.surroundings) for e in parts] == whole


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_points_within_a_step_changes_nothing(seed: int) -> None:
    """Every point's readings of a moment come, in any order, before those of the next moment."""
    rows, points = _world(rain=4, moving=(0, 1, 2)), _places(8)
    order = np.random.default_rng(seed).permutation(len(rows))
    told = [
        sorted((e.id, e.surroundings) for e in warnings_of(feed(Engine(points), merged(*series))))
        for series in (rows, [rows[i] for i in order])
    ]
    assert told[0] == told[1]
    assert any(found for _, found in told[0])

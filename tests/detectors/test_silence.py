"""Who is silent, judged by the watermark of all points."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine
from detectors.fusion import silence
from detectors.rules import DEFAULT_RULES
from domain.frames import States
from domain.points import Device, Point
from tests.detectors.worlds import (
    HOUR_MS,
    MINUTE_MS,
    START_MS,
    STEP_MS,
    Row,
    feed,
    fingerprint,
    merged,
    point,
    rows_of,
    warnings_of,
    wild_world,
)

IDS = [f"50023501{i:04d}" for i in range(5)]
LIMIT_MS = int(DEFAULT_RULES.silence_intervals * STEP_MS)


def _points(count: int = 5) -> dict[str, Point]:
    return {p: point(p, Device(f"d{p}", ("crack",))) for p in IDS[:count]}


def _rows(point_id: str, steps: range, value: float = 1.0) -> list[Row]:
    rows = rows_of("crack", [value] * len(steps), device=f"d{point_id}", point_id=point_id)
    first = steps.start * STEP_MS
    # Received when measured: silence is judged while someone listens (`silence.Listening`).
    return [(*row[:3], row[3] + first, row[3] + first, *row[5:]) for row in rows]


def test_a_point_that_stops_is_silent_once_and_reports_again() -> None:
    others = [_rows(p, range(40)) for p in IDS[1:]]
    rows = merged(_rows(IDS[0], range(10)), _rows(IDS[0], range(30, 40)), *others)
    events = warnings_of(feed(Engine(_points()), rows, range(50, len(rows), 50)))
    assert [(e.point_id, e.kind.value, e.sequence) for e in events] == [
        (IDS[0], "silent", 1),
        (IDS[0], "reporting", 2),
    ]
    assert events[0].event_ms == START_MS + 9 * STEP_MS + LIMIT_MS
    assert events[1].event_ms == START_MS + 30 * STEP_MS


def test_a_silent_point_keeps_its_level() -> None:
    moving = [
        (*row[:5], float(5 * step**2), row[6]) for step, row in enumerate(_rows(IDS[0], range(12)))
    ]
    others = [_rows(p, range(40)) for p in IDS[1:]]
    engine = Engine(_points())
    events = warnings_of(feed(engine, merged(moving, *others)))
    assert [e.kind.value for e in events][-1] == "silent"
    assert events[-1].level == events[-1].previous_level == 4
    states = engine.heartbeat()
    row = states.point_id.to_list().index(IDS[0])
    assert (states.level[row], states.silent[row]) == (4, 1)


def _channels(point_id: str, channels: tuple[str, ...]) -> Point:
    return point(point_id, *[Device(f"d-{name}", (name,)) for name in channels])


def _series(
    point_id: str, channel: str, steps: range, values: np.ndarray | None = None
) -> list[Row]:
    rows = rows_of(
        channel,
        np.ones(len(steps)) if values is None else values,
        device=f"d-{channel}",
        point_id=point_id,
        start_ms=START_MS + steps.start * STEP_MS,
    )
    return [(*row[:4], row[3], *row[5:]) for row in rows]


def test_an_instrument_that_stops_is_told_apart_from_its_point() -> None:
    points = _points() | {IDS[0]: _channels(IDS[0], ("crack", "tilt_x"))}
    others = [_rows(p, range(40)) for p in IDS[1:]]
    crack = _series(IDS[0], "crack", range(40))
    tilt = [_series(IDS[0], "tilt_x", part) for part in (range(10), range(30, 40))]
    rows = merged(crack, *tilt, *others)
    engine = Engine(points)
    events = warnings_of(feed(engine, rows, range(30, len(rows), 30)))
    told = [(e.kind.value, e.reasons[0].rule, e.reasons[0].channel) for e in events]
    assert told == [
        ("silent", "silence.instrument", "tilt_x"),
        ("reporting", "silence.instrument", "tilt_x"),
    ]
    assert events[0].event_ms == START_MS + 9 * STEP_MS + LIMIT_MS
    assert not engine.heartbeat().silent.any()


def _world(moving: bool) -> tuple[dict[str, Point], list[list[Row]]]:
    """Make a dozen points within a few kilometres, the first of which runs away or not."""
    ids = [f"50023501{i:04d}" for i in range(12)]
    points = {p: point(p, Device(f"d{p}", ("crack",))) for p in ids}
    rows = [_rows(p, range(40)) for p in ids]
    if moving:
        rows[0] = [(*r[:5], float(5 * min(step, 20) ** 2), r[6]) for step, r in enumerate(rows[0])]
    return points, rows


def _rules_of_silence(points: dict[str, Point], rows: list[list[Row]]) -> dict[str, str]:
    events = warnings_of(feed(Engine(points), merged(*rows)))
    return {e.point_id: e.reasons[0].rule for e in events if e.kind.value == "silent"}


def test_a_moving_slope_whose_neighbours_speak_may_have_taken_its_station_along() -> None:
    for moving, rule in ((True, "silence.destroyed"), (False, "silence.station")):
        points, rows = _world(moving)
        rows[0] = rows[0][:15]
        assert _rules_of_silence(points, rows) == {IDS[0]: rule}


def test_when_a_district_falls_silent_the_network_is_down() -> None:
    """Eight of twelve stop within one reading; the four that speak are elsewhere."""
    points, rows = _world(moving=True)
    for number in range(8, 12):
        there = f"50023701{number:04d}"
        old = rows[number][0][0]
        points[there] = replace(points.pop(old), point_id=there, lat=32.0)
        rows[number] = [(there, *r[1:]) for r in rows[number]]
    more = [f"50023701{i:04d}" for i in range(20, 30)]
    for p in more:
        points[p] = replace(point(p, Device(f"d{p}", ("crack",))), lat=32.0)
        rows.append(_rows(p, range(40)))
    rows[:8] = [series[:15] for series in rows[:8]]
    told = _rules_of_silence(points, rows)
    assert len(told) == 8
    assert set(told.values()) == {"silence.outage"}


def test_a_point_that_never_reported_is_not_silent() -> None:
    engine = Engine(_points())
    outcomes = feed(engine, merged(*[_rows(p, range(40)) for p in IDS[1:]]))
    assert warnings_of(outcomes) == []
    assert IDS[0] not in engine.heartbeat().point_id.to_list()


def test_a_clock_in_the_future_silences_nobody() -> None:
    """One point of five runs a day ahead, from its first reading on."""
    ahead = [(*r[:3], r[3] + 24 * HOUR_MS, *r[4:]) for r in _rows(IDS[0], range(40))]
    rows = [row for step in zip(ahead, *[_rows(p, range(40)) for p in IDS[1:]]) for row in step]  # noqa: B905
    assert warnings_of(feed(Engine(_points()), rows)) == []


def test_when_all_stop_nobody_is_silent() -> None:
    """The network is down; without a clock the engine knows no later than its last reading."""
    engine = Engine(_points())
    feed(engine, merged(*[_rows(p, range(10)) for p in IDS]))
    assert not engine.heartbeat().silent.any()


def test_a_backlog_brings_silence_and_return() -> None:
    """The point's readings 10 to 29 come after the others' 29th; it was silent meanwhile."""
    others = [_rows(p, range(30)) for p in IDS[1:]]
    kept = [(*r[:4], START_MS + 30 * STEP_MS, *r[5:]) for r in _rows(IDS[0], range(10, 30))]
    rows = merged(_rows(IDS[0], range(10)), *others) + kept
    events = warnings_of(feed(Engine(_points()), rows))
    assert [e.kind.value for e in events] == ["silent", "reporting"]


def test_an_outage_of_the_way_here_is_no_silence() -> None:
    """The others' backlog is read first, within seconds: nobody has listened to the fifth."""
    now = START_MS + 30 * STEP_MS
    late = [(*r[:4], now, *r[5:]) for p in IDS[1:] for r in _rows(p, range(10, 30))]
    last = [(*r[:4], now + 1000, *r[5:]) for r in _rows(IDS[0], range(10, 30))]
    rows = merged(*[_rows(p, range(10)) for p in IDS]) + late + last
    assert warnings_of(feed(Engine(_points()), rows)) == []


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(1, 400), max_size=10))
def test_silence_does_not_depend_on_batches(seed: int, cuts: list[int]) -> None:
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for point_id in IDS:
        for start in range(0, 100, 20):
            if rng.random() < 0.7:
                rows += _rows(point_id, range(start, start + int(rng.integers(1, 20))))
    rows = merged(rows)
    whole = warnings_of(feed(Engine(_points()), rows))
    assert warnings_of(feed(Engine(_points()), rows, cuts)) == whole


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), width=st.integers(1, 40))
def test_the_window_in_which_silence_is_looked_for_changes_nothing(seed: int, width: int) -> None:
    """Points that stop, join late, lie about the time and send backlogs; all that is told."""
    points, rows = wild_world(seed, points=4, steps=20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(silence, "WINDOW", len(rows))
        expected = _told(points, rows)
        patch.setattr(silence, "WINDOW", width)
        assert _told(points, rows) == expected


def _told(points: dict[str, Point], rows: list[Row]) -> tuple[object, ...]:
    engine = Engine(points)
    outcomes = feed(engine, rows)
    states = [row for o in outcomes for row in _states(o.states)]
    return fingerprint(outcomes), states, _states(engine.heartbeat())


def _states(states: States) -> list[tuple[object, ...]]:
    columns = (states.event_ms, states.level, states.silent, states.age_s)
    return list(zip(states.point_id.to_list(), *[c.tolist() for c in columns], strict=True))


def test_the_first_report_of_each_point_is_a_state() -> None:
    outcome = feed(Engine(_points()), merged(*[_rows(p, range(3)) for p in IDS]))[0]
    assert sorted(outcome.states.point_id.to_list()) == IDS
    assert outcome.states.silent.tolist() == [0] * 5


def test_the_heartbeat_tells_age_at_the_watermark() -> None:
    engine = Engine(_points(3))
    feed(engine, merged(*[_rows(p, range(10 + i)) for i, p in enumerate(IDS[:3])]))
    states = engine.heartbeat()
    assert set(states.event_ms.tolist()) == {START_MS + 10 * STEP_MS}
    assert sorted(states.age_s.tolist()) == [0.0, 0.0, STEP_MS / 1000]
    assert STEP_MS % MINUTE_MS == 0

"""Duplicates, late readings and clocks that are wrong.

Each case is a timeline in steps of ten minutes; ``8h`` marks a clock eight hours ahead.
"""

import numpy as np
import pytest

from detectors.engine import Engine
from tests.detectors.worlds import (
    HOUR_MS,
    POINT_ID,
    START_MS,
    STEP_MS,
    Row,
    feature_rows,
    feed,
    one_point,
    rows_of,
)

EIGHT_H = 8 * HOUR_MS


def _row(step: float, value: float = 1.0, ahead_ms: int = 0) -> Row:
    return (POINT_ID, "d1", "gnss_e", START_MS + int(step * STEP_MS) + ahead_ms, 0, value, "senml")


def _flags(rows: list[Row]) -> list[int]:
    outcomes = feed(Engine(one_point("gnss_e")), rows, range(1, len(rows)))
    return [int(flag) for o in outcomes for flag in o.features.flag]


def test_a_duplicate_has_no_row_and_no_effect() -> None:
    """0 1 2 2 1 3: the second 2 and the second 1 are duplicates, whatever value they carry."""
    plain = [_row(s, 0.1 * s) for s in range(4)]
    doubled = [*plain[:3], _row(2, 99.0), _row(1, -5.0), plain[3]]
    first, second = Engine(one_point("gnss_e")), Engine(one_point("gnss_e"))
    outcomes = feed(second, doubled)
    assert feature_rows(outcomes) == feature_rows(feed(first, plain))
    assert outcomes[0].duplicates == 2
    assert first.snapshot() == second.snapshot()


def test_a_late_reading_takes_its_place_and_is_flagged_unknown() -> None:
    """0 1 3 2 4: reading 2 comes late."""
    order = [0, 1, 3, 2, 4]
    engine = Engine(one_point("gnss_e"))
    outcomes = feed(engine, [_row(s, float(s)) for s in order], range(1, 5))
    assert [o.features.flag.tolist() for o in outcomes] == [[1], [1], [1], [2], [1]]
    assert engine._book.series["value"][1, -5:].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert sum(o.late for o in outcomes) == 0


def test_a_late_reading_never_rewrites_the_past() -> None:
    rows = rows_of("gnss_e", np.arange(40.0))
    early, late = rows[:20] + rows[21:], rows[20]
    engine = Engine(one_point("gnss_e"))
    before = feed(engine, early)
    after = feed(engine, [late])
    assert after[0].warnings == ()
    assert len(after[0].features) == 1
    assert before[0].features.level[-1] == after[0].features.level[0]


@pytest.mark.parametrize("steps_old", [60, 500])
def test_too_late_is_counted_and_has_no_effect(steps_old: int) -> None:
    engine = Engine(one_point("gnss_e"))
    feed(engine, [_row(s) for s in range(500, 540)])
    before = engine.snapshot()
    outcome = feed(engine, [_row(539 - steps_old)])[0]
    assert (outcome.late, len(outcome.features), outcome.duplicates) == (1, 0, 0)
    assert engine.snapshot() == before


def test_one_message_eight_hours_ahead_is_suspect_and_forgotten() -> None:
    """0 1 2 (3+8h) 4 5: the rest goes on as if it had never come."""
    rows = [*(_row(s) for s in range(3)), _row(3, ahead_ms=EIGHT_H), _row(4), _row(5)]
    assert _flags(rows) == [1, 1, 1, 3, 1, 1]


def test_a_clock_that_stays_ahead_is_followed_and_followed_back() -> None:
    """0 1 2 (3+8h) (4+8h) (5+8h) 6 7 8: suspect at each change, then taken."""
    rows = [
        *(_row(s) for s in range(3)),
        *(_row(s, ahead_ms=EIGHT_H) for s in (3, 4, 5)),
        *(_row(s) for s in (6, 7, 8)),
    ]
    assert _flags(rows) == [1, 1, 1, 3, 1, 1, 3, 1, 1]


def test_an_outage_of_another_length_is_no_clock() -> None:
    assert _flags([_row(0), _row(1), _row(31), _row(32)]) == [1, 1, 1, 1]


def test_a_clock_jump_raises_nothing_while_the_slope_rests() -> None:
    rng = np.random.default_rng(0)
    rows: list[Row] = []
    for step in range(300):
        rows.append(_row(step, float(3 * rng.normal()), EIGHT_H * (100 <= step < 105)))
    assert all(o.warnings == () for o in feed(Engine(one_point("gnss_e")), rows))


def test_backlog_after_an_outage_is_used_in_full() -> None:
    """A station sends what it kept, oldest first, before it goes on."""
    rows = rows_of("gnss_e", np.arange(30.0) * 0.01)
    outcomes = feed(Engine(one_point("gnss_e")), rows, [10])
    assert sum(len(o.features) for o in outcomes) == 30
    assert {int(f) for o in outcomes for f in o.features.flag} == {1}


def test_a_missing_value_is_flagged_missing() -> None:
    assert _flags([_row(0), _row(1, float("nan")), _row(2, float("inf")), _row(3)]) == [1, 9, 9, 1]


def test_an_impossible_first_value_is_not_taken_for_the_origin() -> None:
    engine = Engine(one_point("gnss_e"))
    outcome = feed(engine, [_row(0, 1e9), _row(1, 5.0)])[0]
    assert outcome.features.flag.tolist() == [4, 1]
    assert engine._book.series["origin"][1] == 5.0

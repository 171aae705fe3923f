"""Time at a level: exposure, hours for nothing, the duration matrix, forecasts and silence."""

import msgspec
import pytest

from detectors.rules import DEFAULT_RULES
from domain.warnings import INSTRUMENT_SILENCE, MethodForecast
from evaluation.alarms import YEAR_MS, Windows
from evaluation.exposure import duration_matrix, false_hours, point_years
from evaluation.forecasts import (
    issued_by_level,
    issued_with,
    judge_forecasts,
    judge_methods,
    list_forecasts,
)
from evaluation.replay import levels_of
from evaluation.silence import judge_silence
from evaluation.truth import Truth
from tests.evaluation.builders import HOUR, POINT, change, event, forecast, reason, registry, silent

HEARD = {POINT: (0, 1_000 * HOUR)}


def test_time_around_events_is_not_counted_as_watched_for_nothing():
    windows = Windows(Truth.of([event("failure", 500, 600), event("surge", 900, 910)]))
    # 72 h before the onset to 72 h after the failure; the surge and 24 h after it
    (years,) = point_years(HEARD, windows).values()
    assert years == pytest.approx((1_000 - 244 - 34) * HOUR / YEAR_MS)


def test_events_that_overlap_are_taken_out_once():
    windows = Windows(Truth.of([event("surge", 100, 200), event("surge", 150, 180)]))
    (years,) = point_years(HEARD, windows).values()
    assert years == pytest.approx((1_000 - 124) * HOUR / YEAR_MS)


def test_hours_for_nothing_count_at_every_level_below():
    changes = [change(10, 3, 0), change(20, 0, 3), change(950, 1, 0)]
    windows = Windows(Truth.of([event("failure", 990, 1_200)]))  # from 918 on nothing is false
    hours, _ = false_hours(levels_of(changes), HEARD, windows)
    assert hours == {"blue": 10.0, "yellow": 10.0, "orange": 10.0, "red": 0.0}


def test_matrix_by_level_and_state():
    #  yellow 100-120, orange 120-140; failing 110-140 with 30 h of creep
    truth = Truth.of([event("failure", 110, 140), event("surge", 300, 310)])
    changes = [change(100, 2, 0), change(120, 3, 2), change(305, 1, 3)]
    matrix = duration_matrix(levels_of(changes), HEARD, truth)
    assert matrix.hours["yellow"] == pytest.approx([10.0, 0, 0, 6.0, 4.0, 0, 0])
    assert matrix.hours["orange"][4:] == pytest.approx([14.0, 5.0, 1.0])
    assert matrix.hours["orange"][2] == pytest.approx(5.0)
    assert matrix.hours["blue"][2] == pytest.approx(5.0)
    # 72 h after the failure and 24 h after the surge belong to no state
    assert sum(map(sum, matrix.hours.values())) == pytest.approx(1_000 - 72 - 24)
    assert sum(matrix.correctness.values()) == pytest.approx(1_000 - 72 - 24)
    assert sum(matrix.grade.values()) == pytest.approx(1_000 - 72 - 24)


def test_creep_is_a_state_of_its_own_and_excuses_yellow_at_most():
    truth = Truth.of([event("creep", 100, 200)])
    changes = [change(110, 2, 0), change(120, 3, 2), change(130, 0, 3)]
    matrix = duration_matrix(levels_of(changes), HEARD, truth)
    assert [hours[1] for hours in matrix.hours.values()] == pytest.approx([80.0, 0, 10, 10, 0])
    hours, shares = false_hours(levels_of(changes), HEARD, Windows(truth))
    assert hours == {"blue": 10.0, "yellow": 10.0, "orange": 10.0, "red": 0.0}
    assert shares["orange"] == {"motion": 10.0}


def test_matrix_of_nothing_has_no_indicators():
    matrix = duration_matrix({}, {}, Truth.of([]))
    assert set(matrix.indicators.values()) == {None}


def test_windows_that_hold_the_failure():
    truth = Truth.of([event("failure", 100, 130), event("surge", 200, 210)])
    warnings = [
        change(110, 3, 0, forecast=forecast(120, 126, 128)),  # misses, 4 h early
        change(120, 4, 3, forecast=forecast(125, 131, 140)),  # holds
        change(205, 3, 0, forecast=forecast(206, 207, 208)),  # nothing fails
        change(400, 3, 0, forecast=forecast(401, 402, 403)),
        change(500, 3, 0),
    ]
    found = judge_forecasts(issued_with(warnings), truth, 1_000 * HOUR)
    assert (found.count, found.covered.count, found.covered_where_failed.of) == (4, 1, 2)
    assert (found.unfounded, found.unfounded_moving) == (2, 1)
    assert (found.covered_by_failure.count, found.covered_by_failure.of) == (1, 1)
    assert (found.error_h.low, found.error_h.high) == (-4.0, 1.0)
    assert found.error_share.low == pytest.approx(0.1)
    assert found.width_h.high == 15.0
    by_level = issued_by_level(warnings)
    assert {level: len(own) for level, own in by_level.items()} == {"orange": 3, "red": 1}
    first, second = list_forecasts(issued_with(warnings), truth, 1_000 * HOUR)
    assert (first.left_h, first.early_h, first.late_h) == (20.0, -10.0, -2.0)
    assert second.middle_h == 1.0


def test_a_failure_beyond_the_record_judges_no_forecast():
    truth = Truth.of([event("failure", 100, 130)])
    warnings = [change(110, 3, 0, forecast=forecast(120, 126, 128))]
    assert judge_forecasts(issued_with(warnings), truth, 120 * HOUR).count == 0


def test_silence_against_quiet_times():
    #  limit 3.5 x 10 min; dropouts of 6 h and of 30 min, a destroyed device
    truth = Truth.of(
        [
            event("dropout", 100, 106),
            event("dropout", 200, 200.5),
            event("district_outage", 300, 302),
            event("dropout", 301, 304),
            event("destroyed", 900, 1_000),
        ]
    )
    warnings = [silent(100.6), silent(303.5), silent(500)]
    found = judge_silence(warnings, truth, registry(), DEFAULT_RULES)
    assert {cause: (s.count, s.of) for cause, s in found.noticed.items()} == {
        "destroyed": (0, 1),
        "dropout": (2, 2),
    }
    assert (found.right.count, found.right.of) == (2, 3)


def test_the_silence_of_one_instrument_is_held_against_its_own_device():
    truth = Truth.of([event("dropout", 100, 106)])
    mute = reason(0, detector="silence", rule=INSTRUMENT_SILENCE)
    other = reason(0, device="d9", detector="silence", rule=INSTRUMENT_SILENCE)
    warnings = [silent(101, reasons=(mute,)), silent(101, reasons=(other,)), silent(100.6)]
    found = judge_silence(warnings, truth, registry(), DEFAULT_RULES)
    # The station's own event is the only one that counts for the station.
    assert (found.right.count, found.right.of) == (1, 1)
    assert (found.right_of_instruments.count, found.right_of_instruments.of) == (1, 2)


def test_each_method_is_judged_by_its_own_time_and_window():
    truth = Truth.of([event("failure", 100, 130)])
    said = (
        MethodForecast(
            method="voight", failure_ms=129 * HOUR, earliest_ms=120 * HOUR, latest_ms=131 * HOUR
        ),
        MethodForecast(method="saito", failure_ms=140 * HOUR),
    )
    made = msgspec.structs.replace(forecast(125, 129, 128), methods=said)
    warnings = [change(120, 3, 0, forecast=made), change(125, 4, 3, forecast=forecast(1, 2, 3))]
    found = judge_methods(issued_with(warnings), truth, 1_000 * HOUR)
    assert list(found) == ["saito", "voight"]
    assert (found["voight"].covered.value, found["voight"].error_h.median) == (1.0, -1.0)
    assert (found["voight"].took_part.count, found["voight"].took_part.of) == (1, 2)
    # a time without a window covers nothing and misses nothing
    assert (found["saito"].covered.of, found["saito"].error_share.median) == (0, 1.0)

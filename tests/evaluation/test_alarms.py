"""Alarms against the truth, on planted warnings with known answers."""

import msgspec
import pytest

from domain.surroundings import Surroundings
from evaluation.alarms import Windows, count_alarms, count_belongings, judge_alarms
from evaluation.detector_share import shares_of_detectors
from evaluation.failures import judge_failures
from evaluation.replay import Known, levels_of
from evaluation.truth import Truth
from tests.evaluation.builders import (
    HOUR,
    OTHER,
    POINT,
    change,
    event,
    reason,
    registry,
    silent,
)


def verdicts(events, changes):
    truth = Truth.of(events)
    return judge_alarms(truth, levels_of(changes), Windows(truth))


@pytest.mark.parametrize(
    ("hour", "verdict"),
    [
        (27.9, "false"),  # more than 72 h before the onset
        (28.0, "failure"),
        (110, "failure"),
        (202.0, "failure"),  # 72 h after the failure
        (202.1, "false"),
        (300, "moving"),
        (334, "moving"),
        (334.1, "false"),
    ],
)
def test_an_alarm_is_judged_by_what_is_under_way_at_its_point(hour, verdict):
    events = [event("failure", 100, 130), event("surge", 300, 310)]
    (alarm,) = verdicts(events, [change(hour, 3, 0)])
    assert alarm.verdict == verdict


@pytest.mark.parametrize(("level", "verdict"), [(2, "creep"), (3, "false")])
def test_creep_excuses_yellow_at_most(level, verdict):
    (alarm,) = verdicts([event("creep", 100, 130)], [change(110, level, 0)])
    assert (alarm.verdict, alarm.cause) == (verdict, "creep" if level == 3 else "none")


def test_an_event_at_another_point_excuses_nothing():
    (alarm,) = verdicts([event("failure", 100, 130, point=OTHER)], [change(110, 3, 0)])
    assert (alarm.verdict, alarm.cause) == ("false", "none")


def test_only_rises_are_alarms():
    changes = [change(1, 3, 0), change(2, 2, 3), change(3, 0, 2), silent(4)]
    assert len(verdicts([], changes)) == 1


def test_rain_alone_is_judged_apart_unless_its_gauge_is_at_fault():
    rain = (reason(2, channel="rain", detector="rain"),)
    both = (*rain, reason(1))
    assert verdicts([], [change(10, 2, 0, reasons=rain)])[0].verdict == "rain"
    assert verdicts([], [change(10, 2, 0, reasons=both)])[0].verdict == "false"
    spike = event("spike", 9, 9, channel="rain")
    (alarm,) = verdicts([spike], [change(10, 2, 0, reasons=rain)])
    assert (alarm.verdict, alarm.cause) == ("false", "spike")


def test_the_cause_is_the_latest_fault_of_an_instrument_that_spoke():
    events = [
        event("drift", 0, 50, channel="crack"),
        event("spike", 40, 40, channel="crack"),
        event("stuck", 55, 59, channel="rain"),  # did not speak
        event("spike", 59, 59, device="d2", point=OTHER, channel="rain"),
        event("duplicate", 59.5, 59.5),  # does nothing to values
    ]
    (alarm,) = verdicts(events, [change(60, 3, 0)])
    assert alarm.cause == "drift"
    (late,) = verdicts(events, [change(98.5, 3, 0)])
    assert late.cause == "none"


def test_a_leap_over_levels_counts_once_at_each():
    alarms = verdicts([], [change(1, 4, 0), change(30, 2, 4), change(31, 4, 2)])
    counts = count_alarms(alarms, 2.0)
    assert {name: c.verdicts["false"] for name, c in counts.items()} == {
        "blue": 1,
        "yellow": 1,
        "orange": 2,
        "red": 2,
    }
    assert counts["red"].false.value == 1.0
    assert counts["red"].causes == {"none": 2}


def test_rates_of_one_kind_of_hazard_leave_out_the_others():
    alarms = verdicts([], [change(1, 3, 0), change(1, 3, 0, point=OTHER)])
    assert count_alarms(alarms, 1.0, frozenset([OTHER]))["orange"].false.count == 1


def test_detectors_share_an_alarm():
    both = (reason(3), reason(2, channel="rain", detector="rain"))
    truth = Truth.of([event("failure", 0, 10)])
    levels = levels_of([change(1, 3, 0, reasons=both), change(200, 3, 0, point=OTHER)])
    alarms = judge_alarms(truth, levels, Windows(truth))
    heard = {POINT: (0, 300 * HOUR), OTHER: (0, 300 * HOUR)}
    found = judge_failures(truth, registry(), levels, heard, 300 * HOUR)
    shares = shares_of_detectors(found, alarms, 2.0)["orange"]
    assert {name: s.alarms["failure"] for name, s in shares.items()} == {"motion": 1, "rain": 1}
    assert {name: (s.warned.count, s.warned_alone) for name, s in shares.items()} == {
        "motion": (1, 0),
        "rain": (1, 0),
    }
    assert shares["motion"].lead_h.median == 9.0
    # the false one is motion's alone
    assert (shares["motion"].false.value, shares["motion"].false_alone) == (0.5, 1)
    assert (shares["rain"].false.count, shares["rain"].false_alone) == (0, 0)


def test_what_warnings_said_of_their_surroundings_is_counted_by_verdict():
    around = Surroundings(
        belongs_to="storm",
        hours=6.0,
        points=9,
        gauges=9,
        raining=8,
        shaken=0,
        silent=0,
        raised=0,
        raised_near=0,
    )
    known = change(10, 2, 0)
    said = Known(msgspec.structs.replace(known.event, surroundings=around), known.known_ms)
    alarms = verdicts([], [said, change(200, 2, 0, point=OTHER)])
    assert [alarm.belongs_to for alarm in alarms] == ["storm", ""]
    assert count_belongings(alarms)["false"] == {
        "alone": 0,
        "neighbours": 0,
        "storm": 1,
        "earthquake": 0,
        "outage": 0,
    }

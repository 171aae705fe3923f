"""Failures against levels, on planted warnings with known answers."""

import pytest

from evaluation.failures import (
    by_duration,
    by_hazard,
    by_hazard_and_duration,
    judge_failures,
    standing_rise,
)
from evaluation.instruments import CRACK, by_instruments, share_by_instruments
from evaluation.instruments import OTHER as OTHER_KIND
from evaluation.truth import Truth
from tests.evaluation.builders import HOUR, OTHER, POINT, change, event, registry

HEARD = {POINT: (0, 400 * HOUR), OTHER: (0, 400 * HOUR)}


def judged(events, levels, end_h=400):
    return judge_failures(Truth.of(events), registry(), levels, HEARD, end_h * HOUR)


def test_lead_time_runs_from_the_last_rise_to_the_level():
    #  onset 100                         failure 130
    #    |   105 yellow   110 orange  120 red |
    levels = {POINT: [change(105, 2, 0), change(110, 3, 2), change(120, 4, 3)]}
    (found,) = judged([event("failure", 100, 130)], levels)
    assert found.lead_h == {"blue": 25.0, "yellow": 25.0, "orange": 20.0, "red": 10.0}
    assert found.tertiary_h == 30.0


def test_time_before_the_onset_earns_nothing():
    (found,) = judged([event("failure", 100, 130)], {POINT: [change(20, 2, 0)]})
    assert found.lead_h == {"blue": 30.0, "yellow": 30.0, "orange": None, "red": None}


def test_a_level_that_fell_before_the_failure_has_not_warned():
    levels = {POINT: [change(105, 3, 0), change(125, 1, 3)]}
    (found,) = judged([event("failure", 100, 130)], levels)
    assert found.lead_h["orange"] is None
    assert found.lead_h["blue"] == 25.0


def test_a_level_that_rose_again_counts_from_the_second_rise():
    levels = [change(105, 3, 0), change(110, 2, 3), change(125, 3, 2)]
    assert standing_rise(levels, 3, 130 * HOUR).known_ms == 125 * HOUR
    assert standing_rise(levels, 2, 130 * HOUR).known_ms == 105 * HOUR
    assert standing_rise(levels, 4, 130 * HOUR) is None


@pytest.mark.parametrize(("hour", "lead"), [(129.9, 0.1), (130.0, None), (131.0, None)])
def test_what_is_known_at_the_failure_or_later_is_no_warning(hour, lead):
    (found,) = judged([event("failure", 100, 130)], {POINT: [change(hour, 3, 0)]})
    assert found.lead_h["orange"] == (None if lead is None else pytest.approx(lead))


def test_failures_beyond_the_record_or_never_heard_are_left_out():
    assert judged([event("failure", 100, 130)], {}, end_h=129) == []
    assert judged([event("failure", 100, 130, point="500235010099")], {}) == []


def test_counts_by_hazard_and_duration():
    events = [
        event("failure", 100, 130),
        event("failure", 200, 203, point=OTHER, device="d2"),
        event("failure", 300, 303, point=OTHER, device="d2"),
    ]
    levels = {POINT: [change(110, 3, 0)], OTHER: [change(202, 2, 0, point=OTHER)]}
    levels[OTHER].append(change(250, 0, 2, point=OTHER))
    found = judged(events, levels)
    hazards = by_hazard(found)
    assert list(hazards) == ["all", "landslide", "debris_flow"]
    yellow = hazards["all"]["yellow"].warned
    assert (yellow.count, yellow.of) == (2, 3)
    assert hazards["debris_flow"]["yellow"].warned.value == 0.5
    assert hazards["debris_flow"]["yellow"].lead_h.median == 1.0
    classes = by_duration(found)
    assert classes["24 h and more"]["orange"].warned.of == 1
    assert classes["1 to 6 h"]["orange"].warned.of == 2
    assert classes["under 1 h"]["orange"].warned.value is None


def test_counts_by_what_watches_the_slope():
    events = [event("failure", 100, 130), event("failure", 200, 203, point=OTHER, device="d2")]
    found = judged(events, {POINT: [change(110, 3, 0)]})
    table = by_instruments(found, registry(), 24.0)
    assert {name: levels["orange"].warned.of for name, levels in table.items()} == {CRACK: 1}
    assert set(by_instruments(found, registry(), 0.0)) == {CRACK, OTHER_KIND}
    assert share_by_instruments(registry())[CRACK] == 0.5
    both = by_hazard_and_duration(found)
    assert list(both) == ["debris_flow", "landslide"]
    assert list(both["landslide"]) == ["24 h and more"]

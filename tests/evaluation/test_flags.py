"""Quality flags against faults, on readings with flags planted by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from domain.frames import Readings
from domain.quality import Test
from domain.settings import IngestSettings
from evaluation.door import Door
from evaluation.flags import FlagTally
from evaluation.truth import Truth
from ingest.decoders.base import RawReading
from ingest.validate import Validator
from tests.evaluation.builders import HOUR, OTHER, POINT, event, registry

STEP = 600_000


def rows(channel, hours, *, late_h=0.0, value=1.0):
    return [
        (POINT, "d1", channel, round(h * HOUR), round((h + late_h) * HOUR), value, "file")
        for h in hours
    ]


def tally(events, readings, flags, tests=0):
    counts = FlagTally(registry(), Truth.of(events), STEP)
    readings = Readings.of_rows(readings)
    used = np.arange(len(readings))
    named = np.broadcast_to(np.array(tests, np.uint16), used.shape)
    features = SimpleNamespace(flag=np.array(flags, np.uint8))
    counts.see(readings, SimpleNamespace(feature_rows=used, features=features, tests=named))
    return counts


def test_occurrences_and_readings():
    events = [
        event("drift", 10, 11, channel="crack"),
        event("drift", 50, 51, channel="crack"),
        event("drift", 90, 91, channel="rain"),  # no reading of it
    ]
    readings = rows("crack", (9, 10, 10.5, 11, 50, 51, 200))
    found = tally(events, readings, (1, 1, 3, 4, 1, 2, 3)).result()
    kind = found.kinds["drift"]
    assert (kind.occurrences.count, kind.occurrences.of, kind.unheard) == (1, 2, 1)
    assert (kind.readings.count, kind.readings.of) == (2, 5)
    # the flag at 200 is of no fault
    assert (found.right.count, found.right.of) == (2, 3)
    assert found.false_by_channel == {"crack": 1}


def test_shortly_after_a_fault_a_flag_is_neither_right_nor_wrong():
    readings = rows("crack", (10 + 1 / 6, 10 + 5 / 6))
    found = tally([event("spike", 10, 10, channel="crack")], readings, (3, 3)).result()
    assert (found.right.count, found.right.of) == (0, 1)


def test_a_step_may_be_caught_by_the_readings_after_it():
    step = event("step", 10, 10, channel="crack")
    found = tally([step], rows("crack", (10, 10 + 1 / 6)), (1, 3)).result()
    assert found.kinds["step"].occurrences.value == 1.0
    assert found.kinds["step"].readings.of == 1


def test_a_fault_of_the_device_touches_all_its_channels_and_no_other():
    fault = event("swapped_axes", 10, 11)
    found = tally([fault], rows("crack", (10,)) + rows("rain", (10,)), (1, 3)).result()
    assert (found.kinds["swapped_axes"].readings.count, found.right.count) == (1, 1)
    other = event("swapped_axes", 10, 11, device="d2", point=OTHER)
    assert tally([other], rows("crack", (10,)), (3,)).result().right.count == 0


def test_clocks_are_found_by_the_time_of_receipt():
    fault = event("clock_skew", 10, 12)
    readings = rows("crack", (18,), late_h=-8.0)
    found = tally([fault], readings, (3,)).result()
    assert found.kinds["clock_skew"].occurrences.value == 1.0


def test_what_the_door_refuses_counts_as_flagged():
    counts = tally([event("clock_skew", 10, 12)], rows("crack", (9,)), (1,))
    counts.refuse(Readings.of_rows(rows("crack", (18,), late_h=-8.0)))
    assert counts.result().kinds["clock_skew"].occurrences.value == 1.0


def test_faults_too_small_to_see_are_counted_apart():
    events = [event("spike", 10, 10, channel="crack", size=0.1)]
    kind = tally(events, rows("crack", (10,)), (1,)).result().kinds["spike"]
    assert (kind.unseen, kind.occurrences.of) == (1, 0)


@pytest.mark.parametrize(
    ("channel", "size", "readings", "unseen"),
    [
        ("crack", 0.5, 6, 0),
        ("crack", 0.5, 5, 1),
        ("crack", 0.49, 6, 1),
        ("tilt_x", 0.01, 6, 0),
        ("tilt_x", 0.009, 6, 1),
        ("rain", 1.9, 6, 1),
    ],
)
def test_a_stuck_value_shows_by_what_is_missing(channel, size, readings, unseen):
    events = [event("stuck", 10, 12, channel=channel, size=size)]
    hours = [10 + i / 6 for i in range(readings)]
    found = tally(events, rows(channel, hours), [1] * readings).result()
    assert found.kinds["stuck"].unseen == unseen


def test_a_spike_of_shaking_may_be_the_event():
    spike = event("spike", 10, 10, channel="vibration", size=80.0)
    (kind,) = tally([spike], rows("vibration", (10,)), (1,)).result().kinds.values()
    assert (kind.unseen, kind.occurrences.of) == (1, 0)


def test_each_test_is_judged_by_itself_and_a_noted_jump_is_caught():
    events = [
        event("step", 10, 10, channel="crack", size=9.0),
        event("spike", 20, 20, channel="crack"),
    ]
    readings = rows("crack", (10, 10 + 1 / 6, 20, 40, 50))
    named = (0, Test.JUMP, Test.SPIKE, Test.SPIKE, Test.JUMP | Test.SPIKE)
    found = tally(events, readings, (1, 1, 3, 3, 3), named).result()
    assert found.kinds["step"].occurrences.value == 1.0
    shares = {name: (share.count, share.of) for name, share in found.tests.items()}
    assert shares == {"spike": (1, 3), "jump": (1, 2)}
    assert found.kinds["step"].tests == {"jump": 1}
    spikes = found.by_test["spike"]
    assert (spikes.named, spikes.faults) == (3, {"none": 2, "spike": 1})
    assert (spikes.of_own.count, spikes.recall.count, spikes.recall.of) == (1, 1, 1)


def test_the_end_of_a_fault_that_lasts_is_a_jump_too():
    events = [event(kind, 10, end, channel="crack") for kind, end in (("drift", 20), ("spike", 10))]
    at_21_5, at_22_5 = rows("crack", (21.5,)), rows("crack", (22.5,))
    for test, readings, wrong in (
        (Test.JUMP, at_21_5, 0),
        (Test.JUMP, at_22_5, 1),
        (Test.SPIKE, at_21_5, 1),
    ):
        by_test = tally(events[:1], readings, (1,), (test,)).result().by_test
        assert sum(count.faults.get("none", 0) for count in by_test.values()) == wrong
    short = tally(events[1:], rows("crack", (11.5,)), (1,), (Test.JUMP,)).result()
    assert short.by_test["jump"].faults == {"none": 1}


def test_a_test_that_names_another_kind_of_fault_is_right_but_not_for_its_own():
    events = [event("drift", 10, 11, channel="crack", size=9.0)]
    found = tally(events, rows("crack", (10, 11)), (3, 1), (Test.SPIKE, 0)).result()
    spikes = found.by_test["spike"]
    assert (spikes.of_fault.value, spikes.of_own.value) == (1.0, 0.0)
    assert spikes.faults == {"drift": 1}
    assert found.kinds["drift"].tests == {"spike": 1}
    assert "drift" not in found.by_test


def test_a_note_of_a_low_battery_is_held_against_the_power_loss_after_it():
    events = [event("power_loss", 30, 40)]
    readings = rows("crack", (1, 20, 29, 30))
    low = (Test.BATTERY, Test.BATTERY, 0, Test.BATTERY)
    found = tally(events, readings, (1, 1, 1, 1), low).result()
    battery = found.by_test["battery"]
    assert (battery.of_own.count, battery.named, battery.recall.value) == (2, 3, 1.0)
    # It is a note: no fault of the value, neither right nor wrong among the flags.
    assert (found.right.of, "battery" in found.tests, "power_loss" in found.kinds) == (
        0,
        False,
        False,
    )


def test_flags_on_a_failing_slope_are_told():
    found = tally([event("failure", 5, 20)], rows("crack", (10, 30)), (3, 3)).result()
    assert (found.right.of, found.false_on_moving) == (2, 1)


@pytest.mark.parametrize("event_ms", [0, -1, 300_000, 300_001, -14_610 * 86_400_000 - 1])
@pytest.mark.parametrize("value", [-1_000.1, -1_000.0, 0.0, 20_000.0, 20_000.1])
def test_the_door_is_that_of_ingest(event_ms, value):
    now_ms = 1_780_000_000_000
    readings = Readings.of_rows([(POINT, "d1", "crack", now_ms + event_ms, now_ms, value, "x")])
    limits = IngestSettings()
    raw = RawReading("d1", 1, "crack", "mm", value, now_ms + event_ms)
    admitted, _ = Validator(registry(), limits).admit([raw], None, now_ms, "x")
    assert Door.of(limits).admits(readings).tolist() == [bool(admitted)]

"""Hostile and mistaken messages: refused with a reason, and nothing else disturbed."""

import math
from collections.abc import Sequence

import msgspec
import pytest

from domain.hazards import HazardType
from domain.points import Device, Point
from domain.registry import Registry
from domain.rejects import RejectReason
from ingest.intake import Intake
from tests.ingest.worlds import NOW_MS, intake_for, pack, point, points, topic_of

DAY_MS = 86_400_000
PLACES = points(2)
HERE, THERE = (topic_of(place) for place in PLACES)
GOOD = pack("d0", NOW_MS, 12.5)


@pytest.fixture
def intake() -> Intake:
    return intake_for(PLACES)


def record(**fields: object) -> bytes:
    """Make a pack of one record of d0's crack, with other fields."""
    whole = {"n": "d0/crack", "u": "mm", "v": 1.0, "bt": NOW_MS / 1000} | fields
    return msgspec.json.encode([whole])


HOSTILE: Sequence[tuple[str, str, bytes, RejectReason]] = [
    ("malformed", HERE, b'[{"n":"d0/crack","v":1', RejectReason.MALFORMED),
    ("empty", HERE, b"", RejectReason.MALFORMED),
    ("null", HERE, b"null", RejectReason.MALFORMED),
    ("oversized", HERE, b"[" + b" " * 262_144 + b"]", RejectReason.TOO_LARGE),
    ("not UTF-8", HERE, b'[{"n":"d0/crack\xff","v":1}]', RejectReason.NOT_UTF8),
    ("not UTF-8, skipped field", HERE, b'[{"n":"d0/crack","x":"\xc3"}]', RejectReason.NOT_UTF8),
    ("UTF-16", HERE, GOOD.decode().encode("utf-16"), RejectReason.NOT_UTF8),
    ("half a surrogate", HERE, b'[{"n":"d0/crack\\ud800","v":1}]', RejectReason.MALFORMED),
    ("nested lists", HERE, b"[" * 100_000, RejectReason.TOO_DEEP),
    ("nested in a field", HERE, b'[{"x":' + b"[" * 100_000, RejectReason.TOO_DEEP),
    ("nested objects", HERE, b'{"a":' * 40_000 + b"1" + b"}" * 40_000, RejectReason.TOO_DEEP),
    ("nested, on dp", "$dp", b'{"d0":' * 40_000, RejectReason.TOO_DEEP),
    ("NaN", HERE, b'[{"n":"d0/crack","u":"mm","v":NaN}]', RejectReason.NOT_FINITE),
    ("Infinity", HERE, b'[{"n":"d0/crack","u":"mm","v":-Infinity}]', RejectReason.NOT_FINITE),
    ("huge number", HERE, b'[{"n":"d0/crack","u":"mm","v":1e999}]', RejectReason.NOT_FINITE),
    ("huge integer", HERE, record(v=0).replace(b'"v":0', b'"v":' + b"9" * 400),
     RejectReason.NOT_FINITE),
    ("sum overflows", HERE, record(v=1.7e308, bv=1.7e308), RejectReason.NOT_FINITE),
    ("large number", HERE, record(v=1e6), RejectReason.OUT_OF_RANGE),
    ("NaN, on dp", "$dp", b'{"d0":{"L1_LF_1":NaN}}', RejectReason.NOT_FINITE),
    ("huge number as text", "$dp", b'{"d0":{"L1_LF_1":"1e999"}}', RejectReason.NOT_FINITE),
    ("huge integer, on dp", "$dp", b'{"d0":{"L1_LF_1":' + b"9" * 400 + b"}}",
     RejectReason.NOT_FINITE),
    ("wrong unit", HERE, record(u="kPa"), RejectReason.WRONG_UNIT),
    ("no unit", HERE, record(u=None), RejectReason.WRONG_UNIT),
    ("no value", HERE, record(v=None), RejectReason.NO_VALUE),
    ("no record", HERE, b"[]", RejectReason.NO_VALUE),
    ("channel that is none", HERE, record(n="d0/entropy"), RejectReason.UNKNOWN_CHANNEL),
    ("channel of others", HERE, record(n="d0/mud_level", u="m"), RejectReason.UNKNOWN_CHANNEL),
    ("device of another", HERE, record(n="d1/crack"), RejectReason.WRONG_POINT),
    ("topic of another point", THERE.replace("/d1/", "/d0/"), GOOD, RejectReason.WRONG_POINT),
    ("topic of another district", HERE.replace("v1/500101", "v1/500112"), GOOD,
     RejectReason.WRONG_POINT),
    ("unregistered", HERE.replace("/d0/", "/d9/"), pack("d9", NOW_MS, 1.0),
     RejectReason.UNREGISTERED_DEVICE),
    ("unregistered, on dp", "$dp", b'{"d9":{"L1_LF_1":1}}', RejectReason.UNREGISTERED_DEVICE),
    ("in the future", HERE, record(bt=NOW_MS / 1000 + 301), RejectReason.FUTURE_TIME),
    ("at the end of time", HERE, record(bt=1e300), RejectReason.FUTURE_TIME),
    ("of another age", HERE, record(bt=NOW_MS / 1000 - 41 * 365.25 * 86_400),
     RejectReason.ANCIENT_TIME),
    ("before all ages", HERE, record(bt=-1e300), RejectReason.ANCIENT_TIME),
    ("unknown topic", "weather/today", GOOD, RejectReason.UNKNOWN_TOPIC),
    ("topic out of our tree", "x/y/z/telemetry", GOOD, RejectReason.UNKNOWN_TOPIC),
]  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [case[1:] for case in HOSTILE],
    ids=[case[0] for case in HOSTILE],
)
def test_a_hostile_message_is_refused_and_the_next_is_not(
    intake: Intake, topic: str, payload: bytes, reason: RejectReason
) -> None:
    rows, reject = intake.take(topic, payload, NOW_MS)
    assert rows == []
    assert reject is not None
    assert reject.reason == reason, reject.detail
    assert (reject.topic, reject.payload, reject.received_ms) == (topic, payload, NOW_MS)
    assert 0 < len(reject.detail) <= 300
    rows, reject = intake.take(HERE, GOOD, NOW_MS)
    assert (len(rows), reject) == (2, None)


def test_good_records_go_on_and_one_reject_tells_of_the_others(intake: Intake) -> None:
    payload = msgspec.json.encode(
        [
            {"bn": "d0/", "bt": NOW_MS / 1000, "n": "crack", "u": "cm", "v": 1.25},
            {"n": "tilt_x", "u": "deg", "v": 400},
            {"n": "rain", "u": "mm", "v": None},
        ]
    )
    rows, reject = intake.take(HERE, payload, NOW_MS)
    assert rows == [(PLACES[0].point_id, "d0", "crack", NOW_MS, NOW_MS, 12.5, "senml")]
    assert reject is not None
    assert reject.reason == RejectReason.NO_VALUE
    assert reject.detail.startswith("2 of 3 values refused: no_value: record 2")
    assert "out_of_range: tilt_x: outside -90 to 90 deg" in reject.detail


def test_a_second_instrument_is_a_device_of_its_own(intake: Intake) -> None:
    rows, _ = intake.take(HERE, record(n="d0/crack/2"), NOW_MS)
    assert rows[0][1] == "d0/2"
    rows, _ = intake.take("$dp", b'{"d0":{"L1_LF_3":7}}', NOW_MS)
    assert rows[0][1:3] == ("d0/3", "crack")


@pytest.mark.parametrize("ahead_h", [7.9, 8.0, 8.1])
def test_a_clock_eight_hours_ahead_is_named_not_corrected(intake: Intake, ahead_h: float) -> None:
    _, reject = intake.take(HERE, record(bt=NOW_MS / 1000 + ahead_h * 3600), NOW_MS)
    assert reject is not None
    assert reject.reason == RejectReason.FUTURE_TIME
    assert "China" in reject.detail


def test_the_edges_of_time_and_range_are_inside(intake: Intake) -> None:
    for fields in ({"bt": NOW_MS / 1000 + 300}, {"v": 20_000.0}, {"v": -1_000.0}):
        rows, reject = intake.take(HERE, record(**fields), NOW_MS)
        assert (len(rows), reject) == (1, None)


def test_dp_speaks_for_every_registered_device(intake: Intake) -> None:
    rows, reject = intake.take("$dp", b'{"d0":{"L1_LF_1":1},"d1":{"L1_LF_1":2}}', NOW_MS)
    assert [row[0] for row in rows] == [place.point_id for place in PLACES]
    assert reject is None


def test_another_registry_holds_from_the_next_message_on(intake: Intake) -> None:
    moved = Point("500243010009", "x", HazardType.LANDSLIDE, 30, 108, devices=PLACES[0].devices)
    assert intake.take(HERE, GOOD, NOW_MS).reject is None
    intake.validator.set_registry(Registry.of([moved]))
    _, reject = intake.take(HERE, GOOD, NOW_MS)
    assert reject is not None
    assert reject.reason == RejectReason.WRONG_POINT
    rows, _ = intake.take(topic_of(moved), GOOD, NOW_MS)
    assert {row[0] for row in rows} == {moved.point_id}


def test_names_that_nobody_registered_leave_no_trace(intake: Intake) -> None:
    for number in range(1000):
        name = f"x{number}"
        intake.take(HERE.replace("/d0/", f"/{name}/"), pack(name, NOW_MS, 1.0), NOW_MS)
        intake.take(HERE, record(u=name), NOW_MS)
    validator = intake.validator
    kept = (validator._speakers, validator._by_topic, validator._scales)
    assert [len(cache) for cache in kept] == [1, 1, 0]


def test_a_mistake_in_a_decoder_costs_one_message(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(intake.validator, "admit", fail)
    rows, reject = intake.take(HERE, GOOD, NOW_MS)
    assert rows == []
    assert reject is not None
    assert "ZeroDivisionError" in reject.detail
    assert "could not be decoded" in caplog.text


def test_values_come_out_in_the_channel_unit_and_finite() -> None:
    place = point(3, ("acceleration", "pore_pressure"))
    intake = intake_for([place])
    sent = msgspec.json.encode(
        [
            {"bn": "d3/", "n": "acceleration", "u": "m/s2", "v": 9.80665},
            {"n": "pore_pressure", "u": "mH2O", "v": 2},
        ]
    )
    rows, reject = intake.take(topic_of(place), sent, NOW_MS)
    assert reject is None
    assert [row[5] for row in rows] == pytest.approx([1000.0, 19.6133])
    assert all(math.isfinite(row[5]) for row in rows)


def test_the_unit_of_acceleration_can_be_set() -> None:
    place = Point(
        "500101010000",
        "a",
        HazardType.LANDSLIDE,
        30,
        108,
        devices=(Device("a", ("acceleration",)),),
    )
    sent = b'{"a":{"L1_JS_1":{"gX":0,"gY":0,"gZ":2}}}'
    rows, _ = intake_for([place]).take("$dp", sent, NOW_MS)
    assert rows[0][5] == 2000.0
    rows, _ = intake_for([place], INGEST__DP_ACCELERATION_UNIT="mg").take("$dp", sent, NOW_MS)
    assert rows[0][5] == 2.0

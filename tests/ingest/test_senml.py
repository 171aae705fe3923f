"""SenML packs are resolved as RFC 8428 says."""

import msgspec
import pytest

from domain.errors import RejectedError
from domain.rejects import RejectReason
from ingest.decoders import Decoded, RawReading, SenmlDecoder
from ingest.decoders.base import MAX_RECORDS

NOW_MS = 1_790_000_000_000


def decode(*records: dict[str, object]) -> Decoded:
    return SenmlDecoder().decode(msgspec.json.encode(records), NOW_MS)


def test_base_fields_hold_for_the_record_and_those_after_it() -> None:
    readings, faults = decode(
        {"bn": "d1/", "bt": 1.78e9, "bu": "mm", "bv": 10, "n": "crack", "v": 2.5},
        {"n": "tilt_x", "u": "deg", "v": 1},
        {"bn": "d1/rain", "bt": 1.78e9 + 60, "bv": 0, "t": 0.25, "v": 3},
    )
    assert faults == []
    assert readings == [
        RawReading("d1", 1, "crack", "mm", 12.5, 1_780_000_000_000),
        RawReading("d1", 1, "tilt_x", "deg", 11.0, 1_780_000_000_000),
        RawReading("d1", 1, "rain", "mm", 3.0, 1_780_000_060_250),
    ]


def test_a_record_of_base_fields_alone_is_no_fault() -> None:
    readings, faults = decode(
        {"bn": "d1/", "bt": 1.78e9, "bver": 10}, {"n": "crack", "u": "mm", "v": 1}
    )
    assert (len(readings), faults) == (1, [])


@pytest.mark.parametrize(
    ("times", "event_ms"),
    [
        ({}, NOW_MS),
        ({"t": 0}, NOW_MS),
        ({"t": -5.5}, NOW_MS - 5_500),
        ({"bt": -60, "t": 10}, NOW_MS - 50_000),
        ({"bt": 2**28 - 1}, NOW_MS + (2**28 - 1) * 1000),
        ({"bt": 2**28}, 2**28 * 1000),
        ({"bt": 1.78e9, "t": -0.001}, 1_779_999_999_999),
        ({"bt": 1_780_000_000.123}, 1_780_000_000_123),
    ],
)
def test_times_below_two_to_the_28_count_from_now(times: dict[str, float], event_ms: int) -> None:
    readings, _ = decode({"bn": "d1/", "n": "crack", "u": "mm", "v": 1, **times})
    assert readings[0].event_ms == event_ms


def test_times_that_no_clock_tells_stay_far_away_and_break_nothing() -> None:
    readings, _ = decode({"n": "d1/crack", "v": 1, "bt": 1e308, "t": 1e308})
    assert readings[0].event_ms > 10**14


@pytest.mark.parametrize(
    ("name", "device", "instrument"),
    [("d1/crack", "d1", 1), ("d1/crack/2", "d1", 2), ("d1/crack/99", "d1", 99)],
)
def test_a_name_tells_device_channel_and_instrument(
    name: str, device: str, instrument: int
) -> None:
    readings, _ = decode({"n": name, "u": "mm", "v": 1})
    assert (readings[0].device_id, readings[0].instrument) == (device, instrument)
    assert readings[0].channel == "crack"


@pytest.mark.parametrize("name", ["crack", "d1/crack/0", "d1/crack/100", "d1/crack/x", "a/b/1/1"])
def test_a_name_of_another_form_is_a_fault(name: str) -> None:
    readings, faults = decode({"n": name, "u": "mm", "v": 1})
    assert (readings, faults[0].reason) == ([], RejectReason.MALFORMED)


@pytest.mark.parametrize("v", [None, "12.5", True, "none"])
def test_a_record_without_a_number_is_a_fault_and_the_others_are_read(v: object) -> None:
    readings, faults = decode({"bn": "d1/", "n": "crack", "v": v}, {"n": "rain", "u": "mm", "v": 2})
    assert [reading.channel for reading in readings] == ["rain"]
    assert [fault.reason for fault in faults] == [RejectReason.NO_VALUE]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"[]", RejectReason.NO_VALUE),
        (b'[{"bver":11,"n":"d1/crack","v":1}]', RejectReason.MALFORMED),
        (b'[{"n":"d1/crack","v":1,"mass_":2}]', RejectReason.MALFORMED),
        (b'[{"n":1,"v":1}]', RejectReason.MALFORMED),
        (b'{"n":"d1/crack","v":1}', RejectReason.MALFORMED),
        (b'[{"v":1}' + b',{"v":1}' * MAX_RECORDS + b"]", RejectReason.TOO_MANY_RECORDS),
    ],
)
def test_a_pack_that_is_none_is_refused_whole(payload: bytes, reason: RejectReason) -> None:
    with pytest.raises(RejectedError) as caught:
        SenmlDecoder().decode(payload, NOW_MS)
    assert caught.value.reason == reason


def test_an_underscore_inside_a_value_is_no_unknown_field() -> None:
    readings, _ = decode({"n": "d1/crack", "u": "a_", "v": 1})
    assert readings[0].unit == "a_"


def test_the_pack_of_base_fields_alone_says_so() -> None:
    _, faults = decode({"bn": "d1/"})
    assert faults[0].reason == RejectReason.NO_VALUE

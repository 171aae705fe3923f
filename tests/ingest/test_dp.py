"""The universal-device protocol in the dialects that are met in the field."""

from typing import Any

import msgspec
import pytest

from domain.errors import RejectedError
from domain.rejects import RejectReason
from ingest.decoders import DpDecoder
from ingest.decoders.base import MAX_RECORDS
from ingest.decoders.dp_codes import acceleration_unit

NOW_MS = 1_790_000_000_000
TIME = "2026-03-14T06:00:00.000Z"
TIME_MS = 1_773_468_000_000


def decode(sensors: dict[str, Any], **options: Any) -> list[tuple[str, float]]:
    """Channels and values of one device's sensors, all good."""
    readings, faults = DpDecoder(**options).decode(msgspec.json.encode({"d1": sensors}), NOW_MS)
    assert faults == []
    return [(reading.channel, reading.value) for reading in readings]


@pytest.mark.parametrize(
    ("code", "sent", "expected"),
    [
        ("L1_LF_1", 10.86, [("crack", 10.86)]),
        ("L1_LF_1", "10.86", [("crack", 10.86)]),
        ("L1_LF_1", {"value": 10.86}, [("crack", 10.86)]),
        (
            "L1_GP_1",
            {"gpsTotalX": 9.9, "gpsTotalY": 0.5, "gpsTotalZ": "3.2", "gpsInitial": "0wA="},
            [("gnss_e", 9.9), ("gnss_n", 0.5), ("gnss_u", 3.2)],
        ),
        ("L1_QJ_1", {"X": 0.1, "Y": -0.2, "Z": 89, "AZI": 3}, [("tilt_x", 0.1), ("tilt_y", -0.2)]),
        ("L1_QJ_1", {"X": 0.1, "Y": -0.2, "trend": 3}, [("tilt_x", 0.1), ("tilt_y", -0.2)]),
        ("L1_QJ_1", "0.1,-0.2,89.7,0.2,45", [("tilt_x", 0.1), ("tilt_y", -0.2)]),
        ("L1_ZD_1", {"value": 12, "PLX": 3, "SJValue": 1}, [("vibration", 12.0)]),
        ("L2_CS_1", {"OSP": 0.4, "VSP": 1, "freq": 3}, [("infrasound", 0.4)]),
        ("L3_YL_1", {"value": 0.5, "totalValue": 99}, [("rain", 0.5)]),
        ("L3_HS_1", 33.1, [("soil_moisture", 33.1)]),
        ("L3_SY_1", "0,12.30", [("pore_pressure", 12.3)]),
        ("L3_SY_1", {"temp": 20, "value": 12.3}, [("pore_pressure", 12.3)]),
        ("L3_DX_1", 4.5, [("groundwater", 4.5)]),
        ("L3_NW_1", 1.5, [("mud_level", 1.5)]),
        ("L4_NW_1", 1.5, [("mud_level", 1.5)]),
        (
            "S1_ZT_1",
            {"ext_power_volt": 12.1, "signal_4g": -71, "sensor_state": {"L1_QJ_1": 0}},
            [("battery", 12.1), ("rssi", -71.0)],
        ),
        ("S1_ZT_1", {"signal_NB": "-90"}, [("rssi", -90.0)]),
        ("S1_ZT_1", {"singal_NB": -91}, [("rssi", -91.0)]),
    ],
)
@pytest.mark.parametrize("timed", [True, False])
def test_every_code_in_every_shape(
    code: str, sent: Any, expected: list[tuple[str, float]], timed: bool
) -> None:
    assert decode({code: {TIME: sent} if timed else sent}) == expected


def test_the_time_is_taken_as_told() -> None:
    sent = {"L1_LF_1": {TIME: 1.0, "2026-03-14 06:00:01": 2.0, "2026-03-14T14:00:02+08:00": 3.0}}
    readings, _ = DpDecoder().decode(msgspec.json.encode({"d1": sent}), NOW_MS)
    assert [reading.event_ms - TIME_MS for reading in readings] == [0, 1000, 2000]
    untimed, _ = DpDecoder().decode(b'{"d1":{"L1_LF_1":1}}', NOW_MS)
    assert untimed[0].event_ms == NOW_MS


@pytest.mark.parametrize(
    "time", ["2026-13-14T06:00:00Z", "2026-03-14T99:00", "0001-01-01T00:00:00+23:59"]
)
def test_a_time_that_is_none_costs_only_its_value(time: str) -> None:
    sent = {"L1_LF_1": {time: 1.0, TIME: 2.0}}
    readings, faults = DpDecoder().decode(msgspec.json.encode({"d1": sent}), NOW_MS)
    assert 2.0 in [reading.value for reading in readings]
    assert len(readings) + len(faults) == 2


def test_one_message_may_hold_several_devices_and_instruments() -> None:
    sent = {"d1": {"L1_LF_1": 1, "L1_LF_2": 2}, "d2": {"L1_LF_12": 3}}
    readings, _ = DpDecoder().decode(msgspec.json.encode(sent), NOW_MS)
    assert [(r.device_id, r.instrument, r.value) for r in readings] == [
        ("d1", 1, 1.0),
        ("d1", 2, 2.0),
        ("d2", 12, 3.0),
    ]


@pytest.mark.parametrize(
    ("axes", "mg"),
    [((0, 0, 998.0), 998.0), ((0, 9.80665, 0), 1000.0), ((0.6, 0, 0.8), 1000.0)],
)
def test_acceleration_is_a_magnitude_whose_unit_gravity_tells(
    axes: tuple[float, float, float], mg: float
) -> None:
    from domain.units import factor_to_channel_unit

    sent = dict(zip(("gX", "gY", "gZ"), axes, strict=True))
    readings, _ = DpDecoder().decode(msgspec.json.encode({"d1": {"L1_JS_1": sent}}), NOW_MS)
    factor = factor_to_channel_unit("acceleration", readings[0].unit)
    assert factor is not None
    assert readings[0].value * factor == pytest.approx(mg)


def test_an_acceleration_whose_unit_gravity_does_not_tell_is_left_to_be_refused() -> None:
    assert acceleration_unit(0.02) is None
    assert DpDecoder("mg").decode(b'{"d1":{"L1_JS_1":{"gX":0.01,"gY":0,"gZ":0}}}', 0).readings
    readings, _ = DpDecoder().decode(b'{"d1":{"L1_JS_1":{"gX":0.01,"gY":0,"gZ":0}}}', 0)
    assert readings[0].unit not in ("mg", "g", "m/s2")


@pytest.mark.parametrize(
    "frame",
    [
        b'\x01\x00\x16{"d1":{"L1_LF_1":1.5}}',
        b'\x02\x00\x16{"d1":{"L1_LF_1":1.5}}',
        b'\x02\x00\x16{"d1":{"L1_LF_1":1.5}}\x00\r\n',
        b'\x03\x00\x16{"d1":{"L1_LF_1":1.5}}\xff\xd8a picture',
        b' {"d1":{"L1_LF_1":1.5}}',
    ],
)
def test_frames_of_every_type_and_none(frame: bytes) -> None:
    readings, faults = DpDecoder().decode(frame, NOW_MS)
    assert (readings[0].value, faults) == (1.5, [])


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", RejectReason.MALFORMED),
        (b"\x01\x00", RejectReason.MALFORMED),
        (b"\x04\x00\x02{}", RejectReason.MALFORMED),
        (b"\x01\x00\xff{}", RejectReason.MALFORMED),
        (b"\x01\x00\x02{}junk", RejectReason.MALFORMED),
        (b"\x01\x00\x02\xff\xff", RejectReason.NOT_UTF8),
        (b'{"header":{"appId":"a"},"bodies":{"body":"8Jf="}}', RejectReason.MALFORMED),
        (b"{}", RejectReason.NO_VALUE),
        (msgspec.json.encode({"d1": dict.fromkeys(map(str, range(9999)), 1)}),
         RejectReason.TOO_MANY_RECORDS),
        (b'{"d1":{"L3_QW_1":21.5}}', RejectReason.NO_VALUE),
        (
            msgspec.json.encode({"d1": {f"L1_LF_{n}": dict.fromkeys(
                (f"20{y:02d}-01-01T00:00:{s:02d}Z" for y in range(70) for s in range(60)), 1.0
            ) for n in (1, 2)}}),
            RejectReason.TOO_MANY_RECORDS,
        ),
    ],
)  # fmt: skip
def test_what_is_not_of_the_protocol_is_refused_whole(payload: bytes, reason: str) -> None:
    with pytest.raises(RejectedError) as caught:
        DpDecoder().decode(payload, NOW_MS)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("sensors", "reason"),
    [
        ({"L1_LF_1": None}, RejectReason.NO_VALUE),
        ({"L1_LF_1": True}, RejectReason.NO_VALUE),
        ({"L1_LF_1": "wet"}, RejectReason.NO_VALUE),
        ({"L1_LF_1": [1, 2]}, RejectReason.NO_VALUE),
        ({"L1_QJ_1": "1"}, RejectReason.NO_VALUE),
        ({"L1_JS_1": {"gX": 1}}, RejectReason.NO_VALUE),
        ({"crack": 1}, RejectReason.UNKNOWN_CHANNEL),
        ({"L1_LF_100": 1}, RejectReason.UNKNOWN_CHANNEL),
        ({"L1_LF_1" * 100: 1}, RejectReason.UNKNOWN_CHANNEL),
        (7, RejectReason.MALFORMED),
    ],
)
def test_a_sensor_that_cannot_be_read_is_a_fault(sensors: Any, reason: RejectReason) -> None:
    readings, faults = DpDecoder().decode(msgspec.json.encode({"d1": sensors}), NOW_MS)
    assert (readings, {fault.reason for fault in faults}) == ([], {reason})


def test_rain_and_stress_share_a_kind_and_differ_by_level() -> None:
    assert decode({"L2_YL_1": 5.0, "L3_YL_1": 0.2}) == [("rain", 0.2)]
    assert MAX_RECORDS == 4096

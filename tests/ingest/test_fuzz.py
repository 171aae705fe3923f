"""Whatever bytes come, a decoder answers or rejects them, and what was sent comes back."""

import contextlib
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.channels import CHANNELS
from domain.errors import RejectedError
from domain.frames import Readings
from domain.rejects import Reject
from ingest.batch import Batch
from ingest.decoders import Decoder, DpDecoder, SenmlDecoder
from tests.ingest.worlds import NOW_MS, intake_for, point, points, topic_of

NAMES = st.sampled_from(["d0", "d0/", "d0/crack", "crack", "d0/crack/2", "/", "", "d1/tilt_x"])
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**70), 2**70), st.just(1e308)
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.text(max_size=8), NAMES), inner, max_size=4),
    ),
    max_leaves=20,
)
FIELDS = {
    "bn": NAMES, "n": NAMES, "bt": NUMBERS, "t": NUMBERS, "v": NUMBERS, "bv": NUMBERS,
    "u": st.sampled_from(["mm", "deg", "kPa", ""]), "bver": st.integers(0, 20), "vs": st.text(),
}  # fmt: skip
RECORDS = st.lists(st.fixed_dictionaries({}, optional=FIELDS), max_size=6)
CODES = st.sampled_from(
    "L1_LF_1 L1_GP_1 L1_QJ_2 L1_JS_1 L1_ZD_1 L2_CS_1 L3_YL_1 L2_YL_1 L3_SY_1 S1_ZT_1 x".split()
)
SENT = st.one_of(
    ANYTHING,
    st.dictionaries(
        st.sampled_from("X Y value gX gY gZ OSP ext_power_volt signal_4g gpsTotalX".split()),
        st.one_of(NUMBERS, st.text(max_size=6)),
    ),
    st.dictionaries(st.sampled_from(["2026-03-14T06:00:00.000Z", "2026-99-14T", "a"]), ANYTHING),
)
SENSORS = st.dictionaries(NAMES, st.dictionaries(CODES, SENT, max_size=4), max_size=3)
PAYLOADS = st.one_of(
    st.binary(max_size=200),
    ANYTHING.map(msgspec.json.encode),
    RECORDS.map(msgspec.json.encode),
    SENSORS.map(msgspec.json.encode),
    st.builds(
        lambda head, body: head + body, st.binary(max_size=3), SENSORS.map(msgspec.json.encode)
    ),
)


@given(payload=PAYLOADS, now_ms=st.integers(0, 2**42))
@pytest.mark.parametrize("decoder", [SenmlDecoder(), DpDecoder(), DpDecoder("mg")])
def test_a_decoder_answers_or_rejects(decoder: Decoder, payload: bytes, now_ms: int) -> None:
    with contextlib.suppress(RejectedError):
        readings, faults = decoder.decode(payload, now_ms)
        assert readings or faults
        assert all(type(reading.value) is float for reading in readings)
        assert all(abs(reading.event_ms) < 2**60 for reading in readings)


@given(payload=PAYLOADS, topic=st.sampled_from(["$dp", topic_of(point(0)), "x", ""]))
def test_what_the_intake_lets_through_is_sound(payload: bytes, topic: str) -> None:
    rows, reject = intake_for(points(2)).take(topic, payload, NOW_MS)
    assert rows or reject
    if reject is not None:
        assert "the decoder failed" not in reject.detail
        assert Reject.from_record(reject.headers(), reject.payload) == reject
    for point_id, device, channel, event_ms, received_ms, value, _ in rows:
        assert point_id in {point(0).point_id, point(1).point_id}
        assert device.split("/")[0] in {"d0", "d1"}
        assert CHANNELS[channel].low <= value <= CHANNELS[channel].high
        assert math.isfinite(value)
        assert event_ms <= received_ms + 300_000
    frames = [record for turn in _batch(rows).turns() for record in turn]
    assert sum(len(Readings.decode(frame.value)) for frame in frames) == len(rows)


@given(
    values=st.lists(st.floats(-1_000, 20_000), min_size=1, max_size=20),
    start_ms=st.integers(NOW_MS - 10**10, NOW_MS - 10**6),
)
def test_what_was_sent_comes_back_exactly(values: list[float], start_ms: int) -> None:
    records: list[dict[str, Any]] = [
        {"n": "d0/crack", "u": "mm", "v": value, "bt": (start_ms + step) / 1000}
        for step, value in enumerate(values)
    ]
    rows, reject = intake_for(points(1)).take(
        topic_of(point(0)), msgspec.json.encode(records), NOW_MS
    )
    assert reject is None
    (turn,) = _batch(rows).turns()
    frame = Readings.decode(turn[0].value)
    assert frame.value.tolist() == values
    assert frame.event_ms.tolist() == [start_ms + step for step in range(len(values))]
    assert set(frame.received_ms.tolist()) == {NOW_MS}


def _batch(rows: list[Any]) -> Batch:
    batch = Batch(4)
    batch.add(rows, None)
    return batch

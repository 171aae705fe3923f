"""Bodies: CloudEvents 1.0, the data's schema, equal bytes for equal input."""

import json
import subprocess
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from alerts.episode import Earlier
from alerts.message import body_for_test, data_schema, warning_body
from domain.points import Point
from domain.warnings import WarningEvent
from tests.alerts.builders import POINT_ID, earlier_of, full_event, make_event, make_point, story
from tests.alerts.cap_rules import broken_rules


def body_of(
    event: WarningEvent, point: Point | None = None, earlier: tuple[Earlier, ...] = ()
) -> bytes:
    return warning_body(
        event, point, source="urn:t", sender="a@b", status="Exercise", earlier=earlier
    )


def check(data: Any) -> None:
    Draft202012Validator(data_schema()).validate(data)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(data_schema())


def test_envelope_is_a_cloud_event() -> None:
    event = full_event()
    body = json.loads(body_of(event, make_point()))
    data = body.pop("data")
    assert body == {
        "specversion": "1.0",
        "id": event.id,
        "source": "urn:t",
        "type": "org.geohazard.warning.raised.v1",
        "subject": POINT_ID,
        "time": event.event_time,
        "datacontenttype": "application/json",
        "dataschema": data_schema()["$id"],
    }
    check(data)
    assert data["point"]["district_name_zh"] == "云阳县"
    assert data["reasons"][0]["features"]["velocity_mm_per_day"] == 72.25
    assert data["forecast"]["r2"] == 0.9731
    assert broken_rules(data["cap"]) == []


def test_every_kind_of_event_fits_the_schema() -> None:
    past: list[Earlier] = []
    for event in story():
        data = json.loads(body_of(event, None, tuple(past)))["data"]
        check(data)
        assert data["earlier"] == [e.id for e in past]
        assert data["silent"] == (event.kind.value == "silent")
        past.append(earlier_of(event))


@pytest.mark.parametrize(
    ("name", "value"),
    [("level", 5), ("colour", "pink"), ("event_time", "yesterday"), ("kind", "gone"), ("en", {})],
)
def test_the_schema_bites(name: str, value: Any) -> None:
    data = json.loads(body_of(full_event(), make_point()))["data"]
    data[name] = value
    with pytest.raises(ValidationError):
        check(data)
    del data[name]
    with pytest.raises(ValidationError):
        check(data)


def test_numbers_that_json_lacks_become_null() -> None:
    reason = full_event().reasons[0]
    odd = msgspec.structs.replace(reason, value=float("inf"), features={"x": float("nan")})
    data = json.loads(body_of(make_event(reasons=(odd,))))["data"]
    check(data)
    assert data["reasons"][0]["value"] is None


def test_equal_input_gives_equal_bytes_in_every_process() -> None:
    code = (
        "from tests.alerts.test_message import *; import sys;"
        "sys.stdout.buffer.write(body_of(full_event(), make_point()))"
    )
    bodies = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert bodies == {body_of(full_event(), make_point())}


@given(st.text(max_size=60))
def test_hostile_names_leave_the_body_whole(name: str) -> None:
    body = json.loads(body_of(full_event(), make_point(name=name)).decode("utf-8"))
    check(body["data"])
    assert body["data"]["level"] == 3


def test_test_message_is_no_warning() -> None:
    message_id, body = body_for_test("city", "urn:t", 0)
    assert json.loads(body)["id"] == message_id
    assert json.loads(body)["type"] == "org.geohazard.test.v1"

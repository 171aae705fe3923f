"""The body of a webhook: a CloudEvents 1.0 event in JSON that holds the whole explained warning.

The data's form is `alerts/schema/warning.v1.json`. Equal input gives equal bytes. Later versions
only add fields; anything else gets a new type (``….v2``).
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import msgspec

from alerts.cap import cap_xml
from alerts.episode import Earlier
from alerts.explain import Explanation, Words, explain
from domain.levels import Level
from domain.points import Point
from domain.times import iso
from domain.warnings import Forecast, Reason, WarningEvent

TYPE = "org.geohazard.warning.{kind}.v1"
TEST_TYPE = "org.geohazard.test.v1"
SCHEMA_ID = "https://geohazard.invalid/schema/warning.v1.json"


class PointData(msgspec.Struct, frozen=True, kw_only=True):
    """The point; what the registry does not know is null."""

    id: str
    name: str
    hazard_type: str
    district: str
    district_name: str
    district_name_zh: str
    lat: float | None
    lon: float | None
    people_threatened: int | None


class TextData(msgspec.Struct, frozen=True, kw_only=True):
    """The warning in one language's words."""

    headline: str
    text: str
    advice: str


class ForecastData(msgspec.Struct, frozen=True, kw_only=True):
    """Forecast time of failure with its window."""

    made_at: str
    failure: str
    earliest: str
    latest: str
    method: str
    r2: float


class ReasonData(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence; see `domain.warnings.Reason`."""

    channel: str
    device_id: str
    detector: str
    level: int
    time: str
    value: float
    flag: int
    features: dict[str, float]
    thresholds: dict[str, float]
    rule: str
    rule_version: str


class WarningData(msgspec.Struct, frozen=True, kw_only=True):
    """``data`` of the event."""

    id: str
    kind: str
    level: int
    colour: str
    previous_level: int
    previous_colour: str
    event_time: str
    sequence: int
    silent: bool
    status: str
    point: PointData
    reasons: tuple[ReasonData, ...]
    forecast: ForecastData | None
    rules_version: str
    earlier: tuple[str, ...]
    en: TextData
    zh: TextData
    cap: str


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope (CloudEvents 1.0, structured mode)."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    dataschema: str
    data: WarningData


def data_schema() -> dict[str, Any]:
    """Read the JSON Schema of ``data``.

    Examples
    --------
    >>> data_schema()["$id"] == SCHEMA_ID
    True
    """
    text = files("alerts").joinpath("schema", "warning.v1.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Any])


_ENCODER = msgspec.json.Encoder(order="deterministic")


def warning_body(
    event: WarningEvent,
    point: Point | None,
    *,
    source: str,
    sender: str,
    status: str,
    earlier: Sequence[Earlier] = (),
) -> bytes:
    """Write the body for one event.

    Parameters
    ----------
    point
        ``None`` if the registry does not know it.
    source
        CloudEvents ``source``: a URI that names this installation.
    sender, status
        For the CAP document (`alerts.cap.cap_xml`).
    earlier
        Earlier events of the same episode, oldest first.

    Examples
    --------
    >>> from domain.warnings import WarningKind, make_warning
    >>> event = make_warning(point_id="500235010007", kind=WarningKind.RAISED, level=2,
    ...                      previous_level=0, event_ms=1000, sequence=1)
    >>> body = warning_body(event, None, source="urn:x", sender="x@y", status="Test")
    >>> msgspec.json.decode(body)["type"]
    'org.geohazard.warning.raised.v1'
    """
    words = explain(event, point, status)
    cap = cap_xml(event, words, sender=sender, status=status, earlier=earlier)
    return _ENCODER.encode(
        CloudEvent(
            specversion="1.0",
            id=event.id,
            source=source,
            type=TYPE.format(kind=event.kind.value),
            subject=words.place.point_id,
            time=iso(event.event_ms),
            datacontenttype="application/json",
            dataschema=SCHEMA_ID,
            data=_data(event, words, status, earlier, cap),
        )
    )


def body_for_test(receiver: str, source: str, now_ms: int) -> tuple[str, bytes]:
    """Write a message that only proves the way to a receiver.

    Returns
    -------
    tuple
        Its id and its body.
    """
    message_id = f"test_{receiver}_{now_ms}"
    event = {
        "specversion": "1.0",
        "id": message_id,
        "source": source,
        "type": TEST_TYPE,
        "time": iso(now_ms),
        "datacontenttype": "application/json",
        "data": {"text": "Test message: no warning.", "text_zh": "测试消息：非预警。"},
    }
    return message_id, msgspec.json.encode(event)


def _data(
    event: WarningEvent, words: Explanation, status: str, earlier: Sequence[Earlier], cap: str
) -> WarningData:
    return WarningData(
        id=event.id,
        kind=event.kind.value,
        level=event.level,
        colour=event.colour,
        previous_level=event.previous_level,
        previous_colour=Level(event.previous_level).colour,
        event_time=iso(event.event_ms),
        sequence=event.sequence,
        silent=event.kind.value == "silent",
        status=status,
        point=_point(words),
        reasons=tuple(_reason(reason) for reason in event.reasons),
        forecast=_forecast(event.forecast) if event.forecast else None,
        rules_version=event.rules_version,
        earlier=tuple(e.id for e in earlier),
        en=_text(words.en),
        zh=_text(words.zh),
        cap=cap,
    )


def _point(words: Explanation) -> PointData:
    place = words.place
    return PointData(
        id=place.point_id,
        name=place.name,
        hazard_type=place.hazard_type,
        district=place.district,
        district_name=place.district_en,
        district_name_zh=place.district_zh,
        lat=place.lat,
        lon=place.lon,
        people_threatened=place.people_threatened,
    )


def _text(words: Words) -> TextData:
    return TextData(headline=words.headline, text=words.text, advice=words.advice)


def _reason(reason: Reason) -> ReasonData:
    return ReasonData(
        channel=reason.channel,
        device_id=reason.device_id,
        detector=reason.detector,
        level=reason.level,
        time=iso(reason.time_ms),
        value=reason.value,
        flag=reason.flag,
        features=reason.features,
        thresholds=reason.thresholds,
        rule=reason.rule,
        rule_version=reason.rule_version,
    )


def _forecast(forecast: Forecast) -> ForecastData:
    return ForecastData(
        made_at=iso(forecast.made_at_ms),
        failure=iso(forecast.failure_ms),
        earliest=iso(forecast.earliest_ms),
        latest=iso(forecast.latest_ms),
        method=forecast.method,
        r2=forecast.r2,
    )

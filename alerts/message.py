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
from alerts.explain import explain
from alerts.warning_data import WarningData, warning_data
from domain.points import Point
from domain.times import iso
from domain.warnings import WarningEvent

TYPE = "org.geohazard.warning.{kind}.v1"
TEST_TYPE = "org.geohazard.test.v1"
SCHEMA_ID = "https://geohazard.invalid/schema/warning.v1.json"


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
            data=warning_data(event, words, status, earlier, cap),
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

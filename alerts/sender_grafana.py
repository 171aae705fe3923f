"""Messages of Grafana's alerting: a signed webhook with many alerts in it.

Grafana 12 signs ``<seconds>:<body>`` with HMAC-SHA256, in hex. One request holds many alerts, and
an alert comes again and again while it lasts: each is told apart by fingerprint, start and status,
so a reminder is no news. Alerts of points carry the point's id as the label ``point``, the subject
of this system's own messages.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from alerts.sender import BadBodyError, Received
from alerts.signature import TOLERANCE_S, BadSignatureError
from alerts.words import clean_text

SIGNATURE_HEADER = "X-Grafana-Alerting-Signature"
TIMESTAMP_HEADER = "X-Grafana-Alerting-Timestamp"
LEVEL_VALUE = "B"
"""The expression of our rules whose value is the level."""

_SEVERITIES = {"critical": 3, "warning": 2}


class _Alert(msgspec.Struct):
    status: str
    labels: dict[str, str]
    fingerprint: str
    startsAt: str
    annotations: dict[str, str] = {}
    values: dict[str, float] | None = None


class _Message(msgspec.Struct):
    alerts: list[dict[str, Any]]
    groupKey: str = ""
    truncatedAlerts: int = 0


def grafana_signature(secret: str, stamp: str, body: bytes) -> str:
    """Sign as Grafana does.

    Examples
    --------
    >>> grafana_signature("a-secret-of-16-b", "1780000000", b"{}")[:8]
    'f6e4ed4c'
    """
    return hmac.new(secret.encode(), f"{stamp}:".encode() + body, sha256).hexdigest()


@dataclass(frozen=True)
class GrafanaSender:
    """Reads Grafana's messages.

    Parameters
    ----------
    secret
        Shared with Grafana's contact point, used as it stands.
    tolerance_s
        How far a message's time may lie from the clock.
    """

    secret: str = field(repr=False)
    path: str = "/grafana"
    tolerance_s: int = TOLERANCE_S

    def read(self, headers: Mapping[str, str], body: bytes, now_ms: int) -> tuple[Received, ...]:
        """Verify and read a message (see `alerts.sender.Sender`)."""
        self._verify(headers, body, now_ms)
        try:
            message = msgspec.json.decode(body, type=_Message)
            found = [_received(raw) for raw in message.alerts]
        except (msgspec.DecodeError, RecursionError) as error:
            msg = f"the body is not a message of Grafana's alerting: {error}"
            raise BadBodyError(msg) from None
        if message.truncatedAlerts > 0:
            found.append(_truncated(message, [one.id for one in found]))
        return tuple(found)

    def _verify(self, headers: Mapping[str, str], body: bytes, now_ms: int) -> None:
        stamp = headers.get(TIMESTAMP_HEADER, "")
        given = headers.get(SIGNATURE_HEADER, "")
        if not (stamp and given):
            msg = f"a header {SIGNATURE_HEADER} or {TIMESTAMP_HEADER} is missing"
            raise BadSignatureError(msg)
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            msg = f"{TIMESTAMP_HEADER} is not a number of seconds"
            raise BadSignatureError(msg)
        if abs(int(stamp) * 1000 - now_ms) > self.tolerance_s * 1000:
            msg = f"{TIMESTAMP_HEADER} is more than {self.tolerance_s} s away from now"
            raise BadSignatureError(msg)
        expected = grafana_signature(self.secret, stamp, body)
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            msg = "the signature does not fit"
            raise BadSignatureError(msg)


def _received(raw: dict[str, Any]) -> Received:
    alert = msgspec.convert(raw, _Alert)
    firing = alert.status == "firing"
    name = alert.labels.get("alertname", "alert")
    notes = [alert.annotations.get(key, "") for key in ("summary_zh", "summary")]
    mark = "▲ FIRING 告警" if firing else "○ RESOLVED 恢复"
    line = f"{alert.startsAt} {mark} {name}: {' | '.join(filter(None, notes))}"
    return Received(
        _id(alert.fingerprint, alert.startsAt, alert.status),
        clean_text(line),
        _level(alert) if firing else 0,
        raw,
        point_id=alert.labels.get("point"),
    )


def _level(alert: _Alert) -> int:
    """Level of a point's alert by its value; any other alert's by its severity."""
    value = (alert.values or {}).get(LEVEL_VALUE)
    if "point" in alert.labels and value is not None and value in range(5):
        return int(value)
    return _SEVERITIES.get(alert.labels.get("severity", ""), 1)


def _truncated(message: _Message, ids: list[str]) -> Received:
    count = message.truncatedAlerts
    line = f"{count} alerts were left out of this message. 此消息省略了 {count} 条告警。"
    told = {"groupKey": message.groupKey, "truncatedAlerts": count}
    return Received(_id(message.groupKey, str(count), *ids), line, 3, told)


def _id(*parts: str) -> str:
    return "g_" + sha256("|".join(parts).encode("utf-8", "replace")).hexdigest()[:24]

"""Messages of this system: CloudEvents signed by Standard Webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from alerts.message import TEST_TYPE, TYPE
from alerts.sender import BadBodyError, Received
from alerts.signature import TOLERANCE_S, verify
from alerts.words import clean_text
from domain.warnings import WarningKind

_LEVEL_CHANGES = (
    WarningKind.RAISED,
    WarningKind.UPGRADED,
    WarningKind.DOWNGRADED,
    WarningKind.CLEARED,
)
_TEST_LINE = "Test message: no warning. 测试消息：非预警。"


class _Text(msgspec.Struct):
    headline: str


class _Data(msgspec.Struct):
    level: int
    event_time: str
    en: _Text
    zh: _Text


class _Envelope(msgspec.Struct):
    id: str
    type: str


class _Event(_Envelope):
    data: _Data
    subject: str = ""


@dataclass(frozen=True)
class GeohazardSender:
    """Reads this system's messages.

    Parameters
    ----------
    secret
        Shared with the sender: ``whsec_…``.
    tolerance_s
        How far a message's time may lie from the clock.
    """

    secret: str = field(repr=False)
    path: str = "/webhook"
    tolerance_s: int = TOLERANCE_S

    def read(self, headers: Mapping[str, str], body: bytes, now_ms: int) -> tuple[Received, ...]:
        """Verify and read a message (see `alerts.sender.Sender`)."""
        message_id = verify(self.secret, headers, body, now_ms, self.tolerance_s)
        try:
            whole = msgspec.json.decode(body, type=dict[str, Any])
            if msgspec.convert(whole, _Envelope).type == TEST_TYPE:
                return (Received(message_id, _TEST_LINE, 0, whole),)
            event = msgspec.convert(whole, _Event)
        except (msgspec.DecodeError, RecursionError) as error:
            msg = f"the body is not a warning: {error}"
            raise BadBodyError(msg) from None
        data = event.data
        line = clean_text(f"{data.event_time} {data.zh.headline} | {data.en.headline}")
        about = event.id if _names_level(event.type) else None
        return (Received(message_id, line, data.level, whole, event.subject or None, about),)


def _names_level(kind: str) -> bool:
    """Whether a type says that the level changed: then its id names the warning in force."""
    return kind in {TYPE.format(kind=one.value) for one in _LEVEL_CHANGES}

"""Messages of this system: CloudEvents signed by Standard Webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from alerts.message import TEST_TYPE
from alerts.sender import BadBodyError, Received
from alerts.signature import TOLERANCE_S, verify
from alerts.words import clean_text

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

    def read(self, headers: Mapping[str, str], body: bytes, now_ms: int) -> Received:
        """Verify and read a message (see `alerts.sender.Sender`)."""
        message_id = verify(self.secret, headers, body, now_ms, self.tolerance_s)
        try:
            whole = msgspec.json.decode(body, type=dict[str, Any])
            if msgspec.convert(whole, _Envelope).type == TEST_TYPE:
                return Received(message_id, _TEST_LINE, 0, whole)
            data = msgspec.convert(whole, _Event).data
        except (msgspec.DecodeError, RecursionError) as error:
            msg = f"the body is not a warning: {error}"
            raise BadBodyError(msg) from None
        line = clean_text(f"{data.event_time} {data.zh.headline} | {data.en.headline}")
        return Received(message_id, line, data.level, whole)

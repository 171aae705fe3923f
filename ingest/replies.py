"""Replies of devices to commands: which command is answered, and whether it was obeyed.

Outside bytes: what is no reply of the two forms that [docs/contracts.md] names is passed over.
"""

from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec

from domain.topics import parse_mqtt_topic

MAX_BYTES = 4_096
_MAX_FIELDS = 32


class Reply(NamedTuple):
    """One reply.

    Attributes
    ----------
    msgid
        Of the command that is answered.
    done
        Whether the device obeyed.
    device_id
        Who answers; empty where the topic does not say (universal-device protocol).
    """

    msgid: str
    done: bool
    device_id: str


def read_reply(topic: str, payload: bytes) -> Reply | None:
    """Read a reply; ``None`` if it is none.

    Examples
    --------
    >>> read_reply("$dr", b"$cmd=setsensortime&result=succ&apikey=k&msgid=w1.a")
    Reply(msgid='w1.a', done=True, device_id='')
    >>> topic = "geohazard/v1/500235/500235010007/d1/reply"
    >>> read_reply(topic, b'{"cmd":"setsensortime","result":"fail","msgid":"w1.a"}')
    Reply(msgid='w1.a', done=False, device_id='d1')
    >>> read_reply(topic, b'{"msgid":"7"}') is read_reply(topic, b"[1]") is None
    True
    """
    if len(payload) > MAX_BYTES:
        return None
    address = parse_mqtt_topic(topic)
    fields = _dollar(payload) if address is None else _json(payload)
    msgid, result = fields.get("msgid"), fields.get("result")
    if not msgid or result not in ("succ", "fail"):
        return None
    return Reply(msgid, result == "succ", "" if address is None else address.device_id)


def _dollar(payload: bytes) -> dict[str, str]:
    if not payload.startswith(b"$cmd="):
        return {}
    try:
        return dict(parse_qsl(payload[1:].decode("ascii"), max_num_fields=_MAX_FIELDS))
    except ValueError:
        return {}


def _json(payload: bytes) -> dict[str, str]:
    try:
        values = msgspec.json.decode(payload, type=dict[str, str | int | float | bool])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {name: str(value) for name, value in values.items()}

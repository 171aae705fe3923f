"""The outer frame of the universal-device protocol: type, length, JSON.

Byte 0 is the type, bytes 1 and 2 the length of the JSON, big-endian. Some gateways leave the frame
out and send the JSON alone.
"""

from domain.errors import RejectedError
from domain.rejects import RejectReason

PLAIN, TIMESTAMPED, WITH_FILE = 1, 2, 3
_HEAD = 3
_PADDING = b"\0 \t\r\n"


def json_of_frame(payload: bytes) -> bytes:
    """Take the JSON out of a frame; what a type 3 frame carries behind it (a file) is left out.

    Raises
    ------
    RejectedError
        If the frame's type is unknown or its length is not that of the JSON.

    Examples
    --------
    >>> json_of_frame(bytes([1, 0, 2]) + b"{}"), json_of_frame(b"{}")
    (b'{}', b'{}')
    """
    if payload.lstrip()[:1] == b"{":
        return payload
    if len(payload) < _HEAD or payload[0] not in (PLAIN, TIMESTAMPED, WITH_FILE):
        detail = "neither JSON nor a frame of type 1, 2 or 3"
        raise RejectedError(RejectReason.MALFORMED, detail)
    end = _HEAD + int.from_bytes(payload[1:_HEAD], "big")
    behind = payload[end:]
    if len(payload) < end:
        detail = f"the frame announces {end - _HEAD} bytes of JSON, {len(payload) - _HEAD} came"
        raise RejectedError(RejectReason.MALFORMED, detail)
    if payload[0] != WITH_FILE and behind.strip(_PADDING):
        detail = f"{len(behind)} bytes stand behind the JSON of a frame without a file"
        raise RejectedError(RejectReason.MALFORMED, detail)
    return payload[_HEAD:end]

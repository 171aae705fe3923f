"""Hostile JSON: read it, or say in our own terms why it cannot be read."""

import json
from typing import TypeVar

import msgspec

from domain.errors import RejectedError
from domain.rejects import RejectReason

T = TypeVar("T")


def read_json(decoder: msgspec.json.Decoder[T], text: bytes) -> T:
    """Decode JSON.

    Raises
    ------
    RejectedError
        ``not_utf8``, ``too_deep``, ``not_finite`` (``NaN``, ``Infinity`` or a number beyond
        float64) or ``malformed``.

    Examples
    --------
    >>> read_json(msgspec.json.Decoder(list[float]), b"[1, NaN]")
    Traceback (most recent call last):
    ...
    domain.errors.RejectedError: not_finite: a number is NaN, infinite or beyond float64
    """
    try:
        text.decode()
        return decoder.decode(text)
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} is not UTF-8"
        raise RejectedError(RejectReason.NOT_UTF8, detail) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise _diagnose(error, text) from None


def _diagnose(error: Exception, text: bytes) -> RejectedError:
    try:
        msgspec.json.decode(text)
    except RecursionError:
        return RejectedError(RejectReason.TOO_DEEP, "nested too deeply")
    except msgspec.DecodeError:
        pass  # the error that is to be explained
    if "out of range" in str(error) or _holds_a_wild_constant(text):
        detail = "a number is NaN, infinite or beyond float64"
        return RejectedError(RejectReason.NOT_FINITE, detail)
    return RejectedError(RejectReason.MALFORMED, str(error))


def _holds_a_wild_constant(text: bytes) -> bool:
    """Whether it is JSON but for ``NaN`` and ``Infinity``, which Python's reader admits."""
    if b"NaN" not in text and b"Infinity" not in text:
        return False
    wild: list[str] = []
    try:
        json.loads(text, parse_constant=wild.append)
    except (ValueError, RecursionError):
        return False
    return bool(wild)

"""Signatures of Standard Webhooks, by their library, with the clock injected."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook

from domain.errors import GeohazardError, SettingsError

TOLERANCE_S = 300
"""How far a message's time may lie from the receiver's clock; what is older may be a replay."""

_KEY_BYTES = (24, 64)


class BadSignatureError(GeohazardError):
    """A message is not from whom it should be, or too old; the text tells which, never the key."""


def check_secret(name: str, secret: str | None) -> str:
    """Make sure that a secret can sign: ``whsec_`` and base64 of 24 to 64 bytes.

    Raises
    ------
    SettingsError
        With the receiver's name; the secret is never echoed.

    Examples
    --------
    >>> check_secret("city", "whsec_short")
    Traceback (most recent call last):
    ...
    domain.errors.SettingsError: receiver 'city': its secret must be 'whsec_' and base64 of 24 to \
64 bytes
    """
    if secret is None:
        msg = f"receiver {name!r} has no secret: set secret or secret_file"
        raise SettingsError(msg)
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith("whsec_") or not _KEY_BYTES[0] <= len(key) <= _KEY_BYTES[1]:
        msg = f"receiver {name!r}: its secret must be 'whsec_' and base64 of 24 to 64 bytes"
        raise SettingsError(msg)
    return secret


def signed_headers(secret: str, message_id: str, body: bytes, now_ms: int) -> dict[str, str]:
    """Headers that prove a message.

    Examples
    --------
    >>> headers = signed_headers("whsec_" + "A" * 32, "w_1", b"{}", 1_780_000_000_000)
    >>> headers["webhook-timestamp"], headers["webhook-signature"][:3]
    ('1780000000', 'v1,')
    """
    seconds = now_ms // 1000
    signature = Webhook(secret).sign(
        message_id, datetime.fromtimestamp(seconds, UTC), body.decode()
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature,
    }


def verify(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    now_ms: int,
    tolerance_s: int = TOLERANCE_S,
) -> str:
    """Verify a message.

    Parameters
    ----------
    headers
        Any mapping that finds lower-case names.

    Returns
    -------
    str
        The message's id.

    Raises
    ------
    BadSignatureError
        If a header is missing, the time is too far off, or no signature fits.
    """
    message_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not (message_id and stamp and signatures):
        msg = "a webhook-id, webhook-timestamp or webhook-signature header is missing"
        raise BadSignatureError(msg)
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        msg = "webhook-timestamp is not a number of seconds"
        raise BadSignatureError(msg)
    if abs(int(stamp) * 1000 - now_ms) > tolerance_s * 1000:
        msg = f"webhook-timestamp is more than {tolerance_s} s away from now"
        raise BadSignatureError(msg)
    try:
        expected = signed_headers(secret, message_id, body, int(stamp) * 1000)["webhook-signature"]
    except UnicodeDecodeError:
        msg = "the body is not UTF-8"
        raise BadSignatureError(msg) from None
    given = [part.encode("utf-8", "replace") for part in signatures.split()[:16]]
    # Every candidate is compared, so that the time taken tells nothing.
    if not any([hmac.compare_digest(expected.encode(), candidate) for candidate in given]):
        msg = "no signature fits"
        raise BadSignatureError(msg)
    return message_id

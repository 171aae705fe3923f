"""Signatures: ours against the library of Standard Webhooks, and what is refused."""

import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.signature import BadSignatureError, check_secret, signed_headers, verify
from domain.errors import SettingsError
from tests.alerts.builders import SECRET

BODY = '{"名": "新滩"}'.encode()
NOW = 1_780_000_000_000


def test_the_library_accepts_what_we_sign() -> None:
    headers = signed_headers(SECRET, "w_1", BODY, time.time_ns() // 1_000_000)
    assert Webhook(SECRET).verify(BODY, headers) == {"名": "新滩"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY + b" ", headers)


def test_we_accept_what_the_standard_allows() -> None:
    headers = signed_headers(SECRET, "w_1", BODY, NOW)
    assert verify(SECRET, headers, BODY, NOW + 299_000) == "w_1"
    several = {**headers, "webhook-signature": "v1a,xx v1,AAAA " + headers["webhook-signature"]}
    assert verify(SECRET, several, BODY, NOW) == "w_1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "w_2"),
        ("webhook-id", ""),
        ("webhook-timestamp", str(NOW // 1000 + 1)),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "-1"),
        ("webhook-timestamp", "9" * 40),
        ("webhook-timestamp", "١٢٣"),
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v2,AAAA"),
        ("webhook-signature", "v1,\udc80"),
        ("webhook-signature", "v1," + "A" * 100_000),
    ],
)
def test_whatever_is_changed_is_refused(name: str, value: str) -> None:
    headers = {**signed_headers(SECRET, "w_1", BODY, NOW), name: value}
    with pytest.raises(BadSignatureError):
        verify(SECRET, headers, BODY, NOW)


@pytest.mark.parametrize("away_ms", [-301_000, 301_000])
def test_old_and_future_messages_are_refused(away_ms: int) -> None:
    headers = signed_headers(SECRET, "w_1", BODY, NOW + away_ms)
    with pytest.raises(BadSignatureError, match="300 s"):
        verify(SECRET, headers, BODY, NOW)


def test_a_changed_or_unreadable_body_is_refused() -> None:
    headers = signed_headers(SECRET, "w_1", BODY, NOW)
    for body in (b"", BODY + b"\n", b"\xff\xfe"):
        with pytest.raises(BadSignatureError):
            verify(SECRET, headers, body, NOW)


@pytest.mark.parametrize(
    "secret",
    [None, "", "whsec_AAAA", "A" * 40, "whsec_" + "!" * 40, "whsec_" + "A" * 200],
)
def test_unfit_secrets_stop_the_start_and_are_not_echoed(secret: str | None) -> None:
    with pytest.raises(SettingsError) as caught:
        check_secret("city", secret)
    assert "city" in str(caught.value)
    assert not secret or secret not in str(caught.value)

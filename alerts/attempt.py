"""One try to deliver one message: resolve, judge the address, sign, send, read a little."""

import asyncio
import ssl
from dataclasses import dataclass
from importlib.metadata import version

import certifi
import httpx

from alerts.guard import AddressRefusedError, Resolver, checked_address, system_resolver
from alerts.schedule import parse_retry_after
from alerts.signature import check_secret, signed_headers
from alerts.words import clean_text
from domain.errors import SettingsError
from domain.settings import Receiver, secret_of

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
MAX_NOTE = 200
MAX_ANSWER_BYTES = 4_096
ANSWER_S = 2.0
"""How long the body of an answer is waited for; its status is what counts."""


@dataclass(frozen=True)
class Answer:
    """What came of a try: ``status`` is ``None`` when there was no answer."""

    status: int | None
    note: str
    retry_after_s: float | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver took the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def unwell(self) -> bool:
        """Whether the receiver itself fails, not only this message to it."""
        return self.status is None or self.status in (408, 429) or self.status >= 500

    @property
    def gone(self) -> bool:
        """Whether the receiver wants nothing more, ever."""
        return self.status == 410


class Poster:
    """Posts messages to one receiver, over connections of its own.

    Connections are never shared between receivers: two names on one address would otherwise share
    what only one of them was verified for.

    Parameters
    ----------
    receiver
        The receiver; its secret must be fit to sign.
    timeout_s
        For a whole try, from look-up to the answer's status.
    resolver, tls
        Replaced in tests.

    Raises
    ------
    SettingsError
        If the receiver's URL or secret cannot be used.
    """

    def __init__(
        self,
        receiver: Receiver,
        timeout_s: float,
        *,
        resolver: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = check_url(receiver)
        self._secret = check_secret(receiver.name, secret_of(receiver.secret, receiver.secret_file))
        self._allow_private = receiver.allow_private
        self._timeout_s = timeout_s
        self._resolver = resolver
        self._client = httpx.AsyncClient(
            verify=tls or _tls(),
            trust_env=False,
            follow_redirects=False,
            timeout=timeout_s,
        )

    async def post(self, message_id: str, body: bytes, now_ms: int) -> Answer:
        """Try once; every failure of the network or the receiver is an answer, not an error."""
        try:
            async with asyncio.timeout(self._timeout_s):
                request = await self._request(message_id, body, now_ms)
                response = await self._client.send(request, stream=True)
        except TimeoutError:
            return Answer(None, f"no answer within {self._timeout_s:g} s")
        except AddressRefusedError as error:
            return Answer(None, f"address refused: {error}"[:MAX_NOTE])
        except (httpx.HTTPError, OSError) as error:
            return Answer(None, clean_text(f"{type(error).__name__}: {error}")[:MAX_NOTE])
        try:
            note = await _beginning(response)
        finally:
            await response.aclose()
        retry_after_s = None
        if response.status_code in (429, 503):
            retry_after_s = parse_retry_after(response.headers.get("retry-after"), now_ms)
        return Answer(response.status_code, note, retry_after_s)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _request(self, message_id: str, body: bytes, now_ms: int) -> httpx.Request:
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        host = self._url.raw_host.decode("ascii")
        address = await checked_address(
            host, port, allow_private=self._allow_private, resolver=self._resolver
        )
        headers = {
            "host": self._url.netloc.decode("ascii"),
            "content-type": CONTENT_TYPE,
            "accept-encoding": "identity",
            "user-agent": f"geohazard/{version('geohazard')}",
            **signed_headers(self._secret, message_id, body, now_ms),
        }
        return self._client.build_request(
            "POST",
            self._url.copy_with(host=address),
            content=body,
            headers=headers,
            extensions={"sni_hostname": host},
        )


def check_url(receiver: Receiver) -> httpx.URL:
    """Make sure that a receiver's URL can be used.

    Raises
    ------
    SettingsError
        With the receiver's name; the URL is not echoed, since it may hold a token.
    """
    wrong = f"receiver {receiver.name!r}: its url "
    try:
        url = httpx.URL(receiver.url)
    except httpx.InvalidURL as error:
        raise SettingsError(wrong + "is not a URL") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(wrong + "must start with https:// or http:// and name a host")
    if url.port is not None and not 1 <= url.port <= 65_535:
        raise SettingsError(wrong + "must name a port between 1 and 65535")
    if url.userinfo:
        raise SettingsError(wrong + "must not hold a user name or password")
    return url


def _tls() -> ssl.SSLContext:
    # The system's authorities, for those that a site adds; certifi's, for images without any.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


async def _beginning(response: httpx.Response) -> str:
    """Read the beginning of an answer for a person; whatever goes wrong changes nothing."""
    data = b""
    try:
        async with asyncio.timeout(ANSWER_S):
            async for chunk in response.aiter_raw():
                data += chunk[:MAX_ANSWER_BYTES]
                if len(data) > MAX_ANSWER_BYTES:
                    break
    except (TimeoutError, httpx.HTTPError) as error:
        # The status has been read, and it alone decides.
        return f"(answer unreadable: {type(error).__name__})"
    if "content-encoding" in response.headers:
        return "(answer encoded)"
    return clean_text(data.decode("utf-8", "replace"))[:MAX_NOTE]

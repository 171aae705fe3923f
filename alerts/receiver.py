"""A reference receiver of webhooks: how to take warnings rightly, and what `geohazard up` shows.

It verifies the signature over the raw bytes, takes each message once, puts it on disk, and only
then answers 204. Each kind of sender is one file (`alerts.sender`).
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from rich.console import Console
from rich.text import Text

from alerts.inbox import Inbox
from alerts.sender import BadBodyError, Received, Sender
from alerts.sender_geohazard import GeohazardSender
from alerts.sender_grafana import GrafanaSender
from alerts.signature import BadSignatureError, check_secret
from alerts.words import clean_text
from domain.clock import Clock, SystemClock
from domain.errors import GeohazardError
from domain.grafana_secret import check_grafana_secret

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 1_048_576
"""Grafana puts up to 200 alerts into one message, of some 2 KiB each."""
READ_S = 20.0
_STYLES = ("dim", "bold blue", "bold yellow", "bold dark_orange", "bold red")


@dataclass(frozen=True)
class ReceiverOptions:
    """How a receiver runs.

    Attributes
    ----------
    grafana_secret
        Shared with Grafana's contact point; without it ``/grafana`` is not served.
    output
        File of JSON lines, and beside it the index of what was taken. Without it a restart forgets.
    show
        Print a line for each message.
    """

    secret: str = field(repr=False)
    grafana_secret: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8099
    output: Path | None = None
    show: bool = True
    max_body_bytes: int = MAX_BODY_BYTES


@dataclass
class ReceiverCounters:
    """Counts since the start."""

    received: int = 0
    duplicates: int = 0
    refused: int = 0


class WebhookReceiver:
    """Answers the requests of senders.

    Parameters
    ----------
    senders
        The kinds of sender that are understood, each on its own path.
    console
        Where lines are printed; ``None`` prints nothing.
    """

    def __init__(
        self,
        senders: Sequence[Sender],
        inbox: Inbox,
        clock: Clock,
        *,
        console: Console | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self.counters = ReceiverCounters()
        self._inbox = inbox
        self._clock = clock
        self._console = console
        self.app = web.Application(client_max_size=max_body_bytes)
        self.app.router.add_get("/health", self._health)
        for sender in senders:
            self.app.router.add_post(sender.path, self._handler(sender))

    def _handler(
        self, sender: Sender
    ) -> Callable[[web.Request], Coroutine[None, None, web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                async with asyncio.timeout(READ_S):
                    body = await request.read()
                messages = sender.read(request.headers, body, self._clock.now_ms())
            except web.HTTPRequestEntityTooLarge:
                return self._refuse(413, "the body is too large")
            except TimeoutError:
                return self._refuse(408, "the body did not arrive in time")
            except BadSignatureError as error:
                return self._refuse(401, str(error))
            except BadBodyError as error:
                return self._refuse(400, str(error))
            for message in messages:
                await self._take(message)
            return web.Response(status=204)

        return handle

    async def _take(self, message: Received) -> None:
        new = await asyncio.to_thread(self._inbox.take, message, self._clock.now_ms())
        if not new:
            self.counters.duplicates += 1
            return
        self.counters.received += 1
        if self._console is not None:
            style = _STYLES[message.level] if message.level in range(5) else ""
            self._console.print(Text(message.line, style), soft_wrap=True)

    def _refuse(self, status: int, reason: str) -> web.Response:
        self.counters.refused += 1
        log.warning("refused a message: %s", clean_text(reason))
        return web.Response(status=status, text=reason)

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response(vars(self.counters))


async def run_receiver(
    options: ReceiverOptions,
    stop: asyncio.Event,
    clock: Clock | None = None,
    started: Callable[[int], None] | None = None,
) -> ReceiverCounters:
    """Serve until ``stop`` is set.

    Parameters
    ----------
    started
        Called with the port once it listens (port 0 takes a free one).

    Raises
    ------
    SettingsError
        If the secret cannot be used.
    GeohazardError
        If the address is taken or the output file cannot be used.
    """
    senders: list[Sender] = [GeohazardSender(check_secret("webhook-receiver", options.secret))]
    if options.grafana_secret is not None:
        senders.append(GrafanaSender(check_grafana_secret(options.grafana_secret)))
    inbox = _open_inbox(options.output)
    receiver = WebhookReceiver(
        senders,
        inbox,
        clock or SystemClock(),
        console=Console() if options.show else None,
        max_body_bytes=options.max_body_bytes,
    )
    runner = web.AppRunner(receiver.app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await _listen(runner, options.host, options.port)
        if started is not None:
            started(runner.addresses[0][1])
        await stop.wait()
    finally:
        await runner.cleanup()
        inbox.close()
    return receiver.counters


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        msg = f"cannot listen on {host}:{port}: {error.strerror}"
        raise GeohazardError(msg) from error


def _open_inbox(path: Path | None) -> Inbox:
    try:
        return Inbox(path)
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        msg = f"{path} is no file of received webhooks: {error}"
        raise GeohazardError(msg) from error

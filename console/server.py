"""The listening side: the console's application on its port, until the block ends."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp import web

from console.guard import headers_of
from domain.errors import GeohazardError
from domain.settings import ConsoleSettings

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def served(
    app: web.Application, options: ConsoleSettings, tls: ssl.SSLContext | None
) -> AsyncIterator[str]:
    """Serve the application; yields its address.

    Raises
    ------
    GeohazardError
        If the port is taken.
    """
    # Long-lived connections do not hold up the end.
    runner = _Runner(app, headers_of(tls=tls is not None), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        yield await _listen(runner, options, tls)
    finally:
        await runner.cleanup()


async def _listen(
    runner: web.AppRunner, options: ConsoleSettings, tls: ssl.SSLContext | None
) -> str:
    try:
        await web.TCPSite(runner, options.host, options.port, ssl_context=tls).start()
    except OSError as error:
        msg = f"the console cannot listen on {options.host}:{options.port}: {error.strerror}"
        raise GeohazardError(msg) from error
    host, port = runner.addresses[0][:2]
    name = f"[{host}]" if ":" in host else host
    address = f"{'https' if tls else 'http'}://{name}:{port}/"
    log.warning("console: %s", address)
    return address


class _Runner(web.AppRunner):
    """Gives the headers also to what is no HTTP: no application and no middleware sees that."""

    __slots__ = ("_headers",)

    def __init__(self, app: web.Application, headers: Mapping[str, str], **options: Any) -> None:
        super().__init__(app, **options)
        self._headers = headers

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._headers)


class _Server(web.Server):
    def __init__(self, inner: web.Server, headers: Mapping[str, str]) -> None:
        super().__init__(inner.request_handler, request_factory=inner.request_factory)
        self._headers = headers

    def __call__(self) -> web.RequestHandler:
        loop = asyncio.get_running_loop()
        return _Connection(self, self._headers, loop=loop, access_log=None)


class _Connection(web.RequestHandler):
    __slots__ = ("_headers",)

    def __init__(self, server: web.Server, headers: Mapping[str, str], **options: Any) -> None:
        super().__init__(server, **options)
        self._headers = headers

    def handle_error(self, *args: Any, **named: Any) -> web.StreamResponse:
        response = super().handle_error(*args, **named)
        response.headers.update(self._headers)
        return response

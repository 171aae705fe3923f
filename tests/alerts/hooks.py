"""Real receivers on 127.0.0.1 that take webhooks and misbehave as they are told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Behaviour = Callable[[web.Request], Coroutine[None, None, web.StreamResponse]]


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Hook:
    """One receiver; `behave` may be changed at any time."""

    behave: Behaviour
    requests: list[Request] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [request.id for request in self.requests]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.requests.append(Request(request.path, headers, await request.read()))
            return await self.behave(request)
        finally:
            self.at_once -= 1


def answer(status: int, text: str = "", **headers: str) -> Behaviour:
    """Behave by answering a status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def behave(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text or None, headers=named)

    return behave


async def never(request: web.Request) -> web.StreamResponse:
    """Behave by never answering."""
    await asyncio.Event().wait()
    raise AssertionError


class Endless:
    """Behave by answering 200 and then sending without end; counts what was taken."""

    sent_bytes = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=200)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)
            self.sent_bytes += 65_536


async def dripping(request: web.Request) -> web.StreamResponse:
    """Behave by answering 500 with a body that never ends and hardly moves."""
    response = web.StreamResponse(status=500)
    await response.prepare(request)
    await response.write(b"slow \x1b[31mred\x00")
    await asyncio.Event().wait()
    raise AssertionError


@asynccontextmanager
async def hook(behave: Behaviour | None = None) -> AsyncIterator[Hook]:
    """Run a receiver on a free port."""
    served = Hook(behave or answer(204))
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", served.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        served.port = runner.addresses[0][1]
        yield served
    finally:
        await runner.cleanup()


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)

"""The console's application without Kafka, for tests that talk to it."""

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from console.acknowledging import Acknowledger
from console.app import make_app
from console.figures import Figures
from console.guard import allowed_names, make_guard
from console.model import Model
from console.parts import Console
from console.sessions import Sessions
from domain.clock import ManualClock
from domain.registry import Registry
from domain.settings import KafkaSettings

PASSWORD = "a long enough password"  # noqa: S105
Client = TestClient[Any, Any]


def serve(
    act: Callable[[Client], Coroutine[Any, Any, None]],
    sessions: Sessions | None,
    *,
    secure: bool = False,
) -> None:
    """Run the application without Kafka and let ``act`` talk to it."""

    async def run() -> None:
        async with TestClient(TestServer(application(sessions, secure=secure))) as client:
            await act(client)

    asyncio.run(run())


def application(sessions: Sessions | None, *, secure: bool = False) -> web.Application:
    """Put the application together, with no point and no way to Kafka."""
    model, clock = Model(Registry.of([])), ManualClock(0)
    console = Console(
        model=model,
        figures=Figures(clock),
        history=None,
        acknowledger=Acknowledger(model, None, KafkaSettings(), clock),
        sessions=sessions,
        borders=gzip.compress(b"{}"),
        status="Exercise",
        secure=secure,
    )
    return make_app(console, make_guard(allowed_names("127.0.0.1", ()), sessions))


def origin(client: Client) -> dict[str, str]:
    return {"Origin": f"http://127.0.0.1:{client.port}"}

"""The store role answers questions about its record, to other processes of the same user.

One question at a time, in a thread of its own with a cursor of its own: writing never waits for an
answer. See docs/decisions/0017.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import faust
import msgspec
from aiohttp import web

from storage import duck_history
from storage.base import StoreUnavailableError
from storage.duck import DuckStore

log = logging.getLogger(__name__)

MOST_WARNINGS = 1_000
Answer = Callable[[duckdb.DuckDBPyConnection, "web.Request"], Any]


def answer_questions(app: faust.App, store: DuckStore, path: Path) -> None:
    """Serve a Unix socket as long as the Faust app runs."""

    async def serve() -> None:
        with ThreadPoolExecutor(1, "queries") as thread:
            runner = web.AppRunner(_application(store, thread), access_log=None)
            await runner.setup()
            try:
                await web.SockSite(runner, _private_socket(path)).start()
                await asyncio.Event().wait()
            except OSError as error:
                # The record goes on without answers.
                log.error("questions to the store cannot be answered at %s: %s", path, error)
            finally:
                await runner.cleanup()
                path.unlink(missing_ok=True)

    app.task(serve)


def _private_socket(path: Path) -> socket.socket:
    """Bind a socket that only its owner can open, from its first moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # a killed process left it
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.fchmod(bound.fileno(), 0o600)
    bound.bind(str(path))
    path.chmod(0o600)  # for systems that do not heed the line above
    return bound


def _application(store: DuckStore, thread: ThreadPoolExecutor) -> web.Application:
    def route(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        def ask(request: web.Request) -> bytes:
            cursor = store.cursor()
            try:
                return msgspec.json.encode(answer(cursor, request))
            finally:
                cursor.close()

        async def handle(request: web.Request) -> web.Response:
            loop = asyncio.get_running_loop()
            try:
                body = await loop.run_in_executor(thread, ask, request)
            except (ValueError, LookupError) as error:
                return web.Response(status=400, text=str(error))
            except (StoreUnavailableError, duckdb.Error) as error:
                return web.Response(status=503, text=str(error).splitlines()[0])
            return web.Response(body=body, content_type="application/json")

        return handle

    application = web.Application()
    application.router.add_get("/point", route(_point))
    application.router.add_get("/states", route(lambda con, _: duck_history.latest_states(con)))
    application.router.add_get("/warnings", route(_warnings))
    application.router.add_get("/warning", route(_warnings_of))
    application.router.add_get("/rejects", route(lambda con, _: duck_history.rejects(con)))
    return application


def _point(con: duckdb.DuckDBPyConnection, request: web.Request) -> Any:
    start_ms, end_ms = int(request.query["start_ms"]), int(request.query["end_ms"])
    return duck_history.point_history(con, request.query["point"], start_ms, end_ms)


def _warnings_of(con: duckdb.DuckDBPyConnection, request: web.Request) -> Any:
    return duck_history.warnings_of(con, request.query["id"])


def _warnings(con: duckdb.DuckDBPyConnection, request: web.Request) -> Any:
    limit = min(int(request.query["limit"]), MOST_WARNINGS)
    return duck_history.last_warnings(con, limit, silence=request.query.get("silence") == "1")

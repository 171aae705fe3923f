"""The console's web application: pages, questions, the live connection, and the one act."""

import asyncio
import gzip
from typing import Any

import msgspec
from aiohttp import WSCloseCode, web
from aiohttp.typedefs import Middleware

from console.acknowledging import NotSentError, UnknownWarningError
from console.guard import COOKIE, add_headers
from console.login import add_login
from console.parts import CONSOLE, STATIC, Console
from console.views import point_view, province, seen_json, states_since, warnings_since
from domain.points import is_point_id
from storage.base import StoreUnavailableError
from storage.histories import PointHistory

TICK_S = 0.5
FIGURES_TICKS = 4
SEND_S = 15.0
MOST_BROWSERS = 64
MOST_BODY = 16_384
FOREVER_MS = 2**53
LONGEST_SPAN_MS = 40 * 366 * 86_400_000


def make_app(console: Console, guard: Middleware) -> web.Application:
    """Put the application together.

    Parameters
    ----------
    guard
        Middleware of `console.guard`.
    """
    app = web.Application(middlewares=[guard], client_max_size=MOST_BODY)
    app[CONSOLE] = console
    add_headers(app, tls=console.secure)
    app.router.add_get("/", _page)
    app.router.add_get("/healthz", _alive)
    add_login(app)
    app.router.add_get("/api/province", _province)
    app.router.add_get("/api/borders", _borders)
    app.router.add_get("/api/points/{id}", _point)
    app.router.add_get("/api/rejects", _rejects)
    app.router.add_post("/api/acknowledge", _acknowledge)
    app.router.add_get("/api/live", _live)
    app.router.add_get("/static/{name}", _static)
    return app


async def _page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _static(request: web.Request) -> web.FileResponse:
    name = request.match_info["name"]
    path = STATIC / name
    if name not in {p.name for p in STATIC.iterdir()} or path.suffix not in (".js", ".css", ".svg"):
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _province(request: web.Request) -> web.Response:
    console = request.app[CONSOLE]
    body = {
        **province(console.model),
        "status": console.status,
        "password": console.sessions is not None,
    }
    return _zipped(gzip.compress(msgspec.json.encode(body), 1))


async def _borders(request: web.Request) -> web.Response:
    return _zipped(request.app[CONSOLE].borders)


def _zipped(body: bytes) -> web.Response:
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-store"}
    return web.Response(body=body, content_type="application/json", headers=headers)


async def _point(request: web.Request) -> web.Response:
    console = request.app[CONSOLE]
    point = console.model.registry.points.get(request.match_info["id"])
    if point is None:
        return _error(404, "no such point")
    try:
        span_ms = int(request.query.get("span_ms", "86400000"))
    except ValueError:
        return _error(400, "span_ms is a number of milliseconds")
    span_ms = min(max(span_ms, 60_000), LONGEST_SPAN_MS)
    # Back from how far event time has come anywhere; a point that fell silent shows just that.
    span = (max(0, console.model.newest_ms() - span_ms), FOREVER_MS)
    found = await _history(console, point.point_id, span)
    return _json(point_view(console.model, point, found, span[0], console.status))


async def _history(console: Console, point_id: str, span: tuple[int, int]) -> PointHistory | None:
    if console.history is None:
        return None
    try:
        found = await console.history.point(point_id, *span)
    except StoreUnavailableError as error:
        console.figures.history_error = str(error)
        return None
    console.figures.history_error = ""
    return found


async def _rejects(request: web.Request) -> web.Response:
    history = request.app[CONSOLE].history
    try:
        return _json({"rejects": await history.rejects() if history else None})
    except StoreUnavailableError as error:
        return _error(503, str(error))


class _Ask(msgspec.Struct, forbid_unknown_fields=True):
    """Body of a request to acknowledge."""

    id: str
    point: str
    by: str
    note: str = ""


async def _acknowledge(request: web.Request) -> web.Response:
    console = request.app[CONSOLE]
    if request.content_type != "application/json":
        return _error(415, "send JSON")
    try:
        ask = msgspec.json.decode(await request.read(), type=_Ask)
        if not is_point_id(ask.point):
            return _error(400, "point is not the id of a point")
        event, new = await console.acknowledger.acknowledge(
            ask.id, ask.point, by=ask.by, note=ask.note
        )
    except UnknownWarningError as error:
        return _error(404, str(error))
    except NotSentError as error:
        return _error(503, str(error))
    except (msgspec.DecodeError, ValueError) as error:
        return _error(400, str(error))
    return _json({"id": event.id, "new": new, "seen": seen_json(event)})


async def _live(request: web.Request) -> web.WebSocketResponse | web.Response:
    console = request.app[CONSOLE]
    if console.browsers >= MOST_BROWSERS:
        return _error(503, "too many pages are open")
    socket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=1024, compress=True)
    token = request.cookies.get(COOKIE)
    console.browsers += 1
    try:
        await socket.prepare(request)
        # A fault of the teller ends the connection, so that no dead page looks alive.
        async with asyncio.TaskGroup() as group:
            teller = group.create_task(_tell(console, socket, token))
            async for _ in socket:  # the page says nothing; this ends when it goes
                pass
            teller.cancel()
    finally:
        console.browsers -= 1
    return socket


async def _tell(console: Console, socket: web.WebSocketResponse, token: str | None) -> None:
    """Send what changed, twice a second, to one browser; one that does not take it is left.

    The connection ends with the session that it was opened in.
    """
    model, told, tick = console.model, 0, 0
    while not socket.closed:
        if console.sessions is not None and not console.sessions.holds(token):
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"log in first")
            return
        message: dict[str, Any] = {}
        if model.revision > told:
            message = {
                "edition": model.edition,
                "states": states_since(model, told),
                "warnings": warnings_since(model, told),
            }
            told = model.revision
        if tick % FIGURES_TICKS == 0:
            message["figures"] = console.figures.as_json()
        if message:
            try:
                await asyncio.wait_for(
                    socket.send_str(msgspec.json.encode(message).decode()), SEND_S
                )
            except (ConnectionError, TimeoutError):
                await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
                return
        tick += 1
        await asyncio.sleep(TICK_S)


def _json(value: Any) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    body = msgspec.json.encode(value)
    return web.Response(body=body, content_type="application/json", headers=headers)


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)

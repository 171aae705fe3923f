"""Logging in and out."""

from aiohttp import web

from console.guard import COOKIE
from console.parts import CONSOLE, STATIC
from console.sessions import SESSION_S


def add_login(app: web.Application) -> None:
    """Add the routes."""
    app.router.add_get("/login", _login_page)
    app.router.add_post("/login", _login)
    app.router.add_post("/logout", _logout)


async def _login_page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "login.html", headers={"Cache-Control": "no-store"})


async def _login(request: web.Request) -> web.Response:
    console = request.app[CONSOLE]
    if console.sessions is None:
        return web.Response(status=303, headers={"Location": "/"})
    address = request.remote or ""
    wait_s = console.sessions.wait_s(address)
    if wait_s > 0:
        headers = {"Retry-After": str(round(wait_s + 0.5))}
        return web.Response(status=429, headers=headers, text="too many tries")
    password = (await request.post()).get("password", "")
    token = console.sessions.login(address, password if isinstance(password, str) else "")
    if token is None:
        return web.Response(status=303, headers={"Location": "/login?wrong"})
    response = web.Response(status=303, headers={"Location": "/"})
    response.set_cookie(
        COOKIE,
        token,
        max_age=round(SESSION_S),
        httponly=True,
        samesite="Strict",
        secure=console.secure,
    )
    return response


async def _logout(request: web.Request) -> web.Response:
    sessions = request.app[CONSOLE].sessions
    if sessions is not None:
        sessions.logout(request.cookies.get(COOKIE))
    response = web.Response(status=303, headers={"Location": "/login"})
    response.del_cookie(COOKIE)
    return response

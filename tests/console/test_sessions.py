"""Logging in, and what ends with it."""

import asyncio
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMessage, WSMsgType

from console.sessions import FREE_TRIES, SESSION_S, Sessions
from tests.console.serving import PASSWORD, Client, origin, serve


def test_with_a_password_nothing_is_told_before() -> None:
    async def act(client: Client) -> None:
        for path in ("/api/province", "/api/points/500235010007", "/api/borders", "/api/rejects"):
            assert (await client.get(path)).status == 401, path
        assert (await client.get("/static/main.js", allow_redirects=False)).status == 303
        assert (await client.get("/", allow_redirects=False)).headers["Location"] == "/login"
        wrong = await client.post(
            "/login", data={"password": "no"}, headers=origin(client), allow_redirects=False
        )
        assert wrong.headers["Location"] == "/login?wrong"
        right = await client.post(
            "/login", data={"password": PASSWORD}, headers=origin(client), allow_redirects=False
        )
        cookie = right.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        token = cookie.split(";")[0].partition("=")[2]
        session = {"Cookie": f"geohazard_session={token}"}
        assert (await client.get("/api/province", headers=session)).status == 200
        left = await client.post(
            "/logout", headers={**origin(client), **session}, allow_redirects=False
        )
        assert left.status == 303
        assert (await client.get("/api/province", headers=session)).status == 401

    serve(act, Sessions(PASSWORD, lambda: 0.0))


@pytest.mark.parametrize("how", ["logout", "time"])
def test_the_live_connection_ends_with_its_session(how: str) -> None:
    now = 0.0
    sessions = Sessions(PASSWORD, lambda: now)

    async def act(client: Client) -> None:
        nonlocal now
        mine = await connect(client, sessions.login("a", PASSWORD))
        now += 1.0
        theirs = await connect(client, token := sessions.login("a", PASSWORD))
        assert (await theirs.receive(timeout=10)).type is WSMsgType.TEXT
        if how == "logout":
            sessions.logout(token)
            mine, theirs = theirs, mine
        else:
            now += SESSION_S - 1.0
        assert (await ending(mine)).data == WSCloseCode.POLICY_VIOLATION
        assert (await theirs.receive(timeout=10)).type is WSMsgType.TEXT  # goes on

    serve(act, sessions)


async def connect(client: Client, token: str | None) -> ClientWebSocketResponse[Any]:
    headers = {**origin(client), "Cookie": f"geohazard_session={token}"}
    return await client.ws_connect("/api/live", headers=headers)


async def ending(socket: ClientWebSocketResponse[Any]) -> WSMessage:
    async with asyncio.timeout(10):
        while (message := await socket.receive()).type is WSMsgType.TEXT:
            pass
    return message


def test_a_network_of_ipv6_is_one_guesser() -> None:
    sessions = Sessions(PASSWORD, lambda: 0.0)
    for number in range(FREE_TRIES):
        assert sessions.login(f"2001:db8:0:1::{number}", "no") is None
    assert sessions.wait_s("2001:db8:0:1:ffff::") > 0
    assert sessions.wait_s("2001:db8:0:2::1") == 0


def test_guessing_is_slowed_down() -> None:
    now = 0.0
    sessions = Sessions(PASSWORD, lambda: now)

    async def act(client: Client) -> None:
        nonlocal now
        for _ in range(FREE_TRIES):
            await client.post("/login", data={"password": "no"}, headers=origin(client))
        reply = await client.post("/login", data={"password": PASSWORD}, headers=origin(client))
        assert reply.status == 429
        assert int(reply.headers["Retry-After"]) >= 1
        now += 2.0
        reply = await client.post(
            "/login", data={"password": PASSWORD}, headers=origin(client), allow_redirects=False
        )
        assert reply.headers["Location"] == "/"

    serve(act, sessions)


def test_a_session_ends() -> None:
    now = 0.0
    sessions = Sessions(PASSWORD, lambda: now)
    token = sessions.login("a", PASSWORD)
    assert sessions.holds(token)
    now += 13 * 3600
    assert not sessions.holds(token)

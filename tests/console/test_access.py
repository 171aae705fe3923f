"""Who may see and who may act."""

import asyncio
import gzip
import ssl
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSCloseCode, WSMessage, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from console.acknowledging import Acknowledger
from console.app import make_app
from console.figures import Figures
from console.guard import allowed_names, make_guard
from console.model import Model
from console.parts import CONSOLE, Console
from console.run import check_access, tls_context
from console.sessions import FREE_TRIES, SESSION_S, Sessions
from domain.clock import ManualClock
from domain.errors import SettingsError
from domain.registry import Registry
from domain.settings import ConsoleSettings, KafkaSettings
from tests.console.stage import geohazard

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
        guard = make_guard(allowed_names("127.0.0.1", ()), sessions)
        async with TestClient(TestServer(make_app(console, guard))) as client:
            await act(client)

    asyncio.run(run())


def origin(client: Client) -> dict[str, str]:
    return {"Origin": f"http://127.0.0.1:{client.port}"}


@pytest.mark.parametrize("secure", [False, True])
def test_every_answer_carries_the_policy(secure: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_: Figures) -> None:
        msg = "a fault of ours"
        raise RuntimeError(msg)

    monkeypatch.setattr("console.app.province", fault)
    asked = {
        ("GET", "/"): 200,
        ("GET", "/static/main.js"): 200,
        ("GET", "/api/province"): 500,
        ("GET", "/api/points/1"): 404,
        ("GET", "/api/live"): 403,
        ("GET", "/nowhere"): 404,
        ("GET", "/static/..%2fapp.py"): 404,
        ("PUT", "/"): 403,
    }

    async def act(client: Client) -> None:
        for (method, path), status in asked.items():
            reply = await client.request(method, path)
            assert reply.status == status, path
            assert "script-src 'self'" in reply.headers["Content-Security-Policy"], path
            assert "unsafe" not in reply.headers["Content-Security-Policy"]
            assert reply.headers["X-Content-Type-Options"] == "nosniff"
            assert reply.headers["Server"] == "geohazard"
            assert ("Strict-Transport-Security" in reply.headers) is secure, path
        socket = await client.ws_connect("/api/live", headers=origin(client))
        assert "Content-Security-Policy" in socket._response.headers

    serve(act, None, secure=secure)


def test_another_name_is_refused() -> None:
    async def act(client: Client) -> None:
        for host in ("evil.example", "[", "[::1", "127.0.0.1.evil.example"):
            reply = await client.get("/api/province", headers={"Host": host})
            assert reply.status == 421, host

    serve(act, None)


@pytest.mark.parametrize(
    "source", [None, "http://evil.example", "null", "http://127.0.0.1:1", "http://[", "//"]
)
def test_no_other_page_acts_or_listens(source: str | None) -> None:
    async def act(client: Client) -> None:
        headers = {"Origin": source} if source else {}
        ask = {"id": "w_1", "point": "500235010007", "by": "x"}
        assert (await client.post("/api/acknowledge", json=ask, headers=headers)).status == 403
        assert (await client.get("/api/live", headers=headers)).status == 403

    serve(act, None)


def test_a_fault_in_telling_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(_: Figures) -> None:
        msg = "a fault of ours"
        raise RuntimeError(msg)

    async def act(client: Client) -> None:
        socket = await client.ws_connect("/api/live", headers=origin(client))
        assert (await socket.receive(timeout=10)).type in (WSMsgType.CLOSED, WSMsgType.ERROR)
        assert client.server.app[CONSOLE].browsers == 0  # type: ignore[attr-defined]

    monkeypatch.setattr(Figures, "as_json", fault)
    serve(act, None)
    assert "a fault of ours" in caplog.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"id":"w_1","point":"\' OR 1=1","by":"x"}', 400),
        (b'{"id":"w_1","point":"500235010007","by":"x","level":4}', 400),
        (b'{"id":"w_1","point":"500235010007","by":"x"}', 404),
        (b"x" * 20_000, 413),
    ],
)
def test_what_is_no_acknowledgement_is_refused(body: bytes, status: int) -> None:
    async def act(client: Client) -> None:
        headers = {**origin(client), "Content-Type": "application/json"}
        reply = await client.post("/api/acknowledge", data=body, headers=headers)
        assert reply.status == status

    serve(act, None)


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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", ""])  # noqa: S104
def test_elsewhere_only_with_a_password(host: str) -> None:
    with pytest.raises(SettingsError, match="GEOHAZARD_CONSOLE__PASSWORD"):
        check_access(ConsoleSettings(host=host))
    with pytest.raises(SettingsError, match="12 characters"):
        check_access(ConsoleSettings(host=host, password=SecretStr("short")))
    assert check_access(ConsoleSettings(host=host, password=SecretStr(PASSWORD)))


def test_the_command_says_so_in_one_sentence() -> None:
    ended = geohazard("console", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert ended.returncode == 2
    assert "would be reachable from elsewhere" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_tls(tmp_path: Path) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    make += ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(make, check=True, capture_output=True)
    context = tls_context(ConsoleSettings(cert_file=cert, key_file=key))
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    with pytest.raises(SettingsError, match="cert_file and key_file"):
        tls_context(ConsoleSettings(cert_file=cert))
    with pytest.raises(SettingsError, match="cannot use"):
        tls_context(ConsoleSettings(cert_file=cert, key_file=tmp_path / "none"))

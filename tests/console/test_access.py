"""Who may see and who may act."""

import ssl
import subprocess
from pathlib import Path

import pytest
from aiohttp import WSMsgType
from pydantic import SecretStr

from console.figures import Figures
from console.parts import CONSOLE
from console.run import check_access, tls_context
from domain.errors import SettingsError
from domain.settings import ConsoleSettings
from tests.console.serving import PASSWORD, Client, origin, serve
from tests.console.stage import geohazard


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

"""One try over TLS: the name is verified, though the connection goes to a judged address."""

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from aiohttp import web

from alerts.attempt import Answer, Poster
from tests.alerts.builders import make_receiver
from tests.alerts.hooks import Hook, answer

NAME = "hooks.example.test"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        + ["-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )
    return cert, key


def post(certificate: tuple[Path, Path], host: str, *, trusted: bool = True) -> Answer:
    """Post to a TLS server on loopback under a name."""

    async def resolver(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    async def play() -> Answer:
        served = Hook(answer(204))
        app = web.Application()
        app.router.add_post("/hook", served.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*certificate)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        url = f"https://{host}:{runner.addresses[0][1]}/hook"
        mine = ssl.create_default_context(cafile=certificate[0]) if trusted else None
        poster = Poster(make_receiver("r", url), 5.0, resolver=resolver, tls=mine)
        try:
            return await poster.post("w_1", b"{}", 1_780_000_000_000)
        finally:
            await poster.close()
            await runner.cleanup()

    return asyncio.run(play())


def test_the_right_name_is_accepted(certificate: tuple[Path, Path]) -> None:
    assert post(certificate, NAME).delivered


def test_another_name_is_refused(certificate: tuple[Path, Path]) -> None:
    found = post(certificate, "other.example.test")
    assert found.status is None
    assert "CERTIFICATE_VERIFY_FAILED" in found.note


def test_an_unknown_authority_is_refused(certificate: tuple[Path, Path]) -> None:
    assert "CERTIFICATE_VERIFY_FAILED" in post(certificate, NAME, trusted=False).note


def test_names_beyond_ascii_are_sent_in_their_ascii_form() -> None:
    asked: list[str] = []

    async def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        raise OSError

    async def play() -> Answer:
        poster = Poster(make_receiver("r", "https://警报.example/x"), 5.0, resolver=resolver)
        try:
            return await poster.post("w_1", b"{}", 0)
        finally:
            await poster.close()

    assert asyncio.run(play()).status is None
    assert asked == ["xn--4yqv35g.example"] or asked[0].startswith("xn--")

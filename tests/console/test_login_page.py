"""Logging in, as a person does it, over TLS; with neither Kafka nor a record."""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from domain.registry import save_registry
from tests.console.stage import make_points, wait_for_answer
from tests.servers import free_port

pytestmark = pytest.mark.integration

PASSWORD = "a long enough password"  # noqa: S105


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Run the console alone, with a password and a certificate."""
    save_registry(make_points(), tmp_path / "registry.csv")
    key, cert, port = tmp_path / "key.pem", tmp_path / "cert.pem", free_port()
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    make += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    make += ["-keyout", str(key), "-out", str(cert)]
    subprocess.run(make, check=True, capture_output=True)
    (tmp_path / "secret").write_text(PASSWORD, encoding="utf-8")
    environment = {
        **os.environ,
        "GEOHAZARD_REGISTRY": str(tmp_path / "registry.csv"),
        "GEOHAZARD_KAFKA__BOOTSTRAP": "127.0.0.1:1",
        "GEOHAZARD_CONSOLE__CERT_FILE": str(cert),
        "GEOHAZARD_CONSOLE__KEY_FILE": str(key),
    }
    command = [sys.executable, "-m", "cli.main", "console", "--port", str(port)]
    command += ["--password-file", str(tmp_path / "secret")]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address = f"https://127.0.0.1:{port}/"
        wait_for_answer(address, process, ssl.create_default_context(cafile=cert))
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert PASSWORD not in (tmp_path / "log").read_text(encoding="utf-8")


def test_only_the_password_opens_the_page(url: str, browser: Browser) -> None:
    page = browser.new_context(ignore_https_errors=True, locale="en-GB").new_page()
    page.goto(url)
    assert page.url == url + "login"
    page.fill("#password", "a wrong password")
    page.press("#password", "Enter")
    expect(page.locator("#wrong")).to_be_visible()
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    expect(page.locator('#live[data-alive="true"]')).to_be_visible()
    expect(page.locator("#trouble")).to_contain_text("The stream cannot be heard")
    (cookie,) = page.context.cookies()
    assert cookie["secure"]
    assert cookie["httpOnly"]
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("#password")).to_be_visible()
    page.goto(url)
    assert page.url == url + "login"
    page.context.close()

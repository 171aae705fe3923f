"""A page that stays open while the console is started anew; with neither Kafka nor a record."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from domain.registry import save_registry
from tests.console.stage import make_points, show, wait_for_answer
from tests.servers import free_port

pytestmark = pytest.mark.integration


@contextlib.contextmanager
def console(root: Path, port: int, *options: str) -> Iterator[str]:
    """Run the console alone, on a port."""
    environment = {
        **os.environ,
        "GEOHAZARD_REGISTRY": str(root / "registry.csv"),
        "GEOHAZARD_KAFKA__BOOTSTRAP": "127.0.0.1:1",
    }
    command = [sys.executable, "-m", "cli.role", "console", "--port", str(port), *options]
    with (root / "log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for_answer(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def test_an_open_page_begins_anew(tmp_path: Path, browser: Browser) -> None:
    points, port = make_points(), free_port()
    first = "([id]) => window.geohazard.store.id[0] === id"
    save_registry(points, tmp_path / "registry.csv")
    with console(tmp_path, port) as address:
        page = show(browser, address)
        page.wait_for_function(first, arg=[points[0].point_id])
    save_registry(points[::-1], tmp_path / "registry.csv")  # rows move while nobody serves
    with console(tmp_path, port):
        page.wait_for_function(first, arg=[points[-1].point_id])
        expect(page.locator('#live[data-alive="true"]')).to_be_visible()
        save_registry(points[1:], tmp_path / "registry.csv")  # and while it does
        page.wait_for_function(first, arg=[points[1].point_id])
        expect(page.locator('#live[data-alive="true"]')).to_be_visible()
    (tmp_path / "secret").write_text("a long enough password", encoding="utf-8")
    with console(tmp_path, port, "--password-file", str(tmp_path / "secret")):
        expect(page.locator("#password")).to_be_visible()
    page.context.close()

"""The whole embedded pipeline with its console, and a real browser before it."""

import contextlib
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id
from tests.e2e.harness import STEP_MS, Pipeline
from tests.e2e.publisher import Publisher, step_messages
from tests.e2e.runs import value
from tests.servers import Rumqttd, Tansu, free_port

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
POINTS = 60
RUNAWAY = 3
HOSTILE = 5
SPIKED = 7
SPIKE_STEP = 20
NEVER_HEARD = 59
HOSTILE_NAME = """<script>alert(1)</script> "o'b\\n' 🙂 <img src=x onerror=alert(2)> ${7*7}"""
DEADLINE_MS = 60_000

_TABLES = """
[store]
path = "{root}/record.duckdb"
socket = "{root}/store.sock"
[console]
port = PORT
"""


def spiked(point: int, step: int) -> float:
    """Leave the others as they are: one crack meter has one spike of 30 mm."""
    return value(point, step) + 30.0 * ((point, step) == (SPIKED, SPIKE_STEP))


def make_points() -> list[Point]:
    """Landslides over four districts; their devices measure crack and tilt, and could do rain."""
    districts = ("500235", "500236", "500101", "500112")
    return [
        Point(
            make_point_id(districts[i % 4], HazardType.LANDSLIDE, i + 1),
            HOSTILE_NAME if i == HOSTILE else f"slope {i}",
            HazardType.LANDSLIDE,
            30.0 + i * 0.01,
            108.0 + (i % 7) * 0.05,
            people_threatened=i,
            devices=(Device(f"d{i}", ("crack", "tilt_x", "rain"), STEP_MS / 1000),),
        )
        for i in range(POINTS)
    ]


@dataclass
class Stage:
    """A running pipeline.

    Attributes
    ----------
    url
        Of the console.
    steps
        How many steps of readings have been published.
    """

    pipeline: Pipeline
    url: str
    steps: int = 0

    def publish(self, until: int) -> None:
        """Publish further steps of readings of every point but one."""
        points = self.pipeline.points[:NEVER_HEARD]
        with Publisher(self.pipeline.mqtt, self.pipeline.settings).connected() as publisher:
            for step in range(self.steps, until):
                publisher.publish(step_messages(points, step, spiked))
        self.steps = until

    def ask(self, path: str) -> Any:
        """Ask the console as a program would."""
        return httpx.get(self.url + path, timeout=10).raise_for_status().json()

    def record(self, path: str, **params: str) -> Any:
        """Ask the store's process itself."""
        transport = httpx.HTTPTransport(uds=str(self.pipeline.settings.store.socket))
        with httpx.Client(transport=transport, base_url="http://store", timeout=10) as client:
            return client.get(path, params=params).raise_for_status().json()

    def stored_levels(self) -> list[int]:
        """Count the points of each level in the store; those it has never heard of are normal."""
        levels = self.record("/states")["level"]
        counts = [levels.count(level) for level in range(5)]
        counts[0] += POINTS - sum(counts)
        return counts

    def wait_until_recorded(self, warning_id: str) -> None:
        """Wait until the store holds the acknowledgement of a warning."""

        def recorded() -> bool:
            events = (row["event"] for row in self.record("/warnings", limit="500"))
            seen = (event["acknowledgement"] for event in events)
            return any(one and one["about"] == warning_id for one in seen)

        self.pipeline.wait(recorded, "the acknowledgement in the store")

    def acknowledge(self, warning_id: str, point_id: str) -> Any:
        """Acknowledge as a program on this machine would."""
        ask = {"id": warning_id, "point": point_id, "by": "somebody else"}
        origin = {"Origin": self.url.rstrip("/")}
        reply = httpx.post(self.url + "api/acknowledge", json=ask, headers=origin, timeout=10)
        return reply.raise_for_status().json()

    def restart(self, *roles: str) -> None:
        """End roles with SIGKILL, and start them again."""
        for role in roles:
            self.pipeline.kill(role)
        self.pipeline.start(*roles)
        self.wait_for_page()

    def wait_for_page(self) -> None:
        """Wait until the console answers."""

        def answers() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return httpx.get(self.url + "healthz", timeout=2).is_success
            return False

        self.pipeline.wait(answers, "the console to answer")


@contextlib.contextmanager
def running(root: Path) -> Iterator[Stage]:
    """Run brokers, roles and console."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        mqtt, kafka = Rumqttd(root / "mqtt"), Tansu(root / "kafka")
        for server in (mqtt, kafka):
            server.start()
            stack.callback(server.stop)
        tables = _TABLES.replace("PORT", str(port))
        pipeline = Pipeline(root / "run", mqtt, kafka, make_points(), store=tables)
        pipeline.start("ingest", "detect", "store", "notify", "console")
        stack.callback(pipeline.stop)
        stage = Stage(pipeline, f"http://127.0.0.1:{port}/")
        pipeline.wait_until_subscribed()
        stage.wait_for_page()
        yield stage


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Run Debian's chromium with a fresh profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def show(browser: Browser, url: str, **options: Any) -> Page:
    """Open a page in a context of its own; any error in the page fails the test at its end."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, **options).new_page()
    page.set_default_timeout(DEADLINE_MS)
    page.goto(url)
    page.wait_for_selector('#live[data-alive="true"]')
    return page


def count(page: Page, level: int) -> int:
    """Return how many points of a level the page says that there are."""
    return int(page.get_attribute(f'#levels [data-level="{level}"]', "data-count") or -1)


def wait_for_count(page: Page, level: int, least: int) -> None:
    """Wait until the page says that so many points have a level."""
    selector = f'#levels [data-level="{level}"]'
    page.wait_for_function(
        "([s, n]) => Number(document.querySelector(s)?.dataset.count) >= n", arg=[selector, least]
    )


def wait_for_answer(
    address: str, process: subprocess.Popen[bytes], trust: ssl.SSLContext | None = None
) -> None:
    """Wait until a console that was just started answers.

    Parameters
    ----------
    trust
        What its certificate is checked with; the system's authorities if not given.
    """
    deadline = time.monotonic() + DEADLINE_MS / 1000
    with httpx.Client(verify=trust or ssl.create_default_context()) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                assert client.get(address + "healthz").is_success
                return
            assert process.poll() is None
            assert time.monotonic() < deadline, "the console did not answer"
            time.sleep(0.1)


def geohazard(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "cli.main", *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GEOHAZARD_")}
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=60, check=False
    )

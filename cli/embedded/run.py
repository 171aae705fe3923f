"""One embedded run from start to report."""

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from rich.console import Console

from cli.embedded.layout import Layout
from cli.embedded.ports import listening
from cli.embedded.resources import Resources
from cli.embedded.show import ROLES, Show
from cli.embedded.supervisor import Program, Running, Supervisor
from cli.embedded.watch import Watch, follow
from domain.errors import GeohazardError
from domain.registry import Registry
from domain.settings import load_settings
from ingest.kafka_topics import topics_when_possible

START_SECONDS = 60.0
DRAIN_SECONDS = 60.0
HURRIED_SECONDS = 1.5
"""To drain after Ctrl-C, which has 10 s for everything."""
QUIET_SECONDS = 3.0
MOVING = (
    ("ingest", "messages"),
    ("detect", "readings"),
    ("detect", "warnings"),
    ("store", "readings_rows"),
    ("store", "features_rows"),
    ("store", "warnings_rows"),
    ("notify", "delivered"),
)
"""Counts that stand still when everything published has arrived."""


@dataclass
class Run:
    """The processes of a run and what is known of them.

    Parameters
    ----------
    layout
        Files and ports.
    registry
        The points.
    sim_options
        Options of ``geohazard sim`` beside those that the layout gives.
    console
        Where the live view is drawn; plain lines when it is no terminal.
    """

    layout: Layout
    registry: Registry
    sim_options: list[str]
    console: Console
    watch: Watch = field(default_factory=Watch)
    resources: Resources = field(default_factory=Resources)
    started: float = field(default_factory=time.monotonic)
    sim_ended: float | None = None

    def __post_init__(self) -> None:
        environment = {
            "GEOHAZARD_CONFIG": str(self.layout.config),
            "GH_DIE_WITH_PARENT": "1",
            # One thread each: the roles share the machine, and their arrays are small.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.supervisor = Supervisor(
            self.layout.root, self.layout.supervisor_socket, self._programs(), environment
        )
        self._stop = asyncio.Event()

    async def execute(self) -> None:
        """Start everything, watch until the simulator ends or Ctrl-C, drain, and end everything.

        Raises
        ------
        GeohazardError
            If something does not start.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        followed = asyncio.Event()
        follower: asyncio.Task[None] | None = None
        try:
            await self._start_servers()
            kafka = load_settings(self.layout.config).kafka
            follower = asyncio.create_task(follow(self.watch, kafka, followed))
            await self._start_roles()
            await self._watch_until_done()
            await asyncio.to_thread(self.supervisor.stop_program, "sim")
            await self._drain(HURRIED_SECONDS if self.interrupted else DRAIN_SECONDS)
        finally:
            followed.set()
            if follower is not None:
                await asyncio.gather(follower, return_exceptions=True)
            await asyncio.to_thread(self.supervisor.stop)
            self.layout.store_socket.unlink(missing_ok=True)

    @property
    def simulated_s(self) -> float:
        """Seconds for which the simulator ran."""
        return (self.sim_ended or time.monotonic()) - self.started

    @property
    def interrupted(self) -> bool:
        """Whether a signal ended the run early."""
        return self._stop.is_set()

    def _programs(self) -> list[Program]:
        me, role = ([sys.executable, "-m", module] for module in ("cli.main", "cli.role"))
        layout = self.layout
        sim = [*me, "sim", "--registry", str(layout.simulated), "--ledger", str(layout.ledger)]
        sim += ["--summary", str(layout.sim_summary), *self.sim_options]
        mqtt = [*role, "embedded-mqtt", str(layout.mqtt_port), str(layout.root / "rumqttd.toml")]
        receiver = [*role, "webhook-receiver", "--port", str(layout.webhook_port)]
        receiver += ["--secret-file", str(layout.secret), "--output", str(layout.received)]
        return [
            Program("mqtt", "servers", mqtt),
            Program("kafka", "servers", [*role, "embedded-kafka", str(layout.kafka_port)]),
            *(Program(name, "roles", [*role, name]) for name in ROLES),
            Program("receiver", "roles", receiver),
            Program("console", "roles", [*role, "console"]),
            Program("sim", "roles", sim, restart=False),
        ]

    async def _start_servers(self) -> None:
        await asyncio.to_thread(self.supervisor.start)
        for name in ("mqtt", "kafka"):
            self.supervisor.start_program(name)
        ports = (self.layout.mqtt_port, self.layout.kafka_port)
        await self._until(lambda: all(map(listening, ports)), "the embedded brokers")
        try:
            async with asyncio.timeout(START_SECONDS):
                await topics_when_possible(load_settings(self.layout.config))
        except TimeoutError as error:
            msg = f"the embedded Kafka made no topics within {START_SECONDS:.0f} s"
            raise GeohazardError(msg) from error

    async def _start_roles(self) -> None:
        self.console.print("starting the roles …", style="dim")
        for name in (*ROLES, "receiver", "console"):
            self.supervisor.start_program(name)
        await self._until(self._ready, "the roles")
        self.console.print(f"console: {self.layout.console_url}", highlight=False, soft_wrap=True)
        self.supervisor.start_program("sim")
        self.started = time.monotonic()

    def _ready(self) -> bool:
        """Whether all roles speak, and ingest would receive what is published."""
        return (
            all(map(self.watch.of_role, ROLES)) and self.watch.counter("ingest", "subscribed") > 0
        )

    async def _until(self, ready: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if self._stop.is_set():
                return
            if time.monotonic() > deadline:
                msg = f"{what} did not start within {START_SECONDS:.0f} s; see {self.layout.logs}"
                raise GeohazardError(msg)
            await asyncio.sleep(0.1)

    async def _watch_until_done(self) -> None:
        async def done() -> bool:
            return self._stop.is_set() or not await self._sim_runs()

        await self._show_until(done)
        self.sim_ended = time.monotonic()

    async def _drain(self, most_s: float) -> None:
        """Wait until nothing moves any more: all lags 0 and all counts at rest."""
        self.console.print("simulator done; waiting for the pipeline to finish …", style="dim")
        deadline = time.monotonic() + most_s
        last: tuple[object, float] = (None, time.monotonic())

        async def drained() -> bool:
            nonlocal last
            counts = [self.watch.counter(role, name) for role, name in MOVING]
            now = time.monotonic()
            if counts != last[0]:
                last = (counts, now)
            resting = now - last[1] >= QUIET_SECONDS and not any(map(self.watch.lag, ROLES))
            return resting or now > deadline

        await self._show_until(drained)

    async def _show_until(self, done: Callable[[], Awaitable[bool]]) -> None:
        shown = Show(
            self.layout, self.registry, self.console, self.watch, self.resources, self.started
        )
        with shown.live() as show:
            while not await done():
                self.resources.sample(await asyncio.to_thread(self._running))
                show()
                await asyncio.sleep(0.5)

    def _running(self) -> list[Running]:
        return list(self.supervisor.processes())

    async def _sim_runs(self) -> bool:
        programs = {p.name: p for p in await asyncio.to_thread(self._running)}
        return programs["sim"].state in ("STARTING", "RUNNING", "BACKOFF")

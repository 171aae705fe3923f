"""How a run is shown while it goes on: a live picture on a terminal, else a line now and then."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console, RenderableType
from rich.live import Live

from cli.embedded.layout import Layout
from cli.embedded.resources import Resources
from cli.embedded.view import render
from cli.embedded.watch import Watch
from cli.sim import progress_file
from domain.registry import Registry

ROLES = ("ingest", "detect", "store", "notify")
RECEIVED_LINES = 4


@dataclass
class Show:
    """What is known of a run, and where it is shown.

    Attributes
    ----------
    console
        Where it is drawn.
    started
        Monotonic seconds at which the simulator started.
    """

    layout: Layout
    registry: Registry
    console: Console
    watch: Watch
    resources: Resources
    started: float

    @contextlib.contextmanager
    def live(self) -> Iterator[Callable[[], None]]:
        """Give what shows how the run does now, as often as it is called."""
        if not self.console.is_terminal:
            yield self._line_now_and_then()
            return
        with Live(console=self.console, auto_refresh=False, transient=True) as live:
            yield lambda: live.update(self._picture(), refresh=True)

    def _line_now_and_then(self) -> Callable[[], None]:
        last = -10.0

        def show() -> None:
            nonlocal last
            elapsed = time.monotonic() - self.started
            if elapsed - last >= 10.0:
                last = elapsed
                self.console.print(self._line(elapsed), highlight=False, soft_wrap=True)

        return show

    def _line(self, elapsed: float) -> str:
        lags = " ".join(f"{role} {self.watch.lag(role)}" for role in ROLES)
        raised = " ".join(f"{self.watch.raised[level]}" for level in range(1, 5))
        return (
            f"{elapsed:5.0f} s  stored {self.watch.counter('store', 'readings_rows'):,}  "
            f"lag: {lags}  raised blue/yellow/orange/red: {raised}  "
            f"webhooks: {self.watch.counter('notify', 'delivered')}"
        )

    def _picture(self) -> RenderableType:
        elapsed = time.monotonic() - self.started
        received = tail(self.layout.logs / "receiver.log", RECEIVED_LINES)
        progress = self._progress()
        url = self.layout.console_url
        return render(self.watch, self.resources, self.registry, progress, received, elapsed, url)

    def _progress(self) -> dict[str, float]:
        path = progress_file(self.layout.sim_summary)
        try:
            return msgspec.json.decode(path.read_bytes(), type=dict[str, float])
        except (OSError, msgspec.DecodeError):
            return {}  # not written yet


def tail(path: Path, lines: int) -> list[str]:
    """Last lines of a text file; none while it does not exist."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 400 * lines))
            return file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []

"""Before a run starts: its options, its province, its files."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cli.embedded.layout import make_layout
from cli.embedded.run import Run
from cli.sim import make_registry
from detectors.overrides import check_point
from domain.errors import GeohazardError
from domain.registry import load_registry
from sensors_sim.scenario import load_scenario


@dataclass(frozen=True)
class SimOptions:
    """What is to be simulated; ``duration_s`` is ``None`` for a run until Ctrl-C."""

    points: int
    interval_s: float
    duration_s: float | None
    seed: int
    scenario: str
    speed: float | None
    start: str | None = None

    def as_arguments(self) -> list[str]:
        """Write as arguments of ``geohazard sim``."""
        arguments = [
            *("--seed", str(self.seed)),
            *("--interval", f"{self.interval_s:.12g}"),
            *("--scenario", self.scenario),
        ]
        if self.duration_s is not None:
            arguments += ["--duration", f"{self.duration_s:.12g}"]
        if self.speed is not None:
            arguments += ["--speed", f"{self.speed:.12g}"]
        if self.start is not None:
            arguments += ["--start", self.start]
        return arguments


def prepare(root: Path, sockets: Path, options: SimOptions, console: Console) -> Run:
    """Write the files of a run, whose sockets will lie in a folder of their own.

    Raises
    ------
    GeohazardError
        If the folder holds an earlier run's record, or an option cannot be used.
    """
    if (root / "record.duckdb").exists():
        msg = f"{root} holds the record of an earlier run; name another folder"
        raise GeohazardError(msg)
    speed = options.speed or load_scenario(options.scenario).speed
    layout = make_layout(root, sockets)
    interval_s = options.interval_s * speed
    make_registry(options.points, options.seed, interval_s, layout.registry)
    shutil.copyfile(layout.registry, layout.simulated)
    registry = load_registry(layout.registry, check_point)
    return Run(layout, registry, options.as_arguments(), console)

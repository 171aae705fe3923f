"""``geohazard up``."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.durations import seconds
from cli.embedded.sockets import socket_folder
from cli.embedded.start import SimOptions, prepare
from cli.sim import SPEED
from domain.errors import GeohazardError


def up(
    points: Annotated[int, typer.Option(min=1, help="Number of hazard points.")] = 11_000,
    interval: Annotated[str, typer.Option(help="Time between a device's messages.")] = "10s",
    duration: Annotated[
        str | None, typer.Option(help="How long to simulate; until Ctrl-C if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same province, same readings.")] = 1,
    scenario: Annotated[str, typer.Option(help="Name of a scenario, or a TOML file.")] = "demo",
    speed: SPEED = None,
    start: Annotated[
        str | None, typer.Option(help="Event time of the start (ISO 8601); in the past.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep the run's files here; else they go at the end.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the run's report as JSON.")] = None,
) -> None:
    """Run the whole pipeline on this machine, with simulated points and no servers to install."""
    from cli.embedded import report as reports  # noqa: PLC0415

    interval_s = seconds(interval)
    duration_s = seconds(duration) if duration else None
    console = Console()
    with _folder(data_dir) as root, socket_folder(root) as sockets:
        options = SimOptions(points, interval_s, duration_s, seed, scenario, speed, start)
        run = prepare(root, sockets, options, console)
        asyncio.run(run.execute())
        if not run.layout.sim_summary.exists():
            raise typer.Exit(130 if run.interrupted else 1)
        result = reports.make_report(run.layout, run.resources, run.simulated_s)
        reports.print_report(result, console)
        if report is not None:
            reports.write_report(result, report)
        if run.interrupted:
            console.print("interrupted: what was still on its way counts as lost here", style="dim")
        elif result["readings"]["lost"]:
            raise typer.Exit(1)


def _lock(root: Path) -> int:
    """Take a data folder for this process alone."""
    handle = os.open(root / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        msg = f"another run uses {root}"
        raise GeohazardError(msg) from error
    return handle


@contextlib.contextmanager
def _folder(data_dir: Path | None) -> Iterator[Path]:
    if data_dir is not None:
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"cannot use the data folder {data_dir}: {error.strerror}"
            raise GeohazardError(msg) from error
        handle = _lock(data_dir)
        try:
            yield data_dir
        finally:
            os.close(handle)
        return
    root = Path(tempfile.mkdtemp(prefix="geohazard-"))
    try:
        yield root
    finally:
        shutil.rmtree(root)

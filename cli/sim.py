"""``geohazard sim``: the simulated province."""

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cli import sim_record
from cli.durations import seconds
from cli.roles import CONFIG, die_with_parent
from domain.errors import GeohazardError
from domain.registry import load_registry, save_registry
from domain.settings import load_settings
from domain.times import iso, parse_iso
from sensors_sim.counters import Counters
from sensors_sim.live import LiveConfig, run
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario

app = typer.Typer(help="The simulated province of hazard points.", invoke_without_command=True)

UNBOUNDED_PAST_S = 30 * 86_400.0
"""How far back a run without an end begins; its event time never overtakes the wall clock."""

for _command in (sim_record.generate, sim_record.plot, sim_record.beside, sim_record.scenarios):
    app.command()(_command)

INTERVAL = Annotated[str, typer.Option(help="Wall time between two messages of a device.")]
SPEED = Annotated[
    float | None,
    typer.Option(
        min=0.001, help="Seconds of event time for a second of wall time; the scenario's."
    ),
]
SEED = Annotated[int, typer.Option(help="Same seed, same province, same readings.")]


@app.callback()
def live(
    context: typer.Context,
    config: CONFIG = None,
    registry: Annotated[
        Path | None, typer.Option(help="Registry of simulated points; that of the settings.")
    ] = None,
    interval: INTERVAL = "10s",
    speed: SPEED = None,
    duration: Annotated[
        str | None, typer.Option(help="Wall time; until Ctrl-C if not given.")
    ] = None,
    seed: SEED = 1,
    scenario: Annotated[str, typer.Option(help="Name, or a TOML file.")] = "demo",
    start: Annotated[
        str | None, typer.Option(help="Event time of the start (ISO 8601); in the past.")
    ] = None,
    connections: Annotated[int, typer.Option(min=1, max=64, help="That devices share.")] = 4,
    ledger: Annotated[Path | None, typer.Option(help="Write every message published.")] = None,
    summary: Annotated[Path | None, typer.Option(help="Write the counts as JSON.")] = None,
) -> None:
    """Publish a simulated province over MQTT, in real time or faster."""
    if context.invoked_subcommand is not None:
        return
    die_with_parent()
    settings = load_settings(config)
    duration_s = seconds(duration) if duration else None
    plan = load_scenario(scenario)
    speed = speed or plan.speed
    points = list(load_registry(registry or settings.registry).points.values())
    if not points:
        msg = f"the registry {registry or settings.registry} has no points"
        raise GeohazardError(msg)
    result = run(
        LiveConfig(
            points=points,
            seed=seed,
            interval_s=seconds(interval),
            speed=speed,
            start_ms=_start_ms(start, duration_s, speed),
            scenario=plan,
            mqtt=settings.mqtt,
            duration_s=duration_s,
            ledger=ledger,
            summary=summary,
            connections=connections,
            future_tolerance_s=settings.ingest.future_tolerance_s,
            on_progress=_writer(summary) if summary else None,
        ),
        _stop_on_signal(),
    )
    typer.echo(
        f"published {result.messages_published} messages, {result.readings_published} readings; "
        f"event time {iso(result.start_ms)} to {iso(result.end_ms)}"
    )


@app.command()
def registry(
    points: Annotated[int, typer.Option(min=1, help="Number of hazard points.")],
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    seed: SEED = 1,
    interval: INTERVAL = "10s",
    speed: SPEED = None,
    scenario: Annotated[str, typer.Option(help="Name, or a TOML file.")] = "demo",
) -> None:
    """Write the registry of a simulated province."""
    chosen = speed or load_scenario(scenario).speed
    make_registry(points, seed, seconds(interval) * chosen, out)
    typer.echo(f"{points} points in {out}")


def make_registry(points: int, seed: int, interval_s: float, out: Path) -> None:
    """Write the registry of a simulated province.

    Parameters
    ----------
    interval_s
        Event time between two messages of a device, in seconds.

    Raises
    ------
    GeohazardError
        If the file cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        save_registry(build_points(points, seed, interval_s), out)
    except OSError as error:
        msg = f"cannot write {out}: {error.strerror}"
        raise GeohazardError(msg) from error


def progress_file(summary: Path) -> Path:
    """Name the file in which a running simulator keeps its counters."""
    return summary.with_suffix(".progress.json")


def _start_ms(start: str | None, duration_s: float | None, speed: float) -> int:
    now_ms = time.time_ns() // 1_000_000
    if start is None:
        past_s = UNBOUNDED_PAST_S if duration_s is None else duration_s * speed
        return now_ms - round(past_s * 1000)
    try:
        start_ms = parse_iso(start)
    except ValueError as error:
        msg = f"{start!r} is not an ISO 8601 time"
        raise typer.BadParameter(msg) from error
    if start_ms > now_ms:
        msg = f"{start} lies in the future; instruments cannot have measured then"
        raise typer.BadParameter(msg)
    return start_ms


def _writer(summary: Path) -> Callable[[Counters], None]:
    target = progress_file(summary)

    def write(counters: Counters) -> None:
        target.write_bytes(msgspec.json.encode(counters))

    return write


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop

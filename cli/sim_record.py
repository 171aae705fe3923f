"""``geohazard sim generate|plot|beside|scenarios``: simulated records and their pictures."""

import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli.durations import seconds
from cli.series_file import read_series
from domain.errors import GeohazardError
from domain.times import parse_iso
from sensors_sim.generate import GenerateConfig
from sensors_sim.generate import generate as write_record
from sensors_sim.plans import Scenario
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario, scenario_names

DAY_S = 86_400.0


def generate(
    out: Annotated[Path, typer.Option(help="Folder to write; new or empty.")],
    scenario: Annotated[str, typer.Option(help="Name, or a TOML file.")] = "quiet-year",
    points: Annotated[int, typer.Option(min=1, help="Number of hazard points.")] = 1_000,
    days: Annotated[float, typer.Option(min=0.01, help="Length of the record.")] = 30.0,
    seed: Annotated[int, typer.Option(help="Same seed, same record.")] = 1,
    interval: Annotated[str, typer.Option(help="Event time between two messages.")] = "10m",
    start: Annotated[
        str | None,
        typer.Option(
            help="Event time of the start (ISO 8601); the scenario's, else so that it ends now."
        ),
    ] = None,
) -> None:
    """Write a simulated record: readings as Parquet, registry, and the truth apart."""
    plan = load_scenario(scenario)
    start_ms = _start_ms(start, plan, days)
    with Progress(transient=True) as progress:
        task = progress.add_task("generating", total=None)
        config = GenerateConfig(
            points=build_points(points, seed, seconds(interval)),
            scenario=plan,
            seed=seed,
            start_ms=start_ms,
            days=days,
            out=out,
            on_step=lambda done, steps: progress.update(task, completed=done, total=steps),
        )
        written = write_record(config)
    typer.echo(f"{written.rows:,} readings and {written.events:,} events in {out}")


def plot(
    folder: Annotated[Path, typer.Argument(help="What `geohazard sim generate` wrote.")],
    point: Annotated[str | None, typer.Option(help="Point to draw.")] = None,
    storm: Annotated[bool, typer.Option(help="Draw the gauges in the wettest hour.")] = False,
    out: Annotated[Path | None, typer.Option(help="Picture; its ending decides the form.")] = None,
) -> None:
    """Draw a point's record with its truth, or the map of a storm hour."""
    # Matplotlib is an extra, and slow to import.
    from sensors_sim.plot import plot_point  # noqa: PLC0415
    from sensors_sim.plot_map import plot_storm  # noqa: PLC0415

    if (point is None) == (not storm):
        msg = "name a point with --point, or ask for the map with --storm"
        raise typer.BadParameter(msg)
    target = out or Path(f"{point or 'storm'}.png")
    if point is not None:
        plot_point(folder, point, target)
    else:
        plot_storm(folder, target)
    typer.echo(str(target))


def beside(
    folder: Annotated[Path, typer.Argument(help="What `geohazard sim generate` wrote.")],
    file: Annotated[Path, typer.Argument(help="CSV file with a measured displacement.")],
    point: Annotated[str, typer.Option(help="Simulated point to draw.")],
    time_column: Annotated[str, typer.Option("--time", help="Column of times.")],
    value_column: Annotated[str, typer.Option("--value", help="Column of values.")],
    unit: Annotated[str, typer.Option(help="Unit of the values.")] = "mm",
    where: Annotated[str | None, typer.Option(help="Only rows with COLUMN=VALUE.")] = None,
    title: Annotated[str | None, typer.Option(help="What the measured record is called.")] = None,
    out: Annotated[Path, typer.Option(help="Picture to write.")] = Path("beside.png"),
) -> None:
    """Draw a measured displacement beside a simulated one, at the same scale."""
    from sensors_sim.plot_beside import plot_beside  # noqa: PLC0415

    series = read_series(
        file,
        time_column=time_column,
        value_column=value_column,
        channel="crack",
        unit=unit,
        where=where,
    )
    known = np.flatnonzero(np.isfinite(series.values))
    if not known.size:
        msg = f"{file}: no values to draw"
        raise GeohazardError(msg)
    order = known[np.argsort(series.times_ms[known], kind="stable")]
    times = series.times_ms[order].astype("datetime64[ms]")
    plot_beside(folder, point, title or file.stem, times, series.values[order], out)
    typer.echo(str(out))


def scenarios() -> None:
    """List the scenarios that come with the project."""
    table = Table("scenario", "what happens")
    for name in scenario_names():
        table.add_row(name, load_scenario(name).description)
    Console().print(table)


def _start_ms(start: str | None, plan: Scenario, days: float) -> int:
    """Start of a record: the user's, the scenario's, or a midnight so many days ago (UTC)."""
    if start:
        try:
            return parse_iso(start)
        except ValueError as error:
            msg = f"{start!r} is not an ISO 8601 time"
            raise typer.BadParameter(msg) from error
    if plan.start is not None:
        return round(plan.start.timestamp() * 1000)
    return round((time.time() - days * DAY_S) // DAY_S * DAY_S * 1000)

"""``geohazard rain fit``: a local rainfall threshold from a catalogue of events."""

import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer
from rich.console import Console

from cli.language import Language
from cli.rain_catalogue import read_rows
from cli.rain_picture import draw_fit
from cli.rain_reports import Method, Options, Storms, report_positives, report_responses
from cli.rain_text import print_fit
from detectors.overrides import check_point
from detectors.rain.fit import Threshold
from domain.errors import GeohazardError
from domain.registry import load_registry, save_registry

app = typer.Typer(help="Rainfall thresholds.", no_args_is_help=True)


@app.callback()
def rain() -> None:
    """Rainfall thresholds."""


@app.command()
def fit(
    catalogue: Annotated[Path, typer.Argument(help="CSV file, a row an event.")],
    duration: Annotated[str, typer.Option(help="Column of durations, hours.")] = "duration",
    rain_column: Annotated[
        str, typer.Option("--rain", help="Column of the event's rain, mm.")
    ] = "cumulated_rainfall",
    response: Annotated[
        str | None, typer.Option(help="Column of 0 and 1; then give --peak in place of --rain.")
    ] = None,
    peak: Annotated[
        list[str] | None, typer.Option(help="HOURS=COLUMN of peak intensities in mm/h; repeat it.")
    ] = None,
    method: Annotated[
        Method, typer.Option(help="With --response: largest threat score, or logistic regression.")
    ] = Method.THREAT,
    probability: Annotated[
        float, typer.Option(min=0.01, max=0.99, help="Of the logistic threshold.")
    ] = 0.5,
    group: Annotated[
        str | None, typer.Option(help="Column; rows of one value are not independent.")
    ] = None,
    below: Annotated[
        float, typer.Option(min=0.1, max=50.0, help="Percent of the events below the threshold.")
    ] = 5.0,
    test_share: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Share kept apart, to test the threshold on.")
    ] = 0.3,
    resamples: Annotated[int, typer.Option(min=50, max=20_000, help="Of the bootstrap.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the split and of the bootstrap.")] = 1,
    into: Annotated[
        Path | None, typer.Option(help="Registry (CSV) to write the threshold into.")
    ] = None,
    points: Annotated[
        str, typer.Option(help="Only points whose id begins so, say 500235 for a district.")
    ] = "",
    picture: Annotated[
        Path | None,
        typer.Option("--picture", "--png", help="Draw the fit into this file (PNG, SVG or PDF)."),
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="en or zh.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Fit an intensity-duration threshold with its confidence limits.

    The threshold is fitted to one part of the catalogue and tested on the other; what is printed
    of its performance comes from the part that it has not seen.
    """
    rows = read_rows(catalogue)
    options = Options(below, probability, test_share, resamples, seed, method)
    try:
        if response is None:
            columns = (duration, rain_column)
            storms, found = None, report_positives(rows, columns, group, options)
        else:
            columns = None
            storms = Storms.of(rows, response, peak or [], group)
            found = report_responses(storms, options)
    except ValueError as error:
        msg = f"{catalogue}: {error}"
        raise GeohazardError(msg) from error
    threshold, report = found.threshold, found.report
    if picture is not None:
        draw_fit(picture, found, storms, rows, columns, language.value)
    if into is not None:
        report["points_changed"] = write_into(threshold, into, points)
    if as_json:
        typer.echo(json.dumps(report, indent=2, allow_nan=False))
    else:
        print_fit(report, Console(), language)


def write_into(threshold: Threshold, registry: Path, prefix: str) -> int:
    """Override the threshold of points in a registry; returns how many.

    Raises
    ------
    GeohazardError
        If no point's id begins with the prefix.
    """
    known = load_registry(registry, check_point).points
    changed = {
        point_id: replace(
            point, thresholds=MappingProxyType({**point.thresholds, **threshold.overrides()})
        )
        for point_id, point in known.items()
        if point_id.startswith(prefix)
    }
    if not changed:
        msg = f"{registry} has no point whose id begins with {prefix!r}"
        raise GeohazardError(msg)
    save_registry([changed.get(i, point) for i, point in known.items()], registry)
    return len(changed)

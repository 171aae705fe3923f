"""``geohazard analyze``: the same detectors, offline, on anyone's file. Needs no server."""

import csv
import json
import math
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.analyze_text import print_analysis
from cli.language import Language
from cli.series_file import read_series
from detectors.analysed import Analysis
from detectors.analysis import analyze as run_detectors
from detectors.rules import DEFAULT_RULES
from domain.errors import GeohazardError
from domain.hazards import HazardType
from domain.quality import Test
from domain.times import iso
from evaluation.rule_changes import change_rules, parse_settings

SCORE_COLUMNS = (
    "timestamp",
    "value",
    "flag",
    "anomaly_score",
    "velocity",
    "tangential_angle",
    "level",
    "tests",
)


def analyze(
    file: Annotated[
        Path, typer.Argument(help="CSV file with a column of times and one of values.")
    ],
    time_column: Annotated[str, typer.Option("--time", help="Column of times.")],
    value_column: Annotated[str, typer.Option("--value", help="Column of values.")],
    channel: Annotated[
        str, typer.Option(help="crack, gnss, tilt, rain, pore_pressure or generic.")
    ] = "generic",
    unit: Annotated[
        str | None, typer.Option(help="Unit of the values; the channel's own if not given.")
    ] = None,
    where: Annotated[
        str | None, typer.Option(help="Only rows with COLUMN=VALUE, say point=ZG110.")
    ] = None,
    timezone: Annotated[
        str, typer.Option(help="For times without an offset, say Asia/Shanghai.")
    ] = "UTC",
    hazard: Annotated[
        HazardType, typer.Option(help="Which rules judge the levels.")
    ] = HazardType.LANDSLIDE,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Threshold to try: name=value.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the words.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    scores: Annotated[
        Path | None, typer.Option(help="Write one row for each input row to this CSV file.")
    ] = None,
) -> None:
    """Judge a file of measurements: quality, anomaly, velocity, levels, forecasts."""
    series = read_series(
        file,
        time_column=time_column,
        value_column=value_column,
        channel=channel,
        unit=unit,
        where=where,
        timezone=timezone,
    )
    if series.unreadable:
        note = f"geohazard: {series.unreadable} of {len(series.values)} values are no numbers and "
        note += f"count as missing; the first: {series.first_unreadable}"
        typer.secho(note, err=True, fg="yellow")
    found = run_detectors(
        series.times_ms,
        series.values,
        series.channel,
        hazard_type=hazard,
        rules=change_rules(DEFAULT_RULES, parse_settings(changes or ())),
    )
    if scores is not None:
        write_scores(found, scores)
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print_analysis(found, series, Console(), lang)


def write_scores(found: Analysis, path: Path) -> None:
    """Write a row for each row of the input, in its order; an empty cell where there is no value.

    Raises
    ------
    GeohazardError
        If the file cannot be written.
    """
    columns = zip(
        found.time_ms.tolist(),
        found.value.tolist(),
        found.flag.tolist(),
        found.anomaly_score.tolist(),
        found.velocity.tolist(),
        found.tangential_angle.tolist(),
        found.level.tolist(),
        (" ".join(Test(bits).names) for bits in found.tests.tolist()),
        strict=True,
    )
    try:
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(SCORE_COLUMNS)
            writer.writerows((iso(time), *map(_cell, rest)) for time, *rest in columns)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise GeohazardError(msg) from error


def _cell(value: float | str) -> float | str:
    return "" if isinstance(value, float) and math.isnan(value) else value

"""``geohazard rain fit``: a local rainfall threshold from a catalogue of events."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import numpy as np
import typer

from detectors.rain_fit import Scores, Threshold, fit_positives, fit_responses
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
    seed: Annotated[int, typer.Option(help="Of the split and of the bootstrap.")] = 1,
    into: Annotated[
        Path | None, typer.Option(help="Registry (CSV) to write the threshold into.")
    ] = None,
    points: Annotated[
        str, typer.Option(help="Only points whose id begins so, say 500235 for a district.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Fit an intensity-duration threshold with its confidence limits.

    The threshold is fitted to one part of the catalogue and tested on the other; what is printed
    of its performance comes from the part that it has not seen.
    """
    rows = _read(catalogue)
    try:
        if response is None:
            options = (below, test_share, resamples, seed)
            threshold, report = _positives(rows, (duration, rain_column), group, *options)
        else:
            threshold, report = _responses(
                rows, response, peak or [], group, test_share, resamples, seed
            )
    except ValueError as error:
        msg = f"{catalogue}: {error}"
        raise GeohazardError(msg) from error
    if into is not None:
        report["points_changed"] = write_into(threshold, into, points)
    typer.echo(json.dumps(report, indent=2) if as_json else _text(report))


def write_into(threshold: Threshold, registry: Path, prefix: str) -> int:
    """Override the threshold of points in a registry; returns how many.

    Raises
    ------
    GeohazardError
        If no point's id begins with the prefix.
    """
    known = load_registry(registry).points
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


def _positives(
    rows: list[dict[str, str]],
    columns: tuple[str, str],
    group: str | None,
    below: float,
    test_share: float,
    resamples: int,
    seed: int,
) -> tuple[Threshold, dict[str, object]]:
    hours, rain_mm = (_numbers(rows, name) for name in columns)
    train = _train(_groups(rows, group), test_share, seed)
    threshold = fit_positives(
        hours[train], rain_mm[train], below_percent=below, resamples=resamples, seed=seed
    )
    report = _report(threshold, train)
    for name, part in (("train", train), ("test", ~train)):
        usable = part & (hours > 0.0) & (rain_mm > 0.0)
        if usable.any():
            under = rain_mm[usable] < threshold.rain_mm(hours[usable])
            report[f"{name}_below_percent"] = round(100.0 * float(under.mean()), 2)
    return threshold, report


def _responses(
    rows: list[dict[str, str]],
    response: str,
    peak: list[str],
    group: str | None,
    test_share: float,
    resamples: int,
    seed: int,
) -> tuple[Threshold, dict[str, object]]:
    pairs = sorted((float(h), name) for h, _, name in (text.partition("=") for text in peak))
    hours = np.array([h for h, _ in pairs])
    peaks = np.stack([_numbers(rows, name) for _, name in pairs] or [np.zeros(len(rows))], axis=1)
    hit, groups = _numbers(rows, response) > 0.5, _groups(rows, group)
    train = _train(groups, test_share, seed)
    threshold = fit_responses(
        hours, peaks[train], hit[train], groups[train], resamples=resamples, seed=seed
    )
    report = _report(threshold, train)
    for name, part in (("train", train), ("test", ~train)):
        for at, duration_h in enumerate(hours):
            known = part & np.isfinite(peaks[:, at])
            limit = threshold.rain_mm(np.array(duration_h)) / duration_h
            scores = Scores.of(peaks[known, at] >= limit, hit[known])
            report[f"{name}_{duration_h:g}h"] = {
                "threshold_mm_per_h": round(float(limit), 2),
                "threat_score": round(scores.threat, 3),
                "detected": round(scores.detected, 3),
                "false_alarm_share": round(scores.false_share, 3),
                "storms": int(known.sum()),
                "responses": int(hit[known].sum()),
            }
    return threshold, report


def _report(threshold: Threshold, train: np.ndarray) -> dict[str, object]:
    return {
        "intercept_mm_per_h": round(threshold.intercept, 3),
        "intercept_90_percent": [round(v, 3) for v in threshold.intercept_limits],
        "exponent": round(threshold.exponent, 4),
        "exponent_90_percent": [round(v, 4) for v in threshold.exponent_limits],
        "overrides": threshold.overrides(),
        "train_rows": int(train.sum()),
        "test_rows": int((~train).sum()),
    }


def _text(report: dict[str, object]) -> str:
    a, b = report["intercept_mm_per_h"], report["exponent"]
    lines = [f"I = {a} D^-{b}  (mm/h, hours); 90 % limits of both follow"]
    lines += [f"{name}: {json.dumps(value)}" for name, value in report.items()]
    return "\n".join(lines)


def _train(groups: np.ndarray, test_share: float, seed: int) -> np.ndarray:
    """Rows to fit to; whole groups go one way."""
    names = np.unique(groups)
    drawn = np.random.default_rng([seed, 7]).random(len(names)) >= test_share
    train: np.ndarray = np.isin(groups, names[drawn])
    return train


def _groups(rows: list[dict[str, str]], group: str | None) -> np.ndarray:
    if group is None:
        return np.arange(len(rows))
    _known(rows, group)
    return np.array([row[group] for row in rows])


def _numbers(rows: list[dict[str, str]], name: str) -> np.ndarray:
    """Read a column as numbers; NaN where it holds none."""
    _known(rows, name)
    out = np.full(len(rows), np.nan)
    for at, row in enumerate(rows):
        try:
            out[at] = float(row[name])
        except (ValueError, TypeError):
            continue
    return out


def _known(rows: list[dict[str, str]], name: str) -> None:
    if name not in rows[0]:
        msg = f"no column {name!r}; there are {', '.join(rows[0])}"
        raise GeohazardError(msg)


def _read(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(",;\t", key=first.count)
            rows = list(csv.DictReader(file, delimiter=delimiter))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"cannot read {path}: {error}"
        raise GeohazardError(msg) from error
    if not rows:
        msg = f"{path} has no rows"
        raise GeohazardError(msg)
    return rows

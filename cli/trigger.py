"""``geohazard trigger``: STA/LTA triggers of a record of vibration. Needs no server."""

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

from cli.language import Language
from cli.series_file import Series, read_series, read_values
from cli.time_text import parse_time
from cli.trigger_text import print_triggers
from detectors.vibration.sta_lta import Average
from detectors.vibration.trace import Judged, Settings, judge_vibration
from domain.errors import GeohazardError
from domain.times import iso

EVEN = 0.5
"""Samples may lie so many intervals off an even spacing."""


def trigger(
    file: Annotated[Path, typer.Argument(help="CSV file, a row a sample.")],
    value_column: Annotated[str, typer.Option("--value", help="Column of samples, any unit.")],
    time_column: Annotated[
        str | None, typer.Option("--time", help="Column of times; or give --sampling-hz.")
    ] = None,
    sampling_hz: Annotated[
        float | None, typer.Option(help="Samples a second, where the file has no times.")
    ] = None,
    start: Annotated[
        str, typer.Option(help="Time of the first sample, where the file has no times.")
    ] = "1970-01-01T00:00:00Z",
    timezone: Annotated[
        str, typer.Option(help="For times without an offset, say Asia/Shanghai.")
    ] = "UTC",
    sta: Annotated[float, typer.Option(help="Short average, seconds.")] = 0.5,
    lta: Annotated[float, typer.Option(help="Long average, seconds.")] = 30.0,
    on: Annotated[float, typer.Option(help="Ratio at which a trigger begins.")] = 4.0,
    off: Annotated[float, typer.Option(help="Ratio below which it ends.")] = 1.5,
    method: Annotated[Average, typer.Option(help="How the energy is averaged.")] = (
        Average.RECURSIVE
    ),
    band_hz: Annotated[
        tuple[float, float] | None, typer.Option(help="Only frequencies from LOW to HIGH, hertz.")
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="en or zh.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Find where a geophone or an infrasound sensor was shaken: STA/LTA of a recorded trace."""
    if (time_column is None) == (sampling_hz is None):
        msg = "give --time COLUMN or --sampling-hz, and not both"
        raise GeohazardError(msg)
    if time_column is not None:
        options = {"time_column": time_column, "value_column": value_column}
        series = read_series(file, channel="generic", timezone=timezone, **options)
    else:
        series = _without_times(file, value_column, start, float(sampling_hz or 0.0))
    if series.unreadable:
        msg = f"{file}: {series.unreadable} of {len(series.values)} samples are no numbers"
        raise GeohazardError(msg)
    try:
        settings = Settings(
            sampling_hz=_rate(series) if sampling_hz is None else sampling_hz,
            sta_seconds=sta,
            lta_seconds=lta,
            on_ratio=on,
            off_ratio=off,
            average=method,
            band_hz=band_hz,
        )
        found = judge_vibration(series.values, settings)
    except ValueError as error:
        msg = f"{file}: {error}"
        raise GeohazardError(msg) from error
    report = _report(series, found, settings)
    if as_json:
        typer.echo(json.dumps(report, indent=2, allow_nan=False))
    else:
        print_triggers(report, Console(), language)


def _without_times(file: Path, column: str, start: str, sampling_hz: float) -> Series:
    values, unreadable = read_values(file, column)
    try:
        first_ms = parse_time(start)
    except ValueError as error:
        msg = f"--start {start!r} is not a time"
        raise GeohazardError(msg) from error
    if not sampling_hz > 0.0:
        msg = f"a sampling rate is a positive number of samples a second, not {sampling_hz:g}"
        raise GeohazardError(msg)
    times = first_ms + np.round(np.arange(len(values)) * 1000.0 / sampling_hz).astype(np.int64)
    return Series("generic", times, values, unreadable)


def _rate(series: Series) -> float:
    """Tell the samples a second of evenly spaced times.

    Raises
    ------
    ValueError
        If they do not ascend evenly: an average over samples would be none over time.
    """
    steps = np.diff(series.times_ms)
    if not len(steps) or steps.min() <= 0:
        msg = "times must ascend; give --sampling-hz if they are too coarse to tell samples apart"
        raise ValueError(msg)
    middle_ms = float(series.times_ms[-1] - series.times_ms[0]) / len(steps)
    even = series.times_ms[0] + middle_ms * np.arange(len(series.times_ms))
    off = np.abs(series.times_ms - even)
    if off.max() > EVEN * middle_ms + 1.0:
        at = iso(int(series.times_ms[np.abs(steps - middle_ms).argmax()]))
        msg = f"samples are not evenly spaced near {at}: cut the record at its gaps"
        raise ValueError(msg)
    return 1000.0 / middle_ms


def _report(series: Series, found: Judged, settings: Settings) -> dict[str, Any]:
    step_ms = 1000.0 / settings.sampling_hz
    first_ms = int(series.times_ms[0])
    return {
        "samples": len(series.values),
        "sampling_hz": round(settings.sampling_hz, 6),
        "method": settings.average.value,
        "sta_seconds": settings.sta_seconds,
        "lta_seconds": settings.lta_seconds,
        "on_ratio": settings.on_ratio,
        "off_ratio": settings.off_ratio,
        "band_hz": settings.band_hz,
        "largest_ratio": round(float(found.ratio.max()), 3),
        "triggers": [
            {
                "on": _at(first_ms + t.first * step_ms),
                "off": _at(first_ms + t.last * step_ms),
                "first_sample": t.first,
                "last_sample": t.last,
                "seconds": round((t.last - t.first + 1) * step_ms / 1000.0, 6),
                "largest_ratio": round(t.ratio, 3),
            }
            for t in found.triggers
        ],
    }


def _at(ms: float) -> str:
    """ISO 8601 in UTC with milliseconds, as everywhere."""
    return iso(round(ms))

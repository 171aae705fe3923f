"""Pictures of a generated record: one point on a sheet, and a map of a storm hour.

Needs matplotlib, which comes with ``pip install 'geohazard[plot]'``.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset, parquet

from domain.channels import CHANNELS
from domain.errors import GeohazardError
from domain.points import Point
from domain.registry import load_registry
from domain.times import iso
from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]

_VELOCITY_H = 6.0
_WHOLE = ("failure", "surge", "earthquake")
_COLOURS = {"failure": "#c0392b", "surge": "#e08e0b", "earthquake": "#7d3c98"}


@dataclass(frozen=True)
class Series:
    """One channel of a point: times as ``datetime64[ms]`` in order, and values."""

    times: npt.NDArray[np.datetime64]
    values: Array


def plot_point(folder: Path, point_id: str, out: Path) -> None:
    """Draw rain, water, displacement, velocity and truth of a point on one sheet.

    Parameters
    ----------
    folder
        What `sensors_sim.generate.generate` wrote.
    out
        Picture to write; its ending decides the format.

    Raises
    ------
    GeohazardError
        If the point is not in the record, or matplotlib is missing.
    """
    point = _point(folder, point_id)
    series = read_point(folder, point_id)
    truth = _truth(folder, point_id)
    panels = _panels(series)
    figure = _figure(figsize=(11, 1.6 + 2.1 * len(panels)))
    axes = np.atleast_1d(figure.subplots(len(panels), 1, sharex=True))
    for axis, (title, names) in zip(axes, panels, strict=True):
        for name in names:
            _draw(axis, name, series[name.removeprefix("velocity of ")])
        axis.set_ylabel(title)
        axis.grid(alpha=0.25)
        if any(name != "rain" for name in names):
            axis.legend(loc="upper left", fontsize=8, frameon=False)
        _draw_truth(axis, truth)
    figure.suptitle(
        f"{point.hazard_type.name_en} {point_id}  ({point.lat:.3f} N, {point.lon:.3f} E)"
    )
    axes[-1].set_xlabel(_caption(truth))
    figure.savefig(out, dpi=130)


def plot_storm(folder: Path, out: Path) -> None:
    """Draw a map of all gauges in the record's wettest hour.

    Raises
    ------
    GeohazardError
        If the record has no rain, or matplotlib is missing.
    """
    points = load_registry(folder / "registry.csv").points
    hours, totals = _rain_by_hour(folder)
    if not hours.size or not totals["value_sum"].max():
        msg = f"{folder}: no gauge has measured rain"
        raise GeohazardError(msg)
    sums = {hour: totals["value_sum"][hours == hour].sum() for hour in np.unique(hours)}
    wettest = max(sums, key=lambda hour: float(sums[hour]))
    chosen = hours == wettest
    places = [points[point_id] for point_id in totals["point_id"][chosen]]
    figure = _figure(figsize=(9.5, 8))
    axis = figure.subplots()
    rain = totals["value_sum"][chosen]
    order = np.argsort(rain)
    marks = axis.scatter(
        np.array([place.lon for place in places])[order],
        np.array([place.lat for place in places])[order],
        c=rain[order],
        s=9,
        cmap="viridis_r",
    )
    figure.colorbar(marks, label="rain in the hour, mm", shrink=0.7)
    axis.set_aspect(1 / np.cos(np.radians(30.0)))
    axis.set_xlabel("longitude, deg E")
    axis.set_ylabel("latitude, deg N")
    axis.set_title(f"{len(places):,} gauges, hour from {iso(int(wettest))[:16]} UTC")
    figure.savefig(out, dpi=130)


def read_point(folder: Path, point_id: str) -> dict[str, Series]:
    """Read all channels of a point from a record, by event time."""
    readings = dataset.dataset(folder / "readings", format="parquet")
    table = readings.to_table(
        columns=["channel", "event_ms", "value"], filter=pc.field("point_id") == point_id
    )
    names = np.array(table["channel"].cast(pa.string()).to_pylist())
    times = table["event_ms"].to_numpy().astype("datetime64[ms]")
    values = table["value"].to_numpy()
    series = {}
    for name in sorted(set(names.tolist())):
        own = np.flatnonzero(names == name)
        own = own[np.argsort(times[own], kind="stable")]
        series[name] = Series(times[own], values[own])
    return series


def velocity_mm_per_day(series: Series, hours: float = _VELOCITY_H) -> Series:
    """Velocity over a trailing span of hours, from values in mm.

    Examples
    --------
    >>> times = np.datetime64(0, "ms") + np.arange(25) * np.timedelta64(3_600_000, "ms")
    >>> velocity_mm_per_day(Series(times, np.arange(25.0))).values[-1].item()
    24.0
    """
    span = np.timedelta64(round(hours * HOUR_MS), "ms")
    back = np.searchsorted(series.times, series.times - span)
    elapsed = (series.times - series.times[back]) / np.timedelta64(86_400_000, "ms")
    moved = series.values - series.values[back]
    whole = elapsed > hours / 24.0 / 2
    return Series(series.times[whole], moved[whole] / elapsed[whole])


def _panels(series: dict[str, Series]) -> list[tuple[str, list[str]]]:
    families: dict[str, list[str]] = {}
    for name in series:
        families.setdefault(CHANNELS[name].family, []).append(name)
    moving = families.get("displacement", [])
    wanted = [
        ("rain, mm/h", families.get("rain", [])),
        ("water", families.get("water", [])),
        ("displacement, mm", moving),
        ("velocity, mm/day", [f"velocity of {name}" for name in moving[:1]]),
        ("tilt, deg", families.get("tilt", [])),
        ("shaking and flow", families.get("dynamic", []) + families.get("flow", [])),
    ]
    return [(title, names) for title, names in wanted if names]


def _draw(axis: Any, name: str, series: Series) -> None:
    if name == "rain":
        hours = series.times.astype("datetime64[h]")
        unique, inverse = np.unique(hours, return_inverse=True)
        axis.bar(unique, np.bincount(inverse, series.values), width=1 / 24, color="#2471a3")
        return
    if name.startswith("velocity of "):
        series = velocity_mm_per_day(series)
        axis.set_yscale("symlog", linthresh=10.0)
        axis.plot(series.times, series.values, lw=0.9, color="#444444", label=name)
        return
    label = f"{name}, {CHANNELS[name].unit}"
    # Zero is arbitrary for an instrument; without it several fit on one panel.
    zero = np.median(series.values[:20]) if CHANNELS[name].family != "water" else 0.0
    axis.plot(series.times, series.values - zero, lw=0.9, label=label)


def _draw_truth(axis: Any, truth: list[dict[str, Any]]) -> None:
    for event in truth:
        start, end = (np.datetime64(event[key], "ms") for key in ("start_ms", "end_ms"))
        if event["kind"] in _WHOLE:
            axis.axvspan(start, end, color=_COLOURS[event["kind"]], alpha=0.18, lw=0)
            axis.axvline(end, color=_COLOURS[event["kind"]], lw=1.2)
        elif end > start:
            axis.axvspan(start, end, color="#888888", alpha=0.12, lw=0)
        else:
            axis.axvline(start, color="#888888", alpha=0.4, lw=0.6, ls=":")


def _caption(truth: list[dict[str, Any]]) -> str:
    kinds = sorted({event["kind"] for event in truth if event["kind"] not in _WHOLE})
    events = [
        f"{event['kind']} {iso(event['start_ms'])[:16]} to {iso(event['end_ms'])[:16]}"
        for event in truth
        if event["kind"] in _WHOLE
    ]
    faults = f"grey: faults ({', '.join(kinds)})" if kinds else "no faults"
    return "UTC.  truth: " + "; ".join([*events, faults])


def _point(folder: Path, point_id: str) -> Point:
    point = load_registry(folder / "registry.csv").points.get(point_id)
    if point is None:
        msg = f"{folder}: no point {point_id} in the registry"
        raise GeohazardError(msg)
    return point


def _truth(folder: Path, point_id: str) -> list[dict[str, Any]]:
    table = parquet.read_table(folder / "truth.parquet", filters=[("point_id", "=", point_id)])
    events: list[dict[str, Any]] = table.to_pylist()
    return events


def _rain_by_hour(folder: Path) -> tuple[npt.NDArray[np.int64], dict[str, Any]]:
    """Sum the rain of each gauge in each hour; the hours, and columns of equal length."""
    readings = dataset.dataset(folder / "readings", format="parquet")
    table = readings.to_table(
        columns=["point_id", "event_ms", "value"], filter=pc.field("channel") == "rain"
    )
    stamps = table["event_ms"].cast(pa.int64()).to_numpy()
    table = table.append_column("hour", pa.array(stamps // HOUR_MS * HOUR_MS))
    sums = table.group_by(["hour", "point_id"]).aggregate([("value", "sum")])
    columns = {
        "point_id": np.array(sums["point_id"].cast(pa.string()).to_pylist()),
        "value_sum": sums["value_sum"].to_numpy(),
    }
    return sums["hour"].to_numpy(), columns


def _figure(figsize: tuple[float, float]) -> Any:
    try:
        module = importlib.import_module("matplotlib.figure")
    except ImportError as error:
        msg = "pictures need matplotlib: pip install 'geohazard[plot]'"
        raise GeohazardError(msg) from error
    return module.Figure(figsize=figsize, layout="constrained")

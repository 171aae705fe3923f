"""What pictures are drawn of: a point's series in a record, its truth, and a sheet to draw on.

Pictures need matplotlib, which comes with ``pip install 'geohazard[plot]'``.
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

from domain.errors import GeohazardError
from domain.points import Point
from domain.registry import load_registry
from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

DPI = 100
COLOURS = {
    "failure": "#c0392b",
    "surge": "#e08e0b",
    "creep": "#b7950b",
    "earthquake": "#7d3c98",
}
"""Colours of events."""

_VELOCITY_H = 6.0


@dataclass(frozen=True)
class Series:
    """One channel of a point: times as ``datetime64[ms]`` in order, and values."""

    times: npt.NDArray[np.datetime64]
    values: Array


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


def displacement_mm(series: dict[str, Series]) -> Series:
    """Horizontal displacement since the first day, by GNSS, or what a crack meter shows of it.

    Raises
    ------
    GeohazardError
        If neither is measured.
    """
    if "gnss_e" in series and "gnss_n" in series:
        east, north = series["gnss_e"], series["gnss_n"]
        shared, e, n = np.intersect1d(east.times, north.times, return_indices=True)
        moved = [axis - np.median(axis[:20]) for axis in (east.values[e], north.values[n])]
        # Along the way that it went: the length of a noisy vector would never be zero.
        way = np.array([np.median(axis[-20:]) for axis in moved])
        along = (moved[0] * way[0] + moved[1] * way[1]) / max(float(np.hypot(*way)), 1e-9)
        return Series(shared, along)
    if "crack" in series:
        return Series(series["crack"].times, series["crack"].values - series["crack"].values[0])
    msg = "the point measures no displacement"
    raise GeohazardError(msg)


def find_point(folder: Path, point_id: str) -> Point:
    """Find a point in a record's registry.

    Raises
    ------
    GeohazardError
        If it is not there.
    """
    point = load_registry(folder / "registry.csv").points.get(point_id)
    if point is None:
        msg = f"{folder}: no point {point_id} in the registry"
        raise GeohazardError(msg)
    return point


def read_truth(folder: Path, point_id: str) -> list[dict[str, Any]]:
    """Read what befell a point and its devices, as rows of the truth."""
    table = parquet.read_table(folder / "truth.parquet", filters=[("point_id", "=", point_id)])
    events: list[dict[str, Any]] = table.to_pylist()
    return events


def new_figure(figsize: tuple[float, float]) -> Any:
    """Make a sheet to draw on; its size in inches.

    Raises
    ------
    GeohazardError
        If matplotlib is missing.
    """
    try:
        module = importlib.import_module("matplotlib.figure")
    except ImportError as error:
        msg = "pictures need matplotlib: pip install 'geohazard[plot]'"
        raise GeohazardError(msg) from error
    return module.Figure(figsize=figsize, layout="constrained")

"""The picture of a province: all gauges in the wettest hour of a record."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset, parquet

from domain.errors import GeohazardError
from domain.registry import load_registry
from domain.times import iso
from sensors_sim.plot_data import COLOURS, DPI, new_figure
from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]

_RAIN_MM = (0.1, 1.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0)
_FAILS_WITHIN_MS = 24 * HOUR_MS


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
    figure = new_figure(figsize=(10, 8.2))
    axis = figure.subplots()
    rain = totals["value_sum"][chosen]
    lon, lat = (np.array([getattr(place, name) for place in places]) for name in ("lon", "lat"))
    dry = rain < _RAIN_MM[0]
    axis.scatter(lon[dry], lat[dry], s=3, color="#d5d8dc", label=f"{dry.sum():,} dry gauges")
    _draw_rain(figure, axis, lon[~dry], lat[~dry], rain[~dry])
    failing = _failing(folder, int(wettest))
    if failing:
        axis.scatter(
            [points[name].lon for name in failing],
            [points[name].lat for name in failing],
            s=70,
            facecolors="none",
            edgecolors=COLOURS["failure"],
            linewidths=1.4,
            label=f"{len(failing)} slopes that fail within a day (truth)",
        )
    axis.legend(loc="lower left", frameon=False)
    axis.set_aspect(1 / np.cos(np.radians(30.0)))
    axis.set_xlabel("longitude, deg E")
    axis.set_ylabel("latitude, deg N")
    axis.set_title(f"Rain at {len(places):,} gauges, hour from {iso(int(wettest))[:16]} UTC")
    axis.grid(alpha=0.2)
    figure.savefig(out, dpi=DPI)


def _draw_rain(figure: Any, axis: Any, lon: Array, lat: Array, rain: Array) -> None:
    """Draw wet gauges in the steps of a rain map, the wettest on top."""
    colors = importlib.import_module("matplotlib.colors")
    order = np.argsort(rain)
    marks = axis.scatter(
        lon[order],
        lat[order],
        c=rain[order],
        s=11,
        cmap="YlGnBu",
        norm=colors.BoundaryNorm(_RAIN_MM, 256, extend="max"),
    )
    figure.colorbar(marks, label="rain in the hour, mm", shrink=0.7, ticks=_RAIN_MM)


def _failing(folder: Path, at_ms: int) -> list[str]:
    """Points that fail within a day after a time."""
    table = parquet.read_table(folder / "truth.parquet", columns=["point_id", "failure_ms"])
    soon = [
        row["point_id"]
        for row in table.to_pylist()
        if row["failure_ms"] is not None and 0 <= row["failure_ms"] - at_ms < _FAILS_WITHIN_MS
    ]
    return sorted(set(soon))


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

"""The picture of a measured displacement beside a simulated one, at the same scale."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sensors_sim.plot_data import (
    DPI,
    Series,
    displacement_mm,
    find_point,
    new_figure,
    read_point,
)

Array = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]


def plot_beside(
    folder: Path, point_id: str, title: str, times: Times, values: Array, out: Path
) -> None:
    """Draw a measured displacement and a simulated one beside each other, at the same scale.

    Parameters
    ----------
    title
        What the measured record is called.
    times, values
        The measured record: ``datetime64[ms]`` in order, and displacement in mm; shape (n,) each.

    Raises
    ------
    GeohazardError
        If the point is not in the record or measures no displacement, or matplotlib is missing.
    """
    point = find_point(folder, point_id)
    ours = displacement_mm(read_point(folder, point_id))
    # A point a month, as the measured record has: what a campaign would have seen.
    month = ours.times.astype("datetime64[M]")
    first = np.flatnonzero(np.diff(month.astype(int), prepend=-1))
    theirs = Series(times, values - values[0])
    figure = new_figure(figsize=(11, 4.6))
    axes = figure.subplots(1, 2, sharey=True)
    for axis, series, name in (
        (axes[0], theirs, f"measured: {title}"),
        (axes[1], ours, f"simulated: {point.hazard_type.name_en} {point_id}"),
    ):
        _shade_drawdown(axis, series.times)
        axis.set_title(name, fontsize=10)
        axis.set_xlim(series.times[0], series.times[0] + np.timedelta64(6 * 366, "D"))
        axis.grid(alpha=0.25)
    axes[0].plot(theirs.times, theirs.values, ".-", color="#1f618d", ms=4, lw=1)
    axes[1].plot(ours.times, ours.values, color="#aab7b8", lw=0.5, label="each day")
    axes[1].plot(ours.times[first], ours.values[first], ".-", color="#1f618d", ms=4, lw=1)
    axes[0].set_ylabel("displacement, mm")
    figure.supxlabel("shaded: May to July, drawdown of the reservoir and plum rains", fontsize=9)
    figure.savefig(out, dpi=DPI)


def _shade_drawdown(axis: Any, times: Times) -> None:
    for year in np.unique(times.astype("datetime64[Y]")):
        start = year.astype("datetime64[M]") + np.timedelta64(4, "M")
        axis.axvspan(start, start + np.timedelta64(3, "M"), color="#f5cba7", alpha=0.5, lw=0)

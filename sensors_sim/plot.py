"""The picture of one point: rain, water, displacement, velocity and truth on one sheet."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from domain.channels import CHANNELS
from domain.times import iso
from sensors_sim.plot_data import (
    COLOURS,
    DPI,
    Series,
    find_point,
    new_figure,
    read_point,
    read_truth,
    velocity_mm_per_day,
)

_LETTER = 0.009
"""Width of a letter of a phase's name, as a share of the panel's."""

_LINE_PT = 10


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
    point = find_point(folder, point_id)
    series = read_point(folder, point_id)
    truth = read_truth(folder, point_id)
    panels = _panels(series)
    figure = new_figure(figsize=(11, 1.6 + 2.1 * len(panels)))
    axes = np.atleast_1d(figure.subplots(len(panels), 1, sharex=True))
    for axis, (title, names) in zip(axes, panels, strict=True):
        for name in names:
            _draw(axis, name, series[name.removeprefix("velocity of ")])
        axis.set_ylabel(title)
        axis.grid(alpha=0.25)
        if any(name != "rain" for name in names):
            axis.legend(loc="upper left", fontsize=8, frameon=False)
        _draw_truth(axis, truth)
    _name_phases(axes[0], truth)
    figure.suptitle(
        f"{point.hazard_type.name_en} {point_id}  ({point.lat:.3f} N, {point.lon:.3f} E)"
    )
    axes[-1].set_xlabel(_caption(truth))
    figure.savefig(out, dpi=DPI)


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
        colour = COLOURS.get(event["kind"])
        if event["category"] == "event":
            axis.axvspan(start, end, color=colour, alpha=0.16, lw=0)
            for phase in event["phases"]:
                axis.axvline(np.datetime64(phase["start_ms"], "ms"), color=colour, lw=0.8, ls="--")
            axis.axvline(end, color=colour, lw=1.3)
        elif end > start:
            axis.axvspan(start, end, color="#888888", alpha=0.15, lw=0)
        else:
            axis.axvline(start, color="#888888", alpha=0.6, lw=0.8, ls=":")


def _name_phases(axis: Any, truth: list[dict[str, Any]]) -> None:
    """Write the phases over the topmost panel, close ones above each other."""
    named = sorted(
        (phase["start_ms"], phase["name"], COLOURS[event["kind"]])
        for event in truth
        if event["category"] == "event"
        for phase in event["phases"]
    )
    times = np.array([at for at, _, _ in named], "datetime64[ms]")
    left, right = axis.get_xlim()
    shares = ((axis.convert_xunits(times) - left) / (right - left)).tolist()
    levels = label_levels(shares, [len(name) * _LETTER for _, name, _ in named])
    for at, (_, name, colour), level in zip(times, named, levels, strict=True):
        axis.annotate(
            name,
            (at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(2, 3 + _LINE_PT * level),
            textcoords="offset points",
            fontsize=8,
            color=colour,
        )


def label_levels(starts: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Give each label the lowest line on which it does not run into one before it.

    Parameters
    ----------
    starts, widths
        Where labels begin, in order, and how long they are, in one unit.

    Examples
    --------
    >>> label_levels([0.0, 0.1, 0.2, 0.5], [0.3, 0.3, 0.05, 0.2])
    [0, 1, 2, 0]
    """
    ends: list[float] = []
    levels = []
    for start, width in zip(starts, widths, strict=True):
        level = next((i for i, end in enumerate(ends) if end <= start), len(ends))
        ends[level:] = [start + width, *ends[level + 1 :]]
        levels.append(level)
    return levels


def _caption(truth: list[dict[str, Any]]) -> str:
    faults = sorted({event["kind"] for event in truth if event["category"] == "fault"})
    events = [
        f"{event['kind']}{' (' + event['detail'] + ')' if event['detail'] else ''} "
        f"{iso(event['start_ms'])[:16]} to {iso(event['end_ms'])[:16]}"
        for event in truth
        if event["category"] == "event"
    ]
    told = f"grey: faults ({', '.join(faults)})" if faults else "no faults"
    return "UTC.  truth: " + "; ".join([*events, told])

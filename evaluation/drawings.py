"""What each picture of the report shows."""

import re
from typing import Any

import numpy as np

from evaluation.alarms import VERDICTS
from evaluation.metrics import Metrics
from evaluation.words import Words

COLOURS = {"none": "#d9dde1", "blue": "#2f6fb7", "yellow": "#e3b505", "orange": "#e8772e"}
COLOURS |= {"red": "#c62828"}
PLAIN = "{x:g}"
"""Hours on a logarithmic axis: 0.1, 1 and 10 rather than powers of ten."""
_DASHES = {"blue": ":", "yellow": "-.", "orange": "--", "red": "-"}
_VERDICT_COLOURS = {
    "failure": "#2e7d4f",
    "moving": "#8fb996",
    "earthquake": "#7d6b91",
    "creep": "#b59b6a",
    "rain": "#6fa8d6",
    "false": "#c62828",
}
_HATCHES = {
    "failure": "",
    "moving": "..",
    "earthquake": "xx",
    "creep": "oo",
    "rain": "//",
    "false": "\\\\",
}


def lead_times(axis: Any, metrics: Metrics, words: Words) -> None:
    """Share of failures that were warned at least so many hours before."""
    total = len(metrics.failures)
    hours = np.logspace(np.log10(0.1), np.log10(300.0), 240)
    for level, style in _DASHES.items():
        leads = np.array([f.lead_h[level] for f in metrics.failures if f.lead_h[level] is not None])
        share = [(leads >= hour).sum() / max(total, 1) for hour in hours]
        axis.plot(hours, share, style, color=COLOURS[level], lw=2, label=words(level))
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(PLAIN)
    axis.set_ylim(0, 1.02)
    axis.set_xlabel(words("hours before the failure, at least"))
    axis.set_ylabel(words(f"share of {total} failures"))
    axis.grid(alpha=0.3)
    axis.legend(frameon=False, title=words("level"))


def leads_by_duration(axis: Any, metrics: Metrics, words: Words) -> None:
    """Lead time at orange of each failure against its tertiary duration."""
    for f in metrics.failures:
        lead = f.lead_h["orange"]
        if lead is None:
            axis.plot(f.tertiary_h, 0.05, "x", color=COLOURS["red"], ms=7, mew=2)
        else:
            axis.plot(f.tertiary_h, max(lead, 0.05), "o", color=COLOURS["orange"], ms=4, alpha=0.7)
    limits = [0.5, 300.0]
    axis.plot(limits, limits, color="#888888", lw=0.8, label=words("from the onset on"))
    axis.axhline(12.0, color="#444444", lw=0.8, ls="--", label=words("goal for the median: 12 h"))
    axis.axvline(24.0, color="#bbbbbb", lw=0.8)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(PLAIN)
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(PLAIN)
    axis.set_xlabel(words("tertiary creep, hours from onset to failure"))
    axis.set_ylabel(words("lead at orange, h (cross: none)"))
    axis.legend(frameon=False, loc="upper left", fontsize=8)


def leads_by_hazard(axis: Any, metrics: Metrics, words: Words) -> None:
    """Lead times of each kind of hazard at each level: one mark a failure, a bar at the median."""
    hazards = sorted({f.hazard for f in metrics.failures})
    for row, hazard in enumerate(hazards):
        own = [f for f in metrics.failures if f.hazard == hazard]
        for place, level in enumerate(("yellow", "orange", "red")):
            leads = [max(lead, 0.05) for f in own if (lead := f.lead_h[level]) is not None]
            at = row + (place - 1) * 0.26
            label = words(level) if row == 0 else None
            axis.plot(
                leads, [at] * len(leads), "o", color=COLOURS[level], ms=4, alpha=0.6, label=label
            )
            if leads:
                axis.plot(np.median(leads), at, "|", color="#1d2327", ms=11, mew=2)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(PLAIN)
    labels = [f"{words(h)} ({sum(f.hazard == h for f in metrics.failures)})" for h in hazards]
    axis.set_yticks(range(len(hazards)), labels)
    axis.invert_yaxis()
    axis.set_xlabel(words("lead, hours (bar: median)"))
    if hazards:
        axis.legend(frameon=False, fontsize=8)


def alarms(axis: Any, metrics: Metrics, words: Words) -> None:
    """Alarms a point-year by level, stacked by verdict."""
    counts = metrics.alarms["all"]
    base = np.zeros(len(counts))
    years = max(metrics.about.point_years, 1e-9)
    for verdict in VERDICTS:
        rate = np.array([count.verdicts[verdict] / years for count in counts.values()])
        axis.barh(
            [words(name) for name in counts],
            rate,
            left=base,
            color=_VERDICT_COLOURS[verdict],
            hatch=_HATCHES[verdict],
            edgecolor="white",
            label=words(verdict),
        )
        base += rate
    axis.set_xlabel(words("alarms a point-year, at the level or higher"))
    axis.legend(frameon=False, fontsize=8)


def causes(axis: Any, metrics: Metrics, words: Words) -> None:
    """Count false alarms by the fault behind them."""
    names = list(dict.fromkeys(c for n in metrics.alarms["all"].values() for c in n.causes))
    height = 0.8 / 3
    for place, level in enumerate(("yellow", "orange", "red")):
        found = metrics.alarms["all"][level].causes
        values = [found.get(name, 0) for name in names]
        at = np.arange(len(names)) + (place - 1) * height
        axis.barh(at, values, height, color=COLOURS[level], label=words(level))
    axis.set_yticks(range(len(names)), [words(name) for name in names])
    axis.invert_yaxis()
    axis.set_xlabel(words(f"false alarms in {metrics.about.point_years:.0f} point-years"))
    if names:
        axis.legend(frameon=False, fontsize=8)


def matrix(axis: Any, metrics: Metrics, words: Words) -> None:
    """Duration matrix: hours by level and state, shaded by their logarithm."""
    table = np.array(list(metrics.matrix.hours.values()))
    axis.imshow(np.log10(table + 0.1), cmap="Greys", aspect="auto", vmin=-1, vmax=7)
    axis.set_yticks(range(len(table)), [words(level) for level in metrics.matrix.hours])
    labels = [re.sub("[,，] ?", "\n", words(name)) for name in metrics.matrix.states]
    axis.set_xticks(range(len(labels)), labels, fontsize=7.5)
    for (row, column), hours in np.ndenumerate(table):
        dark = "white" if hours > 1e4 else "black"
        axis.text(column, row, _hours(hours), ha="center", va="center", color=dark, fontsize=8)
    axis.set_ylabel(words("level"))


def forecasts(axis: Any, metrics: Metrics, words: Words) -> None:
    """Windows of the forecasts that warnings carried, against the time that was left."""
    for f in metrics.forecast_list:
        inside = f.early_h <= 0.0 <= f.late_h
        colour = "#2e7d4f" if inside else COLOURS["red"]
        axis.plot([f.left_h] * 2, [f.early_h, f.late_h], color=colour, lw=1, alpha=0.6)
        axis.plot(f.left_h, f.middle_h, "o" if inside else "x", color=colour, ms=3.5)
    axis.axhline(0, color="#444444", lw=0.8)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(PLAIN)
    axis.set_yscale("symlog", linthresh=1.0)
    axis.yaxis.set_major_formatter(PLAIN)
    axis.set_xlabel(words("hours left when the warning was given"))
    axis.set_ylabel(words("window and forecast,\nhours after the failure"))


def _hours(value: float) -> str:
    """Write hours without an exponent: 155,012 h, 69.3 h."""
    return f"{value:,.0f} h" if value >= 1000.0 else f"{value:.3g} h"


def flags(axis: Any, metrics: Metrics, words: Words) -> None:
    """Share of the occurrences of each kind of fault that was flagged, with its interval."""
    kinds = {n: k.occurrences for n, k in metrics.flags.kinds.items() if k.occurrences.of}
    names = list(kinds)
    for row, share in enumerate(kinds.values()):
        low, value, high = share.low or 0.0, share.value or 0.0, share.high or 0.0
        axis.plot([low, high], [row, row], color="#555555", lw=1.5)
        axis.plot(value, row, "o", color=COLOURS["blue"])
        axis.text(1.02, row, f"{share.count}/{share.of}", va="center", fontsize=8)
    axis.axvline(0.9, color="#888888", ls="--", lw=0.8)
    axis.set_yticks(range(len(names)), [words(name) for name in names])
    axis.invert_yaxis()
    axis.set_xlim(0, 1)
    axis.set_xlabel(words("share of occurrences flagged (dashed: goal)"))


def detectors(axis: Any, metrics: Metrics, words: Words) -> None:
    """Count what each detector had a share in at yellow and orange: failures, and false alarms."""
    shares = metrics.detectors_by_hazard.get("all", {})
    rows = [(level, name) for level in ("yellow", "orange") for name in shares.get(level, {})]
    for row, (level, name) in enumerate(rows):
        share = shares[level][name]
        axis.barh(row, share.warned.count, color=_VERDICT_COLOURS["failure"])
        axis.barh(
            row, -share.false.count, color=_VERDICT_COLOURS["false"], hatch="\\\\", ec="white"
        )
    labels = [f"{words(name)}, {words(level)}" for level, name in rows]
    axis.set_yticks(range(len(rows)), labels)
    axis.invert_yaxis()
    axis.axvline(0, color="#444444", lw=0.8)
    axis.set_xlabel(words("false alarms (left) and failures warned (right) with its help"))
    axis.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")

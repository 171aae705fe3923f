"""A fitted rainfall threshold drawn: events, threshold with its limits, probabilities.

Needs matplotlib, which comes with ``pip install 'geohazard[plot]'``.
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from cli.rain_catalogue import numbers
from cli.rain_reports import Found, Numbers, Storms
from detectors.rain.fit import Threshold
from detectors.rain.logistic import LogisticFit
from domain.errors import GeohazardError

BLUE, RED, GREY = "#1f5fa8", "#c0392b", "#7f8c8d"


def draw_fit(
    path: Path,
    found: Found,
    storms: Storms | None,
    rows: list[dict[str, str]],
    columns: tuple[str, str] | None,
) -> None:
    """Draw into a file; its ending decides the format.

    Parameters
    ----------
    storms
        Storms with and without a response, or ``None`` and then the ``columns`` (hours, mm) of
        ``rows`` are those of the events.

    Raises
    ------
    GeohazardError
        If matplotlib is missing or the file cannot be written.
    """
    try:
        figure = importlib.import_module("matplotlib.figure").Figure(
            figsize=(10.5, 4.4) if found.model else (6.2, 4.6), layout="constrained"
        )
    except ImportError as error:
        msg = "pictures need matplotlib: pip install 'geohazard[plot]'"
        raise GeohazardError(msg) from error
    if storms is not None:
        axes = figure.subplots(1, 2 if found.model else 1, squeeze=False)[0]
        _storms(axes[0], storms, found.threshold)
        if found.model is not None:
            _chances(axes[1], storms, found.model)
    elif columns is not None:
        hours, rain_mm = (numbers(rows, name) for name in columns)
        _events(figure.subplots(), hours, rain_mm, found.threshold)
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        msg = f"cannot draw into {path}: {error}"
        raise GeohazardError(msg) from error


def _events(axes: Any, hours: Numbers, rain_mm: Numbers, threshold: Threshold) -> None:
    axes.loglog(hours, rain_mm, ".", color=GREY, markersize=2, alpha=0.5, label="events")
    usable = hours[np.isfinite(hours) & (hours > 0.0)]
    span = np.geomspace(usable.min(), usable.max(), 60)
    _line(axes, span, span, threshold)
    axes.set(xlabel="duration D (h)", ylabel="rain E (mm)", title="Events and threshold")
    axes.legend(loc="upper left")


def _storms(axes: Any, storms: Storms, threshold: Threshold) -> None:
    """Peak intensities by duration; each storm's marks beside its duration."""
    random = np.random.default_rng(1)
    for hit, colour, label in ((False, GREY, "no response"), (True, RED, "response")):
        part = storms.peaks[storms.hit == hit]
        beside = 10.0 ** random.uniform(-0.05, 0.05, part.shape)
        marks = dict(color=colour, markersize=3, alpha=0.5, label=label)
        axes.loglog((storms.hours * beside).ravel(), part.ravel(), ".", **marks)
    span = np.geomspace(0.8 * storms.hours[0], 1.25 * storms.hours[-1], 40)
    _line(axes, span, np.ones(len(span)), threshold)
    axes.set(xlabel="duration D (h)", ylabel="peak intensity I (mm/h)")
    axes.set_title("Storms and threshold")
    axes.legend(loc="lower left")


def _line(axes: Any, span: Numbers, times: Numbers, threshold: Threshold) -> None:
    """Draw the threshold, as intensity times ``times``, with the corners of its limits."""
    (low_a, high_a), (low_b, high_b) = threshold.intercept_limits, threshold.exponent_limits
    ways = [a * span**-b * times for a in (low_a, high_a) for b in (low_b, high_b)]
    band = dict(color=BLUE, alpha=0.15, label="within 90 % limits")
    axes.fill_between(span, np.min(ways, axis=0), np.max(ways, axis=0), **band)
    text = f"I = {threshold.intercept:.3g} D^-{threshold.exponent:.3g}"
    middle = threshold.intercept * span**-threshold.exponent * times
    axes.loglog(span, middle, color=BLUE, label=text)


def _chances(axes: Any, storms: Storms, model: LogisticFit) -> None:
    """Probability against intensity, a curve a duration, with shares of storms in fifths."""
    for hours, peaks, colour in zip(
        storms.hours, storms.peaks.T, (BLUE, RED, "#1e8449", "#7d3c98") * 9, strict=False
    ):
        known = np.isfinite(peaks)
        span = np.geomspace(max(peaks[known].min(), 0.5), peaks[known].max(), 60)
        every = np.full(len(span), hours)
        chance = model.model.probability(span, every)
        axes.semilogx(span, chance, color=colour, label=f"{hours:g} h")
        axes.fill_between(span, *model.limits(span, every), color=colour, alpha=0.12)
        order = np.array_split(np.argsort(peaks[known]), 10)
        for part in order:
            x, y = np.median(peaks[known][part]), storms.hit[known][part].mean()
            axes.plot(max(x, 0.5), y, "o", color=colour, markersize=4)
    axes.set(xlabel="peak intensity I (mm/h)", ylabel="chance of a response", ylim=(-0.02, 1.02))
    axes.set_title("Model with 90 % limits; shares in tenths of the storms")
    axes.legend(loc="upper left")

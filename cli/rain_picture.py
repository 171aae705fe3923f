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
from domain.fonts import CHINESE_FONTS

BLUE, RED, GREY = "#1f5fa8", "#c0392b", "#7f8c8d"
Words = dict[str, str]
WORDS: dict[str, Words] = {
    "en": {
        "duration": "duration D (h)",
        "rain": "rain E (mm)",
        "intensity": "peak intensity I (mm/h)",
        "chance": "chance of a response",
        "events": "events",
        "response": "response",
        "no response": "no response",
        "limits": "within 90 % limits",
        "hours": "h",
        "of events": "Events and threshold",
        "of storms": "Storms and threshold",
        "of chances": "Model with 90 % limits; shares in tenths of the storms",
    },
    "zh": {
        "duration": "历时 D（小时）",
        "rain": "累计雨量 E（毫米）",
        "intensity": "峰值雨强 I（毫米/小时）",
        "chance": "成灾概率",
        "events": "灾害事件",
        "response": "成灾降雨",
        "no response": "未成灾降雨",
        "limits": "90 %置信区间",
        "hours": "小时",
        "of events": "灾害事件与降雨阈值",
        "of storms": "降雨场次与阈值",
        "of chances": "概率模型及90 %置信区间；圆点为十分位组的实际成灾比例",
    },
}


def draw_fit(
    path: Path,
    found: Found,
    storms: Storms | None,
    rows: list[dict[str, str]],
    columns: tuple[str, str] | None,
    language: str = "en",
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
    figures = _import("matplotlib.figure")
    chinese = _chinese() if language == "zh" else []
    words = WORDS["zh" if chinese else "en"]
    settings = {"font.family": [*chinese, "DejaVu Sans"], "axes.unicode_minus": False}
    with _import("matplotlib").rc_context(settings):
        figure = figures.Figure(
            figsize=(10.5, 4.4) if found.model else (6.2, 4.6), layout="constrained"
        )
        if storms is not None:
            axes = figure.subplots(1, 2 if found.model else 1, squeeze=False)[0]
            _storms(axes[0], storms, found.threshold, words)
            if found.model is not None:
                _chances(axes[1], storms, found.model, words)
        elif columns is not None:
            hours, rain_mm = (numbers(rows, name) for name in columns)
            _events(figure.subplots(), hours, rain_mm, found.threshold, words)
        _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        msg = f"cannot draw into {path}: {error}"
        raise GeohazardError(msg) from error


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        msg = "pictures need matplotlib: pip install 'geohazard[plot]'"
        raise GeohazardError(msg) from error


def has_chinese() -> bool:
    """Whether Chinese labels can be drawn here; without a font they are English."""
    return bool(_chinese())


def _chinese() -> list[str]:
    known = {entry.name for entry in _import("matplotlib.font_manager").fontManager.ttflist}
    return [name for name in CHINESE_FONTS if name in known]


def _events(
    axes: Any, hours: Numbers, rain_mm: Numbers, threshold: Threshold, words: Words
) -> None:
    axes.loglog(hours, rain_mm, ".", color=GREY, markersize=2, alpha=0.5, label=words["events"])
    usable = hours[np.isfinite(hours) & (hours > 0.0)]
    span = np.geomspace(usable.min(), usable.max(), 60)
    _line(axes, span, span, threshold, words)
    axes.set(xlabel=words["duration"], ylabel=words["rain"], title=words["of events"])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    axes.legend(loc="upper left")


def _storms(axes: Any, storms: Storms, threshold: Threshold, words: Words) -> None:
    """Peak intensities by duration; each storm's marks beside its duration."""
    random = np.random.default_rng(1)
    for hit, colour, label in ((False, GREY, "no response"), (True, RED, "response")):
        part = storms.peaks[storms.hit == hit]
        beside = 10.0 ** random.uniform(-0.05, 0.05, part.shape)
        marks = dict(color=colour, markersize=3, alpha=0.5, label=words[label])
        axes.loglog((storms.hours * beside).ravel(), part.ravel(), ".", **marks)
    span = np.geomspace(0.8 * storms.hours[0], 1.25 * storms.hours[-1], 40)
    _line(axes, span, np.ones(len(span)), threshold, words)
    axes.set(xlabel=words["duration"], ylabel=words["intensity"], title=words["of storms"])
    axes.xaxis.set_minor_locator(_import("matplotlib.ticker").NullLocator())
    axes.set_xticks(storms.hours, [f"{hours:g}" for hours in storms.hours])
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(loc="lower left")


def _line(axes: Any, span: Numbers, times: Numbers, threshold: Threshold, words: Words) -> None:
    """Draw the threshold, as intensity times ``times``, with the corners of its limits."""
    (low_a, high_a), (low_b, high_b) = threshold.intercept_limits, threshold.exponent_limits
    ways = [a * span**-b * times for a in (low_a, high_a) for b in (low_b, high_b)]
    band = dict(color=BLUE, alpha=0.15, label=words["limits"])
    axes.fill_between(span, np.min(ways, axis=0), np.max(ways, axis=0), **band)
    text = f"I = {threshold.intercept:.3g} D^-{threshold.exponent:.3g}"
    middle = threshold.intercept * span**-threshold.exponent * times
    axes.loglog(span, middle, color=BLUE, label=text)


def _chances(axes: Any, storms: Storms, model: LogisticFit, words: Words) -> None:
    """Probability against intensity, a curve a duration, with shares of storms in fifths."""
    for hours, peaks, colour in zip(
        storms.hours, storms.peaks.T, (BLUE, RED, "#1e8449", "#7d3c98") * 9, strict=False
    ):
        known = np.isfinite(peaks)
        span = np.geomspace(max(peaks[known].min(), 0.5), peaks[known].max(), 60)
        every = np.full(len(span), hours)
        chance = model.model.probability(span, every)
        axes.semilogx(span, chance, color=colour, label=f"{hours:g} {words['hours']}")
        axes.fill_between(span, *model.limits(span, every), color=colour, alpha=0.12)
        order = np.array_split(np.argsort(peaks[known]), 10)
        for part in order:
            x, y = np.median(peaks[known][part]), storms.hit[known][part].mean()
            axes.plot(max(x, 0.5), y, "o", color=colour, markersize=4)
    axes.set(xlabel=words["intensity"], ylabel=words["chance"], ylim=(-0.02, 1.02))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_title(words["of chances"])
    axes.legend(loc="upper left")

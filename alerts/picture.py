"""A warning drawn: the readings of its evidence, flags, window, limit, level and forecast.

Needs matplotlib, which comes with ``pip install 'geohazard[plot]'``. Chinese labels need a Chinese
font on the machine; `has_chinese_font` tells.
"""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alerts.case import HOUR_MS, Case, Series
from alerts.phrases import level_en, level_zh
from alerts.picture_series import (
    COLOURS,
    DAY_MS,
    WORDS,
    china_time,
    draw_series,
    family_of,
    is_carried,
    window_ms,
)
from alerts.words import clean_text, local_time
from domain.errors import GeohazardError
from domain.fonts import CHINESE_FONTS
from domain.levels import Flag
from domain.warnings import Forecast, Reason

MOST_PANELS = 4
FORECAST_AHEAD_H = 72.0


def draw_case(case: Case, path: Path, language: str = "en") -> None:
    """Draw a warning into a file; its ending decides the format.

    Where the record has no readings of that time, what the warning itself carries is drawn: the
    reading that completed each piece of evidence, its window, its speed and its limit.

    Parameters
    ----------
    language
        ``en`` or ``zh``.

    Raises
    ------
    GeohazardError
        If matplotlib is missing, neither record nor warning has a reading, or the file cannot be
        written.
    """
    shown = _panels(case)
    if not shown:
        msg = "there are no readings of this warning to draw; name the record that holds them"
        raise GeohazardError(msg)
    matplotlib = _import("matplotlib")
    chinese = [name for name in CHINESE_FONTS if _has_font(name)]
    fonts = [*chinese, "DejaVu Sans"] if language == "zh" else ["DejaVu Sans", *chinese]
    settings: dict[str, object] = {"font.family": fonts, "font.size": 9}
    settings["axes.unicode_minus"] = False
    with matplotlib.rc_context(settings):
        _draw(case, shown, path, language)


def has_chinese_font() -> bool:
    """Whether Chinese labels can be drawn here."""
    return any(_has_font(name) for name in CHINESE_FONTS)


def _draw(case: Case, shown: Sequence[tuple[Reason, Series]], path: Path, language: str) -> None:
    heights = [2.2] * len(shown) + [0.8]
    size = (9.5, 1.0 + sum(heights))
    figure = _import("matplotlib.figure").Figure(figsize=size, layout="constrained")
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    for axis, (reason, series) in zip(axes[:-1], shown, strict=True):
        draw_series(axis, reason, series, language)
    _draw_levels(axes[-1], case, language)
    start, end = _limits(case, shown)
    for axis in axes:
        axis.axvline(
            china_time(case.event.event_ms),
            color=COLOURS[case.event.level],
            lw=1.2,
            label=WORDS[language]["warning"] if axis is axes[-1] else None,
        )
        if case.event.forecast is not None:
            _draw_forecast(axis, case.event.forecast, end, language if axis is axes[-1] else None)
        axis.set_xlim(china_time(start), china_time(end))
    axes[-1].legend(ncol=3, loc="upper left", fontsize=8, framealpha=0.85, edgecolor="none")
    _date(axes[-1])
    axes[-1].set_xlabel(WORDS[language]["time"])
    figure.suptitle(_title(case, language), fontsize=11)
    try:
        figure.savefig(path, dpi=130)
    except (OSError, ValueError) as error:
        msg = f"cannot write the picture {path}: {error}"
        raise GeohazardError(msg) from error


def _panels(case: Case) -> list[tuple[Reason, Series]]:
    found: list[tuple[Reason, Series]] = []
    for reason in case.event.reasons:
        series = case.series_of(reason)
        if series is not None and len(series.time_ms) and len(found) < MOST_PANELS:
            found.append((reason, series))
    if not found and case.series:
        moving = [s for s in case.series if s.time_ms and family_of(s) in ("displacement", "tilt")]
        rest = [s for s in case.series if s.time_ms]
        found = [(_no_reason(s), s) for s in (moving or rest)[:2]]
    return found or list(case.carried()[:MOST_PANELS])


def _no_reason(series: Series) -> Reason:
    """Stand in for evidence where a warning has none (silence)."""
    return Reason(
        channel=series.channel,
        device_id=series.device_id,
        detector="",
        level=0,
        time_ms=-1,
        value=0.0,
        features={},
        thresholds={},
        rule="",
        rule_version="",
        flag=Flag.UNKNOWN,
    )


def _draw_levels(axis: Any, case: Case, language: str) -> None:
    changes = {event.id: event for event in (*case.warnings, case.event)}
    steps = sorted(changes.values(), key=lambda event: (event.event_ms, event.sequence))
    steps = [e for e in steps if e.level != e.previous_level] or [case.event]
    times = [china_time(steps[0].event_ms - 365 * DAY_MS), *(china_time(e.event_ms) for e in steps)]
    levels = [steps[0].previous_level, *(e.level for e in steps)]
    ends = [*times[1:], china_time(steps[-1].event_ms + 365 * DAY_MS)]
    for start, end, level in zip(times, ends, levels, strict=True):
        axis.fill_between([start, end], 0, level, color=COLOURS[level], lw=0, step="post")
    axis.set_ylim(0, 4.4)
    axis.set_yticks(range(5))
    axis.set_ylabel(WORDS[language]["level"])
    axis.grid(alpha=0.25, axis="y")


def _date(axis: Any) -> None:
    """Write hours as hours: 05-19 06:00."""
    dates = _import("matplotlib.dates")
    locator = dates.AutoDateLocator(maxticks=9)
    formatter = dates.AutoDateFormatter(locator, defaultfmt="%Y-%m")
    formatter.scaled |= {1.0: "%m-%d", 1.0 / 24.0: "%m-%d %H:%M", 1.0 / 1440.0: "%m-%d %H:%M"}
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(formatter)


def _draw_forecast(axis: Any, forecast: Forecast, end_ms: int, language: str | None) -> None:
    """Draw window and time of a forecast; a language asks for labels."""
    words = WORDS[language] if language else {}
    start, end = china_time(forecast.earliest_ms), china_time(min(forecast.latest_ms, end_ms))
    if end > start:
        label = words.get("forecast")
        axis.axvspan(start, end, color=COLOURS[4], alpha=0.15, lw=0, label=label)
    if forecast.failure_ms <= end_ms:
        at = china_time(forecast.failure_ms)
        axis.axvline(at, color=COLOURS[4], ls=":", lw=1.2, label=words.get("failure"))


def _limits(case: Case, shown: Sequence[tuple[Reason, Series]]) -> tuple[int, int]:
    start = min(s.time_ms[0] for _, s in shown)
    start = min([start, *(r.time_ms - window_ms(r) for r, s in shown if is_carried(s))])
    end = max(case.event.event_ms, *(series.time_ms[-1] for _, series in shown))
    forecast = case.event.forecast
    if forecast is not None:
        reach = case.event.event_ms + round(FORECAST_AHEAD_H * HOUR_MS)
        end = max(end, min(forecast.latest_ms, reach))
    return start, end + max((end - start) // 50, 60_000)


def _title(case: Case, language: str) -> str:
    event = case.event
    level = level_zh(event.level) if language == "zh" else level_en(event.level)
    name = clean_text(case.point.name) if case.point else ""
    name = name if name.isascii() or has_chinese_font() else ""
    # A dollar sign would begin mathematics in matplotlib.
    at = local_time(event.event_ms)[:16]
    title = f"{name} {clean_text(event.point_id)}: {level}, {at}  ({event.id})"
    return title.strip().replace("$", r"\$")


def _has_font(name: str) -> bool:
    fonts = _import("matplotlib.font_manager").fontManager
    return any(entry.name == name for entry in fonts.ttflist)


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        msg = "pictures need matplotlib: pip install 'geohazard[plot]'"
        raise GeohazardError(msg) from error

"""One panel of a warning's picture: the readings of a piece of evidence and its limits."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from alerts.case import HOUR_MS, Series
from alerts.quantities import unit_zh
from alerts.words import clean_text, number
from domain.channels import CHANNELS
from domain.levels import Flag, Level
from domain.warnings import Reason

DAY_MS = 86_400_000
_CHINA_MS = 8 * HOUR_MS
COLOURS = ("#9aa3ab", "#2f6fb7", "#e3b505", "#e8772e", "#c62828")
WORDS = {
    "en": {
        "time": "time, UTC+8",
        "flagged": "suspect or failed",
        "evidence": "completed the evidence",
        "velocity": "measured",
        "limit": "limit",
        "window": "window",
        "forecast": "forecast window",
        "level": "level",
        "warning": "this warning",
        "failure": "forecast time of failure",
        "angle": "tangential angle",
        "carried": "from the warning itself: no other readings at hand",
    },
    "zh": {
        "time": "北京时间",
        "flagged": "可疑或不合格",
        "evidence": "触发读数",
        "velocity": "实测",
        "limit": "阈值",
        "window": "时间窗",
        "forecast": "预测破坏时间窗",
        "level": "预警级别",
        "warning": "本次预警",
        "failure": "预测破坏时间",
        "angle": "切线角",
        "carried": "仅绘预警自带读数，其余读数未保存",
    },
}


def draw_series(axis: Any, reason: Reason, series: Series, language: str) -> None:
    """Draw readings, flags, and what the evidence says; ``time_ms`` below 0 means none."""
    words = WORDS[language]
    time, value = china_times(series.time_ms), np.asarray(series.value)
    bad = np.isin(series.flag, (Flag.SUSPECT, Flag.FAIL))
    if family_of(series) == "rain":
        axis.bar(time[~bad], value[~bad], width=_bar_days(series), color="#2471a3")
    else:
        axis.plot(time[~bad], value[~bad], ".-", color="#333333", lw=0.8, ms=3)
    if bad.any():
        axis.plot(time[bad], value[bad], "x", color="#8e44ad", ms=6, label=words["flagged"])
    low, high = axis.get_ylim()
    if reason.time_ms >= 0:
        colour = COLOURS[reason.level]
        axis.plot(
            china_time(reason.time_ms), reason.value, "o", ms=7, mfc="none", mec=colour, mew=2
        )
        _draw_limits(axis, reason, language)
    if is_carried(series):
        axis.set_title(words["carried"], fontsize=8, loc="left", color="#555555")
    else:
        axis.set_ylim(low, high)
    axis.set_ylabel(_label(series, language))
    axis.set_title(clean_text(reason.rule), fontsize=8, loc="right", color="#555555")
    axis.grid(alpha=0.25)
    if axis.get_legend_handles_labels()[1]:
        axis.legend(loc="best", fontsize=8, frameon=False)


def _draw_limits(axis: Any, reason: Reason, language: str) -> None:
    """Show the window, the measured speed and the limit of the level that it supports."""
    words = WORDS[language]
    hours = window_ms(reason) / HOUR_MS
    if hours > 0:
        start = china_time(reason.time_ms - round(hours * HOUR_MS))
        label = f"{words['window']} {number(hours)} h"
        axis.axvspan(
            start, china_time(reason.time_ms), color="#5d6d7e", alpha=0.12, lw=0, label=label
        )
    speed = _first(reason.features, ("velocity", "tilt"), "_per_day")
    colour = Level(reason.level).colour
    limit = _first(reason.thresholds, ("velocity", "tilt"), "_per_day", colour)
    sign = -1.0 if _first(reason.features, ("displacement",), "") < 0 or speed < 0 else 1.0
    for rate, style, name in ((abs(speed), "-", "velocity"), (limit, "--", "limit")):
        if rate > 0 and np.isfinite(rate):
            days = max(hours / 24.0, 0.05)
            times = [china_time(reason.time_ms - round(days * DAY_MS)), china_time(reason.time_ms)]
            values = [reason.value - sign * rate * days, reason.value]
            unit = f"{_unit(reason.channel)}/day"
            shown = unit_zh(unit) if language == "zh" else unit
            label = f"{words[name]} {number(rate)} {shown}"
            axis.plot(times, values, style, color=COLOURS[reason.level], lw=1.6, label=label)
    angle = _first(reason.features, ("tangential",), "_deg")
    least = _first(reason.thresholds, ("angle",), "_deg", colour)
    if angle >= least > 0:
        label = f"{words['angle']} {number(angle)}°, {words['limit']} {number(least)}°"
        axis.plot([], [], " ", label=label)
    quiet = _first(reason.features, ("quiet",), "_m")
    surge = _first(reason.thresholds, ("surge",), "_m", colour)
    if surge > 0 and np.isfinite(quiet):
        axis.axhline(quiet + surge, color=COLOURS[reason.level], ls="--", lw=1.2)


def is_carried(series: Series) -> bool:
    """Whether only one reading is shown: the one that the warning itself carries."""
    return len(series.time_ms) == 1


def window_ms(reason: Reason) -> int:
    """Return the length of the evidence's window; 0 if it names none."""
    hours = (v for k, v in reason.features.items() if k in ("window_h", "window_hours"))
    return round(next(hours, 0.0) * HOUR_MS)


def _first(values: dict[str, float], heads: tuple[str, ...], tail: str, word: str = "") -> float:
    for name, value in values.items():
        if {"low", "constant", "before", "floor"}.intersection(name.split("_")):
            continue
        if name.startswith(heads) and name.endswith(tail) and (not word or f"_{word}_" in name):
            return value
    return 0.0


def _label(series: Series, language: str) -> str:
    channel = CHANNELS.get(series.channel)
    if channel is None:
        return clean_text(series.channel)
    name = channel.title_zh if language == "zh" else channel.name
    return f"{name}, {channel.unit}"


def family_of(series: Series) -> str:
    """Return the family of a series' channel."""
    channel = CHANNELS.get(series.channel)
    return channel.family if channel else "other"


def _unit(channel: str) -> str:
    found = CHANNELS.get(channel)
    return found.unit if found else ""


def _bar_days(series: Series) -> float:
    times = np.asarray(series.time_ms)
    return float(np.median(np.diff(times))) / DAY_MS if len(times) > 1 else 0.01


def china_time(ms: int) -> np.datetime64:
    """Turn a time into China's, as matplotlib shows it."""
    return np.datetime64(ms + _CHINA_MS, "ms")


def china_times(times_ms: Sequence[int]) -> Any:
    """Turn times into China's."""
    return (np.asarray(times_ms, np.int64) + _CHINA_MS).astype("datetime64[ms]")

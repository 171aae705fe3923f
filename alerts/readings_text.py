"""The readings that led to a warning, as lines of text in English or Chinese."""

from collections.abc import Sequence

from alerts import phrases
from alerts.case import Case, Series
from alerts.words import clean_text, local_time, number
from domain.channels import CHANNELS
from domain.levels import Flag
from domain.quality import Test
from domain.warnings import Reason

SHOWN = 8
"""Readings listed for each piece of evidence: the last ones up to the one that completed it."""


def readings_text(case: Case, language: str) -> str:
    """List the last readings of each instrument that gave evidence, with their quality.

    Parameters
    ----------
    language
        ``en`` or ``zh``.

    Examples
    --------
    >>> from domain.warnings import Reason, WarningKind, make_warning
    >>> reason = Reason(channel="crack", device_id="d1", detector="motion", level=2,
    ...     time_ms=1_780_000_600_000, value=2.5, features={}, thresholds={}, rule="r",
    ...     rule_version="1", flag=1)
    >>> event = make_warning(point_id="500235010007", kind=WarningKind.RAISED, level=2,
    ...     previous_level=0, event_ms=1_780_000_600_000, sequence=1, reasons=(reason,))
    >>> times = [1_780_000_000_000, 1_780_000_600_000]
    >>> series = Series("crack", "d1", times, [1.0, 2.5], [1, 3], [0, 4])
    >>> print(readings_text(Case(event, None, (series,)), "en"))
    Readings of crack, device d1 (mm, time UTC+8); 1 of 2 in view were suspect or failed:
      2026-05-29 04:26:40         1  good
      2026-05-29 04:36:40       2.5  suspect (spike)  <- completed the evidence
    """
    parts, gone = [], []
    for reason in case.event.reasons:
        series = case.series_of(reason)
        if series is None or not len(series.time_ms):
            gone.append(reason)
            continue
        head = _head_zh(series) if language == "zh" else _head_en(series)
        parts.append("\n".join([head, *_lines(series, reason.time_ms, language)]))
    return "\n".join([*parts, *([_gone(gone, language)] if gone else [])])


def _gone(reasons: Sequence[Reason], language: str) -> str:
    """Say of which instruments there are no readings: what is told of them is the warning's own."""
    if language == "zh":
        names = [f"{channel_zh(r.channel)}（设备{clean_text(r.device_id)}）" for r in reasons]
        tail = "以上结论以预警自带的读数与特征值为据（记录已超保存期，或仅有预警文件）。"
        return f"无该时段读数：{'、'.join(dict.fromkeys(names))}。{tail}"
    names = [f"{clean_text(r.channel)} of device {clean_text(r.device_id)}" for r in reasons]
    return (
        f"No readings of that time are at hand: {', '.join(dict.fromkeys(names))}. What is said "
        "above is what the warning itself carries (the record has dropped them, or there is none)."
    )


def _head_en(series: Series) -> str:
    bad, total = _bad(series), len(series.flag)
    return (
        f"Readings of {clean_text(series.channel)}, device {clean_text(series.device_id)} "
        f"({_unit(series)}, time UTC+8); {bad} of {total} in view were suspect or failed:"
    )


def _head_zh(series: Series) -> str:
    bad, total = _bad(series), len(series.flag)
    return (
        f"{channel_zh(series.channel)}读数（设备{clean_text(series.device_id)}，单位{_unit(series)}，北京时间）；"
        f"图示{total}个读数中{bad}个可疑或不合格："
    )


def channel_zh(name: str) -> str:
    """Return a channel's Chinese title; an unknown one has its name."""
    channel = CHANNELS.get(name)
    return channel.title_zh if channel else clean_text(name)


def _lines(series: Series, until_ms: int, language: str) -> list[str]:
    rows = [i for i, at in enumerate(series.time_ms) if at <= until_ms][-SHOWN:]
    mark = "  <- 触发读数" if language == "zh" else "  <- completed the evidence"
    return [
        f"  {local_time(series.time_ms[i])}  {number(series.value[i]):>8}  "
        + _quality(series, i, language)
        + (mark if series.time_ms[i] == until_ms else "")
        for i in rows
    ]


def _quality(series: Series, row: int, language: str) -> str:
    """Name a reading's flag, and the tests that spoke of it."""
    tests = Test(series.tests[row]) if series.tests else Test(0)
    if language == "zh":
        return phrases.flag_zh(series.flag[row]) + (f"（{tests.zh}）" if tests else "")
    return phrases.flag_en(series.flag[row]) + (f" ({tests.en})" if tests else "")


def _bad(series: Series) -> int:
    return sum(flag in (Flag.SUSPECT, Flag.FAIL) for flag in series.flag)


def _unit(series: Series) -> str:
    channel = CHANNELS.get(series.channel)
    return channel.unit if channel else "?"

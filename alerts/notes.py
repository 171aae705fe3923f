"""What a reader would ask next: why not a higher level, why lower, how long silent."""

from alerts import phrases
from alerts.words import clean_text, local_minute, number
from domain.points import Point
from domain.warnings import WarningEvent, WarningKind

_HOUR_MS = 3_600_000.0
_RISE = (WarningKind.RAISED, WarningKind.UPGRADED)
_FALL = (WarningKind.DOWNGRADED, WarningKind.CLEARED)


def note_of_level_en(event: WarningEvent) -> str:
    """Say in English why the level is what it is, where the evidence alone would leave a question.

    Examples
    --------
    >>> from domain.warnings import make_warning
    >>> print(note_of_level_en(make_warning(point_id="500235010007", kind=WarningKind.CLEARED,
    ...     level=0, previous_level=1, event_ms=0, sequence=2)))
    Lowered, because for its holding time no evidence that counts supported the higher level; what \
is suspect, or what another instrument denies, does not count.
    """
    if event.kind in _FALL:
        return (
            "Lowered, because for its holding time no evidence that counts supported the higher "
            "level; what is suspect, or what another instrument denies, does not count."
        )
    if held := _held(event):
        return (
            f"The figures below reach {phrases.level_en(held)} by themselves; the rules hold the "
            f"point at {phrases.level_en(event.level)}, for too little beside them bears that out."
        )
    if (hours := _silent_h(event)) is not None:
        last = local_minute(event.reasons[0].time_ms)
        return f"Last reading {last} (UTC+8), {number(hours)} h before."
    return ""


def note_of_level_zh(event: WarningEvent) -> str:
    """Say the same in Chinese."""
    if event.kind in _FALL:
        return (
            "降级原因：保持时间内没有有效依据支持原级别"
            "（可疑数据及被其他仪器否定的数据不作为依据）。"
        )
    if held := _held(event):
        return (
            f"下列数据本身已达{phrases.level_zh(held)}，但其他仪器印证不足，"
            f"按规则定为{phrases.level_zh(event.level)}。"
        )
    if (hours := _silent_h(event)) is not None:
        last = local_minute(event.reasons[0].time_ms)
        return f"最后一次读数：{last}（北京时间），距今{number(hours)}小时。"
    return ""


def why_en(event: WarningEvent) -> str:
    """Head of the evidence."""
    return "What still supports it:" if event.kind in _FALL else "Why:"


def why_zh(event: WarningEvent) -> str:
    """Head of the evidence, in Chinese."""
    return "仍支持当前级别的依据：" if event.kind in _FALL else "依据："


def own_limits_en(event: WarningEvent, point: Point | None) -> str:
    """Name the limits in the evidence that are the point's own, not the rule table's."""
    found = ", ".join(f"{name} {number(value)}" for name, value in _own(event, point))
    return f"Limits of this point's own (registry): {found}." if found else ""


def own_limits_zh(event: WarningEvent, point: Point | None) -> str:
    """Name them in Chinese."""
    found = "，".join(f"{name} {number(value)}" for name, value in _own(event, point))
    return f"本测点专用阈值（登记表）：{found}。" if found else ""


def _own(event: WarningEvent, point: Point | None) -> list[tuple[str, float]]:
    """Own thresholds that the evidence was held against; none that has changed since."""
    own = point.thresholds if point else {}
    used = {pair for reason in event.reasons for pair in reason.thresholds.items()}
    return [(clean_text(name), value) for name, value in own.items() if (name, value) in used]


def _held(event: WarningEvent) -> int:
    """Level that a piece of evidence reaches above the point's own; 0 if none does."""
    most = max((reason.level for reason in event.reasons), default=0)
    return most if event.kind in _RISE and most > event.level else 0


def _silent_h(event: WarningEvent) -> float | None:
    if event.kind is not WarningKind.SILENT or not event.reasons:
        return None
    hours = round((event.event_ms - event.reasons[0].time_ms) / _HOUR_MS, 1)
    return hours if hours > 0.0 else None

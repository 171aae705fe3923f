"""One piece of evidence in words: the reading, what was computed, and the limits that mattered."""

from alerts import direction_words, phrases
from alerts.direction_words import direction_en, direction_zh
from alerts.motion_words import TOLD, motion_en, motion_zh
from alerts.quantities import Quantity, quantity, unit_zh
from alerts.silence_words import SILENCE, silence_en, silence_zh
from alerts.words import clean_text, local_time, number
from domain.channels import CHANNELS
from domain.levels import Level
from domain.methods import method_zh
from domain.warnings import Reason

_COLOURS = frozenset(level.colour for level in Level if level)


def evidence_en(reason: Reason) -> str:
    """Write one piece of evidence in English.

    Examples
    --------
    >>> print(evidence_en(Reason(channel="crack", device_id="d1", detector="motion", level=3,
    ...     time_ms=1_780_000_000_000, value=132.5, features={"velocity_mm_per_day": 72.0},
    ...     thresholds={"velocity_orange_mm_per_day": 60.0, "velocity_red_mm_per_day": 432.0},
    ...     rule="motion.orange", rule_version="1", flag=1)))
    crack of device d1: reading 132.5 mm at 2026-05-29 04:26:40, quality good; velocity 72 mm/day; \
limits: orange from velocity 60 mm/day. Detector motion, rule motion.orange 1: alone supports \
orange (level 3 of 4).
    """
    if reason.detector == SILENCE:
        return silence_en(reason)
    unit, _ = _channel(reason.channel)
    figures = figures_en(reason)
    return (
        f"{clean_text(reason.channel)} of device {clean_text(reason.device_id)}: reading "
        f"{f'{number(reason.value)} {unit}'.strip()} at {local_time(reason.time_ms)}, quality "
        f"{phrases.flag_en(reason.flag)}"
        + (f"; {figures}" if figures else "")
        + f". Detector {clean_text(reason.detector)}, rule {clean_text(reason.rule)} "
        f"{clean_text(reason.rule_version)}: alone supports {phrases.level_en(reason.level)}."
    )


def evidence_zh(reason: Reason) -> str:
    """Write one piece of evidence in Chinese."""
    if reason.detector == SILENCE:
        return silence_zh(reason)
    unit, title = _channel(reason.channel)
    figures = figures_zh(reason)
    return (
        f"{title}（设备{clean_text(reason.device_id)}）{local_time(reason.time_ms)}读数 "
        f"{f'{number(reason.value)} {unit_zh(unit)}'.strip()}，质量{phrases.flag_zh(reason.flag)}"
        + (f"；{figures}" if figures else "")
        + f"。方法：{method_zh(clean_text(reason.detector))}，规则{clean_text(reason.rule)} "
        f"{clean_text(reason.rule_version)}，单独支持{phrases.level_zh(reason.level)}。"
    )


def figures_en(reason: Reason) -> str:
    """Write in English what was computed, how it moves, and the limits of the level."""
    found = [f"{q.name_en} {q.with_unit(v)}" for q, v in _features(reason)]
    colour = Level(reason.level).colour
    limits = ", ".join(
        f"{f'{colour} from ' if coloured else ''}{q.name_en} {q.with_unit(v)}"
        for q, v, coloured in _limits(reason)
    )
    parts = [*found, motion_en(reason), direction_en(reason), limits and f"limits: {limits}"]
    return "; ".join(part for part in parts if part)


def figures_zh(reason: Reason) -> str:
    """Write the same in Chinese."""
    found = [f"{q.name_zh} {q.with_unit_zh(v)}" for q, v in _features(reason)]
    colour = Level(reason.level).colour_zh
    limits = "，".join(
        f"{colour if coloured else ''}{q.name_zh} {q.with_unit_zh(v)}"
        for q, v, coloured in _limits(reason)
    )
    parts = [*found, motion_zh(reason), direction_zh(reason), limits and f"阈值：{limits}"]
    return "；".join(part for part in parts if part)


def _channel(name: str) -> tuple[str, str]:
    """Find unit and Chinese title of a channel; an unknown one has its name and no unit."""
    channel = CHANNELS.get(name)
    if channel is None:
        return "", clean_text(name)
    return ("" if channel.unit == "1" else channel.unit), channel.title_zh


def _features(reason: Reason) -> list[tuple[Quantity, float]]:
    told = direction_words.TOLD if direction_en(reason) else ()
    return [
        (quantity(key), value)
        for key, value in reason.features.items()
        if not TOLD.match(key) and key not in told
    ]


def _limits(reason: Reason) -> list[tuple[Quantity, float, bool]]:
    """Limits in force; of those with a colour in their name only the level's own."""
    own = Level(reason.level).colour
    found = []
    for key, value in reason.thresholds.items():
        colours = _COLOURS.intersection(key.split("_"))
        if colours and own not in colours:
            continue
        words = [word for word in key.split("_") if word not in colours]
        found.append((quantity("_".join(words)), value, bool(colours)))
    return found

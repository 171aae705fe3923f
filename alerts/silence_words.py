"""A silence in words: the last reading, and how many others around are silent too."""

from alerts.words import clean_text, local_time, number
from domain.channels import CHANNELS
from domain.warnings import Reason

SILENCE = "silence"
"""Name of the detector of silence in a reason."""


def silence_en(reason: Reason) -> str:
    """Write the evidence of a silence in English.

    Examples
    --------
    >>> print(silence_en(Reason(channel="crack", device_id="d1", detector="silence", level=4,
    ...     time_ms=1_780_000_000_000, value=268.1, features={"neighbours": 16.0,
    ...     "neighbours_silent": 3.0}, thresholds={"silence_intervals": 3.5},
    ...     rule="silence.destroyed", rule_version="1", flag=9)))
    last reading of crack, device d1: 268.1 mm at 2026-05-29 04:26:40, nothing since for more than \
3.5 intervals; 3 of 16 neighbours are silent too. Rule silence.destroyed 1.
    """
    last, around = _last(reason), _around(reason)
    limit = _limit(reason, " for more than {} intervals")
    return (
        f"last reading of {clean_text(reason.channel)}, device {clean_text(reason.device_id)}: "
        f"{last} at {local_time(reason.time_ms)}, nothing since{limit}"
        + "".join(
            f"; {silent} of {known} {'points of the district' if district else 'neighbours'} "
            "are silent too"
            for district, silent, known in around
        )
        + f". Rule {clean_text(reason.rule)} {clean_text(reason.rule_version)}."
    )


def silence_zh(reason: Reason) -> str:
    """Write the same in Chinese."""
    channel = CHANNELS.get(reason.channel)
    title = channel.title_zh if channel else clean_text(reason.channel)
    return (
        f"{title}（设备{clean_text(reason.device_id)}）最后读数 {_last(reason)}，"
        f"{local_time(reason.time_ms)}，此后无数据{_limit(reason, '，超过{}个采样间隔')}"
        + "".join(
            f"；{'同区县' if district else '周边'}测点中{silent}/{known}个同样静默"
            for district, silent, known in _around(reason)
        )
        + f"。规则{clean_text(reason.rule)} {clean_text(reason.rule_version)}。"
    )


def _last(reason: Reason) -> str:
    channel = CHANNELS.get(reason.channel)
    unit = channel.unit if channel and channel.unit != "1" else ""
    return f"{number(reason.value)} {unit}".strip()


def _limit(reason: Reason, phrase: str) -> str:
    intervals = reason.thresholds.get("silence_intervals")
    return phrase.format(number(intervals)) if intervals is not None else ""


def _around(reason: Reason) -> list[tuple[bool, str, str]]:
    """Whether of the district, how many are silent, and of how many."""
    pairs = ((False, "neighbours"), (True, "district_points"))
    return [
        (district, number(reason.features[f"{name}_silent"]), number(reason.features[name]))
        for district, name in pairs
        if reason.features.get(name, 0.0) > 0.0 and f"{name}_silent" in reason.features
    ]

"""A warning in words, English and Chinese, from what led to it and nothing else."""

from dataclasses import dataclass

from alerts import phrases
from alerts.evidence import evidence_en, evidence_zh
from alerts.forecast_words import outlook_en, outlook_zh
from alerts.notes import (
    note_of_level_en,
    note_of_level_zh,
    own_limits_en,
    own_limits_zh,
    why_en,
    why_zh,
)
from alerts.place import Place, place_of
from alerts.surroundings_words import surroundings_en, surroundings_zh
from alerts.words import clean_text, local_time
from domain.levels import Level
from domain.points import Point
from domain.warnings import Acknowledgement, WarningEvent, WarningKind

MAX_REASONS = 20
"""A text names at most this many pieces of evidence; the data always hold all."""


@dataclass(frozen=True)
class Words:
    """One language's words.

    Attributes
    ----------
    headline
        One line; short enough for a message on a phone.
    text
        Several lines: what, where, when, why, forecast, versions.
    advice
        What to do.
    """

    headline: str
    text: str
    advice: str


@dataclass(frozen=True)
class Explanation:
    """A warning in words."""

    place: Place
    en: Words
    zh: Words


def explain(event: WarningEvent, point: Point | None, status: str = "Exercise") -> Explanation:
    """Put a warning in words.

    Parameters
    ----------
    point
        ``None`` if the registry does not know it; its id still tells district and kind.
    status
        CAP status; everything but ``Actual`` is said in the first line.

    Examples
    --------
    >>> from domain.warnings import make_warning
    >>> event = make_warning(point_id="500235010007", kind=WarningKind.RAISED, level=3,
    ...                      previous_level=0, event_ms=1_780_000_000_000, sequence=1)
    >>> words = explain(event, None)
    >>> words.en.headline
    'EXERCISE Orange warning raised: landslide 500235010007, Yunyang'
    >>> words.zh.headline
    '【演练】发布预警·橙色（警戒）：云阳县滑坡500235010007'
    """
    place = place_of(event.point_id, point)
    return Explanation(
        place,
        Words(
            _headline_en(event, place, status),
            _text_en(event, place, status, own_limits_en(event, point)),
            advice_en(event),
        ),
        Words(
            _headline_zh(event, place, status),
            _text_zh(event, place, status, own_limits_zh(event, point)),
            advice_zh(event),
        ),
    )


def advice_en(event: WarningEvent) -> str:
    """Say what to do, in English."""
    advice = phrases.ADVICE_EN[Level(event.level)]
    return f"{phrases.SILENT_EN} {advice}" if event.kind is WarningKind.SILENT else advice


def advice_zh(event: WarningEvent) -> str:
    """Say what to do, in Chinese."""
    advice = phrases.ADVICE_ZH[Level(event.level)]
    return phrases.SILENT_ZH + advice if event.kind is WarningKind.SILENT else advice


def _headline_en(event: WarningEvent, place: Place, status: str) -> str:
    mark = "" if status == "Actual" else f"{status.upper()} "
    level = Level(event.level or event.previous_level)
    what = phrases.what_en(event)
    if level:
        what = f"{level.colour} {what}" if what.startswith("warning") else f"{what}, {level.colour}"
    if event.kind in (WarningKind.UPGRADED, WarningKind.DOWNGRADED):
        what = f"{phrases.KIND_EN[event.kind]}: now {level.colour}"
    where = f"{place.hazard_en} {place.name or place.point_id}, {place.district_en}"
    return f"{mark}{what[0].upper()}{what[1:]}: {where}"


def _headline_zh(event: WarningEvent, place: Place, status: str) -> str:
    marks = {"Actual": "", "Exercise": "【演练】", "Test": "【测试】", "Draft": "【草稿】"}
    level = event.level or event.previous_level
    what = phrases.what_zh(event) + (f"·{phrases.level_zh(level)}" if level else "")
    where = f"{_kind_zh(place)}{place.name or place.point_id}"
    return f"{marks.get(status, '【系统】')}{what}：{where}"


def _text_en(event: WarningEvent, place: Place, status: str, own: str) -> str:
    at = local_time(event.event_ms)
    lines = [
        phrases.note_en(status),
        f"{place.hazard_en.capitalize()} {place.name} ({place.point_id}), {place.district_en}, "
        f"{at} (UTC+8): {phrases.what_en(event)}.".replace("  ", " "),
        _change_en(event),
        f"People at risk: {place.people_threatened}." if place.people_threatened else "",
        _seen_en(event.acknowledgement) if event.acknowledgement else "",
    ]
    lines += [note_of_level_en(event), outlook_en(event), surroundings_en(event.surroundings)]
    lines += [why_en(event)] if event.reasons else []
    lines += [f"- {evidence_en(reason)}" for reason in event.reasons[:MAX_REASONS]]
    lines += [_more(event, "... and {} more in the data."), own]
    lines.append(f"Rules {clean_text(event.rules_version)}." if event.rules_version else "")
    return "\n".join(line for line in lines if line)


def _text_zh(event: WarningEvent, place: Place, status: str, own: str) -> str:
    at = local_time(event.event_ms)
    lines = [
        phrases.note_zh(status),
        f"{_kind_zh(place)}{place.name}（{place.point_id}）"
        f"于{at}（北京时间）：{phrases.what_zh(event)}。",
        _change_zh(event),
        f"受威胁人数：{place.people_threatened}人。" if place.people_threatened else "",
        _seen_zh(event.acknowledgement) if event.acknowledgement else "",
    ]
    lines += [note_of_level_zh(event), outlook_zh(event), surroundings_zh(event.surroundings)]
    lines += [why_zh(event)] if event.reasons else []
    lines += [f"- {evidence_zh(reason)}" for reason in event.reasons[:MAX_REASONS]]
    lines += [_more(event, "……另有{}条见数据。"), own]
    lines.append(f"规则版本 {clean_text(event.rules_version)}。" if event.rules_version else "")
    return "\n".join(line for line in lines if line)


def _kind_zh(place: Place) -> str:
    """District and kind of hazard; the kind only if the name does not end in it."""
    known = place.name.endswith(place.hazard_zh)
    return place.district_zh + ("" if known else place.hazard_zh)


def _more(event: WarningEvent, phrase: str) -> str:
    rest = len(event.reasons) - MAX_REASONS
    return phrase.format(rest) if rest > 0 else ""


def _change_en(event: WarningEvent) -> str:
    if event.level == event.previous_level:
        return f"Level stays {phrases.level_en(event.level)}."
    before, after = phrases.level_en(event.previous_level), phrases.level_en(event.level)
    return f"Level: from {before} to {after}."


def _change_zh(event: WarningEvent) -> str:
    if event.level == event.previous_level:
        return f"级别保持：{phrases.level_zh(event.level)}。"
    before, after = phrases.level_zh(event.previous_level), phrases.level_zh(event.level)
    return f"级别：由{before}变为{after}。"


def _seen_en(seen: Acknowledgement) -> str:
    note = f": {clean_text(seen.note)}" if seen.note else "."
    return f"Seen by {clean_text(seen.by)} (warning {clean_text(seen.about)}){note}"


def _seen_zh(seen: Acknowledgement) -> str:
    note = f"：{clean_text(seen.note)}" if seen.note else "。"
    return f"确认人：{clean_text(seen.by)}（预警{clean_text(seen.about)}）{note}"

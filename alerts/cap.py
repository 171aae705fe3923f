"""CAP 1.2 documents (OASIS Common Alerting Protocol), a message for each event of a point.

What a message is to the ones before it:

* the first of an episode is an ``Alert``; so is one whose earlier messages are not known;
* a change, silence, return or acknowledgement within an episode is an ``Update`` that refers to
  all earlier messages of the episode (`alerts.episode.MAX_EARLIER` at most);
* the end (level 0 and reporting) is a ``Cancel`` that refers to them.

A warning has no ``expires``: it stands until it is updated or cancelled, since a document that ran
out while a station is silent would look like an all-clear. ``sent`` is the event time, so that the
same event gives the same bytes. An ended warning asks to ``Assess``, not ``AllClear``: that word
belongs to the officer in charge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from xml.etree import ElementTree as ET

from alerts.episode import Earlier, ends_episode
from alerts.explain import Explanation, Words
from alerts.words import clean_text, offset_time
from domain.levels import Level
from domain.warnings import WarningEvent, WarningKind

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"

RADIUS_KM = 0.5
"""Radius of the circle around a point: it marks the place, it is no forecast of the reach."""

SENDER_NAME = {"en": "geohazard monitoring", "zh": "地质灾害监测预警系统"}


@dataclass(frozen=True)
class Gravity:
    """How CAP grades a level: response, urgency, severity, certainty."""

    response: str
    urgency: str
    severity: str
    certainty: str


_BY_LEVEL = {
    Level.BLUE: Gravity("Monitor", "Future", "Minor", "Possible"),
    Level.YELLOW: Gravity("Monitor", "Future", "Moderate", "Possible"),
    Level.ORANGE: Gravity("Prepare", "Expected", "Severe", "Likely"),
    Level.RED: Gravity("Evacuate", "Immediate", "Extreme", "Likely"),
}
_ENDED = Gravity("Assess", "Past", "Minor", "Unlikely")
_NOT_KNOWN = Gravity("Assess", "Unknown", "Unknown", "Unknown")


def gravity(event: WarningEvent) -> Gravity:
    """Grade an event; a silent point keeps the grade of its level.

    Examples
    --------
    >>> from domain.warnings import make_warning
    >>> gravity(make_warning(point_id="p", kind=WarningKind.RAISED, level=4, previous_level=0,
    ...                      event_ms=0, sequence=1)).response
    'Evacuate'
    """
    if event.level:
        return _BY_LEVEL[Level(event.level)]
    return _ENDED if ends_episode(event.kind, event.level) else _NOT_KNOWN


def message_type(event: WarningEvent, earlier: Sequence[Earlier]) -> str:
    """``Alert``, ``Update`` or ``Cancel`` (see the module's text)."""
    if not earlier:
        return "Alert"
    return "Cancel" if ends_episode(event.kind, event.level) else "Update"


def cap_xml(
    event: WarningEvent,
    words: Explanation,
    *,
    sender: str,
    status: str,
    earlier: Sequence[Earlier] = (),
) -> str:
    """Write a CAP 1.2 document.

    Parameters
    ----------
    words
        The same event, explained.
    sender
        Identifies the sending system; no spaces, commas, ``<`` or ``&``.
    status
        ``Actual`` or, for simulated data, ``Exercise`` or ``Test``.
    earlier
        Earlier events of the same episode, oldest first.

    Returns
    -------
    str
        The document, declared as UTF-8.
    """
    alert = ET.Element("alert", {"xmlns": NAMESPACE})
    _add(alert, "identifier", event.id)
    _add(alert, "sender", sender)
    _add(alert, "sent", offset_time(event.event_ms))
    _add(alert, "status", status)
    _add(alert, "msgType", message_type(event, earlier))
    _add(alert, "scope", "Public")
    if status != "Actual":
        _add(alert, "note", words.en.text.partition("\n")[0])
    if earlier:
        _add(alert, "references", " ".join(_reference(e, sender) for e in earlier))
        _add(alert, "incidents", earlier[0].id)
    _info(alert, event, words, "en-US", words.en)
    _info(alert, event, words, "zh-CN", words.zh)
    ET.indent(alert)
    body = ET.tostring(alert, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _reference(earlier: Earlier, sender: str) -> str:
    return f"{sender},{earlier.id},{offset_time(earlier.event_ms)}"


def _info(
    alert: ET.Element, event: WarningEvent, words: Explanation, language: str, said: Words
) -> None:
    chinese = language.startswith("zh")
    grade, place = gravity(event), words.place
    info = ET.SubElement(alert, "info")
    _add(info, "language", language)
    _add(info, "category", "Geo")
    _add(info, "event", f"{place.hazard_zh}预警" if chinese else f"{place.hazard_en} warning")
    _add(info, "responseType", grade.response)
    _add(info, "urgency", grade.urgency)
    _add(info, "severity", grade.severity)
    _add(info, "certainty", grade.certainty)
    _add(info, "onset", offset_time(event.event_ms))
    _add(info, "senderName", SENDER_NAME["zh" if chinese else "en"])
    _add(info, "headline", said.headline)
    _add(info, "description", said.text)
    _add(info, "instruction", said.advice)
    for name, value in _parameters(event):
        _pair(info, "parameter", name, value)
    _area(info, words, chinese=chinese)


def _parameters(event: WarningEvent) -> list[tuple[str, str]]:
    pairs = [
        ("level", str(event.level)),
        ("colour", event.colour),
        ("previousLevel", str(event.previous_level)),
        ("kind", event.kind.value),
        (
            "silent",
            "true" if event.kind is WarningKind.SILENT and not event.of_instrument else "false",
        ),
        ("pointId", clean_text(event.point_id)),
        ("sequence", str(event.sequence)),
        ("rulesVersion", clean_text(event.rules_version)),
        ("circleRadiusKm", f"{RADIUS_KM:g}"),
    ]
    if event.forecast is not None:
        pairs += [
            ("forecastEarliest", offset_time(event.forecast.earliest_ms)),
            ("forecastFailure", offset_time(event.forecast.failure_ms)),
            ("forecastLatest", offset_time(event.forecast.latest_ms)),
        ]
    if event.forecast_refused:
        pairs.append(("forecastRefused", clean_text(event.forecast_refused)))
    if event.surroundings is not None:
        pairs.append(("belongsTo", clean_text(event.surroundings.belongs_to)))
    return [(name, value) for name, value in pairs if value]


def _area(info: ET.Element, words: Explanation, *, chinese: bool) -> None:
    place = words.place
    area = ET.SubElement(info, "area")
    where = f"{place.district_zh}{place.name}" if chinese else f"{place.name}, {place.district_en}"
    _add(area, "areaDesc", where.removeprefix(", "))
    if place.lat is not None and place.lon is not None and isfinite(place.lat + place.lon):
        _add(area, "circle", f"{place.lat:.6f},{place.lon:.6f} {RADIUS_KM:g}")
    _pair(area, "geocode", "GB/T 2260", place.district)


def _pair(parent: ET.Element, tag: str, name: str, value: str) -> None:
    pair = ET.SubElement(parent, tag)
    _add(pair, "valueName", name)
    _add(pair, "value", value)


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text

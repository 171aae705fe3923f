"""CAP documents keep the standard's rules and tell the episode rightly."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cap import cap_xml
from alerts.episode import Earlier, ends_episode, open_episode
from alerts.explain import explain
from domain.warnings import WarningEvent, WarningKind
from tests.alerts.builders import earlier_of, full_event, make_event, make_point, story
from tests.alerts.cap_rules import NAMESPACE, broken_rules


def write(
    event: WarningEvent,
    earlier: tuple[Earlier, ...] = (),
    name: str = "新滩 7",
    status: str = "Exercise",
) -> str:
    words = explain(event, make_point(name=name), status)
    return cap_xml(event, words, sender="geo@example.org", status=status, earlier=earlier)


def texts(document: str, path: str) -> list[str]:
    root = ET.fromstring(document)  # noqa: S314 - a document of our own
    return [e.text or "" for e in root.findall("/".join(NAMESPACE + p for p in path.split("/")))]


def tell() -> list[tuple[WarningEvent, str]]:
    """Write the documents of a whole story, each linked to those before it."""
    past: list[Earlier] = []
    told = []
    for event in story():
        told.append((event, write(event, open_episode(reversed(past)))))
        past.append(earlier_of(event))
    return told


def test_every_document_of_a_story_keeps_the_rules() -> None:
    for event, document in tell():
        assert broken_rules(document) == [], event.kind


def test_full_document_keeps_the_rules() -> None:
    assert broken_rules(write(full_event())) == []


def test_messages_of_a_story_refer_to_their_episode() -> None:
    told = tell()
    kinds = [texts(document, "msgType")[0] for _, document in told]
    assert kinds == ["Alert", *["Update"] * 5, "Cancel", "Alert", "Cancel"]
    cancel = texts(told[6][1], "references")[0].split(" ")
    assert [triple.split(",")[1] for triple in cancel] == [event.id for event, _ in told[:6]]
    first_sent = texts(told[0][1], "sent")[0]
    assert cancel[0] == f"geo@example.org,{told[0][0].id},{first_sent}"
    assert texts(told[8][1], "references")[0].split(",")[1] == told[7][0].id


def test_change_without_known_history_is_an_alert() -> None:
    document = write(make_event(WarningKind.CLEARED, 0, 3))
    assert texts(document, "msgType") == ["Alert"]
    assert broken_rules(document) == []


def test_endless_episode_names_first_and_newest() -> None:
    past = [Earlier(f"w_{n}", n, WarningKind.UPGRADED, 2) for n in range(100)]
    found = [event.id for event in open_episode(reversed(past))]
    assert found[0] == "w_0"
    assert found[1:] == [f"w_{n}" for n in range(81, 100)]


@pytest.mark.parametrize(
    ("level", "grade"),
    [
        (1, ["Monitor", "Future", "Minor", "Possible"]),
        (2, ["Monitor", "Future", "Moderate", "Possible"]),
        (3, ["Prepare", "Expected", "Severe", "Likely"]),
        (4, ["Evacuate", "Immediate", "Extreme", "Likely"]),
    ],
)
def test_levels_are_graded(level: int, grade: list[str]) -> None:
    for kind in (WarningKind.RAISED, WarningKind.SILENT):
        document = write(make_event(kind, level, level))
        names = ("responseType", "urgency", "severity", "certainty")
        assert [texts(document, f"info/{name}")[0] for name in names] == grade


def test_silence_of_a_calm_point_is_no_all_clear() -> None:
    document = write(make_event(WarningKind.SILENT, 0, 0))
    assert texts(document, "info/severity") == ["Unknown", "Unknown"]
    assert "AllClear" not in document
    assert not ends_episode(WarningKind.SILENT, 0)


def test_both_languages_colour_and_place_are_there() -> None:
    document = write(full_event())
    assert texts(document, "info/language") == ["en-US", "zh-CN"]
    assert texts(document, "info/category") == ["Geo", "Geo"]
    assert texts(document, "info/area/circle") == ["30.930000,108.700000 0.5"] * 2
    names = texts(document, "info/parameter/valueName")
    pairs = dict(zip(names, texts(document, "info/parameter/value"), strict=True))
    assert (pairs["level"], pairs["colour"], pairs["circleRadiusKm"]) == ("3", "orange", "0.5")
    assert pairs["forecastFailure"] == "2026-05-30T16:26:40+08:00"


def test_times_have_a_numeric_offset() -> None:
    sent = texts(write(full_event()), "sent")[0]
    assert sent == "2026-05-29T04:27:40+08:00"


@pytest.mark.parametrize("status", ["Actual", "Exercise", "Test", "System", "Draft"])
def test_only_a_real_warning_carries_no_note(status: str) -> None:
    document = write(full_event(), status=status)
    assert texts(document, "status") == [status]
    assert bool(texts(document, "note")) == (status != "Actual")
    assert broken_rules(document) == []


def test_unknown_point_has_no_circle() -> None:
    event = make_event()
    document = cap_xml(event, explain(event, None), sender="a@b", status="Test")
    assert broken_rules(document) == []
    assert texts(document, "info/area/areaDesc") == ["Yunyang", "云阳县"]
    assert not texts(document, "info/area/circle")


@given(st.text(max_size=60))
def test_hostile_names_neither_break_nor_enter_the_document(name: str) -> None:
    document = write(full_event(), name=name)
    document.encode("utf-8")
    assert broken_rules(document) == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]", document)


def test_markup_in_names_stays_text() -> None:
    name = "</areaDesc><status>Actual</status><![CDATA[ \"'&amp; ]]> \x00\x1b[31m"
    document = write(full_event(), name=name)
    assert texts(document, "status") == ["Exercise"]
    assert texts(document, "info/area/areaDesc")[0].startswith("</areaDesc><status>Actual</status>")
    assert broken_rules(document) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<scope>Public</scope>", ""),
        ("<status>Exercise</status>", "<status>Practice</status>"),
        ("+08:00</sent>", "Z</sent>"),
        ("<urgency>", "<certainty>Likely</certainty><urgency>"),
        ("<msgType>Alert<", "<msgType>Cancel<"),
        ("108.700000 0.5</circle>", "108.700000</circle>"),
        ("<category>Geo</category>", ""),
        ("<language>", "<tongue>x</tongue><language>"),
    ],
)
def test_the_rules_bite(old: str, new: str) -> None:
    document = write(full_event())
    assert old in document
    assert broken_rules(document.replace(old, new, 1))

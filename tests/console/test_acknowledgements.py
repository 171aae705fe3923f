"""An acknowledgement is one event, whoever sends it how often; it moves no level."""

import re

import pytest

from alerts.explain import explain
from cli.embedded.watch import Watch
from domain.acknowledgements import MAX_NOTE, acknowledge
from domain.registry import Registry
from domain.warnings import WarningEvent, WarningKind, decode_warning, encode_warning, make_warning
from storage.lines import Series
from storage.rare_lines import warning_lines


def red() -> WarningEvent:
    return make_warning(
        point_id="500235010007",
        kind=WarningKind.UPGRADED,
        level=4,
        previous_level=3,
        event_ms=5_000,
        sequence=3,
    )


def test_a_warning_is_acknowledged_once_whoever_says_so() -> None:
    first = acknowledge(red(), by="Li Na", note="crew sent", level=4, event_ms=9_000)
    second = acknowledge(red(), by="Wang", note="", level=2, event_ms=10_000)
    assert first.id == second.id != red().id
    assert first.event_ms == 9_000
    assert decode_warning(encode_warning(first)) == first


def test_a_record_without_an_acknowledgement_is_read_as_before() -> None:
    old = encode_warning(red()).replace(b',"acknowledgement":null', b"")
    assert b"acknowledgement" not in old
    assert decode_warning(old) == red()


@pytest.mark.parametrize(
    ("by", "note", "said"),
    [("", "x", "a name is needed"), ("\x00 \n", "", "a name"), ("a", "n" * 501, str(MAX_NOTE))],
)
def test_what_is_no_acknowledgement(by: str, note: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        acknowledge(red(), by=by, note=note, level=4, event_ms=0)


def test_the_live_view_keeps_the_level() -> None:
    watch = Watch()
    watch.take_warning(encode_warning(red()))
    stale = acknowledge(red(), by="Li", note="", level=1, event_ms=0)
    watch.take_warning(encode_warning(stale))
    assert watch.levels == {"500235010007": 4}
    assert [event.kind for event in watch.last] == ["acknowledged", "upgraded"]


def test_words_name_who_and_what() -> None:
    event = acknowledge(red(), by="李娜 <b>", note="已到现场", level=4, event_ms=0)
    words = explain(event, None)
    assert f"Seen by 李娜 <b> (warning {red().id}): 已到现场" in words.en.text
    assert f"确认人：李娜 <b>（预警{red().id}）：已到现场" in words.zh.text
    assert words.en.headline.startswith("EXERCISE Red warning acknowledged")


def test_influxdb_keeps_it_beside_its_warning_and_whole() -> None:
    seen = acknowledge(red(), by='O"Neil \\ 🙂', note="a\nb", level=4, event_ms=0)
    registry = Registry.of([])
    series, events = Series(lambda: registry), [(red(), 1), (seen, 2)]
    lines = [line.text for line in warning_lines(events, series, registry)]
    times = [int(line.rpartition(" ")[2]) for line in lines]
    assert times == [5_000_000_003, 5_000_500_003]
    assert 'message="acknowledged red by O\\"Neil' in lines[1]  # Grafana's annotation
    body = re.search(r'body="((?:[^"\\]|\\.)*)"', lines[1])
    assert body is not None
    assert decode_warning(re.sub(r"\\(.)", r"\1", body[1]).encode()) == seen

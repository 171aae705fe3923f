"""Quantities, numbers and names as they stand in an explanation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.explain import explain
from alerts.quantities import quantity
from alerts.words import clean_text, number
from tests.alerts.builders import (
    make_event,
    make_point,
)


@given(st.text(max_size=80))
def test_names_cannot_start_a_line_or_colour_a_terminal(name: str) -> None:
    plain = explain(make_event(), make_point(name="n"))
    words = explain(make_event(), make_point(name=name))
    for said, usual in ((words.en, plain.en), (words.zh, plain.zh)):
        assert said.text.count("\n") == usual.text.count("\n")
        assert "\x1b" not in said.text
        assert len(said.headline.splitlines()) == 1


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("velocity_mm_per_day", 12.3456, "12.35 mm/day"),
        ("acceleration_mm_per_day2", -0.5, "-0.5 mm/day²"),
        ("duration_h", 36.0, "36 h"),
        ("sta_lta", 4.25, "4.25"),
        ("quiet_level_m", 1.0, "1 m"),
        ("unheard_of", 3.0, "3"),
    ],
)
def test_quantities_carry_their_unit(key: str, value: float, said: str) -> None:
    assert quantity(key).with_unit(value) == said


@given(st.floats(-1e300, 1e300) | st.sampled_from([float("inf"), float("nan")]))
def test_numbers_are_short_and_close(value: float) -> None:
    text = number(value)
    assert len(text) <= 12
    if text != "unknown":
        assert float(text) == pytest.approx(value, rel=1e-3, abs=1e-300)


@given(st.text())
def test_clean_text_is_one_line_of_utf8(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert len(cleaned.splitlines()) <= 1
    assert clean_text(cleaned) == cleaned

"""Line protocol from frames, without a server."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.quality import Test
from domain.registry import Registry
from storage.areas import AreaCounts
from storage.escape import escape_name, quote_text
from storage.lines import Series, feature_lines, reading_lines
from storage.rare_lines import reject_lines
from tests.storage import builders as b

NAMES = st.text(st.characters(codec="utf-8"), max_size=20)


@given(NAMES)
def test_an_escaped_name_reads_back_as_one_token(name: str) -> None:
    escaped = escape_name(name)
    bare = escaped.replace("\\,", "").replace("\\=", "").replace("\\ ", "")
    assert not set(bare) & set(", =\\\n\r\t")
    assert escaped


@given(NAMES, NAMES)
def test_different_names_stay_different(one: str, other: str) -> None:
    if one != other and {one, other} != {"", "unknown"}:
        assert escape_name(one) != escape_name(other)


@given(NAMES)
def test_quoted_text_ends_where_it_should(text: str) -> None:
    inner = quote_text(text)[1:-1]
    assert '"' not in inner.replace("\\\\", "").replace('\\"', "")
    assert "\n" not in inner


def test_a_lone_surrogate_does_no_harm() -> None:
    assert escape_name("a\ud800") == "a?"
    assert quote_text("\ud800") == '"?"'


def test_lines_are_exact() -> None:
    series = Series(b.registry)
    rows = [
        b.reading(2000, 3.0),
        b.reading(1000, 1.5, channel="rain"),
        b.reading(1000, -0.25),
        b.reading(1000, 9.0),
        b.reading(1000, 7.0, point=b.OTHER, device="d9"),
    ]
    lines = reading_lines([b.frame(*rows)], series)
    one = "reading,area=500235,kind=landslide,point=500235010007"
    other = "reading,area=500240,kind=debris_flow,point=500240030001"
    assert [(line.text, line.rows) for line in lines] == [
        (f"{one} rain=1.5,crack=-0.25 1000000000", 2),
        (f"{one} crack=3.0 2000000000", 1),
        (f"{other} crack__d9=7.0 1000000000", 1),
    ]


def test_empty_frames_give_no_lines() -> None:
    series = Series(b.registry)
    empty = b.frame(b.reading(1)).take(np.zeros(1, np.bool_))
    assert reading_lines([empty, b.frame(), b.frame(b.reading(1, np.nan))], series) == []
    some = b.features([(b.POINT, "d1", "crack", 1, 1.0)])
    assert feature_lines([some.take(np.zeros(1, np.bool_))], series) == []


def test_the_level_of_a_time_is_the_last_one() -> None:
    rows = [(b.POINT, "d1", "crack", 1, np.nan), (b.POINT, "d2", "crack", 1, 2.0)]
    (line,) = feature_lines([b.features(rows)], Series(b.registry))
    assert line.text.endswith(
        " crack_flag=1i,crack_anomaly_score=0.5,crack__d2_flag=1i,crack__d2_anomaly_score=0.5,"
        "crack__d2_velocity=2.0,level=1i 1000000"
    )


def test_rain_has_its_own_quantities_and_cracks_do_not() -> None:
    rows = [(b.POINT, "d1", "rain", 1, np.nan), (b.POINT, "d1", "crack", 1, 2.0)]
    frame = replace(
        b.features(rows),
        soil_water_index=np.array([61.5, np.nan]),
        rain_ratio=np.array([0.75, np.nan]),
    )
    (line,) = feature_lines([frame], Series(b.registry))
    assert "rain_anomaly_score=0.5,rain_soil_water_index=61.5,rain_rain_ratio=0.75," in line.text
    assert "crack_soil_water_index" not in line.text


def test_the_quality_tests_are_named_where_one_spoke() -> None:
    rows = [(b.POINT, "d1", "rain", 1, np.nan), (b.POINT, "d1", "crack", 1, 2.0)]
    spoke = np.array([0, Test.SPIKE | Test.UNIT], np.uint32)
    (line,) = feature_lines([replace(b.features(rows), tests=spoke)], Series(b.registry))
    assert 'crack_velocity=2.0,crack_tests="spike,unit",level=1i' in line.text
    assert "rain_tests" not in line.text


def test_a_new_registry_renames_the_instruments() -> None:
    known = [Registry.of([]), b.registry()]
    series = Series(lambda: known[0])
    assert series.instrument(b.POINT, "d1", "crack") == "crack__d1"
    known.pop(0)
    assert series.instrument(b.POINT, "d1", "crack") == "crack"


def test_rejects_of_one_instant_have_their_own_nanosecond() -> None:
    from domain.rejects import Reject

    rejects = [Reject.of("malformed", "", "t", bytes([i]), 5) for i in range(100)]
    times = {line.text.rsplit(" ")[-1] for line in reject_lines(rejects)}
    assert len(times) == 100


class TestAreaCounts:
    def texts(self, counts: AreaCounts, *rows: tuple[str, int, int]) -> list[str]:
        return [line.text for line in counts.update([b.states(rows)])]

    def test_only_the_touched_areas_are_written(self) -> None:
        counts = AreaCounts(b.registry, 1)
        self.texts(counts, (b.POINT, 1, 2), (b.OTHER, 1, 4))
        (text,) = self.texts(counts, (b.POINT, 2, 3))
        assert text == (
            "area_state,area=500235,partition=0 "
            "n0=0i,n1=0i,n2=0i,n3=1i,n4=0i,n=1i,silent=0i,worst=3i 2000000"
        )

    def test_an_older_state_changes_nothing(self) -> None:
        counts = AreaCounts(b.registry, 1)
        before = self.texts(counts, (b.POINT, 5, 3))
        assert self.texts(counts, (b.POINT, 4, 0)) == before

    def test_a_newcomer_keeps_still_until_it_knows_half(self) -> None:
        from domain.hazards import HazardType
        from domain.points import Point

        names = [f"50023501{i:04d}" for i in range(5)]
        known = Registry.of([Point(n, n, HazardType.LANDSLIDE, 30.0, 108.0) for n in names])
        counts = AreaCounts(lambda: known, 1)
        assert self.texts(counts, *((n, 1, 4) for n in names[:2])) == []
        assert "n4=3i" in self.texts(counts, (names[2], 1, 4))[0]

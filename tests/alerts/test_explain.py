"""Warnings in words: what is said, in both languages."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.explain import MAX_REASONS, explain
from alerts.quantities import quantity
from alerts.words import clean_text, number
from domain.surroundings import Surroundings
from domain.warnings import WarningKind
from tests.alerts.builders import POINT_ID, REASON, full_event, make_event, make_point, story


def test_a_warning_tells_all_that_led_to_it() -> None:
    text = explain(full_event(), make_point()).en.text
    for told in (
        "simulated",
        "新滩 7",
        POINT_ID,
        "Yunyang",
        "2026-05-29 04:27:40 (UTC+8)",
        "from none (level 0) to orange (level 3 of 4)",
        "People at risk: 42",
        "crack of device d1",
        "132.5 mm",
        "quality good",
        "velocity 72.25 mm/day",
        "tangential angle 82.14 deg",
        "orange from velocity 60 mm/day",
        "motion claim 7 sigma",
        "rule motion.displacement.orange 2026.11-1",
        "between 2026-05-30 10:26:40 and 2026-05-31 04:26:40",
        "R² 0.9731",
        "Rules 2026.11-1",
    ):
        assert told in text
    assert "432" not in text, "the limits of other levels stand in the data, not in the words"


@pytest.mark.parametrize(
    ("belongs_to", "en", "zh"),
    [
        ("alone", "it stands alone", "单点异常"),
        ("neighbours", "a neighbour stands at yellow", "邻近测点"),
        ("storm", "a storm", "区域性强降雨"),
        ("earthquake", "an earthquake", "地震"),
        ("outage", "an outage", "网络中断"),
    ],
)
def test_a_rise_says_what_it_belongs_to(belongs_to: str, en: str, zh: str) -> None:
    counts = {"points": 35, "gauges": 31, "raining": 12, "shaken": 7, "silent": 2, "raised": 4}
    around = Surroundings(belongs_to=belongs_to, hours=6.0, raised_near=1, **counts)
    words = explain(full_event(surroundings=around), make_point())
    assert en in words.en.text
    assert zh in words.zh.text
    for told in ("12 of 31", "7 points", "2 of 35", "4 of 35, 1 of them"):
        assert told in words.en.text
    for told in ("12/31", "7个", "2/35", "4/35", "1个"):
        assert told in words.zh.text
    assert "Around it" not in explain(make_event(), make_point()).en.text


def test_a_warning_tells_the_same_in_chinese() -> None:
    words = explain(full_event(), make_point()).zh
    for told in (
        "模拟数据",
        "云阳县滑坡新滩 7",
        "北京时间",
        "由无预警变为橙色（警戒）",
        "受威胁人数：42人",
        "裂缝（设备d1）",
        "132.5 毫米",
        "质量合格",
        "速率 72.25 毫米/天",
        "改进切线角 82.14 度",
        "橙色速率 60 毫米/天",
        "预测：破坏时间约2026-05-30 16:26:40",
    ):
        assert told in words.text
    assert words.headline == "【演练】发布预警·橙色（警戒）：云阳县滑坡新滩 7"
    assert "转移" in words.advice


def test_a_real_warning_is_not_called_an_exercise() -> None:
    words = explain(full_event(), make_point(), "Actual")
    assert "EXERCISE" not in words.en.headline + words.en.text
    assert "演练" not in words.zh.headline + words.zh.text
    assert words.en.headline == "Orange warning raised: landslide 新滩 7, Yunyang"


@pytest.mark.parametrize(
    ("number_", "headline"),
    [
        (1, "Yellow warning raised: landslide 新滩 7, Yunyang"),
        (2, "Warning raised to a higher level: now red: landslide 新滩 7, Yunyang"),
        (3, "Red warning acknowledged: landslide 新滩 7, Yunyang"),
        (4, "Station has stopped reporting, red: landslide 新滩 7, Yunyang"),
        (5, "Station reports again, red: landslide 新滩 7, Yunyang"),
        (6, "Warning lowered: now blue: landslide 新滩 7, Yunyang"),
        (7, "Blue warning ended: landslide 新滩 7, Yunyang"),
        (8, "Station has stopped reporting: landslide 新滩 7, Yunyang"),
    ],
)
def test_headlines(number_: int, headline: str) -> None:
    event = story()[number_ - 1]
    assert explain(event, make_point(), "Actual").en.headline == headline


def test_silence_is_never_called_safe() -> None:
    words = explain(make_event(WarningKind.SILENT, 4, 4), make_point())
    assert "not an all-clear" in words.en.advice
    assert "Move everyone" in words.en.advice
    assert "不等于安全" in words.zh.advice


def test_unknown_point_is_told_by_its_id() -> None:
    words = explain(make_event(point_id="500235030001"), None, "Actual")
    assert words.en.headline == "Orange warning raised: debris flow 500235030001, Yunyang"
    assert "None" not in words.en.text + words.zh.text


def test_even_an_id_without_form_is_told() -> None:
    words = explain(make_event(point_id="x"), None)
    assert "geological hazard x, district x" in words.en.headline


def test_many_reasons_are_cut_and_counted() -> None:
    text = explain(make_event(reasons=(REASON,) * (MAX_REASONS + 3)), make_point()).en.text
    assert text.count("crack of device") == MAX_REASONS
    assert "... and 3 more" in text


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


def test_a_silence_says_what_it_may_mean() -> None:
    kinds = {
        "silence.outage": ("network is down", "网络中断"),
        "silence.destroyed": ("may be destroyed", "可能已被毁"),
        "silence.instrument": ("an instrument has stopped", "单台仪器停止报数"),
        "silence.station": ("station has stopped reporting", "监测站停止报数"),
    }
    for rule, (english, chinese) in kinds.items():
        reason = msgspec.structs.replace(REASON, rule=rule, detector="silence", flag=9)
        words = explain(make_event(kind=WarningKind.SILENT, reasons=(reason,)), None)
        assert english in words.en.headline.lower() + words.en.text
        assert chinese in words.zh.headline

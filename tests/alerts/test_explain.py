"""Warnings in words: what is said, in both languages."""

from dataclasses import replace

import msgspec
import pytest

from alerts.explain import MAX_REASONS, explain
from domain.surroundings import Surroundings
from domain.warnings import WarningKind
from tests.alerts.builders import (
    FORECAST,
    POINT_ID,
    REASON,
    full_event,
    make_event,
    make_point,
    story,
)


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
        "motion counts from 7 times its noise",
        "rule motion.displacement.orange 2026.11-1",
        "between 2026-05-30 10:27 and 2026-05-31 04:27",
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
        "位移速率 72.25 毫米/天",
        "改进切线角 82.14 度",
        "橙色位移速率 60 毫米/天",
        "预测：破坏时间约2026-05-30 16:27",
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


def test_a_forecast_that_changes_says_the_time_in_its_first_line() -> None:
    event = make_event(WarningKind.FORECAST, 4, 4, forecast=FORECAST)
    words = explain(event, make_point(), "Actual")
    assert words.en.headline.startswith("Failure now forecast about 2026-05-30 16:27 (UTC+8), red:")
    assert words.zh.headline.startswith("破坏时间预测更新：2026-05-30 16:27前后·红色")
    gone = explain(make_event(WarningKind.FORECAST, 4, 4), make_point(), "Actual")
    assert "withdrawn" in gone.en.headline
    assert "撤回破坏时间预测" in gone.zh.headline


def test_evidence_above_the_level_is_said_to_be_held() -> None:
    held = explain(make_event(level=2, reasons=(REASON,)), make_point())
    assert "reach orange (level 3 of 4) by themselves; the rules hold the point at" in held.en.text
    assert "已达橙色（警戒），但其他仪器印证不足" in held.zh.text
    assert "hold the point" not in explain(full_event(), make_point()).en.text


def test_a_fall_says_why_and_what_is_left() -> None:
    words = explain(make_event(WarningKind.DOWNGRADED, 1, 3, reasons=(REASON,)), make_point())
    assert "Lowered, because" in words.en.text
    assert "What still supports it:" in words.en.text
    assert "Why:" not in words.en.text
    assert "降级原因" in words.zh.text


def test_a_silence_says_since_when_and_who_else_is_silent() -> None:
    features = {"neighbours": 16.0, "neighbours_silent": 3.0}
    reason = msgspec.structs.replace(
        REASON, rule="silence.station", detector="silence", flag=9, features=features
    )
    event = make_event(WarningKind.SILENT, 3, 3, sequence=90, reasons=(reason,))
    words = explain(event, make_point())
    assert "Last reading 2026-05-29 04:27 (UTC+8), 1.5 h before." in words.en.text
    assert "3 of 16 neighbours are silent too" in words.en.text
    assert "supports" not in words.en.text
    assert "距今1.5小时" in words.zh.text
    assert "周边测点中3/16个同样静默" in words.zh.text


def test_a_name_that_ends_in_its_kind_is_not_said_twice() -> None:
    words = explain(make_event(), make_point(name="双河寨滑坡"))
    assert "云阳县双河寨滑坡" in words.zh.headline
    assert "滑坡双河寨滑坡" not in words.zh.text


def test_what_is_forecast_stands_before_the_evidence() -> None:
    text = explain(full_event(), make_point()).en.text
    assert text.index("Forecast: failure about") < text.index("Why:")


def test_limits_of_the_point_s_own_are_named() -> None:
    own = {"velocity_orange_mm_per_day": 60.0, "hold_hours": 3.0}
    point = replace(make_point(), thresholds=own)
    words = explain(full_event(), point)
    assert "own (registry): velocity_orange_mm_per_day 60.\n" in words.en.text
    assert "本测点专用阈值（登记表）：velocity_orange_mm_per_day 60。" in words.zh.text
    assert "own (registry)" not in explain(full_event(), make_point()).en.text

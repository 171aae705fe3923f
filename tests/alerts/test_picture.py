"""A warning drawn and listed, from planted readings."""

import warnings

import pytest

from alerts import picture
from alerts.case import HOUR_MS, Case, Series, span_ms
from alerts.picture import draw_case
from alerts.readings_text import readings_text
from domain.errors import GeohazardError
from domain.hazards import HazardType
from domain.points import Point
from domain.warnings import Forecast, Reason, WarningKind, make_warning

NOW_MS = 1_780_000_000_000
POINT = Point("500235010007", "新滩 $7_{x}$", HazardType.LANDSLIDE, 30.9, 108.7)


def reason(channel="crack", **features):
    return Reason(
        channel=channel,
        device_id="d1",
        detector="motion",
        level=3,
        time_ms=NOW_MS,
        value=39.0,
        features={"velocity_low_mm_per_day": 1.0, "velocity_mm_per_day": 72.0, **features},
        thresholds={"velocity_orange_mm_per_day": 60.0, "velocity_red_mm_per_day": 432.0},
        rule="motion.displacement.orange",
        rule_version="1",
        flag=1,
    )


def case(*, reasons=None, forecast=None, kind=WarningKind.RAISED, series=True):
    event = make_warning(
        point_id=POINT.point_id,
        kind=kind,
        level=3,
        previous_level=3 if kind is WarningKind.SILENT else 0,
        event_ms=NOW_MS,
        sequence=1,
        reasons=(reason(window_hours=6.0),) if reasons is None else reasons,
        forecast=forecast,
    )
    times = [NOW_MS + (i - 40) * 600_000 for i in range(50)]
    flags = [3 if i == 20 else 1 for i in range(50)]
    values = [float(i) for i in range(50)]
    found = (Series("crack", "d1", times, values, flags), Series("rain", "d1", [], [], []))
    return Case(event, POINT, found if series else ())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_is_written_without_a_warning(tmp_path, language, ending):
    forecast = Forecast(
        made_at_ms=NOW_MS,
        failure_ms=NOW_MS + 5 * HOUR_MS,
        earliest_ms=NOW_MS + 3 * HOUR_MS,
        latest_ms=NOW_MS + 900 * HOUR_MS,
        method="m",
        r2=0.9,
    )
    path = tmp_path / f"case.{ending}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_case(case(forecast=forecast), path, language)
    assert path.stat().st_size > 5_000


def test_without_a_chinese_font_the_picture_still_comes(tmp_path, monkeypatch):
    monkeypatch.setattr(picture, "CHINESE_FONTS", ())
    assert not picture.has_chinese_font()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_case(case(), tmp_path / "case.png")


def test_measured_speed_and_limit_are_named(tmp_path):
    draw_case(case(), path := tmp_path / "case.svg")
    text = path.read_text("utf-8")
    assert "<!-- measured 72 mm/day -->" in text
    assert "<!-- limit 60 mm/day -->" in text
    assert "<!-- window 6 h -->" in text


def test_silence_is_drawn_with_what_was_last_heard(tmp_path):
    draw_case(case(reasons=(), kind=WarningKind.SILENT), tmp_path / "case.png")
    assert (tmp_path / "case.png").exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_readings_what_the_warning_carries_is_drawn(tmp_path, language):
    gone = case(reasons=(reason(window_hours=6.0), reason("tilt_x")), series=False)
    draw_case(gone, path := tmp_path / "case.svg", language)
    text = path.read_text("utf-8")
    assert text.count(f"<!-- {picture.WORDS[language]['carried']} -->") == 2
    start, end = picture._limits(gone, picture._panels(gone))
    assert (start, end > NOW_MS) == (NOW_MS - 6 * HOUR_MS, True)


def test_without_readings_and_evidence_the_reason_is_said(tmp_path):
    with pytest.raises(GeohazardError, match="no readings of this warning to draw"):
        draw_case(case(reasons=(), series=False), tmp_path / "case.png")


def test_what_has_no_readings_is_named():
    half = case(reasons=(reason(), reason("tilt_x"), reason("tilt_x")))
    assert "are at hand: tilt_x of device d1. What" in readings_text(half, "en")
    assert readings_text(half, "en").startswith("Readings of crack")
    assert "无该时段读数：倾角X（设备d1）。" in readings_text(half, "zh")
    assert "at hand" not in readings_text(case(), "en")


def test_a_file_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(GeohazardError, match="cannot write the picture"):
        draw_case(case(), tmp_path / "none" / "case.png")
    with pytest.raises(GeohazardError, match="cannot write the picture"):
        draw_case(case(), tmp_path / "case.nonsense")


def test_readings_are_listed_up_to_the_one_that_spoke():
    lines = readings_text(case(), "en").splitlines()
    assert len(lines) == 9
    assert "1 of 50 in view were suspect or failed" in lines[0]
    assert lines[-1].endswith("<- completed the evidence")
    assert "裂缝读数" in readings_text(case(), "zh")


def test_the_span_covers_the_windows_of_the_evidence():
    event = case(reasons=(reason(window_hours=48.0),)).event
    start, end = span_ms(event)
    assert (NOW_MS - start, end - NOW_MS) == (144 * HOUR_MS, 12 * HOUR_MS)
    assert NOW_MS - span_ms(event, interval_s=86_400.0)[0] == 60 * 24 * HOUR_MS

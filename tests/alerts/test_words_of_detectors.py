"""Whatever a warning may carry has words in both languages."""

import re

import pytest

from alerts.evidence import _COLOURS
from alerts.forecast_words import REFUSAL_EN, REFUSAL_ZH
from alerts.phrases import FLAG_EN, FLAG_ZH, KIND_EN, KIND_ZH, SILENCE_EN, SILENCE_ZH
from alerts.quantities import quantity, unit_zh
from detectors.discovery import find_detectors
from detectors.failure_time.ensemble import METHOD, WEIGHTS
from detectors.fusion import outage
from detectors.fusion.reasons import FRONT
from detectors.rules import DEFAULT_RULES
from domain.channels import CHANNELS
from domain.levels import Flag
from domain.methods import DETECTORS, FORECASTS
from domain.quality import Test
from domain.warnings import ForecastRefusal, WarningKind

CHINESE = re.compile("[\u4e00-\u9fff]")
SAME_IN_BOTH = {"", "Hz", "dB", "Pa", "kPa", "mg", "%", "V", "g", "dBm"}
OF_SILENCE = ("neighbours", "neighbours_silent", "district_points", "district_points_silent")


def names() -> list[str]:
    """List features and thresholds as reasons name them, of every detector and unit."""
    found = {*OF_SILENCE, *FRONT, "silence_intervals"}
    for method in find_detectors():
        units = {c.unit for c in CHANNELS.values() if c.family in method.families}
        found |= {name.format(unit=unit) for name in method.feature_names for unit in units}
        for family in method.families:
            found |= set(method.thresholds(family))
    for name in (*DEFAULT_RULES.threshold_names, *found):
        found.add("_".join(word for word in name.split("_") if word not in _COLOURS))
    return sorted(name for name in found if not _COLOURS & set(name.split("_")))


@pytest.mark.parametrize("name", names())
def test_every_feature_and_threshold_has_words(name: str) -> None:
    said = quantity(name)
    assert CHINESE.search(said.name_zh), f"alerts/quantities.py lacks {said.name_en!r}"
    assert said.unit in SAME_IN_BOTH or CHINESE.search(unit_zh(said.unit)), said.unit


def test_every_detector_method_and_test_has_words() -> None:
    assert {method.name for method in find_detectors()} | {"silence"} == set(DETECTORS)
    assert {*WEIGHTS, METHOD} == set(FORECASTS)
    for test in Test:
        assert test.en
        assert CHINESE.search(test.zh)


def test_every_rule_of_silence_refusal_kind_and_flag_has_words() -> None:
    # An ordinary station's silence is told by the kind itself.
    assert {outage.OUTAGE, outage.DESTROYED} <= SILENCE_EN.keys() == SILENCE_ZH.keys()
    for table in (REFUSAL_EN, REFUSAL_ZH):
        assert set(table) == set(ForecastRefusal)
    for kinds in (KIND_EN, KIND_ZH):
        assert set(kinds) == set(WarningKind)
    for flags in (FLAG_EN, FLAG_ZH):
        assert set(flags) == set(Flag)


def test_a_threshold_s_name_says_all_of_its_colour() -> None:
    """A name such as angle_red_floor is told as the red limit of ``angle floor``."""
    assert quantity("angle_floor_mm_per_day").name_zh == "切线角适用的最低速率"

"""Thresholds of a point's own: what is refused, and that a wrong one never comes into force."""

import math
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from detectors.overrides import check_point, check_rules, in_force
from detectors.rules import DEFAULT_RULES
from domain.errors import RegistryError
from domain.hazards import HazardType
from domain.points import Device, Point
from domain.registry import RegistryFile, load_registry, save_registry

POINT = Point(
    "500235010007", "新滩 7", HazardType.LANDSLIDE, 30.9, 108.7, devices=(Device("d1", ("crack",)),)
)


def _with(**own: float) -> Point:
    return replace(POINT, thresholds=MappingProxyType(own))


def test_the_table_itself_makes_sense() -> None:
    check_rules(DEFAULT_RULES)


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ({"velocity_rot_mm_per_day": 300.0}, "did you mean velocity_red_mm_per_day"),
        ({"velocity_red_mm_per_day": math.nan}, "must be a number"),
        ({"velocity_red_mm_per_day": math.inf}, "must be a number"),
        ({"velocity_red_mm_per_day": -1.0}, "0 or more; not -1"),
        ({"angle_red_deg": 95.0}, "at most 90; not 95"),
        ({"rain_yellow_drier_days_percent": 101.0}, "at most 100; not 101"),
        ({"rain_id_intercept_mm_per_h": 0.0}, "more than 0; not 0"),
        ({"rain_id_exponent": -0.4}, "0 or more, at most 2; not -0.4"),
        ({"velocity_orange_mm_per_day": 500.0}, "velocity_red_mm_per_day 432 is less than"),
        ({"velocity_blue_mm_per_day": 70.0}, "a higher level cannot ask for less"),
        ({"motion_sure_sigma": 3.0}, "motion_sure_sigma 3 is less than motion_claim_sigma 7"),
        ({"shaking_on_ratio": 1.0}, "shaking_on_ratio 1 is less than shaking_off_ratio 2"),
    ],
)
def test_what_makes_no_sense_is_refused(own: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_point(_with(**own))


def test_a_pair_is_judged_together() -> None:
    own = {"velocity_orange_mm_per_day": 500.0, "velocity_red_mm_per_day": 900.0}
    table = in_force(DEFAULT_RULES, HazardType.LANDSLIDE, own)
    assert {name: table[name] for name in own} == own
    assert table["velocity_yellow_mm_per_day"] == 32.0


def test_a_wrong_point_in_the_file_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    save_registry(
        [POINT, replace(_with(hold_houers=3.0), point_id="500235010008", devices=())], path
    )
    with pytest.raises(RegistryError, match=r"registry.csv, line 3: there is no threshold 'hold_h"):
        load_registry(path, check_point)


@pytest.mark.parametrize("text", ["[]", "3", '{"hold_hours": "6"}', '{"hold_hours": NaN}', "{"])
def test_thresholds_that_are_no_object_of_numbers(tmp_path: Path, text: str) -> None:
    path = tmp_path / "registry.csv"
    save_registry([POINT], path)
    quoted = '"' + text.replace('"', '""') + '"'
    path.write_text(path.read_text("utf-8").replace("{}", quoted), "utf-8")
    with pytest.raises(RegistryError, match="line 2: "):
        load_registry(path)


def test_a_file_that_becomes_wrong_leaves_the_last_good_one_in_force(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    save_registry([POINT], path)
    file = RegistryFile(path, check_point)
    save_registry([_with(velocity_red_mm_per_day=3.0)], path)
    assert not file.refresh()
    assert not file.current.points[POINT.point_id].thresholds
    assert "velocity_red_mm_per_day 3 is less than" in str(file.error)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_a_file_that_is_no_registry(tmp_path: Path, text: str) -> None:
    path = tmp_path / "registry.csv"
    path.write_text(text)
    with pytest.raises(RegistryError, match="is no registry: it has no column point_id"):
        load_registry(path)

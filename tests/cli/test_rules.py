"""``geohazard rules``: everything that can move a level, in two languages, with sources."""

import json
from pathlib import Path
from types import MappingProxyType

from typer.testing import CliRunner

from cli.main import app
from detectors.rules import DEFAULT_RULES, SOURCES, source_of
from domain.hazards import HazardType
from domain.points import Point
from domain.registry import save_registry

RUN = CliRunner(env={"COLUMNS": "160"})


def test_the_table_holds_every_threshold_of_a_kind() -> None:
    for language in ("en", "zh"):
        found = RUN.invoke(app, ["rules", "--hazard", "debris_flow", "--lang", language]).output
        for name in DEFAULT_RULES.threshold_names:
            assert name in found
        assert DEFAULT_RULES.version in found
    assert "泥石流" in found


def test_every_threshold_has_a_source_that_is_named() -> None:
    letters = {
        source_of(name, kind) for kind in HazardType for name in DEFAULT_RULES.threshold_names
    }
    assert letters == set(SOURCES)


def test_the_same_as_json() -> None:
    report = json.loads(RUN.invoke(app, ["rules", "--json"]).output)
    assert set(report["hazards"]) == {kind.value for kind in HazardType}
    orange = report["hazards"]["landslide"]["thresholds"]["velocity_orange_mm_per_day"]
    assert orange == {"value": 60.0, "source": "D"}
    assert report["hazards"]["landslide"]["alone"]["rain"] == 2


def test_the_table_of_one_point_with_its_own_thresholds(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    own = MappingProxyType({"velocity_red_mm_per_day": 300.0})
    point = Point("500235010007", "新滩", HazardType.LANDSLIDE, 30.9, 108.7, thresholds=own)
    save_registry([point], path)
    options = ["rules", "--point", point.point_id, "--registry", str(path)]
    assert "300 mm/day (table: 432 mm/day)" in RUN.invoke(app, options).output
    assert (
        "300 毫米/天（规则表：432 毫米/天）" in RUN.invoke(app, [*options, "--lang", "zh"]).output
    )
    report = json.loads(RUN.invoke(app, [*options, "--json"]).output)
    assert report["own_thresholds"] == {"velocity_red_mm_per_day": 300.0}
    assert list(report["hazards"]) == ["landslide"]
    missing = RUN.invoke(app, ["rules", "--point", "500235010008", "--registry", str(path)])
    assert "has no point '500235010008'" in str(missing.exception)

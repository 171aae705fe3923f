"""``geohazard rules``: everything that can move a level, in two languages, with sources."""

import json

from typer.testing import CliRunner

from cli.main import app
from detectors.rules import DEFAULT_RULES, SOURCES, source_of
from domain.hazards import HazardType

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

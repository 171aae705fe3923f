"""What ``geohazard analyze`` says of a failing crack, in two languages, and a threshold tried."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from domain.errors import GeohazardError
from tests.cli.test_analyze import OPTIONS, recording

RUN = CliRunner(env={"COLUMNS": "160"})


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording(tmp_path_factory.mktemp("analyze") / "failing.csv", failing=True)


def test_in_words_with_units_and_limits(failing: Path) -> None:
    said = " ".join(RUN.invoke(app, ["analyze", str(failing), *OPTIONS]).output.split())
    assert "velocity at least" in said
    assert "mm/day" in said
    assert "red from velocity 432" in said
    assert "velocity_mm_per_day" not in said


def test_in_chinese(failing: Path) -> None:
    said = RUN.invoke(app, ["analyze", str(failing), *OPTIONS, "--lang", "zh"]).output
    for words in (
        "共120行",
        "质量：合格",
        "级别变化",
        "红色位移速率 432",
        "毫米/天",
        "最高级别：红色",
    ):
        assert words in said
    assert "…" not in said, "nothing of a reason is cut off"


def test_a_threshold_that_is_tried_shows(failing: Path) -> None:
    trial = [*OPTIONS, "--set", "velocity_red_mm_per_day=1e9", "--set", "angle_red_deg=90"]
    assert "highest level: red" in RUN.invoke(app, ["analyze", str(failing), *OPTIONS]).output
    assert "highest level: orange" in RUN.invoke(app, ["analyze", str(failing), *trial]).output
    wrong = RUN.invoke(app, ["analyze", str(failing), *OPTIONS, "--set", "velocity_red=300"])
    assert isinstance(wrong.exception, GeohazardError)
    assert "did you mean" in str(wrong.exception)

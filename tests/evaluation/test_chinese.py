"""The report in Chinese says everything in Chinese, labels of pictures included."""

import base64
import io
import re
from html import unescape

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli.evaluate_text import print_comparison, print_metrics
from cli.main import app
from detectors.discovery import find_detectors
from detectors.failure_time.ensemble import WEIGHTS
from domain.channels import CHANNELS
from domain.hazards import HazardType
from domain.quality import Test
from domain.settings import IngestSettings
from domain.surroundings import Belonging
from evaluation import figures
from evaluation.alarms import VERDICTS
from evaluation.asked import Effort
from evaluation.chinese import TEXTS
from evaluation.chinese_sentences import PATTERNS
from evaluation.compare import compare
from evaluation.data_set import open_data_set
from evaluation.door import Door
from evaluation.exposure import STATES
from evaluation.failures import CLASSES
from evaluation.instruments import GROUPS
from evaluation.intervals import Share
from evaluation.judge import evaluate
from evaluation.report import report
from evaluation.truth import OFFLINE
from evaluation.words import CHINESE, ENGLISH
from sensors_sim.fault_kinds import FaultKind
from tests.evaluation.builders import write_record

NAMES = re.compile(
    r"faults|GNSS|EDuMaP|pip install|geohazard|plot|matplotlib|Voight|SLO|Carl|CPU|velocity_\w+|"
    r"\d{4}-\d\d-\d\dT[\d:]+(Z|\+\d\d:\d\d)?|[\d.]+e[+-]\d+"
)
"""What stays as it is: names, dates, numbers."""
HARMLESS = {"duplicate", "malformed"}


@pytest.fixture(scope="module")
def metrics(tmp_path_factory):
    folder = write_record(tmp_path_factory.mktemp("record") / "faults", scenario="faults")
    found, _ = evaluate(open_data_set(folder), partitions=1, door=Door.of(IngestSettings()))
    effort = Effort(shares=(0.5, 0.5, 0.3, 0.2), requests=3, points=2, regular=900, more=90)
    return msgspec.structs.replace(found, asked=found.beside(effort))


@pytest.fixture(scope="module")
def comparison(metrics):
    worse = msgspec.structs.replace(metrics.flags, right=Share.of_counts(1, 1000))
    before = msgspec.structs.replace(metrics, flags=worse)
    found = compare(before, metrics)
    changes = [msgspec.structs.replace(c, verdict="worse", clear=True) for c in found.changes]
    return msgspec.structs.replace(found, changes=changes, lost=["500 at 1"], won=["501 at 2"])


def english(text: str) -> list[str]:
    """Find English words that are left in a text."""
    return sorted(set(re.findall(r"[A-Za-z]{2,}", NAMES.sub("", text))))


def test_no_english_is_left_in_the_report(metrics, comparison):
    about = msgspec.structs.replace(metrics.about, changed={"velocity_red_mm_per_day": 3.0})
    page = report(msgspec.structs.replace(metrics, about=about), comparison, CHINESE)
    assert '<html lang="zh-CN">' in page
    body = re.sub(r"<(style|head).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert english(unescape(body)) == []


@pytest.mark.skipif(not figures._chinese_fonts(), reason="no Chinese font here")
def test_no_english_is_left_in_the_pictures(metrics):
    page = report(metrics, None, CHINESE)
    pictures = [base64.b64decode(data).decode() for data in re.findall(r"base64,([^\"]*)", page)]
    assert len(pictures) == len(figures.PICTURES) - (not metrics.forecast_list)
    for picture in pictures:
        labels = re.findall(r"<text[^>]*>(.*?)</text>", picture, re.DOTALL)
        assert any(re.search("[\u4e00-\u9fff]", label) for label in labels)
        assert english(" ".join(unescape(re.sub(r"<[^>]*>", "", label)) for label in labels)) == []


def test_no_english_is_left_in_the_terminal(metrics, comparison):
    console = Console(record=True, width=200, file=io.StringIO())
    print_metrics(metrics, console, CHINESE)
    print_comparison(comparison, console, CHINESE)
    assert english(console.export_text().replace("faults", "")) == []


def test_whatever_may_come_has_a_word():
    known = set(TEXTS)
    faults = {kind.value for kind in FaultKind} - HARMLESS
    detectors = {method.name for method in find_detectors()}
    for names in (
        CHANNELS,
        [hazard.value for hazard in HazardType],
        [test.names[0] for test in Test],
        faults,
        OFFLINE,
        detectors | {"silence"},
        WEIGHTS,
        VERDICTS,
        STATES,
        GROUPS,
        [kind.value for kind in Belonging],
        [name for name, _ in CLASSES],
    ):
        assert set(names) <= known


def test_patterns_take_parts_and_numbers_apart():
    assert CHINESE("drift 15, spike 3") == "漂移 15，尖峰 3"
    assert CHINESE("95 % (76-99) of 20") == "95 %（76-99），共20"
    assert CHINESE("landslide, 24 h and more") == "滑坡，24小时及以上"
    assert CHINESE("<script>") == "<script>"
    assert ENGLISH("spike flagged") == "spike flagged"
    for pattern, own in PATTERNS.items():
        assert len(re.findall(r"\{#?\}", pattern)) >= own.count("{}")


def test_the_command_writes_it(tmp_path):
    folder = write_record(tmp_path / "demo", points=55, days=0.1)
    result = CliRunner().invoke(app, ["evaluate", str(folder), "--lang", "zh"])
    assert result.exit_code == 0, result.output
    assert "目标" in result.output
    assert "破坏事件" in (folder / "report.html").read_text("utf-8")


def test_without_a_chinese_font_the_pictures_are_in_english(metrics, monkeypatch):
    monkeypatch.setattr(figures, "CHINESE_FONTS", ())
    name, _, drawing = figures.PICTURES[0]
    assert figures.draw(drawing, metrics, CHINESE) == figures.draw(drawing, metrics, ENGLISH), name

"""The report: one file that needs nothing else, and a comparison that says what changed."""

import re
from html.parser import HTMLParser

import msgspec
import pytest
from typer.testing import CliRunner

from cli.main import app
from domain.settings import IngestSettings
from evaluation import figures
from evaluation.compare import compare
from evaluation.data_set import open_data_set
from evaluation.door import Door
from evaluation.intervals import Share
from evaluation.judge import evaluate
from evaluation.report import report
from tests.evaluation.builders import write_record


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_record(tmp_path_factory.mktemp("record") / "demo")


@pytest.fixture(scope="module")
def metrics(folder):
    door = Door.of(IngestSettings())
    return evaluate(open_data_set(folder), partitions=1, door=door)[0]


class Outside(HTMLParser):
    """Collects whatever would be fetched from elsewhere, and tags left open."""

    def __init__(self):
        super().__init__()
        self.fetched, self.open = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)
        self.fetched += [v for k, v in attrs if k in ("src", "href") and not v.startswith("data:")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_report_needs_no_network_and_is_well_formed(metrics):
    page = report(metrics)
    reader = Outside()
    reader.feed(page)
    assert (reader.fetched, reader.open) == ([], [])
    assert "http" not in re.sub(r"base64,[^\"]*", "", page)
    assert page.count("<img") >= 5


def test_names_cannot_break_the_page(metrics):
    about = msgspec.structs.replace(metrics.about, scenario="<script>alert(1)</script>")
    lost = msgspec.structs.replace(
        metrics.failures[0], point_id="<script>", lead_h=dict.fromkeys(metrics.failures[0].lead_h)
    )
    page = report(msgspec.structs.replace(metrics, about=about, failures=[lost]))
    assert page.count("&lt;script&gt;") >= 3
    assert "<script>" not in page


def test_without_matplotlib_the_tables_stay(metrics, monkeypatch):
    monkeypatch.setattr(figures, "available", lambda: False)
    page = report(metrics)
    assert "<img" not in page
    assert "<h2>Goals</h2>" in page
    assert "geohazard[plot]" in page


def test_pictures_are_the_same_bytes_again(metrics):
    for _, _, drawing in figures.PICTURES:
        assert figures.draw(drawing, metrics) == figures.draw(drawing, metrics)


def test_a_run_against_itself_has_no_difference(metrics):
    comparison = compare(metrics, metrics)
    assert comparison.same_record
    assert {change.verdict for change in comparison.changes} == {"same"}
    assert (comparison.lost, comparison.won) == ([], [])


def test_what_got_worse_is_said(metrics):
    right = Share.of_counts(1, 1000)
    flags = msgspec.structs.replace(metrics.flags, right=right)
    lost = msgspec.structs.replace(
        metrics.failures[0], lead_h=dict.fromkeys(metrics.failures[0].lead_h)
    )
    after = msgspec.structs.replace(metrics, flags=flags, failures=[lost])
    comparison = compare(metrics, after)
    (changed,) = [c for c in comparison.changes if c.verdict != "same"]
    assert (changed.name, changed.verdict, changed.clear) == (
        "flags: right among all",
        "worse",
        True,
    )
    assert len(comparison.lost) == 1
    assert compare(after, metrics).won == comparison.lost


def test_different_records_are_told_apart(metrics):
    about = msgspec.structs.replace(metrics.about, seed=99)
    assert not compare(msgspec.structs.replace(metrics, about=about), metrics).same_record


def test_the_command_compares(folder, tmp_path):
    assert CliRunner().invoke(app, ["evaluate", str(folder)]).exit_code == 0
    arguments = ["evaluate", str(folder), "--out", str(tmp_path)]
    arguments += [
        "--set",
        "velocity_blue_mm_per_day=1e9",
        "--set",
        "velocity_yellow_mm_per_day=1e9",
    ]
    arguments += ["--set", "velocity_orange_mm_per_day=1e9", "--set", "velocity_red_mm_per_day=1e9"]
    result = CliRunner().invoke(app, [*arguments, "--baseline", str(folder / "metrics.json")])
    assert result.exit_code == 0, result.output
    assert "Against the baseline" in result.output
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Both runs saw the same record." in page
    assert "velocity_red_mm_per_day = 1e+09" in page

"""The generated files: in step with the code, and of the form that Grafana expects."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.dashboards import app
from dashboards import files
from dashboards.deploy import DeployError
from dashboards.fields import LEVEL_COLOURS
from dashboards.names import DATASOURCE_UID, PAGES, page_uid
from dashboards.pages import pages
from dashboards.texts import LANGS, Lang, Text
from domain.quality import Test

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "dashboards" / "grafana"
CASES = [(lang, name) for lang in LANGS for name in PAGES]

# Of Grafana's own list of units (@grafana/data), those that are used; anything else is written
# behind the number as it stands, by ``suffix:``.
UNITS = {
    "lengthmm",
    "lengthm",
    "degree",
    "volt",
    "dBm",
    "percent",
    "s",
    "ms",
    "cps",
    "short",
    "decmbytes",
    "dateTimeAsIso",
}
KINDS = {"row", "stat", "table", "timeseries", "state-timeline", "barchart", "geomap"}
BUILT_IN = {"timeFilter", "__interval", "__to", "__url_time_range", "__value", "col", "__all"}


def model(lang: str, name: str) -> dict[str, Any]:
    text = (FOLDER / "dashboards" / lang / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def texts(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from texts(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value, key)
    elif isinstance(node, str):
        yield key, node


def test_what_is_checked_in_is_what_would_be_built() -> None:
    assert files.differences(FOLDER) == []


def test_a_change_or_a_stray_file_is_noticed(tmp_path: Path) -> None:
    assert len(files.write(tmp_path)) == 15
    assert files.write(tmp_path) == []
    path = tmp_path / "dashboards" / "zh" / "rain.json"
    path.write_text(path.read_text(encoding="utf-8").replace("雨", "风", 1), encoding="utf-8")
    (path.parent / "old.json").write_text("{}")
    assert files.differences(tmp_path) == ["dashboards/zh/old.json", "dashboards/zh/rain.json"]
    assert files.differences(tmp_path, ["en"]) == []
    files.write(tmp_path)
    assert not (path.parent / "old.json").exists()


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_ids_are_unique_and_known(lang: Lang, name: str) -> None:
    found = model(lang, name)
    assert found["uid"] == page_uid(name, lang)
    ids = [panel["id"] for panel in found["panels"]]
    assert len(ids) == len(set(ids))
    page = next(page for page in pages(lang) if page.name == name)
    by_id = {panel["id"]: panel for panel in found["panels"]}
    for number, panel in page.panels():
        assert by_id[number]["title"] == panel.title.of(lang)
    assert len({panel.key for _, panel in page.panels()}) == len(list(page.panels()))


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_panels_fill_the_grid_without_overlap(lang: Lang, name: str) -> None:
    places = [panel["gridPos"] for panel in model(lang, name)["panels"]]
    for place in places:
        assert 0 <= place["x"] and place["x"] + place["w"] <= 24 and place["h"] > 0
    for one, other in combinations(places, 2):
        apart_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        apart_y = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart_x or apart_y, (one, other)


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_every_panel_explains_itself(lang: Lang, name: str) -> None:
    for panel in model(lang, name)["panels"]:
        assert panel["type"] in KINDS
        assert panel["title"]
        if panel["type"] == "row":
            continue
        assert panel["description"].endswith((".", "。", "）。"))
        assert panel["targets"]
        assert panel["fieldConfig"]["defaults"]["noValue"]
        assert panel["datasource"] == {"type": "influxdb", "uid": DATASOURCE_UID}
        refs = [target["refId"] for target in panel["targets"]]
        assert refs == sorted(set(refs))
        for target in panel["targets"]:
            assert target["rawQuery"] is True
            assert target["resultFormat"] in ("table", "time_series")
            assert (target["resultFormat"] == "time_series") == bool(target.get("alias"))


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_every_variable_is_defined_and_escaped(lang: Lang, name: str) -> None:
    found = model(lang, name)
    defined = {variable["name"] for variable in found["templating"]["list"]}
    queries = [target["query"] for panel in found["panels"] for target in panel.get("targets", [])]
    queries += [note["query"] for note in found["annotations"]["list"]]
    queries += [v["query"] for v in found["templating"]["list"] if v["type"] == "query"]
    for query in queries:
        for variable, form in re.findall(r"\$\{?(\w+)(?::(\w+))?\}?", query):
            if variable not in BUILT_IN:
                assert variable in defined, query
                assert form == "regex", query
        quoted = "".join(re.findall(r"'[^']*'", query))
        assert "$" not in quoted, "a variable in quotes can leave them"


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_units_are_grafanas_and_colours_are_said_in_words_too(lang: Lang, name: str) -> None:
    found = model(lang, name)
    units = {text for key, text in texts(found) if key == "unit"}
    units |= {
        one["value"]
        for panel in found["panels"]
        for override in panel.get("fieldConfig", {}).get("overrides", [])
        for one in override["properties"]
        if one["id"] == "unit"
    }
    assert {unit for unit in units if not unit.startswith("suffix:")} <= UNITS
    for level, colour in enumerate(LEVEL_COLOURS):
        said = json.dumps(found, ensure_ascii=False)
        if f'"{level}": {{"index": {level}, "text"' in said and level:
            assert f'"color": "{colour}"' in said
            assert "○◔◑◕●"[level] in said


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_links_lead_to_dashboards_that_are_there(lang: Lang, name: str) -> None:
    known = {page_uid(page, each) for page in PAGES for each in LANGS}
    urls = [text for key, text in texts(model(lang, name)) if key == "url" and text]
    assert all(re.match(r"/d/([\w-]+)", url)[1] in known for url in urls)  # type: ignore[index]
    within = [url for url in urls if "__url_time_range" in url]
    assert all(f"-{lang}?" in url for url in within)
    assert f"/d/{page_uid(name, 'en' if lang == 'zh' else 'zh')}" in urls


@pytest.mark.parametrize("name", PAGES)
def test_the_chinese_page_is_the_english_one_in_chinese(name: str) -> None:
    """Nothing but texts, uids and links differs."""
    english, chinese = (model(lang, name) for lang in LANGS)
    for (key, one), (other_key, other) in zip(texts(english), texts(chinese), strict=True):
        assert key == other_key
        if key in ("query", "refId", "type", "color", "unit", "regex", "alias", "resultFormat"):
            if "Wanzhou" not in one and "landslide :" not in one and "rockfall" not in one:
                assert one == other
    for panel in chinese["panels"]:
        assert re.search("[\u4e00-\u9fff]", panel["title"] + panel.get("description", ""))


def test_tests_that_spoke_together_are_named_in_the_pages_language() -> None:
    """Up to three of them; more are counted, and keep the names of the store."""
    panels = {panel["title"]: panel for panel in model("zh", "point")["panels"]}
    whole, many = panels["可疑原因"]["fieldConfig"]["defaults"]["mappings"]
    for count in (1, 2, 3):
        for some in combinations(Test, count):
            named = Test.of(t.name for t in some)
            assert whole["options"][",".join(named.names)]["text"] == named.zh
    pattern, result = many["options"]["pattern"], many["options"]["result"]
    assert not re.match(pattern, "gap,spike,drift")
    told = re.sub(pattern, result["text"].replace("$1", r"\1"), "gap,spike,unit,drift")
    assert told == "四项以上检测：gap,spike,unit,drift"


def test_a_text_without_a_language_is_refused() -> None:
    with pytest.raises(ValueError, match="both languages"):
        Text("rain", "")


def test_the_province_is_not_asked_too_often() -> None:
    for page in pages("en"):
        assert page.refresh in ("30s", "1m", "5m")
    assert {page.name: page.refresh for page in pages("en")}["province"] == "1m"


def test_the_command_writes_checks_and_says_what_is_missing(tmp_path: Path) -> None:
    run = CliRunner().invoke
    out = str(tmp_path / "grafana")
    assert run(app, ["build", "--out", out, "--lang", "zh"]).output.endswith("5 files changed\n")
    assert run(app, ["build", "--out", out, "--lang", "zh", "--check"]).exit_code == 0
    found = run(app, ["build", "--out", out, "--check"])
    assert (found.exit_code, found.output.count("differs: ")) == (1, 10)
    nowhere = run(app, ["build", "--out", str(tmp_path / "no" / "where")])
    assert isinstance(nowhere.exception, DeployError)
    assert "does not exist" in str(nowhere.exception)

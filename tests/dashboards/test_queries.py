"""Every query of every panel and rule, asked of a real InfluxDB, and its answer checked."""

from typing import Any

import pytest

from dashboards import queries
from dashboards.page import Page
from dashboards.pages import pages
from dashboards.queries import Query, alerts
from dashboards.rules import GROUPS
from tests.dashboards import world
from tests.dashboards.expected import EXPECTED
from tests.dashboards.grafana_like import View
from tests.storage.servers import Influx

pytestmark = pytest.mark.integration

PAGES: dict[str, Page] = {page.name: page for page in pages("en")}
ALL = {"area": None, "kind": None, "point": world.RED}
VIEW = View(world.T0, world.END, variables=ALL)
PANELS = [(page.name, panel.key) for page in PAGES.values() for _, panel in page.panels()]


def rows_of(influx: Influx, text: str) -> list[dict[str, Any]]:
    """Ask, and give each row its minute after the start."""
    found = influx.rows(text)
    return [
        {**row, "minute": round((row["time"] / 1e6 - world.T0) / world.MINUTE, 2)} for row in found
    ]


def assert_rows(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    """Compare the columns that are wanted; every row must be there and no other."""
    seen = [
        {name: row.get(name) for name in want} for row, want in zip(found, wanted, strict=False)
    ]
    assert seen == [
        {k: pytest.approx(v, abs=1e-9) if isinstance(v, float) else v for k, v in want.items()}
        for want in wanted
    ]
    assert len(found) == len(wanted)


def test_every_panel_is_checked() -> None:
    assert sorted(EXPECTED) == sorted(PANELS)
    for name, key in PANELS:
        panel = next(p for _, p in PAGES[name].panels() if p.key == key)
        assert len(EXPECTED[name, key]) == len(panel.queries), (name, key)


@pytest.mark.parametrize(("page", "key"), PANELS)
def test_a_panel_shows_what_is_so(filled: Influx, page: str, key: str) -> None:
    panel = next(p for _, p in PAGES[page].panels() if p.key == key)
    for query, wanted in zip(panel.queries, EXPECTED[page, key], strict=True):
        assert_rows(rows_of(filled, VIEW.fill(query.text)), wanted)


def test_one_district_and_kind_leave_the_others_out(filled: Influx) -> None:
    chosen = {"area": ("500235", "500101"), "kind": "landslide", "point": world.RED}
    view = View(world.T0, world.END, variables=chosen)
    found = rows_of(filled, view.fill(queries.map_of_points().text))
    assert [row["point"] for row in found] == [world.BLUE, world.RED]
    found = rows_of(filled, view.fill(queries.counts().text))
    assert (found[0]["n"], found[0]["n4"]) == (4, 1)


def test_a_range_in_the_past_shows_the_past(filled: Influx) -> None:
    view = View(world.T0, world.T0 + world.MINUTE, variables=ALL)
    found = rows_of(filled, view.fill(queries.map_of_points().text))
    assert {row["level"] for row in found} == {0}
    assert len(rows_of(filled, view.fill(queries.names().text))) == 5


def test_a_point_without_data_is_said_to_be_so(filled: Influx) -> None:
    view = View(world.END + 90 * world.HOUR, world.END + 99 * world.HOUR, variables=ALL)
    assert rows_of(filled, view.fill(queries.instruments("crack").text)) == []
    assert_rows(
        rows_of(filled, view.fill(queries.state_of_point("last_ms").text)),
        [{"last_ms": world.T0 + world.HOUR}],
    )


@pytest.mark.parametrize(
    "name",
    ["x' OR 'a'='a", 'q"uote', "back\\", "a/ OR /b", "🏔.*", "<script>", "$timeFilter", ")|("],
)
def test_a_hostile_variable_stays_in_its_place(filled: Influx, name: str) -> None:
    view = View(world.T0, world.END, variables={"area": name, "kind": (name, name), "point": name})
    asked = {q.text for p in PAGES.values() for _, panel in p.panels() for q in panel.queries}
    for text in sorted(asked):
        if "${" in text.replace("${__to}", ""):
            assert filled.query(view.fill(text)) == [], text
    assert filled.query(view.fill(queries.POINTS_VARIABLE)) == []


def test_the_points_of_a_district_are_offered(filled: Influx) -> None:
    view = View(world.T0, world.END, variables={"area": "500235"})
    found = filled.rows(view.fill(queries.POINTS_VARIABLE))
    assert [row["value"] for row in found] == [world.RED, world.WATCHED]


def test_annotations_have_a_text_and_a_tag(filled: Influx) -> None:
    for page in PAGES.values():
        for note in page.annotations:
            found = filled.rows(VIEW.fill(note["query"]))
            assert all({note["textColumn"], note["tagsColumn"]} <= set(row) for row in found)
    by_name = {note["name"].en: note["query"] for note in PAGES["point"].annotations}
    found = filled.rows(VIEW.fill(by_name["Acknowledged"]))
    assert [row["change"] for row in found] == ["acknowledged"]
    found = filled.rows(VIEW.fill(by_name["Warnings"]))
    assert [row["message"] for row in found] == [
        "raised orange (was 0)",
        "upgraded red (was 3) crack absolute velocity",
    ]


_RULES = {rule.uid: rule for _, group in GROUPS.values() for rule in group}
_FIRING: dict[str, list[dict[str, Any]]] = {
    "geo-level-red": [{"point": world.RED, "area": "500235", "kind": "landslide", "level": 4}],
    "geo-level-orange": [{"point": world.ORANGE, "level": 3}, {"point": world.RED, "level": 4}],
    "geo-silent-at-level": [{"point": world.RED, "level": 4}],
    "geo-silent-district": [
        {"area": "500101", "share": 0.0},
        {"area": "500235", "share": 50.0},
        {"area": "500240", "share": 0.0},
    ],
    "geo-lag": [
        {"role": "detect", "lag": 2},
        {"role": "ingest", "lag": 12},
        {"role": "notify", "lag": 0},
        {"role": "store", "lag": 1},
    ],
    "geo-rejects": [{"reason": "malformed", "n": 30}, {"reason": "store_refused", "n": 1}],
    "geo-dead-letters": [{"dead": 1}],
    "geo-no-data": [{"n": 90 * 7200}],
}


@pytest.mark.parametrize("uid", sorted(_RULES))
def test_a_rule_finds_what_it_should(filled: Influx, uid: str) -> None:
    found = rows_of(filled, VIEW.fill(_RULES[uid].query.text))
    assert_rows(found, _FIRING[uid])
    assert all(
        len(series["columns"]) == 2 for series in filled.query(VIEW.fill(_RULES[uid].query.text))
    )


def test_a_red_point_that_went_silent_stays_red(filled: Influx) -> None:
    """Nothing but its heartbeat came for an hour; a day after the last one it is still found."""
    view = View(world.END + 25 * world.HOUR - 26 * world.HOUR, world.END + 25 * world.HOUR)
    found = rows_of(filled, view.fill(alerts.points_at_level(4).text))
    assert [row["point"] for row in found] == [world.RED]


def test_no_data_is_noticed(filled: Influx) -> None:
    view = View(world.END + world.HOUR, world.END + 2 * world.HOUR)
    assert filled.query(view.fill(_RULES["geo-no-data"].query.text)) == []
    assert _RULES["geo-no-data"].no_data == "Alerting"


def test_rules_use_no_variable() -> None:
    for rule in _RULES.values():
        assert "${" not in rule.query.text
        assert "$__" not in rule.query.text
        assert isinstance(rule.query, Query)

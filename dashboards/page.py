"""A page: panels in rows, variables, annotations, links; rendered in one language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards.names import page_uid
from dashboards.panels import DATASOURCE, Panel
from dashboards.queries import POINTS_VARIABLE
from dashboards.texts import Lang, Text, localise
from domain.districts import districts
from domain.hazards import HazardType

COLUMNS = 24
SCHEMA_VERSION = 37
"""That of Grafana 9.3, the oldest that is supported; newer ones raise it themselves."""


@dataclass(frozen=True)
class Row:
    """Panels under a heading."""

    title: Text
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Page:
    """One dashboard in both languages.

    Attributes
    ----------
    name
        One of `dashboards.names.PAGES`.
    purpose
        One sentence.
    """

    name: str
    title: Text
    purpose: Text
    rows: Sequence[Row]
    variables: Sequence[dict[str, Any]] = ()
    annotations: Sequence[dict[str, Any]] = ()
    time_from: str = "now-2d"
    refresh: str = "1m"
    links: Sequence[dict[str, Any]] = field(default_factory=list)

    def panels(self) -> Iterator[tuple[int, Panel]]:
        """Every panel with its number, which is its id in Grafana."""
        number = 0
        for row in self.rows:
            number += 1
            for panel in row.panels:
                number += 1
                yield number, panel

    def number_of(self, key: str) -> int:
        """Id of a panel.

        Raises
        ------
        KeyError
            If the page has none of that key.
        """
        return {panel.key: number for number, panel in self.panels()}[key]

    def render(self, lang: Lang) -> dict[str, Any]:
        """Write it as Grafana's dashboard."""
        found: dict[str, Any] = localise(self._model(lang), lang)
        return found

    def _model(self, lang: Lang) -> dict[str, Any]:
        return {
            "id": None,
            "uid": page_uid(self.name, lang),
            "title": self.title,
            "description": self.purpose,
            "tags": ["geohazard", f"geohazard-{lang}"],
            "editable": True,
            "graphTooltip": 1,
            "schemaVersion": SCHEMA_VERSION,
            "timezone": "browser",
            "refresh": self.refresh,
            "time": {"from": self.time_from, "to": "now"},
            "timepicker": {"refresh_intervals": ["10s", "30s", "1m", "5m", "15m", "1h"]},
            "templating": {"list": list(self.variables)},
            "annotations": {"list": list(self.annotations)},
            "links": [*self._tabs(lang), *self.links],
            "panels": self._placed(),
        }

    def _tabs(self, lang: Lang) -> list[dict[str, Any]]:
        listed = _dashboard_link(Text("Pages", "页面"), [f"geohazard-{lang}"])
        other: Lang = "zh" if lang == "en" else "en"
        switch = _url_link(
            "中文" if lang == "en" else "English", f"/d/{page_uid(self.name, other)}"
        )
        return [listed, switch]

    def _placed(self) -> list[dict[str, Any]]:
        placed: list[dict[str, Any]] = []
        y = 0
        for row in self.rows:
            placed.append(_heading(row.title, len(placed) + 1, y))
            y += 1
            x = deepest = 0
            for panel in row.panels:
                if x + panel.width > COLUMNS:
                    x, y, deepest = 0, y + deepest, 0
                placed.append(panel.to_json(len(placed) + 1, x, y))
                x, deepest = x + panel.width, max(deepest, panel.height)
            y += deepest
        return placed


def _heading(title: Text, number: int, y: int) -> dict[str, Any]:
    place = {"x": 0, "y": y, "w": COLUMNS, "h": 1}
    return {
        "id": number,
        "type": "row",
        "title": title,
        "collapsed": False,
        "gridPos": place,
        "panels": [],
    }


def _dashboard_link(title: Text, tags: list[str]) -> dict[str, Any]:
    kept = {"keepTime": True, "includeVars": False, "targetBlank": False}
    usual = {"type": "dashboards", "icon": "external link", "tooltip": "", "url": ""}
    return {**usual, **kept, "title": title, "tags": tags, "asDropdown": False}


def _url_link(title: str | Text, url: str) -> dict[str, Any]:
    kept = {"keepTime": True, "includeVars": True, "targetBlank": False}
    usual = {"type": "link", "icon": "external link", "tooltip": "", "tags": []}
    return {**usual, **kept, "title": title, "url": url, "asDropdown": False}


def _options(pairs: Sequence[tuple[Text, str]]) -> list[dict[str, Any]]:
    return [{"text": text, "value": value, "selected": False} for text, value in pairs]


_ALL = Text("All", "全部")


def _custom(name: str, label: Text, pairs: Sequence[tuple[Text, str]]) -> dict[str, Any]:
    everything = {"text": _ALL, "value": "$__all", "selected": True}
    return {
        "name": name,
        "label": label,
        "type": "custom",
        "hide": 0,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "skipUrlSync": False,
        "query": Text(
            ", ".join(f"{text.en} : {value}" for text, value in pairs),
            ", ".join(f"{text.zh} : {value}" for text, value in pairs),
        ),
        "current": {"text": [_ALL], "value": ["$__all"], "selected": True},
        "options": [everything, *_options(pairs)],
    }


def area_variable() -> dict[str, Any]:
    """Variable of districts, all at first."""
    known = [(Text(d.name_en, d.name_zh), d.code) for d in districts().values()]
    return _custom("area", Text("District", "区县"), known)


def one_area_variable() -> dict[str, Any]:
    """Variable of one district."""
    found = area_variable()
    first = found["options"][1]
    options = [{**first, "selected": True}, *found["options"][2:]]
    single = {"multi": False, "includeAll": False, "options": options}
    current = {"text": first["text"], "value": first["value"], "selected": True}
    del found["allValue"]
    return {**found, **single, "current": current}


def hidden_variable(name: str, label: Text) -> dict[str, Any]:
    """Make a variable that means all and is not shown, for queries that want one."""
    everything = {"text": ".*", "value": ".*", "selected": True}
    return {
        "name": name,
        "label": label,
        "type": "constant",
        "hide": 2,
        "query": ".*",
        "current": everything,
        "options": [everything],
        "skipUrlSync": True,
    }


def kind_variable() -> dict[str, Any]:
    """Variable of hazard types, all at first."""
    known = [(Text(kind.name_en, kind.name_zh), kind.value) for kind in HazardType]
    return _custom("kind", Text("Hazard", "灾害类型"), known)


def point_variable() -> dict[str, Any]:
    """Variable of one point among those of the chosen districts."""
    return {
        "name": "point",
        "label": Text("Point", "监测点"),
        "type": "query",
        "hide": 0,
        "datasource": DATASOURCE,
        "query": POINTS_VARIABLE,
        "definition": POINTS_VARIABLE,
        "refresh": 1,
        "sort": 1,
        "regex": "",
        "multi": False,
        "includeAll": False,
        "skipUrlSync": False,
        "current": {"text": "", "value": "", "selected": False},
        "options": [],
    }


def annotation(name: Text, query: str, colour: str) -> dict[str, Any]:
    """Events of InfluxDB on every panel over time."""
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "hide": False,
        "iconColor": colour,
        "query": query,
        "rawQuery": True,
        "textColumn": "message",
        "tagsColumn": "change",
        "titleColumn": "point",
    }

"""Panels as Grafana reads them: a description of each, and its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards.fields import AREA_MAPPINGS, LEVEL_MAPPINGS, LEVEL_STEPS
from dashboards.names import DATASOURCE_UID, NO_VALUE
from dashboards.queries import Query
from dashboards.texts import Text

_LEGEND = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
Asked = tuple[Query, ...]
DATASOURCE = {"type": "influxdb", "uid": DATASOURCE_UID}


@dataclass(frozen=True)
class Panel:
    """One panel of a page.

    Attributes
    ----------
    key
        Names it within its page, for links from alert rules and for tests.
    kind
        Grafana's panel plugin.
    title, description
        The description says in a sentence what is seen, without a mouse over it.
    width, height
        In Grafana's grid of 24 columns.
    defaults, overrides
        Of its fields: units, thresholds, mappings.
    time_from
        Looks back so far from the end of the range, whatever its beginning.
    """

    key: str
    kind: str
    title: Text
    description: Text
    queries: tuple[Query, ...]
    width: int = 12
    height: int = 8
    defaults: Mapping[str, Any] = field(default_factory=dict)
    overrides: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    transformations: Sequence[Mapping[str, Any]] = ()
    time_from: str = ""

    def to_json(self, number: int, x: int, y: int) -> dict[str, Any]:
        """Render it at a place of the grid; texts are still in both languages."""
        found: dict[str, Any] = {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "fieldConfig": {
                "defaults": {"noValue": NO_VALUE, **self.defaults},
                "overrides": list(self.overrides),
            },
            "options": dict(self.options),
            "targets": [
                target(query, ref) for ref, query in zip("ABCDEF", self.queries, strict=False)
            ],
        }
        if self.transformations:
            found["transformations"] = list(self.transformations)
        if self.time_from:
            found["timeFrom"] = self.time_from
        return found


def target(query: Query, ref: str) -> dict[str, Any]:
    """Render a query as a panel's target."""
    found: dict[str, Any] = {
        "refId": ref,
        "datasource": DATASOURCE,
        "query": query.text,
        "rawQuery": True,
        "resultFormat": query.format,
    }
    if query.alias:
        found["alias"] = query.alias
    return found


def _merged(given: dict[str, Any], key: str, usual: Mapping[str, Any]) -> dict[str, Any]:
    return {**given, key: {**usual, **given.get(key, {})}}


def graph(
    key: str,
    title: Text,
    description: Text,
    asked: Asked,
    *,
    stacked: bool = False,
    bars: bool = False,
    **more: Any,
) -> Panel:
    """Lines or bars over time."""
    custom: dict[str, Any] = {
        "drawStyle": "bars" if bars else "line",
        "lineWidth": 1 if bars else 2,
        "fillOpacity": 60 if bars else 8,
        "showPoints": "never" if bars else "auto",
        "pointSize": 4,
        "spanNulls": False,
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "line" if "thresholds" in more.get("defaults", {}) else "off"},
    }
    more = _merged(more, "defaults", {"custom": custom})
    legend = {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": ["last"]}
    options = {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    return Panel(key, "timeseries", title, description, asked, **_merged(more, "options", options))


def stat(
    key: str,
    title: Text,
    description: Text,
    asked: Asked,
    *,
    fields: str = "/^(?!Time$).*/",
    **more: Any,
) -> Panel:
    """Large figures."""
    options = {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "auto",
        "textMode": "value_and_name",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": fields, "values": False},
    }
    more = _merged(more, "defaults", {"thresholds": {"mode": "absolute", "steps": _PLAIN}})
    return Panel(key, "stat", title, description, asked, **_merged(more, "options", options))


_PLAIN = [{"value": None, "color": "#4a5560"}]


def table(
    key: str, title: Text, description: Text, asked: Asked, *, sort: Text | None = None, **more: Any
) -> Panel:
    """Rows that sort by a click on their column."""
    order = [{"displayName": sort, "desc": True}] if sort else []
    options = {"cellHeight": "sm", "showHeader": True, "sortBy": order}
    defaults = {"custom": {"align": "auto", "filterable": True, "inspect": False}}
    more = _merged(more, "defaults", defaults)
    return Panel(key, "table", title, description, asked, **_merged(more, "options", options))


def state_timeline(key: str, title: Text, description: Text, asked: Asked, **more: Any) -> Panel:
    """States over time, each with its name in it."""
    options = {
        "mergeValues": True,
        "showValue": "auto",
        "alignValue": "left",
        "rowHeight": 0.85,
        "legend": _LEGEND,
        "tooltip": {"mode": "single", "sort": "none"},
    }
    defaults = {"custom": {"fillOpacity": 85, "lineWidth": 0}}
    more = _merged(more, "defaults", defaults)
    return Panel(
        key, "state-timeline", title, description, asked, **_merged(more, "options", options)
    )


def bars_by_area(key: str, title: Text, description: Text, asked: Asked, **more: Any) -> Panel:
    """Draw a bar for each district, with its figure."""
    options = {
        "orientation": "horizontal",
        "xField": "area",
        "showValue": "always",
        "stacking": "none",
        "barWidth": 0.85,
        "groupWidth": 0.8,
        "xTickLabelRotation": 0,
        "legend": _LEGEND,
        "tooltip": {"mode": "multi", "sort": "none"},
    }
    defaults = {"custom": {"fillOpacity": 80, "lineWidth": 0}}
    area = {"id": "mappings", "value": AREA_MAPPINGS}
    matched = {"matcher": {"id": "byName", "options": "area"}, "properties": [area]}
    more = _merged(more, "defaults", defaults)
    more["overrides"] = [matched, *more.get("overrides", ())]
    return Panel(key, "barchart", title, description, asked, **_merged(more, "options", options))


def map_of_levels(
    key: str, title: Text, description: Text, asked: Asked, *, view: Mapping[str, Any], **more: Any
) -> Panel:
    """Points on a map: all of them small (query A), those at a level larger on top (query B)."""
    defaults = {
        "mappings": LEVEL_MAPPINGS,
        "thresholds": {"mode": "absolute", "steps": LEVEL_STEPS},
        "color": {"mode": "thresholds"},
    }
    options = {
        "view": view,
        "basemap": {"type": "default", "name": "Base"},
        "controls": {"showZoom": True, "mouseWheelZoom": True, "showAttribution": True},
        "tooltip": {"mode": "details"},
        "layers": [
            _markers("all", "A", {"fixed": 3}, "circle"),
            _markers("levels", "B", {"field": "level", "min": 6, "max": 14}, "triangle"),
        ],
    }
    more = _merged(more, "defaults", defaults)
    return Panel(key, "geomap", title, description, asked, **_merged(more, "options", options))


def _markers(name: str, ref: str, size: Mapping[str, Any], shape: str) -> dict[str, Any]:
    style = {
        "color": {"field": "level", "fixed": "#73797f"},
        "opacity": 0.85,
        "size": {"fixed": 5, "min": 2, "max": 15, **size},
        "symbol": {"fixed": f"img/icons/marker/{shape}.svg", "mode": "fixed"},
    }
    return {
        "type": "markers",
        "name": name,
        "config": {"showLegend": ref == "B", "style": style},
        "location": {"mode": "coords", "latitude": "lat", "longitude": "lon"},
        "filterData": {"id": "byRefId", "options": ref},
        "tooltip": True,
    }

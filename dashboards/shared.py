"""Panels that more than one page shows."""

from typing import Any

from dashboards import queries
from dashboards.fields import (
    AREA_MAPPINGS,
    BAD,
    KIND_MAPPINGS,
    LEVEL,
    LEVEL_COLOURS,
    LEVEL_MAPPINGS,
    OPEN_DISTRICT,
    SILENT_MAPPINGS,
    Override,
    columns_of_points,
    hidden,
    level_text,
    link,
    override,
    point_link,
)
from dashboards.panels import Panel, bars_by_area, map_of_levels, stat, table
from dashboards.texts import Lang, Text

SILENT = Text("✕ silent", "✕ 失联")
ALL_POINTS = Text("all points", "全部监测点")


def count_columns(*, cells: bool = False) -> list[Override]:
    """Columns of counts by level, each in its colour and under its name."""
    found = []
    for level in range(4, -1, -1):
        column: dict[str, Any] = {"displayName": level_text(level), "decimals": 0}
        column["thresholds"] = {
            "mode": "absolute",
            "steps": [
                {"value": None, "color": "transparent" if cells else "#4a5560"},
                {"value": 1, "color": LEVEL_COLOURS[level]},
            ],
        }
        if cells:
            column["custom__cellOptions"] = {"type": "color-background"}
        found.append(override(f"n{level}", **column))
    bad = {"mode": "absolute", "steps": [{"value": None, "color": "transparent"}]}
    bad["steps"] += [{"value": 1, "color": BAD}]  # type: ignore[operator]
    found.append(override("silent", displayName=SILENT, decimals=0, thresholds=bad))
    found.append(override("n", displayName=ALL_POINTS, decimals=0))
    return found


def counts_panel() -> Panel:
    """Points by level, in large figures."""
    return stat(
        "counts",
        Text("Points by level", "各级别监测点数"),
        Text(
            "How many points stand at each level now; a silent point keeps its level.",
            "当前各预警级别的监测点数；失联监测点保持原级别。",
        ),
        (queries.counts(),),
        width=24,
        height=4,
        overrides=count_columns(),
    )


def districts_panel(lang: Lang) -> Panel:
    """Points by level for each district."""
    to_district = link(OPEN_DISTRICT, "district", lang, area="${__value.raw:percentencode}")
    area = override(
        "area", displayName=Text("District", "区县"), mappings=AREA_MAPPINGS, links=[to_district]
    )
    return table(
        "districts",
        Text("Districts by level", "各区县监测点级别"),
        Text(
            "Points of each district by level; sort by a column, open a district by its name.",
            "各区县各级别的监测点数；点击列名排序，点击区县名打开。",
        ),
        (queries.counts_by_area(),),
        width=10,
        height=16,
        overrides=[area, *count_columns(cells=True)],
        transformations=[hidden(["Time"])],
        sort=level_text(4),
    )


def map_panel(lang: Lang, width: int, height: int, view: dict[str, Any]) -> Panel:
    """All points on a map."""
    return map_of_levels(
        "map",
        Text("Map of points", "监测点分布图"),
        Text(
            "Every point by its level; from level 1 on as a triangle that grows with the level.",
            "全部监测点及其级别；1级及以上以三角形表示，级别越高图形越大。",
        ),
        (queries.map_of_points(), queries.map_of_points(1)),
        view=view,
        width=width,
        height=height,
        overrides=[
            override("point", displayName=Text("Point", "监测点"), links=[point_link(lang)]),
            override("area", displayName=Text("District", "区县"), mappings=AREA_MAPPINGS),
            override("kind", displayName=Text("Hazard", "灾害类型"), mappings=KIND_MAPPINGS),
            override("silent", displayName=Text("Reporting", "上报"), mappings=SILENT_MAPPINGS),
            override("level", mappings=LEVEL_MAPPINGS),
        ],
    )


def changes_panel(lang: Lang, width: int = 14, height: int = 10) -> Panel:
    """Latest changes of warnings."""
    return table(
        "changes",
        Text("Changes of warnings, newest first", "预警变化（最新在前）"),
        Text(
            "Points whose warning changed, fell silent or came back; open one by its id.",
            "预警级别变化、失联或恢复上报的监测点；点击编号打开。",
        ),
        (queries.changes(),),
        width=width,
        height=height,
        overrides=columns_of_points(lang),
    )


def silent_panel(lang: Lang, width: int = 10, height: int = 10) -> Panel:
    """Points that do not report."""
    return table(
        "silent",
        Text("Silent points", "失联监测点"),
        Text(
            "Points that have stopped reporting, with the level that they keep; no all-clear.",
            "停止上报的监测点及其保持的级别；失联不等于安全。",
        ),
        (queries.silent_points(),),
        width=width,
        height=height,
        defaults={"noValue": Text("No point is silent.", "无失联监测点。")},
        overrides=columns_of_points(lang),
        transformations=[hidden(["Time"])],
        sort=LEVEL,
    )


def silent_by_area_panel(width: int, time_from: str = "") -> Panel:
    """Silent points of each district beside all of its points."""
    return bars_by_area(
        "silent_by_area",
        Text("Silent points by district", "各区县失联监测点"),
        Text(
            "Silent points of each district beside all of its points.",
            "各区县失联监测点数与监测点总数。",
        ),
        (queries.silent_by_area(),),
        width=width,
        height=18,
        defaults={"decimals": 0, "min": 0},
        overrides=[
            override("silent", displayName=SILENT),
            override("n", displayName=ALL_POINTS),
        ],
        time_from=time_from,
    )

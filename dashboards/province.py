"""The province at a glance."""

from dashboards import queries
from dashboards.fields import LEVEL_COLOURS, override
from dashboards.page import Page, Row, annotation, area_variable, kind_variable
from dashboards.panels import Panel, bars_by_area
from dashboards.shared import (
    changes_panel,
    counts_panel,
    districts_panel,
    map_panel,
    silent_by_area_panel,
    silent_panel,
)
from dashboards.texts import Lang, Text

VIEW = {"id": "coords", "lat": 30.05, "lon": 107.75, "zoom": 7.3, "allLayers": True}


def province(lang: Lang) -> Page:
    """Build the page; the language matters only to its links."""
    return Page(
        name="province",
        title=Text("1 Province", "1 全市总览"),
        purpose=Text(
            "Where in the province is something moving, raining or silent right now?",
            "全市哪里正在变形、强降雨或失联？",
        ),
        rows=(
            Row(Text("Now", "当前"), (counts_panel(),)),
            Row(
                Text("Where", "分布"),
                (map_panel(lang, 14, 16, VIEW), districts_panel(lang)),
            ),
            Row(Text("What changed", "变化"), (changes_panel(lang), silent_panel(lang))),
            Row(
                Text("Rain and silence by district", "各区县降雨与失联"),
                (_rain(), silent_by_area_panel(12)),
            ),
        ),
        variables=(area_variable(), kind_variable()),
        annotations=(
            annotation(
                Text("Warnings", "预警"),
                queries.annotations((queries.AREA, queries.KIND), queries.LEVEL_CHANGES),
                LEVEL_COLOURS[3],
            ),
        ),
        refresh="1m",
    )


def _rain() -> Panel:
    return bars_by_area(
        "rain",
        Text("Rain of the last hour", "近一小时雨量"),
        Text(
            "Rain of the last hour in each district: mean and largest over its gauges.",
            "各区县近一小时雨量：雨量计均值与最大值。",
        ),
        (queries.rain_of_range_by_area(),),
        height=18,
        defaults={"unit": "lengthmm", "decimals": 1, "min": 0},
        overrides=[
            override("mean", displayName=Text("mean", "均值")),
            override("largest", displayName=Text("largest", "最大值")),
        ],
        time_from="1h",
    )

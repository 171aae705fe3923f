"""One district."""

from dashboards import queries
from dashboards.fields import LEVEL, LEVEL_COLOURS, columns_of_points, hidden
from dashboards.page import Page, Row, annotation, kind_variable, one_area_variable
from dashboards.panels import Panel, graph, table
from dashboards.shared import changes_panel, counts_panel, map_panel, silent_panel
from dashboards.texts import Lang, Text

VIEW = {"id": "fit", "allLayers": True, "padding": 5, "lat": 30.05, "lon": 107.75, "zoom": 9}


def district(lang: Lang) -> Page:
    """Build the page; the language matters only to its links."""
    return Page(
        name="district",
        title=Text("2 District", "2 区县"),
        purpose=Text(
            "Which points of one district need a look, and since when?",
            "一个区县内哪些监测点需要关注，自何时起？",
        ),
        rows=(
            Row(Text("Now", "当前"), (counts_panel(),)),
            Row(Text("Points", "监测点"), (map_panel(lang, 10, 14, VIEW), _points(lang))),
            Row(Text("What changed", "变化"), (changes_panel(lang), silent_panel(lang))),
            Row(Text("Rain", "降雨"), (_rain(),)),
        ),
        variables=(one_area_variable(), kind_variable()),
        annotations=(
            annotation(
                Text("Warnings", "预警"),
                queries.annotations((queries.AREA, queries.KIND), queries.LEVEL_CHANGES),
                LEVEL_COLOURS[3],
            ),
        ),
    )


def _points(lang: Lang) -> Panel:
    return table(
        "points",
        Text("All points of the district", "区县内全部监测点"),
        Text(
            "Latest state of every point with its name; sort and filter by a column.",
            "全部监测点的最新状态与名称；可按列排序与筛选。",
        ),
        (queries.points(), queries.names()),
        width=14,
        height=14,
        overrides=columns_of_points(lang),
        transformations=[
            {"id": "joinByField", "options": {"byField": "point", "mode": "outer"}},
            hidden(["Time", "Time 1", "Time 2"]),
        ],
        sort=LEVEL,
    )


def _rain() -> Panel:
    return graph(
        "rain",
        Text("Rain by hour", "逐小时雨量"),
        Text(
            "Rain in each hour: mean and largest over the district's gauges.",
            "逐小时雨量：区县内雨量计均值与最大值。",
        ),
        (queries.rain_by_hour(),),
        width=24,
        bars=True,
        defaults={"unit": "lengthmm", "min": 0},
    )

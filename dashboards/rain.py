"""Rain against its thresholds."""

from dashboards import limits, queries
from dashboards.fields import LEVEL_COLOURS, columns_of_points, hidden, override, steps
from dashboards.page import Page, Row, annotation, area_variable, kind_variable
from dashboards.panels import Panel, bars_by_area, graph, table
from dashboards.texts import Lang, Text

_RATIO = Text("Rain / threshold", "雨量/阈值")
_MEAN = override("mean", displayName=Text("mean", "均值"))
_LARGEST = override("largest", displayName=Text("largest", "最大值"))


def rain(lang: Lang) -> Page:
    """Build the page; the language matters only to its links."""
    return Page(
        name="rain",
        title=Text("4 Rain", "4 降雨"),
        purpose=Text(
            "Where does rain reach the thresholds at which slopes have failed?",
            "哪里的降雨达到了曾引发失稳的阈值？",
        ),
        rows=(
            Row(Text("Over time", "时间变化"), (_hours(), _ratio(), _soil())),
            Row(Text("Where thresholds are reached", "超阈值位置"), (_exceeded(lang), _limits())),
            Row(Text("By district", "各区县"), (_amounts(), _index())),
        ),
        variables=(area_variable(), kind_variable()),
        annotations=(
            annotation(
                Text("Warnings", "预警"),
                queries.annotations((queries.AREA, queries.KIND), queries.LEVEL_CHANGES),
                LEVEL_COLOURS[3],
            ),
        ),
        time_from="now-24h",
        refresh="5m",
    )


def _hours() -> Panel:
    return graph(
        "hours",
        Text("Intensity", "雨强"),
        Text(
            "Rain in each hour (mm/h): mean and largest over the gauges.",
            "小时雨强（mm/h）：雨量计均值与最大值。",
        ),
        (queries.rain_by_hour(),),
        width=8,
        height=9,
        bars=True,
        defaults={"unit": "suffix:mm/h", "min": 0},
        overrides=[_MEAN, _LARGEST],
    )


def _ratio() -> Panel:
    return graph(
        "ratio",
        Text("Rain against its threshold", "雨量与阈值之比"),
        Text(
            "Largest ratio of rain to the intensity-duration threshold in force; 1 is reached.",
            "雨量与现行雨强-历时阈值之比的最大值；达到1即超阈值。",
        ),
        (queries.rain_ratio_over_time(),),
        width=8,
        height=9,
        defaults={
            "min": 0,
            "thresholds": steps(*zip(limits.RAIN_RATIO, LEVEL_COLOURS[1:3], strict=True)),
        },
        overrides=[override("ratio", displayName=Text("largest ratio", "最大比值"))],
    )


def _soil() -> Panel:
    return graph(
        "soil",
        Text("Antecedent rain: soil water index", "前期降雨：土壤含水指数"),
        Text(
            "Water that earlier rain has left in the soil: mean and largest over the gauges.",
            "前期降雨在土体中的存量：均值与最大值。",
        ),
        (queries.soil_water_over_time(),),
        width=8,
        height=9,
        defaults={"unit": "lengthmm", "min": 0},
        overrides=[_MEAN, _LARGEST],
    )


def _exceeded(lang: Lang) -> Panel:
    ratio = override("ratio", displayName=_RATIO, decimals=2)
    return table(
        "exceeded",
        Text("Points whose rain reaches the threshold", "雨量超阈值的监测点"),
        Text(
            "Points with a ratio of 1 or more now; open one by its id.",
            "当前比值不小于1的监测点；点击编号打开。",
        ),
        (queries.rain_exceeded(),),
        width=12,
        height=12,
        defaults={"noValue": Text("No threshold is reached.", "无超阈值监测点。")},
        overrides=[ratio, *columns_of_points(lang)],
        transformations=[hidden(["Time"])],
        sort=_RATIO,
    )


def _limits() -> Panel:
    return bars_by_area(
        "limits",
        Text("Largest ratio by district", "各区县最大比值"),
        Text(
            "Rain over its threshold, largest of the last 90 minutes; 1 is reached.",
            "近90分钟雨量与阈值之比的最大值；达到1即超阈值。",
        ),
        (queries.rain_limits_by_area(),),
        height=12,
        defaults={"decimals": 2, "min": 0},
        overrides=[override("ratio", displayName=Text("largest ratio", "最大比值"))],
    )


def _amounts() -> Panel:
    return bars_by_area(
        "amounts",
        Text("Rain of the last 24 hours by district", "各区县近24小时雨量"),
        Text(
            "Mean and largest over each district's gauges; the current hour and the 23 before.",
            "各区县雨量计均值与最大值；含当前小时及此前23小时。",
        ),
        (queries.rain_of_day_by_area(),),
        height=18,
        defaults={"unit": "lengthmm", "decimals": 1, "min": 0},
        overrides=[_MEAN, _LARGEST],
    )


def _index() -> Panel:
    return bars_by_area(
        "index",
        Text("Soil water index by district", "各区县土壤含水指数"),
        Text(
            "Mean and largest over each district's gauges, in the last 90 minutes.",
            "近90分钟各区县均值与最大值。",
        ),
        (queries.soil_water_by_area(),),
        height=18,
        defaults={"unit": "lengthmm", "decimals": 1, "min": 0},
        overrides=[_MEAN, _LARGEST],
    )

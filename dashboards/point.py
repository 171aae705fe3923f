"""One point: what its instruments say, what was made of it, and why it was warned of."""

from typing import Any

from dashboards import point_panels, queries, trust_panels
from dashboards.fields import (
    BAD,
    LEVEL_COLOURS,
    LEVEL_MAPPINGS,
    LEVEL_STEPS,
    SILENT_MAPPINGS,
    columns_of_points,
    override,
    point_link,
)
from dashboards.page import (
    Page,
    Row,
    annotation,
    area_variable,
    hidden_variable,
    point_variable,
)
from dashboards.panels import Panel, stat, table
from dashboards.shared import map_panel
from dashboards.texts import Lang, Text
from domain.measurements import NEIGHBOURS, neighbour_field

_VIEW = {"id": "fit", "allLayers": True, "padding": 5, "lat": 30.05, "lon": 107.75, "zoom": 10}


def point(lang: Lang) -> Page:
    """Build the page; the language matters only to its links."""
    return Page(
        name="point",
        title=Text("3 Point", "3 监测点"),
        purpose=Text(
            "How does one point move, what drives it, and why was it warned of?",
            "一个监测点如何变形、由何驱动、为何预警？",
        ),
        rows=_rows(lang),
        variables=(
            area_variable(),
            hidden_variable("kind", Text("Hazard", "灾害类型")),
            point_variable(),
        ),
        annotations=_annotations(),
        time_from="now-7d",
    )


def _rows(lang: Lang) -> tuple[Row, ...]:
    return (
        Row(Text("Now", "当前"), (_level(), _silent(), _last(), _about(lang))),
        Row(
            Text("Level and motion", "级别与变形"),
            (point_panels.levels(), *point_panels.motion()),
        ),
        Row(
            Text("What drives it, on the same time axis", "驱动因素（同一时间轴）"),
            point_panels.drivers(),
        ),
        Row(Text("Why", "预警依据"), (point_panels.explanations(lang), point_panels.forecast())),
        Row(Text("Can the instruments be trusted?", "仪器是否可信？"), trust_panels.trust()),
        Row(Text("Around it", "周边监测点"), (map_panel(lang, 24, 12, _VIEW),)),
    )


def _annotations() -> tuple[dict[str, Any], ...]:
    return (
        annotation(
            Text("Warnings", "预警"),
            queries.annotations((queries.POINT,), queries.LEVEL_CHANGES),
            LEVEL_COLOURS[4],
        ),
        annotation(
            Text("Silence", "失联"),
            queries.annotations((queries.POINT,), queries.SILENCE_CHANGES),
            BAD,
        ),
        annotation(
            Text("Acknowledged", "已确认"),
            queries.annotations((queries.POINT,), ("acknowledged",)),
            "#4a5560",
        ),
    )


def _level() -> Panel:
    return stat(
        "level",
        Text("Level", "级别"),
        Text("Level now, or the last one known.", "当前（或最后已知）级别。"),
        (queries.state_of_point("level"),),
        width=4,
        height=5,
        defaults={
            "mappings": LEVEL_MAPPINGS,
            "thresholds": {"mode": "absolute", "steps": LEVEL_STEPS},
        },
        options={"textMode": "value"},
    )


def _silent() -> Panel:
    return stat(
        "silent",
        Text("Reporting", "上报"),
        Text(
            "Whether the point still reports; when silent its level is kept.",
            "监测点是否在线；失联时级别保持不变。",
        ),
        (queries.state_of_point("silent"),),
        width=4,
        height=5,
        defaults={"mappings": SILENT_MAPPINGS},
        options={"textMode": "value"},
    )


def _last() -> Panel:
    return stat(
        "last",
        Text("Last reading (no data since)", "最近一次数据（此后无数据）"),
        Text(
            "When the point last sent a reading, whatever the time range.",
            "监测点最近一次上报的时间，与所选时间范围无关。",
        ),
        (queries.state_of_point("last_ms"), queries.state_of_point("age_s")),
        width=6,
        height=5,
        defaults={"noValue": Text("never sent anything", "从未上报")},
        overrides=[
            override("last_ms", displayName=Text("at", "时间"), unit="dateTimeAsIso"),
            override("age_s", displayName=Text("silent for", "距今"), unit="s", decimals=0),
        ],
    )


def _about(lang: Lang) -> Panel:
    neighbours = [
        override(
            neighbour_field(rank),
            displayName=Text(f"Neighbour {rank}", f"邻近点 {rank}"),
            links=[point_link(lang)],
        )
        for rank in range(1, NEIGHBOURS + 1)
    ]
    return table(
        "about",
        Text("The point and its neighbours", "监测点与邻近点"),
        Text(
            "Name, people threatened, and the nearest points: open one by its id.",
            "名称、威胁人数及最近的监测点；点击编号打开。",
        ),
        (queries.about_point(),),
        width=10,
        height=5,
        overrides=[*columns_of_points(lang), *neighbours],
    )

"""One point: what its instruments say, what was made of it, and why it was warned of."""

from typing import Any

from dashboards import queries
from dashboards.fields import (
    BAD,
    FLAG_MAPPINGS,
    LEVEL_COLOURS,
    LEVEL_MAPPINGS,
    LEVEL_STEPS,
    SILENT_MAPPINGS,
    columns_of_points,
    override,
    point_link,
    series_names,
    steps,
)
from dashboards.page import Page, Row, annotation, area_variable, point_variable
from dashboards.panels import Panel, graph, stat, state_timeline, table
from dashboards.shared import map_panel
from dashboards.texts import Lang, Text
from domain.channels import CHANNELS
from domain.measurements import NEIGHBOURS, neighbour_field

_DISPLACEMENT = "|".join(c.name for c in CHANNELS.values() if c.family == "displacement")
_TILT = "|".join(c.name for c in CHANNELS.values() if c.family == "tilt")
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
        rows=(
            Row(Text("Now", "当前"), (_level(), _silent(), _last(), _about(lang))),
            Row(Text("Level and motion", "级别与变形"), (_levels(), *_motion())),
            Row(
                Text("What drives it, on the same time axis", "驱动因素（同一时间轴）"), _drivers()
            ),
            Row(Text("Why", "预警依据"), (_explanations(lang), _forecast())),
            Row(Text("Can the instruments be trusted?", "仪器是否可信？"), _trust()),
            Row(Text("Around it", "周边监测点"), (map_panel(lang, 24, 12, _VIEW),)),
        ),
        variables=(area_variable(), _all_kinds(), point_variable()),
        annotations=(
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
        ),
        time_from="now-7d",
    )


def _all_kinds() -> dict[str, Any]:
    """Hide the variable that the map's query needs; here the point says the kind."""
    return {
        "name": "kind",
        "label": Text("Hazard", "灾害类型"),
        "type": "constant",
        "hide": 2,
        "query": ".*",
        "current": {"text": ".*", "value": ".*", "selected": True},
        "options": [{"text": ".*", "value": ".*", "selected": True}],
        "skipUrlSync": True,
    }


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


def _levels() -> Panel:
    return state_timeline(
        "levels",
        Text("Level over time", "级别变化"),
        Text(
            "Level of each interval (its highest), and below it whether the point reported.",
            "各时段最高级别，以及是否在线。",
        ),
        (queries.levels_of_point(),),
        width=24,
        height=6,
        defaults={"thresholds": {"mode": "absolute", "steps": LEVEL_STEPS}},
        overrides=[
            override("level", mappings=LEVEL_MAPPINGS, displayName=Text("level", "级别")),
            override("silent", mappings=SILENT_MAPPINGS, displayName=Text("reporting", "上报")),
        ],
    )


def _motion() -> tuple[Panel, ...]:
    return (
        _line(
            "displacement", "Displacement", "位移", queries.instruments(_DISPLACEMENT), "lengthmm"
        ),
        _line(
            "velocity",
            "Velocity (dashed: levels)",
            "变形速率（线：各级阈值）",
            queries.features("velocity", _DISPLACEMENT),
            "suffix:mm/d",
            "velocity",
            limits=(10.0, 32.0, 60.0, 432.0),
        ),
        _line(
            "angle",
            "Tangential angle",
            "切线角",
            queries.features("tangential_angle"),
            "degree",
            "tangential_angle",
            limits=(45.0, 60.0, 80.0, 85.0),
        ),
        _line("tilt", "Tilt", "倾角", queries.instruments(_TILT), "degree"),
    )


def _drivers() -> tuple[Panel, ...]:
    water = Text(
        "Pore pressure (kPa), groundwater (m) and soil moisture (%); each unit has its axis.",
        "孔隙水压力（kPa）、地下水位（m）、土壤含水率（%），各用其轴。",
    )
    return (
        graph(
            "rain",
            Text("Rain", "雨量"),
            Text("Rain of each interval.", "各时段雨量。"),
            (queries.instruments("rain", "sum"),),
            bars=True,
            transformations=series_names(),
            width=24,
            height=6,
            defaults={"unit": "lengthmm", "min": 0},
        ),
        graph(
            "water",
            Text("Water in the slope", "坡体水文"),
            water,
            (queries.instruments("pore_pressure|groundwater|soil_moisture"),),
            width=12,
            transformations=series_names(),
            overrides=[
                _axis("pore pressure|孔隙", "suffix:kPa", "left"),
                _axis("groundwater|地下水", "lengthm", "right"),
                _axis("soil moisture|含水率", "percent", "right"),
            ],
        ),
        graph(
            "rain_index",
            Text("Rain against its threshold", "雨量与阈值之比"),
            Text(
                "Rain over the threshold in force: 1 is reached; and the soil water index (mm).",
                "雨量与现行阈值之比（达到1即超阈值）及土壤含水指数（mm）。",
            ),
            (queries.features("rain_ratio", "rain"), queries.features("soil_water_index", "rain")),
            width=12,
            defaults={"min": 0, "thresholds": steps((1.0, LEVEL_COLOURS[2]))},
            overrides=[_axis("soil_water_index", "lengthmm", "right")],
        ),
    )


def _explanations(lang: Lang) -> Panel:
    return table(
        "explanations",
        Text("Warnings and their evidence", "预警及依据"),
        Text(
            "Each change of the warning: quantities, limits, rule and its version, quality flag.",
            "每次预警变化：计算量、阈值、规则及版本、质量标志。",
        ),
        (queries.explanations(),),
        width=16,
        height=9,
        overrides=[
            *columns_of_points(lang),
            override("evidence", displayName=Text("Evidence", "依据")),
            override("by", displayName=Text("Acknowledged by", "确认人")),
            override("note", displayName=Text("Note", "备注")),
        ],
    )


def _forecast() -> Panel:
    names = {
        "earliest": Text("earliest", "最早"),
        "failure": Text("expected", "预计"),
        "latest": Text("latest", "最晚"),
    }
    return stat(
        "forecast",
        Text(
            "Forecast of failure, as of the last warning that has one",
            "失稳时间预测（最近一次预警）",
        ),
        Text(
            "Window in which the last forecast expects failure; a forecast, not a promise.",
            "最近一次预测的失稳时间窗口；预测并非确定。",
        ),
        (queries.forecasts(),),
        width=8,
        height=9,
        defaults={"noValue": Text("no forecast in this time range", "此时间范围内无预测")},
        overrides=[
            override(f"forecast_{name}_ms", displayName=text, unit="dateTimeAsIso")
            for name, text in names.items()
        ],
        options={"orientation": "horizontal"},
    )


def _trust() -> tuple[Panel, ...]:
    return (
        state_timeline(
            "flags",
            Text("Quality flags", "质量标志"),
            Text(
                "Worst quality flag of each instrument in each interval (QARTOD).",
                "各仪器各时段最差质量标志（QARTOD）。",
            ),
            (queries.features("flag", how="max"),),
            transformations=series_names("flag"),
            width=12,
            defaults={"mappings": FLAG_MAPPINGS},
        ),
        graph(
            "scores",
            Text("Anomaly score", "异常评分"),
            Text("0 unremarkable, 1 beyond doubt.", "0 为正常，1 为确定异常。"),
            (queries.features("anomaly_score", how="max"),),
            transformations=series_names("anomaly_score"),
            width=12,
            defaults={"min": 0, "max": 1},
        ),
        _line("battery", "Battery", "电池电压", queries.instruments("battery"), "volt"),
        _line("signal", "Signal", "信号强度", queries.instruments("rssi"), "dBm"),
    )


def _line(
    key: str,
    en: str,
    zh: str,
    query: queries.Query,
    unit: str,
    quantity: str = "",
    limits: tuple[float, ...] = (),
) -> Panel:
    defaults: dict[str, Any] = {"unit": unit}
    if limits:
        colours = LEVEL_COLOURS[1:]
        defaults["thresholds"] = steps(*zip(limits, colours, strict=True))
    return graph(
        key,
        Text(en, zh),
        Text(
            f"{en} of every instrument of the point, mean of each interval.",
            f"各仪器{zh}（时段均值）。",
        ),
        (query,),
        defaults=defaults,
        transformations=series_names(quantity),
    )


def _axis(pattern: str, unit: str, side: str) -> dict[str, Any]:
    matcher = {"id": "byRegexp", "options": f"/{pattern}/"}
    properties = [{"id": "unit", "value": unit}, {"id": "custom.axisPlacement", "value": side}]
    return {"matcher": matcher, "properties": properties}

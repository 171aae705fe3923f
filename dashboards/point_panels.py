"""What the page of a point shows of its motion, its drivers and its warnings."""

from typing import Any

from dashboards import limits, queries
from dashboards.fields import (
    LEVEL_COLOURS,
    LEVEL_MAPPINGS,
    LEVEL_STEPS,
    SILENT_MAPPINGS,
    columns_of_points,
    override,
    series_names,
    steps,
)
from dashboards.panels import Panel, graph, stat, state_timeline, table
from dashboards.texts import Lang, Text
from domain.channels import CHANNELS

_DISPLACEMENT = "|".join(c.name for c in CHANNELS.values() if c.family == "displacement")
_TILT = "|".join(c.name for c in CHANNELS.values() if c.family == "tilt")


def levels() -> Panel:
    """Level and silence over time."""
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


def motion() -> tuple[Panel, ...]:
    """Show displacement, velocity, tangential angle and tilt."""
    return (
        line(
            "displacement", "Displacement", "位移", queries.instruments(_DISPLACEMENT), "lengthmm"
        ),
        line(
            "velocity",
            "Velocity (lines: levels)",
            "变形速率（线：各级阈值）",
            queries.features("velocity", _DISPLACEMENT),
            "suffix:mm/d",
            "velocity",
            lines=limits.VELOCITY_MM_PER_DAY,
        ),
        line(
            "angle",
            "Tangential angle",
            "切线角",
            queries.features("tangential_angle"),
            "degree",
            "tangential_angle",
            lines=limits.TANGENTIAL_ANGLE_DEG,
        ),
        line("tilt", "Tilt", "倾角", queries.instruments(_TILT), "degree"),
    )


def drivers() -> tuple[Panel, ...]:
    """Show rain, water and rain against its threshold."""
    return (_rain(), _water(), _rain_index())


def _rain() -> Panel:
    return graph(
        "rain",
        Text("Rain", "雨量"),
        Text("Rain of each interval.", "各时段雨量。"),
        (queries.instruments("rain", "sum"),),
        bars=True,
        transformations=series_names(),
        width=24,
        height=6,
        defaults={"unit": "lengthmm", "min": 0},
    )


def _water() -> Panel:
    water = Text(
        "Pore pressure (kPa), groundwater (m) and soil moisture (%); each unit has its axis.",
        "孔隙水压力（kPa）、地下水位（m）、土壤含水率（%），各用其轴。",
    )
    return graph(
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
    )


def _rain_index() -> Panel:
    return graph(
        "rain_index",
        Text("Rain against its threshold", "雨量与阈值之比"),
        Text(
            "Rain over the threshold in force: 1 is reached; and the soil water index (mm).",
            "雨量与现行阈值之比（达到1即超阈值）及土壤含水指数（mm）。",
        ),
        (queries.features("rain_ratio", "rain"), queries.features("soil_water_index", "rain")),
        width=12,
        defaults={"min": 0, "thresholds": steps((limits.RAIN_RATIO[0], LEVEL_COLOURS[1]))},
        overrides=[_axis("soil_water_index", "lengthmm", "right")],
    )


def explanations(lang: Lang) -> Panel:
    """List warnings with their evidence."""
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


def forecast() -> Panel:
    """Show the window of the last forecast."""
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


def line(
    key: str,
    en: str,
    zh: str,
    query: queries.Query,
    unit: str,
    quantity: str = "",
    lines: tuple[float, ...] = (),
) -> Panel:
    """Draw one quantity of every instrument of the point, with the limits of the levels."""
    defaults: dict[str, Any] = {"unit": unit}
    if lines:
        colours = LEVEL_COLOURS[1:]
        defaults["thresholds"] = steps(*zip(lines, colours, strict=True))
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

"""Colours, words and links that stand for values, the same on every panel.

Each level has a second cue beside its colour: a disc that fills as the level rises, and its name.
"""

from collections.abc import Iterable
from functools import reduce
from itertools import combinations
from math import comb
from operator import or_
from typing import Any
from urllib.parse import quote

from dashboards.names import page_uid
from dashboards.texts import Lang, Text
from domain.channels import CHANNELS
from domain.districts import districts
from domain.hazards import HazardType
from domain.levels import Flag, Level
from domain.quality import Test

LEVEL_COLOURS = ("#73797f", "#0078d4", "#ffd500", "#ff8000", "#e60000")
"""Of levels 0 to 4: grey, and the four official colours."""
_DISCS = ("○", "◔", "◑", "◕", "●")
GOOD, SUSPECT, BAD = "#3a8f5d", "#c9a227", "#8f3ab0"
"""None of them is a level's colour."""

Mapping = dict[str, Any]
Override = dict[str, Any]


def level_text(level: int) -> Text:
    """Name of a level with its disc.

    Examples
    --------
    >>> level_text(4).en, level_text(4).zh
    ('● 4 red', '● 4级 红色警报')
    """
    known = Level(level)
    zh = f"{_DISCS[level]} {level}级 {known.colour_zh}{known.name_zh}" if level else "○ 正常"
    return Text(f"{_DISCS[level]} {level} {known.colour}", zh)


def _values(options: dict[str, dict[str, Any]]) -> list[Mapping]:
    indexed = {key: {"index": i, **value} for i, (key, value) in enumerate(options.items())}
    return [{"type": "value", "options": indexed}]


LEVEL = Text("Level", "级别")
LEVEL_MAPPINGS = _values(
    {str(n): {"text": level_text(n), "color": LEVEL_COLOURS[n]} for n in range(5)}
)
LEVEL_STEPS = [
    {"value": None if n == 0 else n, "color": colour} for n, colour in enumerate(LEVEL_COLOURS)
]
SILENT_MAPPINGS = _values(
    {
        "0": {"text": Text("✓ reporting", "✓ 在线"), "color": GOOD},
        "1": {"text": Text("✕ SILENT, level is kept", "✕ 失联，级别不变"), "color": BAD},
    }
)
FLAG_MAPPINGS = _values(
    {
        str(int(Flag.GOOD)): {"text": Text("✓ good", "✓ 合格"), "color": GOOD},
        str(int(Flag.UNKNOWN)): {"text": Text("? unknown", "? 未知"), "color": "#73797f"},
        str(int(Flag.SUSPECT)): {"text": Text("! suspect", "! 可疑"), "color": SUSPECT},
        str(int(Flag.FAIL)): {"text": Text("✕ fail", "✕ 不合格"), "color": BAD},
        str(int(Flag.MISSING)): {"text": Text("– missing", "– 缺测"), "color": "#404040"},
    }
)
# Grafana maps whole texts, so that each test and each two and three of them have a mapping; more
# at once are counted, and keep their names.
TESTS_MAPPINGS = [
    *_values(
        {
            ",".join(tests.names): {"text": Text(tests.en, tests.zh), "color": SUSPECT}
            for many in (1, 2, 3)
            for tests in (reduce(or_, some) for some in combinations(Test, many))
        }
    ),
    {
        "type": "regex",
        "options": {
            "pattern": "^((?:[^,]+,){3,}[^,]+)$",
            "result": {
                "index": sum(comb(len(Test), many) for many in (1, 2, 3)),
                "text": Text("four tests or more: $1", "四项以上检测：$1"),
                "color": SUSPECT,
            },
        },
    },
]
CHANGE_MAPPINGS = _values(
    {
        "raised": {"text": Text("▲ raised", "▲ 发布")},
        "upgraded": {"text": Text("▲ upgraded", "▲ 升级")},
        "downgraded": {"text": Text("▼ downgraded", "▼ 降级")},
        "cleared": {"text": Text("○ cleared", "○ 解除")},
        "acknowledged": {"text": Text("✓ acknowledged", "✓ 已确认")},
        "silent": {"text": Text("✕ silent", "✕ 失联")},
        "reporting": {"text": Text("✓ reporting again", "✓ 恢复上报")},
        "forecast": {"text": Text("◷ forecast changed", "◷ 预测变化")},
    }
)
AREA_MAPPINGS = _values(
    {d.code: {"text": Text(d.name_en, d.name_zh)} for d in districts().values()}
)
KIND_MAPPINGS = _values({k.value: {"text": Text(k.name_en, k.name_zh)} for k in HazardType})


def override(name: str, **properties: Any) -> Override:
    """Properties of one column or series; ``__`` in a name stands for a dot."""
    listed = [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": listed}


def steps(*limits: tuple[float, str], base: str = "transparent") -> dict[str, Any]:
    """Absolute thresholds: a colour from each limit on."""
    listed: list[dict[str, Any]] = [{"value": None, "color": base}]
    listed += [{"value": value, "color": colour} for value, colour in limits]
    return {"mode": "absolute", "steps": listed}


def link(title: Text, page: str, lang: Lang, **variables: str) -> dict[str, Any]:
    """Link of a cell to another dashboard, in its own time range.

    Parameters
    ----------
    variables
        Value of each variable, in Grafana's own pattern (``${__value.raw}``).
    """
    pairs = "".join(f"&var-{name}={quote(v, '${}_.:[]')}" for name, v in variables.items())
    url = f"/d/{page_uid(page, lang)}?${{__url_time_range}}{pairs}"
    return {"title": title, "url": url, "targetBlank": False}


OPEN_POINT = Text("Open the point", "打开监测点")
OPEN_DISTRICT = Text("Open the district", "打开区县")


def point_link(lang: Lang, column: str = "__value.raw") -> dict[str, Any]:
    """Link of a cell that holds a point's id to the point's dashboard."""
    return link(OPEN_POINT, "point", lang, area="$__all", point=f"${{{column}:percentencode}}")


def columns_of_points(lang: Lang) -> list[Override]:
    """How the columns that tables of points share are shown."""
    level = {"mappings": LEVEL_MAPPINGS, "custom__cellOptions": {"type": "color-background"}}
    return [
        override("level", displayName=LEVEL, custom__width=170, **level),
        override("prev", displayName=Text("Before", "原级别"), custom__width=170, **level),
        override(
            "point",
            displayName=Text("Point", "监测点"),
            custom__width=140,
            links=[point_link(lang)],
        ),
        override("name", displayName=Text("Name", "名称")),
        override("area", displayName=Text("District", "区县"), mappings=AREA_MAPPINGS),
        override("kind", displayName=Text("Hazard", "灾害类型"), mappings=KIND_MAPPINGS),
        override("change", displayName=Text("Change", "变化"), mappings=CHANGE_MAPPINGS),
        override("silent", displayName=Text("Reporting", "上报"), mappings=SILENT_MAPPINGS),
        override("age_s", displayName=Text("No data for", "无数据时长"), unit="s", decimals=0),
        override("last_ms", displayName=Text("Last reading", "最近一次数据"), unit="dateTimeAsIso"),
        override("score", displayName=Text("Anomaly score", "异常评分"), decimals=2, max=1, min=0),
        override("people", displayName=Text("People threatened", "威胁人数"), decimals=0),
        override("id", displayName=Text("Warning id", "预警编号"), custom__width=230),
        override("Time", displayName=Text("Time", "时间"), custom__width=170),
    ]


def hidden(names: Iterable[str]) -> dict[str, Any]:
    """Leave columns out, by a transformation."""
    excluded = dict.fromkeys(names, True)
    return {"id": "organize", "options": {"excludeByName": excluded, "renameByName": {}}}


def series_names(quantity: str = "") -> list[dict[str, Any]]:
    """Name series by channel and device alone: ``mean_crack__d2_velocity`` becomes ``crack d2``."""
    end = f"_{quantity}" if quantity else ""
    found = [_renamed(f"^(?:mean|max|sum|last)_(.*){end}$", Text("$1", "$1"))]
    found.append(_renamed("^(.*)__(.*)$", Text("$1 $2", "$1 $2")))
    for channel in CHANNELS.values():
        words = Text(f"{channel.name.replace('_', ' ')}$1", f"{channel.title_zh}$1")
        found.append(_renamed(f"^{channel.name}( .*)?$", words))
    return found


def _renamed(regex: str, pattern: Text) -> dict[str, Any]:
    return {"id": "renameByRegex", "options": {"regex": regex, "renamePattern": pattern}}

"""``geohazard rules``: the rule table in force, for people."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from alerts.phrases import level_en, level_zh
from alerts.quantities import Quantity, quantity
from cli.language import Language
from detectors.overrides import check_point
from detectors.rules import DEFAULT_RULES, SOURCES, HazardRules, Rules, source_of
from domain.errors import GeohazardError
from domain.hazards import HazardType
from domain.levels import Level
from domain.points import Point
from domain.registry import load_registry

_FAMILIES_ZH = {
    "displacement": "位移（裂缝、GNSS）",
    "tilt": "倾角",
    "flow": "泥水位",
    "dynamic": "振动、次声",
    "rain": "雨量",
    "water": "地下水、含水率",
    "health": "设备状态",
    "other": "其他",
}


def rules(
    hazard: Annotated[
        list[HazardType] | None, typer.Option(help="Kind of hazard; all if not given.")
    ] = None,
    point_id: Annotated[
        str | None, typer.Option("--point", help="The table of one point, with its own thresholds.")
    ] = None,
    registry: Annotated[
        Path | None, typer.Option(help="Registry (CSV) that the point stands in.")
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="en or zh.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Print every threshold that can move a level, what each evidence may raise, and sources."""
    point = _point(point_id, registry)
    kinds = [point.hazard_type] if point else hazard or list(HazardType)
    own = dict(point.thresholds) if point else {}
    if as_json:
        plain = _plain(DEFAULT_RULES, kinds) | ({"own_thresholds": own} if point else {})
        typer.echo(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    console = Console()
    zh = language is Language.ZH
    console.print(f"{'规则版本' if zh else 'rules'} {DEFAULT_RULES.version}", highlight=False)
    for kind in kinds:
        console.print(_thresholds(kind, zh, own))
        console.print(_caps(kind, zh))
    for line in _statements(DEFAULT_RULES, zh):
        console.print(f"- {line}", highlight=False)
    console.print("来源：" if zh else "Sources:")
    for letter, text in SOURCES.items():
        console.print(f"[{letter}] {text}", highlight=False, markup=False)


def _point(point_id: str | None, registry: Path | None) -> Point | None:
    if (point_id is None) != (registry is None):
        msg = "--point and --registry belong together"
        raise GeohazardError(msg)
    if point_id is None or registry is None:
        return None
    found = load_registry(registry, check_point).points.get(point_id)
    if found is None:
        msg = f"{registry} has no point {point_id!r}"
        raise GeohazardError(msg)
    return found


def _thresholds(kind: HazardType, zh: bool, own: Mapping[str, float]) -> Table:
    title = f"{kind.name_zh}：阈值" if zh else f"{kind.name_en}: thresholds"
    columns = ("覆盖用名称", "含义", "数值", "来源")
    english = ("name for overrides", "meaning", "value", "source")
    table = Table(title=title)
    for column in columns if zh else english:
        table.add_column(column, overflow="fold")
    for name, value in DEFAULT_RULES.hazards[kind].thresholds.items():
        words, colour = _apart(name)
        meaning = words.name_zh if zh else words.name_en
        meaning = f"{colour.colour_zh if zh else colour.colour} {meaning}" if colour else meaning
        write = words.with_unit_zh if zh else words.with_unit
        shown, source = write(value), source_of(name, kind)
        if name in own:
            table_says = f"（规则表：{shown}）" if zh else f" (table: {shown})"
            shown = write(own[name]) + table_says
            source = "本测点" if zh else "own"
        table.add_row(name, meaning, shown, source)
    return table


def _apart(name: str) -> tuple[Quantity, Level]:
    """Take the colour out of a threshold's name."""
    words = name.split("_")
    found = next((level for level in Level if level and level.colour in words), Level.NONE)
    return quantity("_".join(w for w in words if not found or w != found.colour)), found


def _caps(kind: HazardType, zh: bool) -> Table:
    title = f"{kind.name_zh}：各类证据的最高级别" if zh else f"{kind.name_en}: highest levels"
    columns = (
        ("证据", "单独（确信）", "与其他仪器一致") if zh else ("evidence", "alone", "together")
    )
    table = Table(*columns, title=title)
    found = DEFAULT_RULES.hazards[kind]
    level = level_zh if zh else level_en
    for family, alone in found.alone.items():
        shown = _FAMILIES_ZH[family] if zh else family
        table.add_row(shown, level(alone), level(found.together[family]))
    return table


def _statements(rules: Rules, zh: bool) -> list[str]:
    """Say the rules that are no thresholds."""
    doubtful = level_zh(rules.doubtful_level) if zh else level_en(rules.doubtful_level)
    together, rain = rules.together_hours, rules.rain_hours
    if zh:
        return [
            f"单台仪器在证据未达确信时最高为{doubtful}；旁有位移仪器而其未动时最高为蓝色，"
            "确信达到橙色及以上者保留到该仪器本应测出为止，其后降为黄色。",
            f"两台仪器的位移须在{together:g}小时内先后开始，才算相互印证；印证后取高者，"
            "最多比低者高一级。",
            f"降雨只印证降雨开始后{rain:g}小时内开始的位移；雨量单独最高为黄色，且须土壤雨量指数或雨强更高，"
            "或为本站有记录以来最湿的少数日子。",
            "多处相距20公里以上的测点在20分钟内同时振动视为地震，该振动不作为证据。",
            "10公里内上下游泥石流测点先后触发，互为印证。",
            "数据缺失从不降级；静默时级别保持，并说明是断网、单站故障还是测站可能被毁。",
        ]
    return [
        f"One instrument whose evidence is not beyond doubt reaches at most {doubtful}; blue where "
        "a displacement instrument beside it is at rest. What is sure of orange or more stands "
        "until that instrument would have seen it, and is yellow then.",
        f"Two instruments bear each other out if their motion began within {together:g} hours: the "
        "higher of the two, at most one level above the lower.",
        f"Rain bears out only motion that began within {rain:g} hours of it; alone it reaches "
        "yellow, and only in very wet soil, in very heavy rain or on one of the wettest days of "
        "the gauge's record.",
        "Five points or more, 20 km or more apart, shaken within 20 minutes: an earthquake; that "
        "shaking is no evidence.",
        "Debris-flow points within 10 km that trigger one after another bear each other out.",
        "Missing data never lowers a level; a silence says whether the network, one station or "
        "the slope may be its cause.",
    ]


def _plain(rules: Rules, kinds: list[HazardType]) -> dict[str, object]:
    return {
        "version": rules.version,
        "hazards": {kind.value: _hazard(kind, rules.hazards[kind]) for kind in kinds},
        "statements": _statements(rules, False),
        "sources": dict(SOURCES),
    }


def _hazard(kind: HazardType, found: HazardRules) -> dict[str, object]:
    return {
        "thresholds": {
            name: {"value": value, "source": source_of(name, kind)}
            for name, value in found.thresholds.items()
        },
        "alone": dict(found.alone),
        "together": dict(found.together),
    }

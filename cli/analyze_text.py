"""What `geohazard analyze` prints, in English or Chinese."""

from rich.console import Console
from rich.table import Table

from alerts.evidence import figures_en, figures_zh
from alerts.forecast_words import REFUSAL_EN, REFUSAL_ZH
from cli.language import Language
from cli.series_file import Series
from detectors.analysed import Analysis, LevelChange
from domain.channels import CHANNELS
from domain.levels import Level
from domain.times import iso
from domain.warnings import Forecast

_QUALITY_ZH = {"good": "合格", "suspect": "可疑", "fail": "不合格", "missing": "缺测"}


def print_analysis(found: Analysis, series: Series, console: Console, language: Language) -> None:
    """Print quality, changes of level with what led to them, and the last forecast."""
    zh = language is Language.ZH
    for line in _head_zh(found, series) if zh else _head_en(found, series):
        console.print(line, highlight=False)
    if found.levels:
        console.print(_table(found, zh))
    for change in found.levels[-1:]:
        if change.forecast_refused:
            console.print(_refused(change.forecast_refused, zh), highlight=False)
    for forecast in found.forecasts[-1:]:
        console.print(_forecast_zh(forecast) if zh else _forecast_en(forecast), highlight=False)
    highest = Level(found.max_level)
    line = f"最高级别：{highest.colour_zh}（{highest.name_zh}）" if highest else "最高级别：无预警"
    english = f"highest level: {highest.colour} ({highest.name_zh})"
    console.print(line if zh else english, highlight=False)


def _head_en(found: Analysis, series: Series) -> list[str]:
    quality = ", ".join(f"{count} {name}" for name, count in found.quality.items() if count)
    lines = [f"{found.rows} rows, {found.used} used; quality: {quality}"]
    if found.named:
        tests = ", ".join(f"{test.en} ({test.zh}) {n}" for test, n in found.named.items())
        lines.append(f"rows by the test that spoke: {tests}")
    unit = CHANNELS[series.channel].unit
    lines.append(f"read as {series.channel} in {unit}, one reading each {found.interval_s:g} s")
    return lines


def _head_zh(found: Analysis, series: Series) -> list[str]:
    quality = "，".join(f"{_QUALITY_ZH[name]}{n}" for name, n in found.quality.items() if n)
    lines = [f"共{found.rows}行，采用{found.used}行；质量：{quality}"]
    if found.named:
        lines.append(
            "各项检验指出的行数：" + "，".join(f"{t.zh}{n}" for t, n in found.named.items())
        )
    channel = CHANNELS[series.channel]
    lines.append(f"按{channel.title_zh}（{channel.unit}）读取，采样间隔{found.interval_s:g}秒")
    return lines


def _table(found: Analysis, zh: bool) -> Table:
    table = Table(title="级别变化" if zh else "Changes of level")
    for name in ("时间（UTC）", "级别", "依据") if zh else ("time (UTC)", "level", "because"):
        table.add_column(name, overflow="fold")
    for change in found.levels:
        level = Level(change.level)
        name = f"{level.colour_zh} {level.name_zh}" if zh else f"{level.colour} {level.name_zh}"
        table.add_row(iso(change.time_ms), name if level or not zh else "无预警", _why(change, zh))
    return table


def _why(change: LevelChange, zh: bool) -> str:
    if zh:
        return "\n".join(f"{r.rule}：{figures_zh(r)}" for r in change.reasons)
    return "\n".join(f"{r.rule}: {figures_en(r)}" for r in change.reasons)


def _refused(reason: str, zh: bool) -> str:
    if zh:
        return f"不作破坏时间预测：{REFUSAL_ZH.get(reason, reason)}"
    return f"no forecast of the time of failure: {REFUSAL_EN.get(reason, reason)}"


def _forecast_en(forecast: Forecast) -> str:
    return (
        f"last forecast of failure: {iso(forecast.failure_ms)}, window "
        f"{iso(forecast.earliest_ms)} to {iso(forecast.latest_ms)} "
        f"({forecast.method}, R² {forecast.r2:.2f}, made {iso(forecast.made_at_ms)})"
    )


def _forecast_zh(forecast: Forecast) -> str:
    return (
        f"最近一次破坏时间预测：{iso(forecast.failure_ms)}，区间{iso(forecast.earliest_ms)}至"
        f"{iso(forecast.latest_ms)}（R² {forecast.r2:.2f}，作于{iso(forecast.made_at_ms)}）"
    )

"""What `geohazard rain fit` prints, in English or Chinese."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from cli.language import Language

Report = dict[str, Any]

_COLUMNS = {
    "threshold_mm_per_h": ("limit, mm/h", "阈值mm/h"),
    "threat_score": ("threat score", "TS评分"),
    "true_skill": ("TSS", "TSS"),
    "detected": ("detected", "命中率"),
    "false_alarm_share": ("false alarms", "空报率"),
    "area_under_roc": ("AUC", "AUC"),
    "brier_skill": ("Brier skill", "Brier技巧"),
    "log_loss": ("log loss", "对数损失"),
}
_METHODS = {
    "threat": ("largest threat score", "最大TS评分法"),
    "logistic": ("logistic regression", "逻辑回归"),
}
_LOGIT = {
    "constant": ("constant", "常数"),
    "intensity": ("log10 intensity", "log10雨强"),
    "duration": ("log10 duration", "log10历时"),
}


def print_fit(report: Report, console: Console, language: Language) -> None:
    """Print a fitted threshold, its limits, and how it does on what it has not seen."""
    zh = language is Language.ZH
    lines = [_line(report, zh), *_below(report, zh), *_logit(report, zh)]
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    for part in ("train", "test"):
        rows = {key.removeprefix(f"{part}_"): report[key] for key in _durations(report, part)}
        if rows:
            console.print(_table(_title(report, part, zh), rows, zh))
    for name, rows in report.get("cross_validated", {}).items():
        if name in _METHODS:
            folds = report["cross_validated"]["folds"]
            title = (
                f"{_METHODS[name][1]}：{folds}折交叉验证，每场降雨由其他组的拟合评判"
                if zh
                else f"{_METHODS[name][0]}: each storm judged by fits to others ({folds} folds)"
            )
            console.print(_table(title, rows, zh))
    console.print(_overrides(report, zh), highlight=False, markup=False, soft_wrap=True)
    if "points_changed" in report:
        changed = report["points_changed"]
        text = f"已写入{changed}个监测点" if zh else f"written into the registry: {changed} points"
        console.print(text, highlight=False)


def _line(report: Report, zh: bool) -> str:
    a, b = report["intercept_mm_per_h"], report["exponent"]
    (low_a, high_a), (low_b, high_b) = report["intercept_90_percent"], report["exponent_90_percent"]
    if zh:
        return (
            f"I = {a:g} D^-{b:g}（雨强I：毫米/小时，历时D：小时）；"
            f"90 %置信区间：系数{low_a:g}至{high_a:g}，指数{low_b:g}至{high_b:g}"
        )
    return (
        f"I = {a:g} D^-{b:g} (I in mm/h, D in hours); 90 % limits {low_a:g} to {high_a:g} and "
        f"{low_b:g} to {high_b:g}"
    )


def _below(report: Report, zh: bool) -> list[str]:
    """Say how many events lie below the threshold, of those fitted and of the others."""
    if "below_percent" not in report:
        return []
    meant, fitted = report["below_percent"], report.get("train_below_percent")
    rows, kept = report["train_rows"], report["test_rows"]
    other = report.get("test_below_percent")
    if zh:
        parts = [f"低于阈值的事件（设计{meant:g} %）：拟合所用{rows}场中{fitted:g} %"]
        parts += [f"未参与拟合的{kept}场中{other:g} %"] if other is not None else []
        unusable = f"另有{report['unusable_rows']}行缺历时或雨量，未用"
    else:
        parts = [f"below the threshold, meant for {meant:g} %: {fitted:g} % of {rows:,} fitted"]
        parts += [f"{other:g} % of {kept:,} it has not seen"] if other is not None else []
        unusable = f"{report['unusable_rows']:,} rows without duration or rain, not used"
    text = ("，" if zh else ", ").join(parts)
    return [text, *([unusable] if report["unusable_rows"] else [])]


def _logit(report: Report, zh: bool) -> list[str]:
    if "logit" not in report:
        return []
    limits = report["logit_90_percent"]
    shown = [
        f"{_LOGIT[name][zh]} {value:g} ({limits[name][0]:g}, {limits[name][1]:g})"
        for name, value in report["logit"].items()
    ]
    if zh:
        return [f"概率{report['probability']:g}的阈值；logit p：" + "，".join(shown)]
    return [f"threshold at probability {report['probability']:g}; logit p: " + ", ".join(shown)]


def _durations(report: Report, part: str) -> list[str]:
    return [k for k, v in report.items() if k.startswith(f"{part}_") and isinstance(v, dict)]


def _title(report: Report, part: str, zh: bool) -> str:
    rows = report[f"{part}_rows"]
    if zh:
        return f"拟合所用{rows}场降雨" if part == "train" else f"未参与拟合的{rows}场降雨"
    return f"{rows:,} storms fitted to" if part == "train" else f"{rows:,} storms not seen"


def _table(title: str, rows: dict[str, dict[str, float | None]], zh: bool) -> Table:
    """Lay out scores, a row a duration."""
    names = [name for name in _COLUMNS if any(name in scores for scores in rows.values())]
    table = Table(title=title, box=box.SIMPLE_HEAD)
    for heading in ("历时" if zh else "duration", *(_COLUMNS[name][zh] for name in names)):
        table.add_column(heading, justify="right", overflow="fold")
    for hours, scores in rows.items():
        figures = (scores.get(name) for name in names)
        cells = ["-" if value is None else f"{value:g}" for value in figures]
        table.add_row(f"{hours[:-1]}小时" if zh else f"{hours[:-1]} h", *cells)
    return table


def _overrides(report: Report, zh: bool) -> str:
    pairs = ", ".join(f"{name}={value:g}" for name, value in report["overrides"].items())
    return f"登记表阈值项：{pairs}" if zh else f"thresholds for the registry: {pairs}"

"""What `geohazard trigger` prints, in English or Chinese."""

from typing import Any

from rich.console import Console
from rich.table import Table

from cli.language import Language

_METHODS_ZH = {"recursive": "递归", "classic": "经典"}


def print_triggers(report: dict[str, Any], console: Console, language: Language) -> None:
    """Print what was looked at, and when each trigger began and ended."""
    zh = language is Language.ZH
    for line in _head_zh(report) if zh else _head_en(report):
        console.print(line, highlight=False)
    triggers = report["triggers"]
    table = Table(title="触发" if zh else "Triggers")
    english = ("on (UTC)", "off (UTC)", "seconds", "largest ratio")
    for name in ("开始（UTC）", "结束（UTC）", "持续（秒）", "最大比值") if zh else english:
        table.add_column(name, overflow="fold")
    for found in triggers:
        seconds, ratio = f"{found['seconds']:g}", f"{found['largest_ratio']:g}"
        table.add_row(found["on"], found["off"], seconds, ratio)
    console.print(table if triggers else ("无触发" if zh else "no trigger"))
    lta = f"{report['lta_seconds']:g}"
    text = f"前{lta}秒用于填充长时窗，不作判断。"
    english_text = f"The first {lta} s fill the long average and are not judged."
    console.print(text if zh else english_text, highlight=False)


def _head_en(report: dict[str, Any]) -> list[str]:
    band = report["band_hz"]
    filtered = f", filtered to {band[0]:g} to {band[1]:g} Hz" if band else ""
    return [
        f"{report['samples']} samples at {report['sampling_hz']:g} Hz{filtered}; "
        f"{report['method']} STA/LTA of {report['sta_seconds']:g} and {report['lta_seconds']:g} s, "
        f"on at {report['on_ratio']:g}, off below {report['off_ratio']:g}; largest ratio "
        f"{report['largest_ratio']:g}"
    ]


def _head_zh(report: dict[str, Any]) -> list[str]:
    band = report["band_hz"]
    filtered = f"，带通{band[0]:g}至{band[1]:g}赫兹" if band else ""
    return [
        f"共{report['samples']}个采样，采样率{report['sampling_hz']:g}赫兹{filtered}",
        f"{_METHODS_ZH[report['method']]}长短时窗能量比（STA/LTA）：短窗{report['sta_seconds']:g}秒，"
        f"长窗{report['lta_seconds']:g}秒，触发比值{report['on_ratio']:g}，"
        f"解除比值{report['off_ratio']:g}；最大比值{report['largest_ratio']:g}",
    ]

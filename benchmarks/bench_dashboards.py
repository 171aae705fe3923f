"""Time to answer of every query of every dashboard and alert rule, at 11,000 points.

    python -m benchmarks dashboards [--hours 24] [--points 11000] [--repeats 5]

InfluxDB 1.x, or 2 where TEST_INFLUXD2 names it, is started and filled with heartbeats each 5
minutes and readings each 10; each page is asked over its own default time range. Prints a table
in Markdown.
"""

import argparse
import tempfile
from pathlib import Path

from dashboards.pages import pages
from dashboards.rules import GROUPS
from tests.dashboards.grafana_like import View
from tests.dashboards.large import END, POINTS, Province, registry, times_ms
from tests.storage.influx2 import any_influx
from tests.storage.servers import Influx

_UNITS = {"h": 3_600_000, "d": 86_400_000}


def span_ms(text: str) -> int:
    """Length of a page's default range (``now-2d``) or a panel's own (``1h``)."""
    text = text.removeprefix("now-")
    return int(text[:-1]) * _UNITS[text[-1]]


def questions(point: str, area: str) -> dict[str, str]:
    """Every query with its variables and range filled in, by page, panel and letter."""
    found = {}
    for page in pages("en"):
        chosen = {"area": area if page.name == "district" else None, "kind": None, "point": point}
        for _, panel in page.panels():
            view = View(END - span_ms(panel.time_from or page.time_from), END, "5m", chosen)
            for ref, query in zip("ABC", panel.queries, strict=False):
                found[f"{page.name} {panel.key} {ref}"] = view.fill(query.text)
    for rule in (rule for _, group in GROUPS.values() for rule in group):
        view = View(END - rule.look_back_s * 1000, END)
        found[f"rule {rule.uid}"] = view.fill(rule.query.text)
    return found


def measure(influx: Influx, *, points: int, hours: int, repeats: int) -> dict[str, float]:
    """Fill InfluxDB, ask everything, print the table; returns InfluxDB's CPU time in ms."""
    known = registry(points)
    lines = Province(known).write(influx, hours)
    point = next(iter(known.points))
    print(f"{points} points, {hours} h, {lines} lines\n\n| query | answer, ms | CPU, ms |")
    print("|---|---|---|")
    cpu, wall = {}, {}
    for name, waited, spent in times_ms(influx, questions(point, point[:6]), repeats):
        cpu[name], wall[name] = spent, waited
        print(f"| {name} | {waited:.0f} | {spent:.0f} |", flush=True)
    for page in ("province", "district", "point", "rain", "operations", "rule"):
        whole = [sum(v for k, v in each.items() if k.startswith(page)) for each in (wall, cpu)]
        print(f"| **{page}, together** | **{whole[0]:.0f}** | **{whole[1]:.0f}** |")
    return cpu


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--repeats", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        influx = any_influx(Path(folder) / "influx")
        influx.start()
        try:
            influx.query("CREATE DATABASE geohazard")
            measure(influx, points=chosen.points, hours=chosen.hours, repeats=chosen.repeats)
        finally:
            influx.stop()


if __name__ == "__main__":
    main()

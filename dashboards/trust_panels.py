"""What the page of a point shows of its instruments: flags, tests that spoke, scores, power."""

from dashboards import queries
from dashboards.fields import (
    FLAG_MAPPINGS,
    TESTS_MAPPINGS,
    series_names,
)
from dashboards.panels import Panel, graph, state_timeline
from dashboards.point_panels import line
from dashboards.texts import Text


def trust() -> tuple[Panel, ...]:
    """Show what tells whether the instruments can be trusted."""
    return (
        _flags(),
        _tests(),
        _scores(),
        line("battery", "Battery", "电池电压", queries.instruments("battery"), "volt"),
        line("signal", "Signal", "信号强度", queries.instruments("rssi"), "dBm"),
    )


def _flags() -> Panel:
    return state_timeline(
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
    )


def _tests() -> Panel:
    return state_timeline(
        "tests",
        Text("Why suspect", "可疑原因"),
        Text(
            "Quality tests that spoke of each instrument, the last of each interval.",
            "对各仪器提出异议的质量检验（各时段最后一次）。",
        ),
        (queries.tests_that_spoke(),),
        transformations=series_names("tests"),
        width=12,
        defaults={
            "mappings": TESTS_MAPPINGS,
            "noValue": Text("no test spoke in this time range", "此时间范围内无异议"),
        },
    )


def _scores() -> Panel:
    return graph(
        "scores",
        Text("Anomaly score", "异常评分"),
        Text("0 unremarkable, 1 beyond doubt.", "0 为正常，1 为确定异常。"),
        (queries.features("anomaly_score", how="max"),),
        transformations=series_names("anomaly_score"),
        width=12,
        defaults={"min": 0, "max": 1},
    )

"""The pipeline itself."""

from dashboards import queries
from dashboards.fields import BAD, GOOD, override, steps
from dashboards.page import Page, Row, hidden_variable
from dashboards.panels import Panel, graph, stat
from dashboards.shared import silent_by_area_panel
from dashboards.texts import Lang, Text


def operations(lang: Lang) -> Page:
    """Build the page."""
    return Page(
        name="operations",
        title=Text("5 Operations", "5 系统运行"),
        purpose=Text(
            "Does every reading come through, in time, and does every warning go out?",
            "每条数据是否及时入库，每条预警是否送达？",
        ),
        rows=(
            Row(Text("Flow", "数据流"), (_flow(), _lag())),
            Row(Text("Time and refusal", "时延与拒收"), (_latency(), _rejects())),
            Row(Text("Warnings on their way out", "预警推送"), (_deliveries(), _waiting())),
            Row(Text("The store and the processes", "存储与进程"), (_errors(), _memory())),
            Row(Text("Silence", "失联"), (silent_by_area_panel(24, time_from="2d"),)),
        ),
        variables=(hidden_variable("area", Text("District", "区县")),),
        time_from="now-1h",
        refresh="30s",
    )


def _flow() -> Panel:
    return graph(
        "flow",
        Text("Readings a second", "每秒数据量"),
        Text(
            "Readings that ingest took in, that detect judged, and that the store kept.",
            "接入、判识与入库的每秒数据条数。",
        ),
        (
            queries.rate("ingest", "readings"),
            queries.rate("detect", "readings"),
            queries.rate("store", "readings_rows"),
        ),
        defaults={"unit": "cps", "min": 0},
    )


def _lag() -> Panel:
    return graph(
        "lag",
        Text("Lag by role", "各角色积压"),
        Text(
            "What lies before each role: Kafka records, or messages for ingest; 0 is best.",
            "各角色待处理量：Kafka 记录数，ingest 为消息数；0 最佳。",
        ),
        (queries.lag_by_role(),),
        defaults={"unit": "short", "min": 0, "thresholds": steps((5000.0, BAD))},
    )


def _latency() -> Panel:
    return graph(
        "latency",
        Text("Latency", "时延"),
        Text(
            "Ingest to store (mean), and event time to warning; a backlog counts with its age.",
            "接入到入库（均值），以及事件时间到预警；补传数据按其延迟计入。",
        ),
        (queries.store_latency(), queries.warning_latency()),
        defaults={"unit": "ms", "min": 0},
    )


def _rejects() -> Panel:
    return graph(
        "rejects",
        Text("Rejects by reason", "按原因统计的拒收"),
        Text(
            "Messages that could not be used; `geohazard rejects list` shows them.",
            "无法使用的消息；`geohazard rejects list` 可查看。",
        ),
        (queries.rejects_by_reason(),),
        bars=True,
        stacked=True,
        defaults={"unit": "short", "min": 0},
    )


def _deliveries() -> Panel:
    return graph(
        "deliveries",
        Text("Webhook deliveries a second", "每秒推送次数"),
        Text("Delivered messages and tries that failed.", "成功推送与失败尝试。"),
        (queries.rate("notify", "delivered"), queries.rate("notify", "failed_tries")),
        defaults={"unit": "cps", "min": 0},
    )


def _waiting() -> Panel:
    return stat(
        "waiting",
        Text("Webhooks now", "推送现状"),
        Text(
            "Delivered since the start, waiting now, and given up: `geohazard webhooks dead`.",
            "启动以来成功数、当前等待数、放弃数（`geohazard webhooks dead`）。",
        ),
        (queries.last_count("notify", "delivered", "pending", "dead"),),
        defaults={"decimals": 0},
        overrides=[
            override("delivered", displayName=Text("✓ delivered", "✓ 已送达")),
            override("pending", displayName=Text("… waiting", "… 等待中")),
            override(
                "dead",
                displayName=Text("✕ given up", "✕ 已放弃"),
                thresholds=steps((1, BAD), base=GOOD),
            ),
        ],
    )


def _errors() -> Panel:
    return graph(
        "errors",
        Text("InfluxDB errors", "InfluxDB 错误"),
        Text(
            "Writes that had to be repeated, and lines that InfluxDB refused for ever.",
            "需重试的写入，以及被永久拒绝的数据行。",
        ),
        queries.store_errors(),
        bars=True,
        defaults={
            "unit": "short",
            "min": 0,
            "noValue": Text("No error in this time range.", "此时间范围内无错误。"),
        },
    )


def _memory() -> Panel:
    return graph(
        "memory",
        Text("Memory by role", "各角色内存"),
        Text("Resident memory of each role's largest process.", "各角色最大进程的常驻内存。"),
        (queries.memory_by_role(),),
        defaults={"unit": "decmbytes", "min": 0},
    )

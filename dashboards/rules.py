"""Alert rules: what is judged, how often, and what is said of it.

Texts use ``.Labels`` and ``.Values`` only: file provisioning replaces whatever begins with a
dollar sign, differently in different versions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.names import APP_LABEL, DATASOURCE_UID, EXPRESSION_UID, page_uid
from dashboards.page import Page
from dashboards.pages import pages
from dashboards.queries import Query, alerts
from dashboards.texts import Text

DAY_S, QUARTER_S = 26 * 3600, 900


@dataclass(frozen=True)
class Rule:
    """One alert rule.

    Attributes
    ----------
    beyond
        Fires where the query's last value is greater; ``below`` where it is less.
    look_back_s
        How far back the query asks.
    pending
        How long it must hold.
    no_data, on_error
        State when the query gives nothing, and when it fails: by default what cannot be asked now
        is as it was, so an outage of InfluxDB clears no alert.
    severity
        Label for routing.
    panel
        Page and key of the panel that shows it.
    variables
        Of that page, from the alert's labels.
    """

    uid: str
    title: Text
    summary: Text
    query: Query
    panel: tuple[str, str]
    beyond: float | None = None
    below: float | None = None
    look_back_s: int = QUARTER_S
    pending: str = "0s"
    no_data: str = "OK"
    on_error: str = "KeepLast"
    severity: str = "warning"
    variables: tuple[str, ...] = ()


POINT_RULES: Sequence[Rule] = (
    Rule(
        "geo-level-red",
        Text("Point at red", "监测点红色警报"),
        Text(
            "Point {{ .Labels.point }} in district {{ .Labels.area }} stands at 4 red.",
            "区县 {{ .Labels.area }} 监测点 {{ .Labels.point }} 处于4级红色警报。",
        ),
        alerts.points_at_level(4),
        ("point", "level"),
        beyond=3,
        look_back_s=DAY_S,
        severity="critical",
        variables=("point", "area"),
    ),
    Rule(
        "geo-level-orange",
        Text("Point at orange or red", "监测点橙色及以上"),
        Text(
            "Point {{ .Labels.point }} in district {{ .Labels.area }} stands at level "
            '{{ printf "%.0f" .Values.B.Value }} (3 orange, 4 red).',
            "区县 {{ .Labels.area }} 监测点 {{ .Labels.point }} 处于"
            '{{ printf "%.0f" .Values.B.Value }}级（3橙色，4红色）。',
        ),
        alerts.points_at_level(3),
        ("point", "level"),
        beyond=2,
        look_back_s=DAY_S,
        severity="critical",
        variables=("point", "area"),
    ),
    Rule(
        "geo-silent-at-level",
        Text("Warned point is silent", "预警监测点失联"),
        Text(
            "Point {{ .Labels.point }} has stopped reporting; its level "
            '{{ printf "%.0f" .Values.B.Value }} stands. Silence is no all-clear.',
            "监测点 {{ .Labels.point }} 停止上报，保持"
            '{{ printf "%.0f" .Values.B.Value }}级；失联不等于安全。',
        ),
        alerts.silent_at_level(2),
        ("point", "silent"),
        beyond=1,
        look_back_s=DAY_S,
        severity="critical",
        variables=("point", "area"),
    ),
)
"""Evaluated every minute."""

SYSTEM_RULES: Sequence[Rule] = (
    Rule(
        "geo-silent-district",
        Text("Many silent points in a district", "区县失联监测点过多"),
        Text(
            'District {{ .Labels.area }}: {{ printf "%.0f" .Values.B.Value }} % of its points '
            "have stopped reporting.",
            '区县 {{ .Labels.area }}：{{ printf "%.0f" .Values.B.Value }}% 的监测点停止上报。',
        ),
        alerts.silent_share(),
        ("operations", "silent_by_area"),
        beyond=10,
        pending="5m",
    ),
    Rule(
        "geo-lag",
        Text("The pipeline lags", "数据处理积压"),
        Text(
            'Role {{ .Labels.role }} has {{ printf "%.0f" .Values.B.Value }} records before it.',
            '角色 {{ .Labels.role }} 积压 {{ printf "%.0f" .Values.B.Value }} 条记录。',
        ),
        alerts.role_lag(),
        ("operations", "lag"),
        beyond=5000,
        look_back_s=300,
        pending="5m",
    ),
    Rule(
        "geo-rejects",
        Text("Rejects surge", "拒收激增"),
        Text(
            '{{ printf "%.0f" .Values.B.Value }} messages were refused within 10 minutes: '
            "{{ .Labels.reason }}.",
            '10分钟内拒收 {{ printf "%.0f" .Values.B.Value }} 条消息：{{ .Labels.reason }}。',
        ),
        alerts.reject_count(),
        ("operations", "rejects"),
        beyond=500,
        look_back_s=600,
    ),
    Rule(
        "geo-dead-letters",
        Text("Webhooks were given up", "预警推送被放弃"),
        Text(
            '{{ printf "%.0f" .Values.B.Value }} messages could not be delivered; '
            "see geohazard webhooks dead.",
            '{{ printf "%.0f" .Values.B.Value }} 条推送未能送达；见 geohazard webhooks dead。',
        ),
        alerts.dead_letters(),
        ("operations", "waiting"),
        beyond=0,
    ),
    Rule(
        "geo-no-data",
        Text("No data at all", "完全无数据"),
        Text(
            "No reading has been stored for 15 minutes: levels shown are old.",
            "15分钟内无任何数据入库：所示级别可能已过时。",
        ),
        alerts.readings_stored(),
        ("operations", "flow"),
        below=1,
        no_data="Alerting",
        on_error="Alerting",
        severity="critical",
    ),
)

GROUPS: dict[str, tuple[int, Sequence[Rule]]] = {
    "geohazard-points": (60, POINT_RULES),
    "geohazard-system": (60, SYSTEM_RULES),
}
"""Rules by group, with the seconds between two evaluations."""

_PAGES: dict[str, Page] = {page.name: page for page in pages("en")}


def rule_body(rule: Rule) -> dict[str, Any]:
    """Render what file provisioning and the API have in common."""
    page, key = rule.panel
    return {
        "uid": rule.uid,
        "title": f"{rule.title.en} {rule.title.zh}",
        "condition": "C",
        "data": _data(rule),
        "noDataState": rule.no_data,
        "execErrState": rule.on_error,
        "for": rule.pending,
        "annotations": {
            "summary": rule.summary.en,
            "summary_zh": rule.summary.zh,
            "dashboard": _link(rule),
            "__dashboardUid__": page_uid(page, "en"),
            "__panelId__": str(_PAGES[page].number_of(key)),
        },
        "labels": {APP_LABEL[0]: APP_LABEL[1], "severity": rule.severity},
    }


def _link(rule: Rule) -> str:
    variables = "&".join(f"var-{name}={{{{ .Labels.{name} }}}}" for name in rule.variables)
    path = f"/d/{page_uid(rule.panel[0], 'en')}"
    return f"{path}?{variables}" if variables else path


def _data(rule: Rule) -> list[dict[str, Any]]:
    span = {"from": rule.look_back_s, "to": 0}
    kind, limit = ("gt", rule.beyond) if rule.below is None else ("lt", rule.below)
    condition = {"evaluator": {"type": kind, "params": [limit]}}
    models: dict[str, dict[str, Any]] = {
        "A": {"rawQuery": True, "resultFormat": rule.query.format, "query": rule.query.text},
        "B": {"type": "reduce", "expression": "A", "reducer": "last"},
        "C": {"type": "threshold", "expression": "B", "conditions": [condition]},
    }
    return [
        {
            "refId": ref,
            "relativeTimeRange": span,
            "datasourceUid": DATASOURCE_UID if ref == "A" else EXPRESSION_UID,
            "model": {"refId": ref, **model},
        }
        for ref, model in models.items()
    ]

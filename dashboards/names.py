"""Fixed names that dashboards, rules, provisioning and the deployer share."""

from dashboards.texts import Lang, Text

DATASOURCE_UID = "geo-influx"
"""As `dashboards/grafana/provisioning/datasources/influxdb.yaml` gives it."""
EXPRESSION_UID = "__expr__"
"""Grafana's own data source of expressions."""

PAGES = ("province", "district", "point", "rain", "operations")

FOLDERS = {
    "en": ("geohazard-en", "Geohazard"),
    "zh": ("geohazard-zh", "地质灾害监测预警"),
}
"""Uid and title of the folder of each language."""
RULE_FOLDER = ("geohazard-rules", "Geohazard alert rules 地灾告警规则")

CONTACT_POINT = "geohazard"
CONTACT_UID = "geohazard-webhook"
TEMPLATE = "geohazard"
APP_LABEL = ("app", "geohazard")
"""Label of every rule; the notification policy routes by it."""

SIGNATURE_HEADER = "X-Grafana-Alerting-Signature"
TIMESTAMP_HEADER = "X-Grafana-Alerting-Timestamp"

NO_VALUE = Text(
    "No reading of this kind in this time range (see 'last reading').",
    "此时间范围内无此类数据（见“最近一次数据”）。",
)


def page_uid(page: str, lang: Lang) -> str:
    """Uid of a dashboard.

    Examples
    --------
    >>> page_uid("point", "zh")
    'geo-point-zh'
    """
    return f"geo-{page}-{lang}"

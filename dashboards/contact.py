"""Where alerts go and what is written on them: contact point, policy, message templates."""

from typing import Any

from dashboards.names import (
    APP_LABEL,
    CONTACT_POINT,
    CONTACT_UID,
    SIGNATURE_HEADER,
    TEMPLATE,
    TIMESTAMP_HEADER,
)

MAX_ALERTS = 200
"""Alerts in one message; how many were left out is in its ``truncatedAlerts``."""

TEMPLATE_TEXT = """\
{{ define "geohazard.title" -}}
{{ if gt (len .Alerts.Firing) 0 }}[{{ len .Alerts.Firing }} firing 告警]{{ end -}}
{{ if gt (len .Alerts.Resolved) 0 }}[{{ len .Alerts.Resolved }} resolved 恢复]{{ end }} \
{{ .CommonLabels.alertname }}
{{- end }}
{{ define "geohazard.message" -}}
{{ range .Alerts -}}
{{ if eq .Status "firing" }}▲ FIRING 告警{{ else }}○ RESOLVED 恢复{{ end }} \
{{ .Labels.alertname }}
{{ with .Annotations.summary_zh }}{{ . }}
{{ end -}}
{{ with .Annotations.summary }}{{ . }}
{{ end -}}
{{ end -}}
{{ end }}
"""
"""Every alert in Chinese and English; without a dollar sign, which provisioning would replace."""


def contact_settings(url: str, secret: str) -> dict[str, Any]:
    """Render the settings of the signed webhook (Grafana 12.0 and newer sign).

    Parameters
    ----------
    url
        Of ``geohazard webhook-receiver`` or another receiver.
    secret
        Shared with it; used as it stands, as UTF-8.
    """
    return {
        "url": url,
        "httpMethod": "POST",
        "maxAlerts": str(MAX_ALERTS),
        "title": '{{ template "geohazard.title" . }}',
        "message": '{{ template "geohazard.message" . }}',
        "hmacConfig": {
            "secret": secret,
            "header": SIGNATURE_HEADER,
            "timestampHeader": TIMESTAMP_HEADER,
        },
    }


def contact_point(url: str, secret: str) -> dict[str, Any]:
    """Render the contact point for the API."""
    return {
        "uid": CONTACT_UID,
        "name": CONTACT_POINT,
        "type": "webhook",
        "disableResolveMessage": False,
        "settings": contact_settings(url, secret),
    }


def route() -> dict[str, Any]:
    """Render the route of our alerts, for a tree of any kind."""
    return {
        "receiver": CONTACT_POINT,
        "object_matchers": [[APP_LABEL[0], "=", APP_LABEL[1]]],
        "group_by": ["alertname", "area"],
        "group_wait": "10s",
        "group_interval": "1m",
        "repeat_interval": "4h",
    }


def policy_tree() -> dict[str, Any]:
    """Render the tree of a Grafana that is ours alone."""
    return {
        "receiver": CONTACT_POINT,
        "group_by": ["grafana_folder", "alertname"],
        "routes": [route()],
    }


def template() -> dict[str, str]:
    """Render the message templates."""
    return {"name": TEMPLATE, "template": TEMPLATE_TEXT}

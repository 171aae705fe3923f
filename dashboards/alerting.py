"""Alert rules, contact point, policy and templates as files for provisioning."""

from typing import Any

from dashboards.contact import contact_settings, policy_tree, template
from dashboards.names import CONTACT_POINT, CONTACT_UID, RULE_FOLDER
from dashboards.rules import GROUPS, Rule, rule_body

_FOLDER = "provisioning/alerting"


def alerting_files() -> dict[str, dict[str, Any]]:
    """Render every file by its path below ``dashboards/grafana``."""
    receiver = {
        "uid": CONTACT_UID,
        "type": "webhook",
        "settings": contact_settings("${GRAFANA_WEBHOOK_URL}", "${GRAFANA_WEBHOOK_SECRET}"),
        "disableResolveMessage": False,
    }
    contact = {"orgId": 1, "name": CONTACT_POINT, "receivers": [receiver]}
    return {
        f"{_FOLDER}/rules.yaml": {"apiVersion": 1, "groups": _groups()},
        f"{_FOLDER}/contact-points.yaml": {"apiVersion": 1, "contactPoints": [contact]},
        f"{_FOLDER}/policies.yaml": {"apiVersion": 1, "policies": [{"orgId": 1, **policy_tree()}]},
        f"{_FOLDER}/templates.yaml": {"apiVersion": 1, "templates": [{"orgId": 1, **template()}]},
    }


def _groups() -> list[dict[str, Any]]:
    return [
        {
            "orgId": 1,
            "name": name,
            "folder": RULE_FOLDER[1],
            "interval": f"{seconds}s",
            "rules": [_rule(rule) for rule in rules],
        }
        for name, (seconds, rules) in GROUPS.items()
    ]


def _rule(rule: Rule) -> dict[str, Any]:
    body = rule_body(rule)
    notes = body["annotations"]
    place = {"dashboardUid": notes["__dashboardUid__"], "panelId": int(notes["__panelId__"])}
    return {**body, **place}

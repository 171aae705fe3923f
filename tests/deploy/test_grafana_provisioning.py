"""What docker-compose.yml gives to Grafana: every path, name, uid and variable in it exists."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from dashboards.files import MOUNTED
from dashboards.names import DATASOURCE_UID
from tests.deploy import compose
from tests.deploy.compose import ROOT

GRAFANA = compose.services()["grafana"]
MOUNTS = dict(volume.removesuffix(":ro").split(":")[1::-1] for volume in GRAFANA["volumes"])
PROVISIONING = ROOT / MOUNTS["/etc/grafana/provisioning"]


def load(path: str) -> Any:
    return yaml.safe_load((PROVISIONING / path).read_text(encoding="utf-8"))


def host_path(path: str) -> Path:
    """Where a path of the container lies in the tree."""
    inside, outside = next((i, o) for i, o in MOUNTS.items() if path.startswith(i))
    return ROOT / outside / path.removeprefix(inside).lstrip("/")


def dashboards() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for provider in load("dashboards/geohazard.yaml")["providers"]:
        for path in host_path(provider["options"]["path"]).glob("*.json"):
            model = json.loads(path.read_text(encoding="utf-8"))
            found[model["uid"]] = model
    return found


def test_every_provider_finds_its_dashboards() -> None:
    assert MOUNTED in MOUNTS
    for provider in load("dashboards/geohazard.yaml")["providers"]:
        assert len(list(host_path(provider["options"]["path"]).glob("*.json"))) == 5
    assert len(dashboards()) == 10


def test_the_home_dashboard_is_there() -> None:
    path = GRAFANA["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert host_path(path).is_file()


def test_every_panel_asks_the_provisioned_source() -> None:
    (source,) = load("datasources/influxdb.yaml")["datasources"]
    assert source["uid"] == DATASOURCE_UID
    text = json.dumps(list(dashboards().values()))
    assert set(re.findall(r'"type": "influxdb", "uid": "([^"]*)"', text)) == {source["uid"]}


def test_rules_point_at_panels_that_are_there() -> None:
    rules = [rule for group in load("alerting/rules.yaml")["groups"] for rule in group["rules"]]
    assert len(rules) == len({rule["uid"] for rule in rules}) == 8
    for rule in rules:
        panels = {p["id"]: p for p in dashboards()[rule["dashboardUid"]]["panels"]}
        assert panels[rule["panelId"]]["type"] != "row", rule["uid"]
        refs = {query["refId"] for query in rule["data"]}
        assert rule["condition"] in refs
        assert {query["datasourceUid"] for query in rule["data"]} == {DATASOURCE_UID, "__expr__"}


def test_policy_contact_point_and_template_know_each_other() -> None:
    (contact,) = load("alerting/contact-points.yaml")["contactPoints"]
    (policy,) = load("alerting/policies.yaml")["policies"]
    (template,) = load("alerting/templates.yaml")["templates"]
    receivers = {policy["receiver"], *(route["receiver"] for route in policy["routes"])}
    assert receivers == {contact["name"]}
    settings = contact["receivers"][0]["settings"]
    for field in ("title", "message"):
        name = re.findall(r'template "([\w.]+)"', settings[field])[0]
        assert f'define "{name}"' in template["template"]


def test_every_variable_of_provisioning_is_given_to_grafana() -> None:
    """Whatever begins with a dollar sign is replaced by Grafana: nothing else may."""
    texts = [path.read_text(encoding="utf-8") for path in PROVISIONING.rglob("*.yaml")]
    for path in PROVISIONING.rglob("*.yaml"):
        bare = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in bare.get("groups", []):
            for rule in group["rules"]:
                for query in rule["data"]:
                    query.pop("model")  # not replaced
        names = set(re.findall(r"\$(\{\w+\}|\w+)", json.dumps(bare)))
        assert {name.strip("{}") for name in names} <= set(GRAFANA["environment"]), path
        assert "$" not in re.sub(r"\$\{\w+\}", "", json.dumps(bare)), path
    assert any("GRAFANA_WEBHOOK_SECRET" in text for text in texts)


def test_the_webhook_reaches_the_receiver() -> None:
    url = GRAFANA["environment"]["GRAFANA_WEBHOOK_URL"]
    receiver = compose.services()["webhook-receiver"]
    assert url == "http://webhook-receiver:8099/grafana"
    assert set(GRAFANA["networks"]) & set(receiver["networks"])
    assert "GRAFANA_WEBHOOK_SECRET" in receiver["environment"]

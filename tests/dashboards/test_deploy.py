"""Deploying over Grafana's API: once, twice, in part, and not at all."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.dashboards import app
from dashboards.contact import route
from dashboards.deploy import DeployError, PolicyMode, deploy
from dashboards.deploy.compare import differences
from dashboards.names import CONTACT_UID, DATASOURCE_UID, RULE_FOLDER
from tests.dashboards.deploying import INFLUX_TOKEN, SECRET, WEBHOOK, options, run
from tests.dashboards.grafana_server import DEFAULT_TREE, TOKEN, FakeGrafana

FOREIGN_TREE: dict[str, Any] = {
    "receiver": "on-call",
    "routes": [{"receiver": "on-call", "object_matchers": [["team", "=", "other"]]}],
}


def test_everything_is_there_and_twice_changes_nothing(grafana: FakeGrafana, url: str) -> None:
    done, _ = run(options(url))
    assert set(done.values()) == {"create", "same", "update"}  # same: the data source
    assert done["notification policy"] == "update"
    assert sorted(grafana.folders) == ["geohazard-en", "geohazard-rules", "geohazard-zh"]
    assert len(grafana.dashboards) == 10
    assert grafana.dashboards["geo-rain-zh"]["meta"]["folderUid"] == "geohazard-zh"
    assert {folder for folder, _ in grafana.groups} == {RULE_FOLDER[0]}
    assert sum(len(group["rules"]) for group in grafana.groups.values()) == 8
    assert grafana.contacts[CONTACT_UID]["settings"]["hmacConfig"]["secret"] == SECRET
    assert grafana.tree["routes"] == [route()]
    assert grafana.tree["receiver"] == DEFAULT_TREE["receiver"]
    provisioned = [
        h for h, (_, p) in zip(grafana.headers, grafana.writes, strict=True) if "provisioning" in p
    ]
    assert all(headers["x-disable-provenance"] == "true" for headers in provisioned)

    grafana.writes.clear()
    before = grafana.state()
    done, told = run(options(url))
    assert set(done.values()) == {"same"}
    assert told == []
    assert grafana.writes == []
    assert grafana.state() == before


def test_a_dry_run_shows_the_difference_and_writes_nothing(grafana: FakeGrafana, url: str) -> None:
    done, told = run(options(url, dry_run=True))
    assert "create dashboard geo-point-en" in told
    assert set(done.values()) == {"create", "same", "update"}
    assert grafana.writes == []
    run(options(url))
    model = grafana.dashboards["geo-point-en"]["dashboard"]
    model["panels"][1]["title"] = "mine"
    grafana.writes.clear()
    done, told = run(options(url, dry_run=True))
    assert told == [
        "update dashboard geo-point-en",
        "    dashboard.panels[1].title: 'mine' -> 'Level'",
    ]
    assert grafana.writes == []
    run(options(url))
    assert grafana.writes == [("POST", "/api/dashboards/db")]
    assert grafana.dashboards["geo-point-en"]["dashboard"]["panels"][1]["title"] == "Level"


def test_one_language_touches_only_its_folder(grafana: FakeGrafana, url: str) -> None:
    run(options(url, langs=["zh"], webhook_url=None, webhook_secret=None))
    assert sorted(grafana.folders) == ["geohazard-rules", "geohazard-zh"]
    assert len(grafana.dashboards) == 5
    assert (grafana.contacts, grafana.templates) == ({}, {})
    assert grafana.tree == DEFAULT_TREE


def test_dashboards_of_others_stay(grafana: FakeGrafana, url: str) -> None:
    grafana.dashboards["theirs"] = {"dashboard": {"uid": "theirs"}, "meta": {"version": 1}}
    grafana.groups["other", "theirs"] = {"title": "theirs", "rules": [{"uid": "r"}]}
    run(options(url))
    assert grafana.dashboards["theirs"] == {"dashboard": {"uid": "theirs"}, "meta": {"version": 1}}
    assert grafana.groups["other", "theirs"]["rules"] == [{"uid": "r"}]


class TestPolicies:
    def test_a_foreign_tree_is_left_and_said_so(self, grafana: FakeGrafana, url: str) -> None:
        grafana.tree = json.loads(json.dumps(FOREIGN_TREE))
        done, told = run(options(url))
        assert done["notification policy"] == "leave"
        assert any("--policy add" in line for line in told)
        assert grafana.tree == FOREIGN_TREE

    def test_our_route_goes_first_when_told_so(self, grafana: FakeGrafana, url: str) -> None:
        grafana.tree = json.loads(json.dumps(FOREIGN_TREE))
        run(options(url, policy=PolicyMode.ADD))
        assert grafana.tree["receiver"] == "on-call"
        assert grafana.tree["routes"] == [route(), *FOREIGN_TREE["routes"]]
        done, _ = run(options(url))
        assert done["notification policy"] == "same"

    def test_a_changed_route_of_ours_is_mended(self, grafana: FakeGrafana, url: str) -> None:
        run(options(url))
        grafana.tree["routes"][0]["repeat_interval"] = "30d"
        grafana.tree["routes"].append(FOREIGN_TREE["routes"][0])
        done, _ = run(options(url))
        assert done["notification policy"] == "update"
        assert grafana.tree["routes"] == [route(), *FOREIGN_TREE["routes"]]

    def test_all_is_replaced_only_when_told_so(self, grafana: FakeGrafana, url: str) -> None:
        grafana.tree = json.loads(json.dumps(FOREIGN_TREE))
        run(options(url, policy=PolicyMode.REPLACE))
        assert grafana.tree["receiver"] == "geohazard"
        assert grafana.tree["routes"] == [route()]

    def test_nothing_is_done_when_told_so(self, grafana: FakeGrafana, url: str) -> None:
        run(options(url, policy=PolicyMode.LEAVE))
        assert grafana.tree == DEFAULT_TREE


def test_an_old_grafana_gets_what_it_knows(grafana: FakeGrafana, url: str) -> None:
    grafana.version = "9.3.0"
    run(options(url, webhook_url=None, webhook_secret=None))
    states = {r["execErrState"] for g in grafana.groups.values() for r in g["rules"]}
    assert states == {"Alerting"}


def test_a_hidden_version_is_asked_for_otherwise(grafana: FakeGrafana, url: str) -> None:
    def answer(method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        if path == "/api/health":
            return 200, {"database": "ok"}
        if path == "/api/frontend/settings":
            return 200, {"buildInfo": {"version": "9.1.0"}}
        return FakeGrafana.answer(grafana, method, path, body, headers)

    grafana.answer = answer  # type: ignore[method-assign]
    with pytest.raises(DeployError, match=r"9\.1\.0 is too old"):
        deploy(options(url), lambda _: None)


def test_the_data_source_is_made_when_its_address_is_given(grafana: FakeGrafana, url: str) -> None:
    grafana.datasources.clear()
    more = {"influx_url": "http://influxdb:8086", "influx_token": INFLUX_TOKEN}
    done, told = run(options(url, **more))
    assert done[f"data source {DATASOURCE_UID}"] == "create"
    assert grafana.datasources[DATASOURCE_UID]["jsonData"]["dbName"] == "geohazard"
    assert INFLUX_TOKEN not in " ".join(told)
    assert run(options(url, **more))[1] == []


def test_a_new_secret_is_written_when_told_so(grafana: FakeGrafana, url: str) -> None:
    run(options(url))
    renewed = options(url, webhook_secret="another-secret-here")  # noqa: S106
    assert run(renewed)[1] == []
    run(replace(renewed, resend_secret=True))
    secret = grafana.contacts[CONTACT_UID]["settings"]["hmacConfig"]["secret"]
    assert secret == "another-secret-here"  # noqa: S105


def test_secrets_do_not_show() -> None:
    shown = repr(options("https://g", influx_token=INFLUX_TOKEN))
    assert not any(secret in shown for secret in (TOKEN, SECRET, INFLUX_TOKEN))


def test_the_command_says_what_it_did(grafana: FakeGrafana, url: str, tmp_path: Path) -> None:
    for name, text in (("token", TOKEN), ("secret", SECRET), ("empty", "")):
        (tmp_path / name).write_text(f"{text}\n")
    command = ["deploy", "--url", url, "--token-file", str(tmp_path / "token")]
    command += ["--webhook-url", WEBHOOK, "--webhook-secret-file", str(tmp_path / "secret")]
    first = CliRunner().invoke(app, command)
    assert first.exit_code == 0, first.output
    assert "18 changed, 1 as they should be" in first.output
    again = CliRunner().invoke(app, [*command, "--dry-run"])
    assert again.output == "0 would change, 19 as they should be\n"
    command[4] = str(tmp_path / "empty")
    refused = CliRunner().invoke(app, command)
    assert isinstance(refused.exception, DeployError)
    assert "holds no token" in str(refused.exception)


def test_grafana_may_add_but_not_lack() -> None:
    assert list(differences({"a": 1}, {"a": 1, "b": 2})) == []
    assert list(differences({"a": 1, "b": 2}, {"a": 1})) == ["b: nothing -> 2"]
    assert list(differences([1, 2], [1])) == [": [1] -> [1, 2]"]
    assert list(differences({"for": "60s"}, {"for": "1m"})) == []
    assert list(differences({"for": "60s"}, {"for": "2m"})) == ["for: '2m' -> '60s'"]
    assert list(differences({"x": {"secret": "a"}}, {"x": {"secret": "[REDACTED]"}})) == []

"""Deploying over Grafana's API: once, twice, in part, and not at all."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.dashboards import app
from dashboards.contact import route
from dashboards.deploy import DeployError, Options, PolicyMode, deploy
from dashboards.deploy.compare import differences
from dashboards.names import CONTACT_UID, DATASOURCE_UID, RULE_FOLDER
from domain.errors import SettingsError
from tests.dashboards.grafana_server import ADMIN, DEFAULT_TREE, TOKEN, FakeGrafana, serving
from tests.servers import free_port

SECRET = "a-secret-that-signs"  # noqa: S105
INFLUX_TOKEN = "an-influx-token"  # noqa: S105
WEBHOOK = "http://receiver:8099/grafana"
FOREIGN_TREE: dict[str, Any] = {
    "receiver": "on-call",
    "routes": [{"receiver": "on-call", "object_matchers": [["team", "=", "other"]]}],
}


@pytest.fixture
def grafana() -> FakeGrafana:
    known = {"uid": DATASOURCE_UID, "type": "influxdb", "url": "http://influxdb:8086"}
    return FakeGrafana(datasources={DATASOURCE_UID: known})


@pytest.fixture
def url(grafana: FakeGrafana) -> Iterator[str]:
    with serving(grafana) as address:
        yield address


def options(url: str, **more: Any) -> Options:
    usual = {"token": TOKEN, "webhook_url": WEBHOOK, "webhook_secret": SECRET}
    return Options(url=url, **{**usual, **more})


def run(opts: Options) -> tuple[dict[str, str], list[str]]:
    """Deploy; returns what was done with each thing, and what was told."""
    told: list[str] = []
    changes = deploy(opts, told.append)
    return {change.what: change.action for change in changes}, told


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


class TestFailures:
    def check(self, opts: Options, *words: str) -> str:
        with pytest.raises(DeployError) as caught:
            deploy(opts, lambda _: None)
        text = str(caught.value)
        assert all(word in text for word in words), text
        assert "\n" not in text
        assert not any(secret in text for secret in (TOKEN, SECRET, INFLUX_TOKEN))
        return text

    def test_unreachable(self) -> None:
        self.check(options(f"http://127.0.0.1:{free_port()}"), "cannot be reached")

    def test_not_grafana(self) -> None:
        with serving(FakeGrafana(), b"<html>hello</html>") as url:
            self.check(options(url), "does not answer as Grafana")

    def test_wrong_token(self, grafana: FakeGrafana, url: str) -> None:
        self.check(options(url, token="wrong"), "refuses the token (401)")  # noqa: S106
        assert grafana.writes == []

    @pytest.mark.parametrize("right", sorted(set(ADMIN) - {"alert.provisioning:read"}))
    def test_missing_right(self, grafana: FakeGrafana, url: str, right: str) -> None:
        del grafana.permissions[right]
        self.check(options(url), "the token may not", right)
        assert grafana.writes == []

    @pytest.mark.parametrize("version", ["9.2.20", "8.5.27", "9.0.0-beta1"])
    def test_too_old(self, grafana: FakeGrafana, url: str, version: str) -> None:
        grafana.version = version
        self.check(options(url), version, "too old", "9.3")
        assert grafana.writes == []

    def test_too_old_to_sign(self, grafana: FakeGrafana, url: str) -> None:
        grafana.version = "11.6.4"
        self.check(options(url), "cannot sign webhooks", "--webhook-url")
        assert grafana.writes == []

    def test_no_data_source(self, grafana: FakeGrafana, url: str) -> None:
        grafana.datasources.clear()
        self.check(options(url), DATASOURCE_UID, "--influx-url")
        assert grafana.writes == []

    def test_another_kind_of_data_source(self, grafana: FakeGrafana, url: str) -> None:
        grafana.datasources[DATASOURCE_UID]["type"] = "prometheus"
        self.check(options(url), "no InfluxDB")

    def test_a_contact_point_of_the_same_name(self, grafana: FakeGrafana, url: str) -> None:
        theirs = {"uid": "x", "name": "geohazard", "settings": {"hmacConfig": {"secret": "s"}}}
        grafana.contacts["x"] = theirs
        self.check(options(url), "not ours")
        assert grafana.writes == []

    def test_half_a_webhook(self, url: str) -> None:
        self.check(options(url, webhook_secret=None), "go together")

    @pytest.mark.parametrize(
        ("address", "word"),
        [
            ("http://grafana.example.org", "--plain-http"),
            ("https://admin:secret@grafana.example.org", "no account"),
            ("grafana:3000", "no address"),
            ("file:///etc/passwd", "no address"),
        ],
    )
    def test_an_address_that_would_leak_the_token(self, address: str, word: str) -> None:
        self.check(options(address), word)


@pytest.mark.parametrize("status", [409, 500])
@pytest.mark.parametrize(
    "path", ["folders$", "dashboards/db", "rule-groups/geohazard-system", "contact", "policies"]
)
def test_nothing_is_half_deployed(grafana: FakeGrafana, url: str, path: str, status: int) -> None:
    before = grafana.state()
    grafana.refuse = (path, status)
    with pytest.raises(DeployError, match="nothing changed") as caught:
        deploy(options(url), lambda _: None)
    assert "\n" not in str(caught.value)
    assert grafana.state() == before
    run(options(url))
    grafana.dashboards["geo-point-zh"]["dashboard"]["title"] = "mine"
    grafana.groups[RULE_FOLDER[0], "geohazard-points"]["rules"][0]["title"] = "mine"
    grafana.tree["routes"][0]["group_wait"] = "99s"
    held = grafana.state()
    grafana.refuse = ("policies", status)
    with pytest.raises(DeployError, match="nothing changed"):
        deploy(options(url), lambda _: None)
    assert grafana.state() == held


def test_what_was_written_although_the_answer_was_lost_is_taken_back(
    grafana: FakeGrafana, url: str
) -> None:
    before = grafana.state()

    def answer(method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        found = FakeGrafana.answer(grafana, method, path, body, headers)
        lost = method == "POST" and len(grafana.dashboards) == 3
        return (502, "<html>a proxy's page</html>") if lost else found

    grafana.answer = answer  # type: ignore[method-assign]
    with pytest.raises(DeployError, match="nothing changed"):
        deploy(options(url), lambda _: None)
    assert grafana.state() == before


def test_what_cannot_be_taken_back_is_named(grafana: FakeGrafana, url: str) -> None:
    """The rights go while it is under way: neither on nor back."""
    sent: list[str] = []

    def answer(method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        if method != "GET":
            sent.append(path)
            if len(sent) > 4:
                return 403, {"message": "gone"}
        return FakeGrafana.answer(grafana, method, path, body, headers)

    grafana.answer = answer  # type: ignore[method-assign]
    with pytest.raises(DeployError, match=r"could not be taken back: .*folder geohazard-en"):
        deploy(options(url), lambda _: None)


def test_a_secret_that_stays_is_named(grafana: FakeGrafana, url: str) -> None:
    """Grafana tells no secret: the one from before cannot be written again."""
    run(options(url))

    def answer(method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        if method == "PUT" and path.endswith("/policies"):
            return 403, {"message": "gone"}
        return FakeGrafana.answer(grafana, method, path, body, headers)

    grafana.answer = answer  # type: ignore[method-assign]
    grafana.tree = copy.deepcopy(DEFAULT_TREE)
    again = options(url, webhook_secret="n" * 20, resend_secret=True)
    with pytest.raises(DeployError, match=r"taken back: the new webhook secret of contact point"):
        deploy(again, lambda _: None)


def test_a_secret_that_the_receiver_would_refuse_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="at least 16 characters"):
        deploy(options(url, webhook_secret="n" * 15), lambda _: None)


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

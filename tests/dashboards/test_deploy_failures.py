"""Deploying when Grafana refuses, breaks off or lacks a right: told, and nothing half done."""

import copy
from typing import Any

import pytest

from dashboards.deploy import DeployError, Options, deploy
from dashboards.names import DATASOURCE_UID, RULE_FOLDER
from domain.errors import SettingsError
from tests.dashboards.deploying import INFLUX_TOKEN, SECRET, options, run
from tests.dashboards.grafana_server import ADMIN, DEFAULT_TREE, TOKEN, FakeGrafana
from tests.dashboards.serving import serving
from tests.servers import free_port


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

"""The sender of commands with the account that compose gives it, on the deployed mosquitto."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from domain.clock import SystemClock
from ingest.asking import SamplingAsker
from tests.deploy import compose
from tests.deploy.accounts import PASSWORDS, DeployedMosquitto, connected
from tests.ingest.asking_process import POINT, RAISED, REGISTRY, settings

DEADLINE_S = 15.0
COMMAND = f"geohazard/v1/500235/{POINT.point_id}/d1/command"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[DeployedMosquitto]:
    if not DeployedMosquitto.available():
        pytest.skip("mosquitto is not installed")
    server = DeployedMosquitto(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.mark.integration
def test_a_command_goes_out_and_its_reply_comes_back(
    broker: DeployedMosquitto, tmp_path: Path
) -> None:
    wanted = settings(broker.service_port, tmp_path)
    account = {"username": "notify", "password": SecretStr(PASSWORDS["notify"])}
    wanted = wanted.model_copy(update={"mqtt": wanted.mqtt.model_copy(update=account)})
    asker = SamplingAsker(wanted, lambda: REGISTRY, SystemClock())
    with connected(broker.service_port, "simulator") as devices:
        devices.subscribe(COMMAND)
        asker.take([RAISED])
        asker.start()
        try:
            _, command = devices.expect(1)[0]
            answer = command.replace(b'"plus_intv":600', b'"result":"succ"')
            assert devices.publish(COMMAND.replace("command", "reply"), answer)
            pause, waited = threading.Event(), 0.0
            while asker.counters()["commands_answered"] < 1 and waited < DEADLINE_S:
                pause.wait(0.05)
                waited += 0.05
            assert asker.counters()["commands_answered"] == 1
        finally:
            asker.close()


def test_compose_gives_notify_the_broker_and_its_account_and_leaves_the_loop_off() -> None:
    notify = compose.raw()["services"]["notify"]
    environment = notify["environment"]
    assert set(notify["networks"]) == {"mqtt", "stream", "hooks"}
    assert environment["GEOHAZARD_MQTT__USERNAME"] == "notify"
    assert "MQTT_NOTIFY_PASSWORD" in environment["GEOHAZARD_MQTT__PASSWORD"]
    assert environment["GEOHAZARD_SAMPLING__ENABLED"] == "${SAMPLING:-false}"
    assert "outbox:/state" in notify["volumes"]

"""Who may say and hear what on the deployed mosquitto; with the real broker and start script."""

from collections.abc import Iterator

import pytest

from tests.deploy.accounts import PASSWORDS, DeployedMosquitto, connected

pytestmark = pytest.mark.integration

TELEMETRY = "geohazard/v1/500235/500235010007/{}/telemetry"
COMMAND = "geohazard/v1/500235/500235010007/{}/command"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedMosquitto]:
    if not DeployedMosquitto.available():
        pytest.skip("mosquitto is not installed")
    server = DeployedMosquitto(tmp_path_factory.mktemp("mosquitto"))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("user", [None, "station-a", "nobody", "ingest", "simulator"])
def test_no_door_opens_without_the_right_password(
    broker: DeployedMosquitto, user: str | None
) -> None:
    for port in (broker.port, broker.service_port):
        with connected(port, user, "wrong" if user else None) as client:
            assert client.refused


def test_devices_and_services_have_doors_of_their_own(broker: DeployedMosquitto) -> None:
    with connected(broker.port, "ingest") as client:
        assert client.refused
    with connected(broker.service_port, "station-a") as client:
        assert client.refused


def test_a_device_speaks_on_its_own_topics_only(broker: DeployedMosquitto) -> None:
    with connected(broker.port, "station-a") as device:
        assert device.refused is None
        assert device.publish(TELEMETRY.format("station-a"))
        assert device.publish(TELEMETRY.format("station-a").replace("telemetry", "status"))
        assert device.publish("geohazard/v1/gateway/station-a/status")
        for topic in (
            TELEMETRY.format("station-b"),
            TELEMETRY.format("station-b").replace("telemetry", "status"),
            COMMAND.format("station-a"),
            "geohazard/v1/gateway/station-b/status",
            "$dp",
            "$creq/station-a/cmd",
            "anything",
        ):
            assert not device.publish(topic), topic


def test_ingest_hears_devices_and_cannot_speak(broker: DeployedMosquitto) -> None:
    with (
        connected(broker.service_port, "ingest") as ingest,
        connected(broker.service_port, "simulator") as simulator,
        connected(broker.port, "station-a") as device,
    ):
        for topic in ("geohazard/v1/500235/+/+/telemetry", "$dp", "geohazard/v1/+/+/+/status"):
            ingest.subscribe(topic)
        assert device.publish(TELEMETRY.format("station-a"), b"1")
        assert not device.publish(TELEMETRY.format("station-b"), b"forged")
        assert simulator.publish("$dp", b"2")
        assert simulator.publish(TELEMETRY.format("any-device"), b"3")
        assert [payload for _, payload in ingest.expect(3)] == [b"1", b"2", b"3"]
        assert not ingest.publish(TELEMETRY.format("station-a"))
        assert not ingest.publish(COMMAND.format("station-a"))


def test_a_device_hears_only_its_own_commands(broker: DeployedMosquitto) -> None:
    with (
        connected(broker.port, "station-a") as device,
        connected(broker.service_port, "simulator") as simulator,
    ):
        for topic in ("#", "geohazard/v1/#", "$dp", COMMAND.format("+")):
            device.subscribe(topic)
        assert simulator.publish(TELEMETRY.format("station-b"), b"other")
        assert simulator.publish(TELEMETRY.format("station-a"), b"own but not a command")
        assert simulator.publish("$dp", b"other")
        assert not simulator.publish(COMMAND.format("station-a"))
        # The one thing that it may hear, last: all before it has been decided by then.
        with connected(broker.service_port, "operator") as operator:
            assert operator.refused is None
            assert operator.publish(COMMAND.format("station-b"), b"for b")
            assert operator.publish(COMMAND.format("station-a"), b"for a")
        # Once for each filter that matches.
        assert set(device.expect(1)) == {(COMMAND.format("station-a"), b"for a")}


def test_notify_asks_devices_hears_their_replies_and_nothing_else(
    broker: DeployedMosquitto,
) -> None:
    reply = COMMAND.format("station-a").replace("command", "reply")
    with (
        connected(broker.service_port, "notify") as notify,
        connected(broker.service_port, "simulator") as simulator,
        connected(broker.port, "station-a") as device,
    ):
        assert notify.refused is None
        for topic in ("#", "geohazard/v1/+/+/+/reply", "$dr", "$dp", "$creq/+/+"):
            notify.subscribe(topic)
        device.subscribe(COMMAND.format("station-a"))
        assert notify.publish(COMMAND.format("station-a"), b"ask")
        assert notify.publish("$creq/station-a/cmd")
        assert device.expect(1) == [(COMMAND.format("station-a"), b"ask")]
        assert simulator.publish("$dp", b"not for it")
        assert device.publish(TELEMETRY.format("station-a"), b"not for it")
        assert simulator.publish("$dr", b"one")
        assert device.publish(reply, b"two")
        assert {payload for _, payload in notify.expect(2)} == {b"one", b"two"}


@pytest.mark.parametrize(
    "topic",
    [
        TELEMETRY.format("station-a"),
        TELEMETRY.format("station-a").replace("telemetry", "reply"),
        "$dp",
        "$dr",
        "$creq/station-a/firmware",
    ],
)
def test_notify_cannot_speak_as_a_device(broker: DeployedMosquitto, topic: str) -> None:
    with connected(broker.service_port, "notify") as notify:
        assert not notify.publish(topic)


def test_nobody_takes_the_session_of_another(broker: DeployedMosquitto) -> None:
    """A device that names itself like ingest is still only itself."""
    with (
        connected(broker.service_port, "ingest", client_id="ingest-0-0") as ingest,
        connected(broker.port, "station-b", client_id="ingest-0-0") as thief,
        connected(broker.port, "station-a", client_id="station-b") as other,
    ):
        ingest.subscribe("geohazard/v1/500235/+/+/telemetry")
        assert thief.publish(TELEMETRY.format("station-b"), b"mine")
        assert other.publish(TELEMETRY.format("station-a"), b"mine too")
        assert ingest.expect(2)
        assert not ingest.lost.is_set()
        assert not thief.lost.is_set()


def test_passwords_are_kept_hashed_and_private(broker: DeployedMosquitto) -> None:
    for path in (broker.services, broker.devices):
        assert path.stat().st_mode & 0o077 == 0
        text = path.read_text(encoding="utf-8")
        assert text
        assert not any(word in text for word in PASSWORDS.values())


def test_the_health_account_can_do_nothing_else(broker: DeployedMosquitto) -> None:
    with connected(broker.service_port, "health") as health:
        assert health.publish("geohazard/health", b"ok")
        assert not health.publish(TELEMETRY.format("station-a"))

"""The connections together: who gets what, when to take it, and when to give up."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from unittest.mock import Mock, create_autospec

import paho.mqtt.client as paho
import pytest

from domain.clock import ManualClock
from domain.districts import districts
from domain.errors import GeohazardError, SettingsError
from domain.settings import MqttSettings, load_settings
from ingest import connection as connection_module
from ingest.mqtt import make_client
from ingest.mqtt_source import URGENT_AT, MqttSource, plan_filters

WELL = SimpleNamespace(is_failure=False)
ILL = SimpleNamespace(is_failure=True)


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[Mock]:
    """Stand in for paho's clients, in the order of the connections."""
    made: list[Mock] = []

    def make(*_: object) -> Mock:
        made.append(create_autospec(paho.Client, instance=True))
        return made[-1]

    monkeypatch.setattr(connection_module, "make_client", make)
    return made


def with_source(test: Callable[[MqttSource], Awaitable[None]], linger_ms: int = 1) -> None:
    """Run a test with a source of two connections and that of the other protocol."""
    environ = {
        "GEOHAZARD_MQTT__CONNECTIONS": "2",
        "GEOHAZARD_INGEST__LINGER_MS": str(linger_ms),
    }

    async def run() -> None:
        await test(MqttSource(load_settings(environ=environ), ManualClock(5)))

    asyncio.run(run())


def deliver(client: Mock, mid: int) -> None:
    sent = SimpleNamespace(topic="t", payload=b"x", mid=mid, qos=1, dup=False)
    client.on_message(client, None, sent)


@pytest.mark.parametrize("connections", [1, 4, 38, 64])
def test_every_district_has_one_connection(connections: int) -> None:
    plan = plan_filters(MqttSettings(connections=connections, dp_topic="dp"))
    dealt = [name for filters in plan[:-1] for name in filters]
    assert sorted(dealt) == [f"geohazard/v1/{code}/+/+/telemetry" for code in sorted(districts())]
    assert all(plan)
    assert plan[-1] == ("dp",)


def test_messages_linger_and_are_taken_together(clients: list[Mock]) -> None:
    async def test(source: MqttSource) -> None:
        deliver(clients[1], 1)
        deliver(clients[0], 2)
        await source.wait()
        assert source.pending == 2
        taken = source.take()
        assert [(message.connection, message.mid) for message in taken] == [(0, 2), (1, 1)]
        source.acknowledge(taken)
        clients[0].ack.assert_called_once_with(2, 1)
        clients[1].ack.assert_called_once_with(1, 1)
        assert source.pending == 0

    with_source(test)


def test_a_full_window_of_one_connection_does_not_linger(clients: list[Mock]) -> None:
    async def test(source: MqttSource) -> None:
        for mid in range(URGENT_AT):
            deliver(clients[0], mid)
        async with asyncio.timeout(5):
            await source.wait()
        assert source.pending == URGENT_AT

    with_source(test, linger_ms=10_000)


def test_a_refused_subscription_ends_the_work_but_not_that_of_dp(clients: list[Mock]) -> None:
    async def test(source: MqttSource) -> None:
        threads = Mock(alive=True)
        source._connections, kept = [threads], source._connections
        clients[2].on_subscribe(clients[2], None, 1, [ILL], None)
        source.check()
        clients[0].on_subscribe(clients[0], None, 1, [ILL], None)
        with pytest.raises(GeohazardError, match="refuses a subscription to geohazard/v1/500101"):
            source.check()
        source._connections = kept

    with_source(test)


@pytest.mark.usefixtures("clients")
def test_a_connection_whose_thread_ended_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module.Connection, "start", lambda _: None)

    async def test(source: MqttSource) -> None:
        source.check()  # not begun yet: nothing has ended
        source.start()
        with pytest.raises(GeohazardError, match="thread of the MQTT connection ingest-0-0"):
            source.check()

    with_source(test)


def test_it_is_subscribed_when_all_districts_are(clients: list[Mock]) -> None:
    async def test(source: MqttSource) -> None:
        for client in clients[:2]:
            assert not source.subscribed
            client.on_subscribe(client, None, 1, [WELL], None)
        assert source.subscribed

    with_source(test)


def test_a_certificate_that_is_not_there_is_named() -> None:
    mqtt = MqttSettings(tls=True, ca_file="absent.pem")
    with pytest.raises(SettingsError, match="absent.pem"):
        make_client(mqtt, "x")

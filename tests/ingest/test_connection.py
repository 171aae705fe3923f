"""A connection acknowledges only what the present session brought, and bounds what it holds."""

import threading
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, create_autospec

import paho.mqtt.client as paho
import pytest

from domain.clock import ManualClock
from domain.settings import MqttSettings
from ingest import connection as connection_module
from ingest import inbox as inbox_module
from ingest.connection import Connection
from ingest.inbox import Inbox, Message

WELL = SimpleNamespace(is_failure=False)
ILL = SimpleNamespace(is_failure=True)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Stand in for paho's client."""
    fake: Mock = create_autospec(paho.Client, instance=True)
    monkeypatch.setattr(connection_module, "make_client", lambda *_: fake)
    return fake


@pytest.fixture
def refused() -> list[str]:
    return []


@pytest.fixture
def connection(client: Mock, refused: list[str]) -> Connection:
    inbox = Inbox(3, Mock(), Mock())
    clock = ManualClock(77)
    return Connection(0, "ingest-0-0", ("a", "b"), inbox, MqttSettings(), clock, refused.append)


def deliver(client: Mock, mid: int, qos: int = 1, dup: bool = False) -> None:
    sent = SimpleNamespace(topic=f"t/{mid}", payload=b"x", mid=mid, qos=qos, dup=dup)
    client.on_message(client, None, sent)


def connect(client: Mock) -> None:
    client.on_connect(client, None, None, WELL, None)


def test_it_subscribes_each_time_it_connects(client: Mock, connection: Connection) -> None:
    for _ in range(2):
        connect(client)
        client.on_subscribe(client, None, 1, [WELL, WELL], None)
        assert connection.subscribed
        client.on_disconnect(client, None, None, ILL, None)
        assert not connection.subscribed
    assert client.subscribe.call_args_list == [(([("a", 1), ("b", 1)],),)] * 2


def test_messages_are_acknowledged_in_their_order(client: Mock, connection: Connection) -> None:
    connect(client)
    for mid in (5, 3, 9):
        deliver(client, mid)
    deliver(client, 0, qos=0)
    taken = connection.inbox.take()
    assert [message.received_ms for message in taken] == [77] * 4
    connection.acknowledge(taken)
    assert [call.args for call in client.ack.call_args_list] == [(5, 1), (3, 1), (9, 1)]


def test_a_message_of_an_earlier_session_is_not_acknowledged(
    client: Mock, connection: Connection
) -> None:
    connect(client)
    deliver(client, 1)
    old = connection.inbox.take()
    client.on_disconnect(client, None, None, ILL, None)
    connection.acknowledge(old)
    connect(client)
    deliver(client, 1, dup=True)
    new = connection.inbox.take()
    connection.acknowledge(old)
    client.ack.assert_not_called()
    connection.acknowledge(new)
    client.ack.assert_called_once_with(1, 1)
    assert new[0].again


def test_a_refused_subscription_is_told(
    client: Mock, connection: Connection, refused: list[str]
) -> None:
    connect(client)
    client.on_subscribe(client, None, 1, [WELL, ILL], None)
    assert refused == ["the MQTT broker refuses a subscription to b"]
    assert not connection.subscribed


def test_a_refused_connection_does_not_subscribe(client: Mock, connection: Connection) -> None:
    client.on_connect(client, None, None, ILL, None)
    client.subscribe.assert_not_called()


def test_a_broker_that_hangs_up_on_a_subscription_is_asked_ever_more_rarely(
    client: Mock, connection: Connection
) -> None:
    for _ in range(8):
        connect(client)
        client.on_disconnect(client, None, None, ILL, None)
    waits = [call.args[0] for call in client.reconnect_delay_set.call_args_list]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    client.on_subscribe(client, None, 1, [WELL, WELL], None)
    assert client.reconnect_delay_set.call_args.args[0] == 1


def test_a_topic_that_is_not_utf8_is_taken_all_the_same(
    client: Mock, connection: Connection
) -> None:
    bad = paho.MQTTMessage(mid=4, topic=b"\xff")
    bad.qos, bad.payload = 1, b"x"
    connect(client)
    client.on_message(client, None, bad)
    assert connection.inbox.take()[0].topic == "(not UTF-8)"


def note(payload: bytes = b"x") -> Message:
    return Message("t", payload, 0, 0, 1, 1, 1, False)


def test_the_inbox_tells_of_its_first_message_and_of_many() -> None:
    first, urgent = Mock(), Mock()
    inbox = Inbox(3, first, urgent)
    for _ in range(5):
        inbox.put(note())
    assert (first.call_count, urgent.call_count) == (1, 1)
    assert len(inbox.take()) == 5
    inbox.put(note())
    assert (first.call_count, urgent.call_count, len(inbox)) == (2, 1, 1)


@pytest.mark.parametrize("bound", [{"MAX_MESSAGES": 2}, {"MAX_BYTES": 2}])
@pytest.mark.parametrize("way_out", ["take", "close"])
def test_a_full_inbox_holds_the_thread_that_fills_it(
    bound: dict[str, Any], way_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in bound.items():
        monkeypatch.setattr(inbox_module, name, value)
    inbox = Inbox(99, Mock(), Mock())
    inbox.put(note())
    thread = threading.Thread(target=inbox.put, args=(note(),), daemon=True)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    getattr(inbox, way_out)()
    thread.join(10)
    assert not thread.is_alive()

"""One MQTT connection with a persistent session and acknowledgement by hand."""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

import paho.mqtt.client as paho

from domain.clock import Clock
from domain.settings import MqttSettings
from ingest.inbox import Inbox, Message
from ingest.mqtt import RECONNECT_MAX_S, RECONNECT_MIN_S, make_client

_LOG = logging.getLogger(__name__)
_QOS = 1
_SLOWEST_RETRY_S = 60


class Connection:
    """Subscribes, fills an inbox, and acknowledges; reconnects by itself, with backoff.

    Parameters
    ----------
    number
        Which of the process's connections this is.
    client_id
        Stable: the broker knows the session by it.
    filters
        What to subscribe to, each time the connection is made.
    inbox
        Where messages go.
    on_refused
        Called from the connection's thread with a sentence if the broker refuses a filter.
    """

    def __init__(
        self,
        number: int,
        client_id: str,
        filters: tuple[str, ...],
        inbox: Inbox,
        mqtt: MqttSettings,
        clock: Clock,
        on_refused: Callable[[str], None],
    ) -> None:
        self.number = number
        self.client_id = client_id
        self.filters = filters
        self.inbox = inbox
        self._mqtt = mqtt
        self._clock = clock
        self._on_refused = on_refused
        self._session = 0
        self._sending = threading.Lock()
        self._disappointments = 0
        self._subscribed = False
        self._thread: threading.Thread | None = None
        self._client = make_client(mqtt, client_id)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_subscribe = self._answered
        self._client.on_message = self._received

    @property
    def alive(self) -> bool:
        """Whether its thread runs; connected or trying to connect."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def subscribed(self) -> bool:
        """Whether the broker has accepted all filters on the present connection."""
        return self._subscribed

    def start(self) -> None:
        """Connect in a thread of its own, trying until it succeeds."""
        self._client.connect_async(self._mqtt.host, self._mqtt.port, self._mqtt.keepalive_s)
        before = set(threading.enumerate())
        self._client.loop_start()
        new = set(threading.enumerate()) - before
        self._thread = next(thread for thread in new if self.client_id in thread.name)

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """Tell the broker that it may forget these messages of this connection, in their order.

        Messages of an earlier session are left out: their ids may by now mean others.
        """
        with self._sending:
            for message in messages:
                if message.session == self._session and message.qos > 0:
                    self._client.ack(message.mid, message.qos)

    def close(self) -> None:
        """Disconnect, keeping the session at the broker, and end the thread."""
        self.inbox.close()
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        if reason.is_failure:
            _LOG.error("the MQTT broker refuses %s: %s", self.client_id, reason)
            return
        self._new_session()
        client.subscribe([(name, _QOS) for name in self.filters])

    def _disconnected(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        # Before the client connects again: no acknowledgement may cross over.
        self._new_session()
        if not reason.is_failure:
            return
        _LOG.warning("%s lost its MQTT connection: %s", self.client_id, reason)
        if not self._subscribed:
            self._disappointments += 1
            retry_s = min(2**self._disappointments, _SLOWEST_RETRY_S)
            client.reconnect_delay_set(retry_s, _SLOWEST_RETRY_S)
        self._subscribed = False

    def _answered(
        self, client: paho.Client, userdata: Any, mid: int, reasons: list[Any], properties: Any
    ) -> None:
        refused = [n for n, r in zip(self.filters, reasons, strict=False) if r.is_failure]
        if refused:
            self._on_refused(f"the MQTT broker refuses a subscription to {refused[0]}")
            return
        _LOG.info("%s is subscribed", self.client_id)
        self._subscribed = True
        self._disappointments = 0
        client.reconnect_delay_set(RECONNECT_MIN_S, RECONNECT_MAX_S)

    def _received(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "(not UTF-8)"
        self.inbox.put(
            Message(
                topic,
                bytes(message.payload),
                self._clock.now_ms(),
                self.number,
                self._session,
                message.mid,
                message.qos,
                message.dup,
            )
        )

    def _new_session(self) -> None:
        with self._sending:
            self._session += 1

"""One MQTT connection that carries many devices, driven by its owner's loop."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from domain.errors import SettingsError
from domain.settings import MqttSettings, secret_of
from sensors_sim.gathering import GatheringSocket

_LOG = logging.getLogger(__name__)

MAX_WAITING = 2_000
"""Messages of a connection that wait for their acknowledgement; at more the sender must wait."""

_CONNECT_TIMEOUT_S = 2.0
_FIRST_RETRY_S, _LAST_RETRY_S = 0.1, 5.0


class _GatheringClient(Client):
    """paho's client on a `GatheringSocket`."""

    gathering: GatheringSocket | None = None

    def _create_socket(self) -> Any:
        self.gathering = GatheringSocket(super()._create_socket())
        return self.gathering


class Link:
    """One connection: publishes at QoS 1 and tells of each acknowledgement.

    While the broker is away nothing is taken; what was not acknowledged is sent again, in order,
    once it is back.

    Parameters
    ----------
    name
        MQTT client id, and the gateway's name in its status topic.
    on_ack
        Called with the tag of each message as the broker acknowledges it.
    filters, on_message
        What to subscribe to, and what is called with topic, payload and whether it was retained.
    """

    def __init__(
        self,
        settings: MqttSettings,
        name: str,
        on_ack: Callable[[Any], None],
        filters: Sequence[str] = (),
        on_message: Callable[[str, bytes, bool], None] | None = None,
    ) -> None:
        self.name = name
        self.waiting: dict[int, Any] = {}
        self.reconnects = 0
        self._settings = settings
        self._on_ack = on_ack
        self._filters = tuple(filters)
        self._on_message = on_message
        self._started = False
        self._retry_s = _FIRST_RETRY_S
        self._retry_at = 0.0
        self.trouble: str | None = None
        self._client = self._make_client()

    @property
    def status_topic(self) -> str:
        """Where the gateway's retained status stands; ``offline`` is its last will."""
        return f"geohazard/v1/gateway/{self.name}/status"

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the connection."""
        return self._client.is_connected()

    @property
    def free(self) -> int:
        """How many messages can be taken now."""
        return MAX_WAITING - len(self.waiting) if self.connected else 0

    def publish(self, topic: str, payload: bytes, tag: Any, *, retain: bool = False) -> None:
        """Take a message; only while `free` is positive.

        Raises
        ------
        RuntimeError
            If the client does not take it.
        """
        info = self._client.publish(topic, payload, 1, retain)
        if info.rc is MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            msg = f"{self.name}: a message was published beyond what is free"
            raise RuntimeError(msg)
        self.waiting[info.mid] = tag

    def reply(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> None:
        """Send what nobody waits for: a device's answer; dropped while the broker is away."""
        if self.connected:
            self._client.publish(topic, payload, qos, retain)

    def exchange(self) -> None:
        """Send what was gathered, take in what has come, and look after the connection."""
        client = self._client
        if client.socket() is None or client.gathering is None:
            self._connect()
            return
        try:
            client.loop_write()
            client.gathering.flush()
        except OSError as error:
            _LOG.debug("%s: %s", self.name, error)  # reading finds the connection's end
        client.loop_read()
        client.loop_misc()

    def close(self) -> None:
        """Say goodbye and close; never waits."""
        client = self._client
        client.on_disconnect = None
        if client.socket() is not None and client.gathering is not None:
            client.disconnect()
            try:
                client.gathering.flush()
            except OSError as error:
                _LOG.debug("%s: %s", self.name, error)
            client.gathering.close()

    def _make_client(self) -> _GatheringClient:
        settings = self._settings
        client = _GatheringClient(CallbackAPIVersion.VERSION2, client_id=self.name)
        # No limit of paho's own: with one it searches its whole queue at every acknowledgement.
        client.max_inflight_messages_set(0)
        client.connect_timeout = _CONNECT_TIMEOUT_S
        password = secret_of(settings.password, settings.password_file)
        if settings.username is not None:
            client.username_pw_set(settings.username, password)
        if settings.tls:
            client.tls_set(ca_certs=str(settings.ca_file) if settings.ca_file else None)
        client.will_set(self.status_topic, b"offline", qos=1, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_publish = self._acknowledged
        client.on_message = self._heard
        return client

    def _connect(self) -> None:
        now = time.monotonic()
        if now < self._retry_at:
            return
        self._retry_at = now + self._retry_s
        self._retry_s = min(self._retry_s * 2, _LAST_RETRY_S)
        settings = self._settings
        try:
            if self._started:
                self._client.reconnect()
            else:
                self._client.connect(settings.host, settings.port, settings.keepalive_s)
        except OSError as error:
            self._complain(f"cannot reach the MQTT broker: {error}")
        else:
            self._started = True

    def _connected(self, _client: Any, _data: Any, _flags: Any, reason: Any, _props: Any) -> None:
        if reason.is_failure:
            msg = f"the MQTT broker refuses {self.name}: {reason}"
            if str(reason) in ("Not authorized", "Bad user name or password"):
                raise SettingsError(msg)
            self._complain(msg)
            return
        self.trouble = None
        self._retry_s = _FIRST_RETRY_S
        _LOG.info("%s: connected", self.name)
        # Not counted among the waiting: it belongs to the connection.
        self._client.publish(self.status_topic, b"online", 1, retain=True)
        if self._filters:
            self._client.subscribe([(name, 1) for name in self._filters])

    def _disconnected(self, _client: Any, _data: Any, _flags: Any, reason: Any, _p: Any) -> None:
        self.reconnects += 1
        self._retry_at = time.monotonic() + self._retry_s
        self._complain(f"connection lost: {reason}")

    def _acknowledged(self, _client: Any, _data: Any, mid: int, _reason: Any, _p: Any) -> None:
        tag = self.waiting.pop(mid, None)
        if tag is not None:
            self._on_ack(tag)

    def _heard(self, _client: Any, _data: Any, message: MQTTMessage) -> None:
        if self._on_message is None:
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            _LOG.warning("%s: a message on a topic that is no text", self.name)
            return
        self._on_message(topic, bytes(message.payload), message.retain)

    def _complain(self, trouble: str) -> None:
        if trouble != self.trouble:
            _LOG.warning("%s: %s", self.name, trouble)
        self.trouble = trouble

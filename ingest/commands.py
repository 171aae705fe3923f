"""Commands to devices over MQTT, how often they are to read, and their replies.

A device of the universal-device protocol hears `$creq/{device}/cmd`, a SenML device the topic
`…/command` of its own; the registry does not say which it is, so both are told, and one topic has
no listener. Commands are sent at least once; a device knows a repetition by its message id.
"""

import hashlib
import logging
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

from domain.settings import MqttSettings
from domain.topics import mqtt_topic
from ingest.mqtt import make_client
from ingest.replies import Reply, read_reply
from ingest.sampling import Request

_LOG = logging.getLogger(__name__)
_QOS = 1
_MOST_REPLIES = 10_000
"""Replies that wait to be taken in; of more the oldest are forgotten, and asked for again."""
_REPLIES = "geohazard/v1/+/+/+/reply"


def message_id(request: Request) -> str:
    """Name a command: by the warning that led to it and by its device.

    A reply over ``$dr`` says nothing else of its sender, and devices of a point share the warning.

    Examples
    --------
    >>> from domain.hazards import HazardType
    >>> from domain.points import Point
    >>> point = Point("500235010007", "a", HazardType.LANDSLIDE, 30.9, 108.7)
    >>> message_id(Request(point, "d1", 300.0, "w1"))
    'w1.8b53639f'
    """
    return f"{request.reason}.{hashlib.sha256(request.device_id.encode()).hexdigest()[:8]}"


def messages(request: Request, mqtt: MqttSettings) -> list[tuple[str, bytes]]:
    """Topics and payloads of one request.

    Examples
    --------
    >>> from domain.hazards import HazardType
    >>> from domain.points import Point
    >>> point = Point("500235010007", "a", HazardType.LANDSLIDE, 30.9, 108.7)
    >>> for topic, payload in messages(Request(point, "d1", 300.0, "w1"), MqttSettings()):
    ...     print(topic)
    ...     print(payload.decode())
    geohazard/v1/500235/500235010007/d1/command
    {"cmd":"setsensortime","plus_intv":300,"msgid":"w1.8b53639f"}
    $creq/d1/cmd
    $cmd=setsensortime&plus_intv=300&msgid=w1.8b53639f
    """
    fields = {
        "cmd": "setsensortime",
        "plus_intv": round(request.interval_s),
        "msgid": message_id(request),
    }
    own = mqtt_topic(request.point.district, request.point.point_id, request.device_id, "command")
    found = [(own, msgspec.json.encode(fields))]
    if _taken(mqtt, mqtt.creq_prefix):
        topic = f"{mqtt.creq_prefix}/{request.device_id}/cmd"
        found.append((topic, f"${urlencode(fields)}".encode()))
    return found


class CommandLink:
    """Sends commands and hears replies; connects again by itself.

    Parameters
    ----------
    client_id
        Told apart by process: the broker ends the older of two connections of one name.
    on_reply
        Called from the connection's thread when a reply has come.
    """

    def __init__(self, mqtt: MqttSettings, client_id: str, on_reply: Callable[[], None]) -> None:
        self._mqtt = mqtt
        self._on_reply = on_reply
        self._replies: deque[Reply] = deque(maxlen=_MOST_REPLIES)
        self._client = make_client(mqtt, client_id, clean=True)
        self._client.on_connect = self._connected
        self._client.on_message = self._heard

    def start(self) -> None:
        """Connect, trying until it succeeds."""
        self._client.connect_async(self._mqtt.host, self._mqtt.port, self._mqtt.keepalive_s)
        self._client.loop_start()

    def send(self, request: Request) -> bool:
        """Publish one request; whether the connection took it. It keeps none for later."""
        if not self._client.is_connected():
            return False
        told = [self._client.publish(t, p, qos=_QOS).rc for t, p in messages(request, self._mqtt)]
        return all(rc is MQTTErrorCode.MQTT_ERR_SUCCESS for rc in told)

    def replies(self) -> list[Reply]:
        """Take the replies that have come."""
        return [self._replies.popleft() for _ in range(len(self._replies))]

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(
        self, client: paho.Client, userdata: Any, flags: Any, reason: Any, properties: Any
    ) -> None:
        if reason.is_failure:
            _LOG.error("the MQTT broker refuses commands: %s", reason)
            return
        topics = [t for t in (_REPLIES, self._mqtt.dr_topic) if _taken(self._mqtt, t)]
        # Once at most: what is lost on the way is asked for again.
        client.subscribe([(topic, 0) for topic in topics])
        self._on_reply()

    def _heard(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        try:
            found = read_reply(message.topic, bytes(message.payload))
        except UnicodeDecodeError:  # a topic that is no text
            return
        if found is not None:
            self._replies.append(found)
            self._on_reply()


def _taken(mqtt: MqttSettings, topic: str) -> bool:
    """Whether the broker takes a topic.

    Where `$dp` goes by another name, it ends the connection of who uses a `$` topic.
    """
    return mqtt.dp_topic.startswith("$") or not topic.startswith("$")

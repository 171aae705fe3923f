"""Commands to devices over MQTT: how often they are to read.

A device of the universal-device protocol hears `$creq/{device}/cmd`, a SenML device the topic
`…/command` of its own; the registry does not say which it is, so both are told, and one topic has
no listener. Commands are sent at least once; a device knows a repetition by its message id.
"""

import logging
from urllib.parse import urlencode

import msgspec
from paho.mqtt.client import MQTT_ERR_QUEUE_SIZE

from domain.settings import MqttSettings
from domain.topics import mqtt_topic
from ingest.mqtt import make_client
from ingest.sampling import Request

_LOG = logging.getLogger(__name__)
_QOS = 1
_MOST_WAITING = 2_000
"""Commands kept while the broker is away; what comes on top is counted as lost."""


def messages(request: Request, mqtt: MqttSettings) -> list[tuple[str, bytes]]:
    """Topics and payloads of one request.

    Examples
    --------
    >>> from domain.hazards import HazardType
    >>> from domain.points import Point
    >>> point = Point("500235010007", "a", HazardType.LANDSLIDE, 30.9, 108.7)
    >>> for topic, payload in messages(Request(point, "d1", 300.0, "w1"), MqttSettings()):
    ...     print(topic, payload.decode())
    geohazard/v1/500235/500235010007/d1/command {"cmd":"setsensortime","plus_intv":300,"msgid":"w1"}
    $creq/d1/cmd $cmd=setsensortime&plus_intv=300&msgid=w1
    """
    fields = {
        "cmd": "setsensortime",
        "plus_intv": round(request.interval_s),
        "msgid": request.reason,
    }
    own = mqtt_topic(request.point.district, request.point.point_id, request.device_id, "command")
    found = [(own, msgspec.json.encode(fields))]
    # Where `$dp` goes by another name, the broker ends the connection of who uses a `$` topic.
    if mqtt.dp_topic.startswith("$") or not mqtt.creq_prefix.startswith("$"):
        topic = f"{mqtt.creq_prefix}/{request.device_id}/cmd"
        found.append((topic, f"${urlencode(fields)}".encode()))
    return found


class CommandSender:
    """Publishes in a thread of its own and connects again by itself.

    Parameters
    ----------
    client_id
        Told apart by process: the broker ends the older of two connections of one name.
    """

    def __init__(self, mqtt: MqttSettings, client_id: str) -> None:
        self._mqtt = mqtt
        self._client = make_client(mqtt, client_id, clean=True)
        self._client.max_queued_messages_set(_MOST_WAITING)
        self._sent = 0
        self._lost = 0

    def start(self) -> None:
        """Connect, trying until it succeeds."""
        self._client.connect_async(self._mqtt.host, self._mqtt.port, self._mqtt.keepalive_s)
        self._client.loop_start()

    def send(self, request: Request) -> None:
        """Publish one request, now or when the broker is there."""
        _LOG.info(
            "%s is asked to read each %g s, by %s",
            request.device_id,
            request.interval_s,
            request.reason,
        )
        for topic, payload in messages(request, self._mqtt):
            told = self._client.publish(topic, payload, qos=_QOS)
            refused = told.rc == MQTT_ERR_QUEUE_SIZE
            self._lost += refused
            self._sent += not refused

    def counters(self) -> dict[str, int]:
        """Count commands handed over, and those for which there was no room."""
        return {"commands": self._sent, "commands_lost": self._lost}

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

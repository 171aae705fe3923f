"""Names of MQTT and Kafka topics, and the one way to choose a partition."""

from dataclasses import dataclass
from functools import lru_cache

from aiokafka.partitioner import murmur2

READINGS = "geohazard.readings"
REJECTS = "geohazard.rejects"
FEATURES = "geohazard.features"
STATES = "geohazard.states"
WARNINGS = "geohazard.warnings"
PIPELINE = "geohazard.pipeline"

POINT_TOPICS = (READINGS, FEATURES, STATES, WARNINGS)
"""Kafka topics partitioned by point; all have the same number of partitions."""

DETECT_STATE = "geohazard-detect-detect-state-changelog"
"""Snapshots of the detectors, compacted; Faust derives the name from app and table."""

_MQTT_ROOT = "geohazard/v1"


@dataclass(frozen=True)
class Address:
    """Who speaks on an MQTT topic of ours, and about what (``telemetry``, ``status``, …)."""

    district: str
    point_id: str
    device_id: str
    kind: str


def mqtt_topic(district: str, point_id: str, device_id: str, kind: str) -> str:
    """Compose an MQTT topic.

    Examples
    --------
    >>> mqtt_topic("500235", "500235010007", "d1", "telemetry")
    'geohazard/v1/500235/500235010007/d1/telemetry'
    """
    return f"{_MQTT_ROOT}/{district}/{point_id}/{device_id}/{kind}"


def mqtt_filter(district: str, kind: str) -> str:
    """MQTT filter for one kind of message of all devices in a district (``+`` for all)."""
    return f"{_MQTT_ROOT}/{district}/+/+/{kind}"


def parse_mqtt_topic(topic: str) -> Address | None:
    """Take an MQTT topic of ours apart; ``None`` if it is not one.

    Examples
    --------
    >>> parse_mqtt_topic("geohazard/v1/500235/500235010007/d1/telemetry").device_id
    'd1'
    >>> parse_mqtt_topic("weather/today") is None
    True
    """
    parts = topic.split("/")
    if len(parts) != 6 or f"{parts[0]}/{parts[1]}" != _MQTT_ROOT:
        return None
    return Address(*parts[2:])


@lru_cache(maxsize=65_536)
def partition_of(point_id: str, partitions: int) -> int:
    """Kafka's default partition (murmur2 of the key) for a point.

    Every producer of ours uses it, so that a point's readings, features and warnings lie in
    partitions of the same number.

    Examples
    --------
    >>> partition_of("500235010007", 8) in range(8)
    True
    """
    digest: int = murmur2(point_id.encode())
    return (digest & 0x7FFFFFFF) % partitions

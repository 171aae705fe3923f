"""A small world for tests of ingest: a registry, its devices, and messages of theirs."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id
from domain.registry import Registry, save_registry
from domain.settings import Settings, load_settings
from domain.topics import mqtt_topic
from ingest.decoders import Decoders
from ingest.intake import Intake
from ingest.validate import Validator

NOW_MS = 1_790_000_000_000
DISTRICTS = ("500101", "500112", "500235", "500240", "500243")
CHANNELS = ("crack", "tilt_x", "rain")


def point(number: int, channels: Sequence[str] = CHANNELS) -> Point:
    """One point with the device ``d<number>``; the districts are taken in turn."""
    district = DISTRICTS[number % len(DISTRICTS)]
    return Point(
        make_point_id(district, HazardType.LANDSLIDE, number),
        f"slope {number}",
        HazardType.LANDSLIDE,
        30.0,
        108.0,
        devices=(Device(f"d{number}", tuple(channels), 60.0),),
    )


def points(count: int) -> list[Point]:
    """Points ``0`` to ``count - 1``."""
    return [point(number) for number in range(count)]


def topic_of(place: Point) -> str:
    """Telemetry topic of a point's device."""
    return mqtt_topic(place.district, place.point_id, place.devices[0].device_id, "telemetry")


def pack(device_id: str, event_ms: int, crack: float, tilt: float = 0.5) -> bytes:
    """Make a SenML pack of two values."""
    records = [
        {"bn": f"{device_id}/", "bt": event_ms / 1000, "n": "crack", "u": "mm", "v": crack},
        {"n": "tilt_x", "u": "deg", "v": tilt},
    ]
    return msgspec.json.encode(records)


def intake_for(places: Sequence[Point], **environ: str) -> Intake:
    """Intake as the process makes it, for these points."""
    settings = load_settings(environ={f"GEOHAZARD_{key}": v for key, v in environ.items()})
    validator = Validator(Registry.of(places), settings.ingest)
    return Intake(Decoders.of(settings), validator, settings.ingest.max_payload_bytes)


def settings_for(
    folder: Path, places: Sequence[Point], mqtt_port: int, kafka: str, **environ: str
) -> tuple[Settings, dict[str, str]]:
    """Write a registry; give the settings for the servers, and the same as an environment."""
    registry = folder / "registry.csv"
    save_registry(places, registry)
    values = {
        "REGISTRY": str(registry),
        "MQTT__PORT": str(mqtt_port),
        "MQTT__DP_TOPIC": "dp",
        "KAFKA__BOOTSTRAP": kafka,
        "KAFKA__PARTITIONS": "4",
        "INGEST__LINGER_MS": "20",
    } | environ
    prefixed = {f"GEOHAZARD_{key}": value for key, value in values.items()}
    return load_settings(environ=prefixed), prefixed

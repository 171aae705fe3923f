"""A line of the registry: its texts as a point, and a point as its texts."""

import json
from collections.abc import Mapping
from math import isfinite
from types import MappingProxyType

from domain.channels import CHANNELS
from domain.districts import districts
from domain.hazards import HazardType
from domain.points import Device, Point, is_device_id, is_point_id

COLUMNS = (
    "point_id",
    "name",
    "hazard_type",
    "lat",
    "lon",
    "people_threatened",
    "devices",
    "thresholds",
)


def parse_point(row: Mapping[str, str]) -> Point:
    """Take a row's texts as a point.

    Raises
    ------
    KeyError
        If a column is missing.
    ValueError
        With the reason, if a text is not what its column holds.
    """
    point_id = row["point_id"]
    if not is_point_id(point_id):
        msg = f"point_id {point_id!r} is not 12 digits of district, hazard type 01-06 and serial"
        raise ValueError(msg)
    if point_id[:6] not in districts():
        msg = f"point_id {point_id!r} starts with an unknown district"
        raise ValueError(msg)
    hazard = HazardType(row["hazard_type"])
    if hazard.code != point_id[6:8]:
        msg = f"point_id {point_id!r} does not carry the code {hazard.code} of {hazard}"
        raise ValueError(msg)
    lat, lon = float(row["lat"]), float(row["lon"])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        msg = f"position {lat}, {lon} is not on Earth"
        raise ValueError(msg)
    return Point(
        point_id=point_id,
        name=row["name"],
        hazard_type=hazard,
        lat=lat,
        lon=lon,
        people_threatened=int(row["people_threatened"] or 0),
        devices=tuple(_parse_device(part) for part in row["devices"].split(";") if part),
        thresholds=MappingProxyType(_parse_thresholds(row.get("thresholds") or "{}")),
    )


def _parse_thresholds(text: str) -> dict[str, float]:
    found = json.loads(text)
    if not isinstance(found, dict):
        msg = f'thresholds must be a JSON object such as {{"hold_hours": 12}}, not {text!r}'
        raise ValueError(msg)
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            msg = f"threshold {name!r} must be a finite number, not {value!r}"
            raise ValueError(msg)
    return {name: float(value) for name, value in found.items()}


def _parse_device(text: str) -> Device:
    device_id, interval, names = text.split(":")
    if not is_device_id(device_id):
        msg = f"device id {device_id!r} is not 1-64 letters, digits, '_', '.' or '-'"
        raise ValueError(msg)
    channels = tuple(names.split("+"))
    unknown = [name for name in channels if name not in CHANNELS]
    if unknown:
        msg = f"device {device_id}: unknown channel {unknown[0]!r}; known: {', '.join(CHANNELS)}"
        raise ValueError(msg)
    interval_s = float(interval)
    if not 0 < interval_s < float("inf"):
        msg = f"device {device_id}: interval {interval!r} is not a positive number of seconds"
        raise ValueError(msg)
    return Device(device_id, channels, interval_s)


def row_of(point: Point) -> tuple[str, ...]:
    """Write a point as a row's texts, in the order of `COLUMNS`."""
    devices = ";".join(
        f"{d.device_id}:{d.interval_s:.12g}:{'+'.join(d.channels)}" for d in point.devices
    )
    return (
        point.point_id,
        point.name,
        point.hazard_type.value,
        f"{point.lat:.6f}",
        f"{point.lon:.6f}",
        str(point.people_threatened),
        devices,
        json.dumps(dict(point.thresholds)),
    )

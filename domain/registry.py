"""The registry: which points exist, and which device may speak for which of them.

One CSV file, a line a point::

    point_id,name,hazard_type,lat,lon,people_threatened,devices,thresholds
    500235010007,新滩 7,landslide,30.93,108.70,42,d1:600:crack+rain;d2:600:tilt_x+tilt_y,{}

``devices`` is ``id:interval_s:channel+channel`` joined by ``;``; ``thresholds`` is a JSON object.
Parquet with the same columns is read as well.
"""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from domain.channels import CHANNELS
from domain.districts import districts
from domain.errors import RegistryError
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


@dataclass(frozen=True)
class Registry:
    """All points, and the way from a device to its point.

    Examples
    --------
    >>> point = Point("500235010007", "a", HazardType.LANDSLIDE, 30.9, 108.7,
    ...               devices=(Device("d1", ("crack",)),))
    >>> registry = Registry.of([point])
    >>> registry.point_of_device("d1").name
    'a'
    """

    points: Mapping[str, Point]
    devices: Mapping[str, tuple[Point, Device]]

    @classmethod
    def of(cls, points: Iterable[Point]) -> "Registry":
        """Index points.

        Raises
        ------
        RegistryError
            If two points or two devices share an id.
        """
        by_id: dict[str, Point] = {}
        by_device: dict[str, tuple[Point, Device]] = {}
        for point in points:
            if point.point_id in by_id:
                msg = f"point {point.point_id} stands twice in the registry"
                raise RegistryError(msg)
            by_id[point.point_id] = point
            for device in point.devices:
                if device.device_id in by_device:
                    msg = f"device {device.device_id} stands twice in the registry"
                    raise RegistryError(msg)
                by_device[device.device_id] = (point, device)
        return cls(MappingProxyType(by_id), MappingProxyType(by_device))

    def point_of_device(self, device_id: str) -> Point | None:
        """Return the point that a device watches; ``None`` if the device is unknown."""
        found = self.devices.get(device_id)
        return found[0] if found else None


def load_registry(path: Path) -> Registry:
    """Read a registry from CSV or Parquet (told by the ending ``.parquet``).

    Raises
    ------
    RegistryError
        With the file, the line and the reason.
    """
    try:
        rows = list(_parquet_rows(path) if path.suffix == ".parquet" else _csv_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"cannot read the registry {path}: {error}"
        raise RegistryError(msg) from error
    points = []
    for line, row in rows:
        try:
            points.append(_parse(row))
        except (KeyError, ValueError, TypeError) as error:
            msg = f"{path}, line {line}: {error}"
            raise RegistryError(msg) from error
    return Registry.of(points)


def save_registry(points: Iterable[Point], path: Path) -> None:
    """Write a registry as CSV, whole or not at all (a reader never sees half a file)."""
    draft = path.with_name(path.name + ".part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_row(point) for point in points)
    os.replace(draft, path)


class RegistryFile:
    """A registry that follows its file: read again when the file has changed.

    A file that has become unusable leaves the last good registry in force; `error` tells why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.error: str | None = None
        self._stamp = _stamp(path)
        self.current = load_registry(path)

    def refresh(self) -> bool:
        """Read the file again if it changed.

        Returns
        -------
        bool
            Whether `current` is new.
        """
        stamp = _stamp(self.path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self.current = load_registry(self.path)
        except RegistryError as error:
            self.error = str(error)
            return False
        self.error = None
        return True


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield reader.line_num, row


def _parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    # Arrow is slow to import and most registries are CSV.
    from pyarrow import parquet  # noqa: PLC0415

    for line, row in enumerate(parquet.read_table(path).to_pylist(), start=1):
        yield line, {key: str(value) for key, value in row.items()}


def _parse(row: dict[str, str]) -> Point:
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
    thresholds = json.loads(row.get("thresholds") or "{}")
    return Point(
        point_id=point_id,
        name=row["name"],
        hazard_type=hazard,
        lat=lat,
        lon=lon,
        people_threatened=int(row["people_threatened"] or 0),
        devices=tuple(_parse_device(part) for part in row["devices"].split(";") if part),
        thresholds=MappingProxyType({str(k): float(v) for k, v in thresholds.items()}),
    )


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


def _row(point: Point) -> tuple[str, ...]:
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

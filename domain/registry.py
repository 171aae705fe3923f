"""The registry: which points exist, and which device may speak for which of them.

One CSV file, a line a point::

    point_id,name,hazard_type,lat,lon,people_threatened,devices,thresholds
    500235010007,新滩 7,landslide,30.93,108.70,42,d1:600:crack+rain;d2:600:tilt_x+tilt_y,{}

``devices`` is ``id:interval_s:channel+channel`` joined by ``;``; ``thresholds`` is a JSON object of
the point's own thresholds by the names of `geohazard rules`.
Parquet with the same columns is read as well.
"""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from domain.errors import RegistryError
from domain.points import Device, Point
from domain.registry_rows import COLUMNS, parse_point, row_of


@dataclass(frozen=True)
class Registry:
    """All points, and the way from a device to its point.

    Examples
    --------
    >>> from domain.hazards import HazardType
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


Check = Callable[[Point], None]
"""Raises `ValueError` for a point that cannot be used."""


def load_registry(path: Path, check: Check | None = None) -> Registry:
    """Read a registry from CSV or Parquet (told by the ending ``.parquet``).

    Parameters
    ----------
    check
        What else must hold of each point, such as `detectors.overrides.check_point`.

    Raises
    ------
    RegistryError
        With the file, the line and the reason.
    """
    try:
        rows = list(_parquet_rows(path) if path.suffix == ".parquet" else _csv_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"cannot read the registry {path}: {getattr(error, 'strerror', None) or error}"
        raise RegistryError(msg) from error
    points = []
    for line, row in rows:
        try:
            point = parse_point(row)
            if check is not None:
                check(point)
            points.append(point)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            msg = f"{path}, line {line}: {error}"
            raise RegistryError(msg) from error
    return Registry.of(points)


def save_registry(points: Iterable[Point], path: Path) -> None:
    """Write a registry as CSV, whole or not at all (a reader never sees half a file)."""
    draft = path.with_name(path.name + ".part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row_of(point) for point in points)
    os.replace(draft, path)


class RegistryFile:
    """A registry that follows its file: read again when the file has changed.

    A file that has become unusable leaves the last good registry in force; `error` tells why.
    """

    def __init__(self, path: Path, check: Check | None = None) -> None:
        self.path = path
        self.error: str | None = None
        self._check = check
        self._stamp = _stamp(path)
        self.current = load_registry(path, check)

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
            self.current = load_registry(self.path, self._check)
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
        _check_columns(path, reader.fieldnames or ())
        for row in reader:
            yield reader.line_num, row


def _check_columns(path: Path, have: Iterable[str]) -> None:
    missing = set(COLUMNS) - {"thresholds"} - set(have)
    if missing:
        names = ", ".join(name for name in COLUMNS if name in missing)
        msg = f"{path} is no registry: it has no column {names}"
        raise RegistryError(msg)


def _parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    # Arrow is slow to import and most registries are CSV.
    from pyarrow import parquet  # noqa: PLC0415

    table = parquet.read_table(path)
    _check_columns(path, table.column_names)
    for line, row in enumerate(table.to_pylist(), start=1):
        yield line, {key: str(value) for key, value in row.items()}

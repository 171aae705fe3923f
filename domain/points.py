"""A hazard point and the devices that watch it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from domain.hazards import HazardType

_POINT_ID = re.compile(r"[0-9]{6}0[1-6][0-9]{4}")
_DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Device:
    """One instrument or data logger at a point.

    Attributes
    ----------
    device_id
        Letters, digits, ``_ . -``; at most 64; unique in the registry.
    channels
        Names of the channels that it may report.
    interval_s
        Seconds between its readings in normal sampling, by its own clock.
    """

    device_id: str
    channels: tuple[str, ...]
    interval_s: float = 600.0


@dataclass(frozen=True)
class Point:
    """A place that may fail, as the registry describes it.

    Attributes
    ----------
    point_id
        12 digits: district code (6), hazard type (2), serial number (4).
    lat, lon
        Degrees, WGS-84.
    people_threatened
        Number of people at risk.
    thresholds
        Overrides of rule thresholds for this point, by the name that the rule table gives them.
    """

    point_id: str
    name: str
    hazard_type: HazardType
    lat: float
    lon: float
    people_threatened: int = 0
    devices: tuple[Device, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def district(self) -> str:
        """Six-digit code of the district."""
        return self.point_id[:6]

    @property
    def interval_s(self) -> float:
        """Seconds between the readings of the point's most frequent device; 600 if it has none."""
        return min((d.interval_s for d in self.devices), default=600.0)


def make_point_id(district: str, hazard: HazardType, serial: int) -> str:
    """Compose a point's id.

    Examples
    --------
    >>> make_point_id("500235", HazardType.LANDSLIDE, 7)
    '500235010007'
    """
    return f"{district}{hazard.code}{serial:04d}"


def is_point_id(text: str) -> bool:
    r"""Whether a text has the form of a point's id.

    Examples
    --------
    >>> is_point_id("500235010007"), is_point_id("500235-1"), is_point_id("500235010007\n")
    (True, False, False)
    """
    return _POINT_ID.fullmatch(text) is not None


def is_device_id(text: str) -> bool:
    """Whether a text has the form of a device's id."""
    return _DEVICE_ID.fullmatch(text) is not None

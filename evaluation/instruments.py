"""What watches a slope's motion: how well it can be warned of depends on that."""

from collections.abc import Sequence

from domain.channels import CHANNELS
from domain.points import Point
from domain.registry import Registry
from evaluation.failures import FailureFound, Warned, warned

GNSS, CRACK, BOTH, TILT, OTHER = (
    "GNSS alone",
    "crack meter, no GNSS",
    "GNSS and crack meter",
    "tilt alone",
    "no motion measured",
)
GROUPS = (GNSS, CRACK, BOTH, TILT, OTHER)


def watched_by(point: Point) -> str:
    """Say what measures a point's motion; ``GNSS alone`` counts a tilt meter beside it as none.

    Examples
    --------
    >>> from domain.hazards import HazardType
    >>> from domain.points import Device
    >>> def at(*channels):
    ...     return watched_by(Point("500235010007", "slide", HazardType.LANDSLIDE, 30.0, 107.0,
    ...                             devices=(Device("d1", channels),)))
    >>> at("gnss_n", "rain"), at("gnss_n", "crack"), at("tilt_x"), at("rain")
    ('GNSS alone', 'GNSS and crack meter', 'tilt alone', 'no motion measured')
    """
    channels = {name for device in point.devices for name in device.channels}
    gnss = any(name.startswith("gnss") for name in channels)
    families = {CHANNELS[name].family for name in channels if not name.startswith("gnss")}
    if gnss:
        return BOTH if "displacement" in families else GNSS
    if "displacement" in families:
        return CRACK
    return TILT if "tilt" in families else OTHER


def share_by_instruments(registry: Registry) -> dict[str, float]:
    """Share of the points that each kind of instrument watches."""
    found = [watched_by(point) for point in registry.points.values()]
    return {name: found.count(name) / max(len(found), 1) for name in GROUPS}


def by_instruments(
    found: Sequence[FailureFound], registry: Registry, least_h: float
) -> dict[str, dict[str, Warned]]:
    """Count failures by what watched them and by level; kinds without a failure are left out.

    Parameters
    ----------
    least_h
        Only failures with so many hours of tertiary creep.
    """
    groups: dict[str, list[FailureFound]] = {name: [] for name in GROUPS}
    for failure in found:
        point = registry.points.get(failure.point_id)
        if point is not None and failure.tertiary_h >= least_h:
            groups[watched_by(point)].append(failure)
    return {name: warned(group) for name, group in groups.items() if group}

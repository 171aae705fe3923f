"""A made-up registry of hazard points over Chongqing's 38 districts, in believable proportions.

Shares of hazard types follow what the city reports in round figures (about three quarters
landslides, most of the rest rockfalls); the weights of the districts follow the relief: most points
lie along the Yangtze gorges and in the mountains of the north-east and south-east, few in the city.
Names, positions and numbers of people are invented.
"""

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from domain.districts import District, districts
from domain.errors import GeohazardError
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id
from sensors_sim.names import place_name

MAX_POINTS = 200_000
"""More would not fit the four digits of a serial number."""

SHARES: dict[HazardType, float] = {
    HazardType.LANDSLIDE: 0.745,
    HazardType.ROCKFALL: 0.150,
    HazardType.UNSTABLE_SLOPE: 0.055,
    HazardType.COLLAPSE: 0.025,
    HazardType.DEBRIS_FLOW: 0.020,
    HazardType.GROUND_FISSURE: 0.005,
}
"""Share of each hazard type."""

_KITS: dict[HazardType, tuple[tuple[str, ...], ...]] = {
    HazardType.LANDSLIDE: (
        ("crack", "tilt_x", "tilt_y", "rain", "soil_moisture", "battery"),
        ("gnss_e", "gnss_n", "gnss_u", "crack", "rain", "battery"),
        ("gnss_e", "gnss_n", "gnss_u", "pore_pressure", "rain", "rssi"),
        ("crack", "tilt_x", "tilt_y", "pore_pressure", "rain", "battery"),
    ),
    HazardType.ROCKFALL: (
        ("crack", "tilt_x", "tilt_y", "acceleration", "vibration", "battery"),
        ("crack", "tilt_x", "tilt_y", "vibration", "rain", "rssi"),
    ),
    HazardType.UNSTABLE_SLOPE: (
        ("crack", "tilt_x", "tilt_y", "rain", "soil_moisture", "battery"),
        ("gnss_e", "gnss_n", "gnss_u", "crack", "rain", "battery"),
    ),
    HazardType.DEBRIS_FLOW: (
        ("rain", "soil_moisture", "vibration", "infrasound", "mud_level", "battery"),
    ),
    HazardType.COLLAPSE: (("gnss_e", "gnss_n", "gnss_u", "crack", "groundwater", "battery"),),
    HazardType.GROUND_FISSURE: (("crack", "gnss_e", "gnss_n", "gnss_u", "groundwater", "battery"),),
}
"""What a point's device measures; one of these by chance."""

_GORGES = frozenset("500101 500102 500154 500230 500233 500235 500236 500237 500238 500240".split())
_MOUNTAINS = frozenset(
    "500114 500119 500110 500155 500156 500229 500241 500242 500243 500109".split()
)
_CITY = frozenset("500103 500104 500105 500106 500107 500108".split())
_CITY_RADIUS_KM = {"500103": 2.0, "500104": 4.0}


def build_points(n: int, seed: int, interval_s: float) -> list[Point]:
    """Make a registry.

    Parameters
    ----------
    n
        Number of points, 1 to `MAX_POINTS`; each has one device of six channels.
    seed
        Equal arguments give equal points.
    interval_s
        Seconds between a device's readings, by its own clock.

    Raises
    ------
    GeohazardError
        If ``n`` is out of range.

    Examples
    --------
    >>> points = build_points(11_000, seed=1, interval_s=600.0)
    >>> len({p.district for p in points}), sum(len(d.channels) for p in points for d in p.devices)
    (38, 66000)
    >>> points[0].point_id, points[0].name, points[0].devices[0].channels[:2]
    ('500119010001', '冉家包滑坡', ('gnss_e', 'gnss_n'))
    """
    if not 1 <= n <= MAX_POINTS:
        msg = f"the number of points must lie between 1 and {MAX_POINTS}, not {n}"
        raise GeohazardError(msg)
    rng = np.random.default_rng([seed, 20_261])
    places = list(districts().values())
    weights = np.array([_weight(place.code) for place in places])
    chosen = rng.choice(len(places), n, p=weights / weights.sum())
    hazards = rng.choice(len(SHARES), n, p=np.array(list(SHARES.values())))
    kinds = list(SHARES)
    serials: dict[tuple[str, HazardType], int] = defaultdict(int)
    points = []
    for place_index, hazard_index in zip(chosen.tolist(), hazards.tolist(), strict=True):
        place, hazard = places[place_index], kinds[hazard_index]
        serials[place.code, hazard] += 1
        points.append(_point(rng, place, hazard, serials[place.code, hazard], interval_s))
    return points


def _point(
    rng: np.random.Generator, place: District, hazard: HazardType, serial: int, interval_s: float
) -> Point:
    lat, lon = _scatter(rng, place)
    kits = _KITS[hazard]
    kit = kits[int(rng.integers(len(kits)))]
    point_id = make_point_id(place.code, hazard, serial)
    return Point(
        point_id=point_id,
        name=place_name(rng, hazard),
        hazard_type=hazard,
        lat=lat,
        lon=lon,
        people_threatened=_people(rng),
        devices=(Device(f"d{point_id}", kit, interval_s),),
    )


def _scatter(rng: np.random.Generator, place: District) -> tuple[float, float]:
    """Position about the centre: a normal scatter, cut at the radius of the district."""
    limit_km = _CITY_RADIUS_KM.get(place.code, 8.0 if place.code in _CITY else 25.0)
    east, north = _inside(rng.normal(0.0, limit_km / 2.0, (8, 2)), limit_km)
    lat = place.lat + north / 111.2
    lon = place.lon + east / (111.2 * float(np.cos(np.radians(place.lat))))
    return round(lat, 6), round(lon, 6)


def _inside(tries: npt.NDArray[np.float64], limit_km: float) -> tuple[float, float]:
    inside = tries[np.hypot(tries[:, 0], tries[:, 1]) <= limit_km]
    east, north = inside[0] if len(inside) else (0.0, 0.0)
    return float(east), float(north)


def _people(rng: np.random.Generator) -> int:
    """Skewed: many hamlets of a few households, few settlements of hundreds."""
    return int(min(2_000.0, rng.lognormal(3.2, 1.0)))


def _weight(code: str) -> float:
    if code in _GORGES:
        return 6.0
    if code in _MOUNTAINS:
        return 3.5
    return 0.4 if code in _CITY else 1.2

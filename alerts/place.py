"""What is known of the point that a warning speaks of, also when the registry lacks it."""

from dataclasses import dataclass

from alerts.words import clean_text
from domain.districts import districts
from domain.hazards import HazardType
from domain.points import Point, is_point_id

_NAME_CHARS = 120


@dataclass(frozen=True)
class Place:
    """A point in words; ``lat`` and ``lon`` (degrees, WGS-84) are ``None`` where not known."""

    point_id: str
    name: str
    district: str
    district_en: str
    district_zh: str
    hazard_type: str
    hazard_en: str
    hazard_zh: str
    lat: float | None
    lon: float | None
    people_threatened: int | None


def place_of(point_id: str, point: Point | None) -> Place:
    """Describe a point; without the registry its id still tells district and kind of hazard.

    Examples
    --------
    >>> place = place_of("500235010007", None)
    >>> place.district_en, place.hazard_zh, place.name, place.lat
    ('Yunyang', '滑坡', '', None)
    """
    code = point_id[:6]
    district = districts().get(code)
    hazard = point.hazard_type if point else hazard_of(point_id)
    return Place(
        point_id=clean_text(point_id),
        name=clean_text(point.name)[:_NAME_CHARS] if point else "",
        district=clean_text(code),
        district_en=district.name_en if district else f"district {clean_text(code)}",
        district_zh=district.name_zh if district else f"区县{clean_text(code)}",
        hazard_type=hazard.value if hazard else "",
        hazard_en=hazard.name_en if hazard else "geological hazard",
        hazard_zh=hazard.name_zh if hazard else "地质灾害",
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        people_threatened=point.people_threatened if point else None,
    )


def hazard_of(point_id: str) -> HazardType | None:
    """Kind of hazard by a point's id; ``None`` if the id does not have the form of one."""
    return HazardType.from_code(point_id[6:8]) if is_point_id(point_id) else None

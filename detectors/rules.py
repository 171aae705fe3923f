"""The rule table: every threshold that can move a warning level, with its source.

An engineer should be able to read this file alone and say what will be warned of. A point may
override any threshold by its name (`domain.points.Point.thresholds`). Change `VERSION` whenever a
number changes: every warning carries it.

Sources
-------
[D]  PHIVOLCS Dynaslope: surface marker 0.25 and 1.80 cm/h, tilt column 0.032 and 0.5 m/d.
[X]  Improved tangential angle: 45 / 80 / 85 degrees (doi 10.1186/s13638-021-02033-y, table 1).
     45 degrees is v = v_constant, which a slope at rest in its constant stage crosses all the
     time; yellow therefore begins at 60 degrees (v = 1.7 v_constant).
[V]  Cruden and Varnes 1996: very slow | slow at 1.6 m/yr, slow | moderate at 13 m/month.
[U]  Uchimura et al. 2015 (Landslides 12): tilt rate 0.01 and 0.1 deg/h.
[C]  Caine 1980: I = 14.82 D^-0.39 (mm/h, h).  [G] Guzzetti et al. 2008: I = 2.20 D^-0.44.
[J]  Soil water index of the Japan Meteorological Agency: its municipalities advise from about 80
     to 130 mm and warn from about 110 to 170 mm.
[P]  Judgement of this project, to be replaced per site: no national table was found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.hazards import HazardType

VERSION = "2026.11-5"

_ALL: dict[str, float] = {
    # Absolute velocity of cracks, GNSS and other displacement.
    "velocity_blue_mm_per_day": 10.0,  # [P]
    "velocity_yellow_mm_per_day": 32.0,  # [D] 0.032 m/d
    "velocity_orange_mm_per_day": 60.0,  # [D] 0.25 cm/h
    "velocity_red_mm_per_day": 432.0,  # [D] 1.80 cm/h; [V] 13 m/month
    # Velocity against the slope's own constant-rate stage; never beyond doubt by itself. It lifts
    # the absolute level by one at most (to yellow from 4.4 mm/d where the angle says orange); red
    # needs fast motion as well.
    "angle_blue_deg": 45.0,  # [X]
    "angle_yellow_deg": 60.0,  # [X] with margin, see above
    "angle_orange_deg": 80.0,  # [X]
    "angle_red_deg": 85.0,  # [X]
    "angle_floor_mm_per_day": 2.0,  # [P] slower than this, the angle says nothing
    "angle_yellow_floor_mm_per_day": 4.4,  # [V] no longer "very slow"
    "angle_red_floor_mm_per_day": 120.0,  # [P] 2 x orange
    # A motion that grows step by step beyond doubt is red where the angle is, from this velocity
    # of its newest step on, if no more time is left by the inverse velocity (Fukuzono).
    "runaway_velocity_red_mm_per_day": 60.0,  # [P] as orange
    "runaway_time_left_red_hours": 6.0,  # [P]
    # Tilt rate.
    "tilt_blue_deg_per_day": 0.12,  # [P] half of yellow
    "tilt_yellow_deg_per_day": 0.24,  # [U] 0.01 deg/h
    "tilt_orange_deg_per_day": 1.2,  # [P] between
    "tilt_red_deg_per_day": 2.4,  # [U] 0.1 deg/h
    # How sure a motion must be: displacement over its window against its own noise.
    "motion_claim_sigma": 7.0,  # [P] simulated noise: see tests/detectors/README.md
    "motion_sure_sigma": 12.0,  # [P]
    "motion_least_mm": 2.0,  # [P] a surface marker's reading is worth 1 cm, a crack meter's less
    "motion_least_deg": 0.05,  # [P]
    # Least turn that goes with a displacement; 0: a tilt meter at rest says nothing of a slide.
    "turn_least_deg_per_mm": 0.003,  # [P] a slip circle of 19 m turns so; deeper ones turn less
    "battery_low_v": 11.5,  # [P] lead battery of 12 V: a tenth of its charge is left
    # Rain.
    "rain_id_intercept_mm_per_h": 14.82,  # [C] I = 14.82 D^-0.39; [G] would be 2.20 and 0.44
    "rain_id_exponent": 0.39,  # [C]; ``geohazard rain fit`` finds both in a local catalogue
    "rain_least_mm": 10.0,  # [P] a window with less is no trigger
    "rain_blue_ratio": 1.0,  # [C]
    "rain_yellow_ratio": 1.5,  # [C] with margin
    "rain_blue_soil_water_mm": 100.0,  # [J] in the range of advisories
    "rain_yellow_soil_water_mm": 150.0,  # [J] in the range of warnings
    "rain_blue_drier_days_percent": 95.0,  # [P] wetter than on all but about 18 days a year
    "rain_yellow_drier_days_percent": 99.0,  # [P] than on all but about 4 days a year
    "rain_yellow_effective_mm": 60.0,  # [P] effective antecedent rain, half-life 24 h
    # With less, rain bears out motion and raises nothing by itself: in a storm half of the points
    # exceed blue's limits. One of the two; or yellow's drier days, where the record is long enough.
    "rain_alone_soil_water_mm": 125.0,  # [J] the upper end of advisories
    "rain_alone_ratio": 2.5,  # [P]
    "rain_alone_yellow_soil_water_mm": 170.0,  # [J] the upper end of warnings
    # Shaking and flow.
    "shaking_on_ratio": 10.0,  # [P] STA/LTA of the energy
    "shaking_off_ratio": 2.0,  # [P]
    "surge_blue_m": 0.3,  # [P] mud level above its own baseline
    "surge_yellow_m": 0.5,  # [P]
    "surge_orange_m": 1.0,  # [P]
    "surge_red_m": 2.0,  # [P]
    # Hysteresis: a level falls after this long without half of what would raise it.
    "hold_hours": 24.0,  # [P]
}

_DEBRIS_FLOW: dict[str, float] = {
    "hold_hours": 6.0,  # [P] surges come in hours
    "rain_blue_soil_water_mm": 60.0,  # [P] loose material needs less water in the ground
    "rain_yellow_soil_water_mm": 100.0,  # [P]
    "rain_yellow_effective_mm": 40.0,  # [P]
    "rain_alone_soil_water_mm": 80.0,  # [P]
    "rain_alone_yellow_soil_water_mm": 115.0,  # [P]
}

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "C": "Caine 1980, Geografiska Annaler A 62: I = 14.82 D^-0.39",
        "D": "PHIVOLCS Dynaslope, operational thresholds of surface markers and tilt columns",
        "J": "Japan Meteorological Agency: soil water index, range of municipal criteria",
        "U": "Uchimura et al. 2015, Landslides 12: tilt rate 0.01 and 0.1 deg/h",
        "V": "Cruden and Varnes 1996: velocity classes",
        "X": "improved tangential angle, doi 10.1186/s13638-021-02033-y, table 1",
        "P": "judgement of this project, to be replaced per site",
    }
)
_SOURCE_OF = {
    "velocity_yellow_mm_per_day": "D",
    "velocity_orange_mm_per_day": "D",
    "velocity_red_mm_per_day": "D",
    "angle_blue_deg": "X",
    "angle_yellow_deg": "X",
    "angle_orange_deg": "X",
    "angle_red_deg": "X",
    "angle_yellow_floor_mm_per_day": "V",
    "tilt_yellow_deg_per_day": "U",
    "tilt_red_deg_per_day": "U",
    "rain_id_intercept_mm_per_h": "C",
    "rain_id_exponent": "C",
    "rain_blue_ratio": "C",
    "rain_yellow_ratio": "C",
    "rain_blue_soil_water_mm": "J",
    "rain_yellow_soil_water_mm": "J",
    "rain_alone_soil_water_mm": "J",
    "rain_alone_yellow_soil_water_mm": "J",
}


def source_of(threshold: str, hazard: HazardType) -> str:
    """Letter of a threshold's source in `SOURCES`; what a kind of hazard changes is judgement.

    Examples
    --------
    >>> source_of("rain_blue_soil_water_mm", HazardType.LANDSLIDE)
    'J'
    >>> source_of("rain_blue_soil_water_mm", HazardType.DEBRIS_FLOW)
    'P'
    """
    if hazard is HazardType.DEBRIS_FLOW and threshold in _DEBRIS_FLOW:
        return "P"
    return _SOURCE_OF.get(threshold, "P")


FAMILIES = ("displacement", "tilt", "flow", "dynamic", "rain", "water", "health", "other")
"""Kinds of evidence; the position is the family's code."""

# Highest level that a family may support: (alone and beyond doubt, beside another instrument).
# Whatever is not beyond doubt reaches `Rules.doubtful_level` alone.
_SLOPE = {
    "displacement": (4, 4),
    "tilt": (3, 4),  # alone only where nothing measures displacement (`detectors.fusion.level`)
    "flow": (2, 3),
    "dynamic": (1, 2),
    "rain": (2, 2),
    "water": (1, 2),
    "health": (0, 0),
    "other": (0, 0),
}
_FLOW = _SLOPE | {"flow": (4, 4), "dynamic": (2, 4), "rain": (2, 3), "displacement": (4, 4)}
_FALL = _SLOPE | {"tilt": (4, 4), "dynamic": (1, 3)}


@dataclass(frozen=True)
class HazardRules:
    """Rules of one kind of hazard.

    Attributes
    ----------
    thresholds
        By name; what a point may override.
    alone, together
        Highest level by family: of one instrument beyond doubt, and with another instrument that
        supports at least one level less.
    """

    thresholds: Mapping[str, float]
    alone: Mapping[str, int]
    together: Mapping[str, int]


@dataclass(frozen=True)
class Rules:
    """The whole table.

    Attributes
    ----------
    version
        Written into every warning.
    doubtful_level
        What one instrument reaches at most while its evidence is not beyond doubt.
    together_hours
        Motion of two instruments that began further apart than this is not one motion.
    rain_lead_hours, rain_hours
        Rain confirms motion that began at most so long before it, or after it, began.
    witness_hours
        How old an instrument's last good reading may be (or three and a half of its intervals).
    silence_intervals, silence_least_s
        A point is silent when its last reading lies more than the larger of
        ``silence_intervals`` x its interval and ``silence_least_s`` behind the watermark.
    """

    version: str
    hazards: Mapping[HazardType, HazardRules]
    doubtful_level: int = 2
    together_hours: float = 12.0
    rain_lead_hours: float = 2.0
    rain_hours: float = 120.0
    witness_hours: float = 3.0
    silence_intervals: float = 3.5
    silence_least_s: float = 30.0

    @property
    def threshold_names(self) -> tuple[str, ...]:
        """Names of all thresholds, in the table's order."""
        return tuple(next(iter(self.hazards.values())).thresholds)


def _hazard(own: dict[str, float], caps: dict[str, tuple[int, int]]) -> HazardRules:
    return HazardRules(
        MappingProxyType(_ALL | own),
        MappingProxyType({family: alone for family, (alone, _) in caps.items()}),
        MappingProxyType({family: together for family, (_, together) in caps.items()}),
    )


DEFAULT_RULES = Rules(
    VERSION,
    MappingProxyType(
        {
            HazardType.LANDSLIDE: _hazard({}, _SLOPE),
            HazardType.ROCKFALL: _hazard({}, _FALL),
            HazardType.DEBRIS_FLOW: _hazard(_DEBRIS_FLOW, _FLOW),
            HazardType.COLLAPSE: _hazard({}, _SLOPE),
            HazardType.UNSTABLE_SLOPE: _hazard({}, _SLOPE),
            HazardType.GROUND_FISSURE: _hazard({}, _SLOPE),
        }
    ),
)
"""The table in force unless another is given.

Examples
--------
>>> DEFAULT_RULES.hazards[HazardType.LANDSLIDE].thresholds["velocity_red_mm_per_day"]
432.0
>>> DEFAULT_RULES.hazards[HazardType.LANDSLIDE].alone["rain"]
2
"""

"""Thresholds of a point or of a trial run: merged with the table, and refused if they are wrong.

A misspelt name or a red that lies below orange would change what is warned of, and nobody would see
it before the slope moves; so such a table never comes into force.
"""

import difflib
import math
from collections.abc import Mapping

from detectors.rules import DEFAULT_RULES, Rules
from domain.errors import GeohazardError
from domain.hazards import HazardType
from domain.levels import Level
from domain.points import Point

_POSITIVE = frozenset({"rain_id_intercept_mm_per_h", "motion_claim_sigma", "motion_sure_sigma"})
"""Zero would make these meaningless; elsewhere it means "always"."""
_MOST = {"_percent": 100.0, "_exponent": 2.0}
_ASCENDING = (
    ("motion_claim_sigma", "motion_sure_sigma"),
    ("shaking_off_ratio", "shaking_on_ratio"),
    ("angle_floor_mm_per_day", "angle_yellow_floor_mm_per_day"),
)
_COLOURS = tuple(level.colour for level in Level if level)


def in_force(rules: Rules, hazard: HazardType, own: Mapping[str, float]) -> dict[str, float]:
    """Merge a point's own thresholds with the table of its kind of hazard.

    Raises
    ------
    ValueError
        With the name, the value and what is allowed: the name is not in the table, the value is no
        finite number or out of range, or a higher level would ask for less than a lower one.

    Examples
    --------
    >>> table = in_force(DEFAULT_RULES, HazardType.LANDSLIDE, {"velocity_red_mm_per_day": 300.0})
    >>> table["velocity_red_mm_per_day"], table["velocity_orange_mm_per_day"]
    (300.0, 60.0)
    >>> in_force(DEFAULT_RULES, HazardType.LANDSLIDE, {"hold_hours": -1.0})
    Traceback (most recent call last):
    ValueError: hold_hours must be a number, 0 or more; not -1
    """
    table = rules.hazards[hazard].thresholds
    for name, value in own.items():
        if name not in table:
            raise ValueError(unknown(name, rules))
        _check_range(name, value)
    merged = {name: own.get(name, value) for name, value in table.items()}
    _check_order(merged)
    return merged


def check_point(point: Point) -> None:
    """Refuse a point of the registry whose own thresholds make no sense.

    Raises
    ------
    ValueError
        As `in_force`.
    """
    in_force(DEFAULT_RULES, point.hazard_type, point.thresholds)


def check_rules(rules: Rules) -> None:
    """Refuse a table that makes no sense.

    Raises
    ------
    GeohazardError
        As `in_force`, with the kind of hazard.
    """
    for hazard, own in rules.hazards.items():
        try:
            in_force(rules, hazard, own.thresholds)
        except ValueError as error:
            msg = f"{hazard.value}: {error}"
            raise GeohazardError(msg) from error
    for name, value in (
        ("silence_intervals", rules.silence_intervals),
        ("silence_least_s", rules.silence_least_s),
    ):
        if not 0.0 < value < math.inf:
            msg = f"{name} must be a positive number, not {value:g}"
            raise GeohazardError(msg)


def unknown(name: str, rules: Rules) -> str:
    """Say that there is no such threshold, and which have a like name."""
    like = difflib.get_close_matches(name, rules.threshold_names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(like)}? " if like else ""
    return f"there is no threshold {name!r}; {hint}`geohazard rules` lists them all"


def _check_range(name: str, value: float) -> None:
    most = next((m for tail, m in _MOST.items() if name.endswith(tail)), math.inf)
    if name.startswith("angle_") and name.endswith("_deg"):
        most = 90.0
    least_ok = value > 0.0 if name in _POSITIVE else value >= 0.0
    if not (math.isfinite(value) and least_ok and value <= most):
        least = "more than 0" if name in _POSITIVE else "0 or more"
        upper = f", at most {most:g}" if math.isfinite(most) else ""
        msg = f"{name} must be a number, {least}{upper}; not {value:g}"
        raise ValueError(msg)


def _check_order(table: Mapping[str, float]) -> None:
    for name in table:
        words = name.split("_")
        colour = next((word for word in words if word in _COLOURS), None)
        if colour is None:
            continue
        for higher in _COLOURS[_COLOURS.index(colour) + 1 :]:
            other = "_".join(higher if word == colour else word for word in words)
            if table.get(other, math.inf) < table[name]:
                msg = f"{other} {table[other]:g} is less than {name} {table[name]:g}"
                msg += ": a higher level cannot ask for less"
                raise ValueError(msg)
    for low, high in _ASCENDING:
        if low in table and high in table and table[high] < table[low]:
            msg = f"{high} {table[high]:g} is less than {low} {table[low]:g}"
            raise ValueError(msg)

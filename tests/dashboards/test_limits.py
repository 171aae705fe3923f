"""Lines on the panels are where the rules draw them."""

from dashboards import limits
from detectors.rules import DEFAULT_RULES
from domain.hazards import HazardType

RULES = DEFAULT_RULES.hazards[HazardType.LANDSLIDE].thresholds
COLOURS = ("blue", "yellow", "orange", "red")


def test_limits_are_those_of_the_rules() -> None:
    velocity = tuple(RULES[f"velocity_{colour}_mm_per_day"] for colour in COLOURS)
    assert velocity == limits.VELOCITY_MM_PER_DAY
    assert tuple(RULES[f"angle_{c}_deg"] for c in COLOURS) == limits.TANGENTIAL_ANGLE_DEG
    assert tuple(RULES[f"rain_{c}_ratio"] for c in COLOURS[:2]) == limits.RAIN_RATIO

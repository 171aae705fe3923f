"""What is counted of quality flags, and which faults anyone could see."""

import msgspec

from domain.channels import CHANNELS
from domain.quality import Test
from evaluation.intervals import Share
from evaluation.truth import Event

CLOCKS = frozenset(("clock_skew", "clock_drift"))
STAY = frozenset(("step", "baseline_jump"))
POWER_LOSS = "power_loss"
STUCK_READINGS = 6
SEEN_LEAST = {
    "crack": 1.0,
    "gnss_e": 15.0,
    "gnss_n": 15.0,
    "gnss_u": 30.0,
    "tilt_x": 0.05,
    "tilt_y": 0.05,
    "acceleration": 30.0,
    "vibration": 3.0,
    "rain": 2.0,
    "soil_moisture": 3.0,
    "pore_pressure": 2.0,
    "groundwater": 0.2,
    "mud_level": 0.2,
    "infrasound": 0.5,
    "battery": 0.5,
    "rssi": 10.0,
}
"""In the channel's unit: several times the scatter and the daily swing of a good instrument."""

STUCK_LEAST = {"crack": 0.5, "rain": 2.0}
"""What a channel must have moved meanwhile for a stuck value to show, where a fifth of `SEEN_LEAST`
is wrong. A rain gauge: all of it. A crack meter of 0.1 mm breathes by 0.1 to 0.3 mm a day (0.01 to
0.03 mm a degree) and loses up to 0.12 mm of that to its backlash: to show one figure while the
crack moves by two tenths is that gauge's everyday."""

NOTES = Test.GAP | Test.BATTERY | Test.THERMAL
"""Tests that note what may well be so; the others claim a fault of the value."""
CLAIMS = tuple(test for test in Test if test not in NOTES)

NAMED_BY: dict[str, Test] = {
    "spike": Test.SPIKE,
    "outlier": Test.SPIKE,
    "stuck": Test.FLAT_LINE,
    "step": Test.JUMP,
    "baseline_jump": Test.JUMP,
    "wrong_unit": Test.UNIT,
    "swapped_axes": Test.AXES,
    "drift": Test.DRIFT,
    "clock_skew": Test.CLOCK,
    "clock_drift": Test.CLOCK,
    POWER_LOSS: Test.BATTERY,
}
"""The test that should name each kind of fault. No fault answers to the others."""


class KindCount(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of fault: shares of occurrences and of readings that were flagged.

    Attributes
    ----------
    unheard
        Occurrences of which no reading arrived.
    unseen
        Occurrences too small or too short to be seen, by the truth; not among the others.
    tests
        By test: occurrences that it named, of those that could be seen.
    """

    occurrences: Share
    readings: Share
    unheard: int
    unseen: int
    tests: dict[str, int] = {}


class FlagCount(msgspec.Struct, frozen=True, kw_only=True):
    """All flags of a run.

    Attributes
    ----------
    right
        Flagged readings of a fault among all that were flagged (those shortly after a fault left
        out): the precision of a flag.
    false_by_channel
        Flagged readings without a fault, by channel.
    false_on_moving
        Of these, the ones at a point that was failing or accelerating: flags that could hide it.
    tests
        By test: readings of a fault among all that it named.
    by_test
        More of the same.
    """

    kinds: dict[str, KindCount]
    right: Share
    false_by_channel: dict[str, int]
    false_on_moving: int
    tests: dict[str, Share] = {}
    by_test: dict[str, "NamedCount"] = {}


class NamedCount(msgspec.Struct, frozen=True, kw_only=True):
    """One test: what it named.

    Attributes
    ----------
    named
        Readings that it named, those shortly after a fault left out.
    of_fault
        Those of any fault among them.
    of_own
        Those of the kinds of fault that it is for (`NAMED_BY`): precision in the strict sense.
    recall
        Occurrences of these kinds that it named, of those that could be seen.
    faults
        Readings named, by kind of fault; ``none`` for those of no fault.
    """

    named: int
    of_fault: Share
    of_own: Share
    recall: Share
    faults: dict[str, int]


def visible(event: Event, readings: int) -> bool:
    """Whether a fault could be seen in so many readings of it."""
    if event.kind == "stuck" and readings < STUCK_READINGS:
        return False
    if event.size is None or event.kind in CLOCKS:
        return True
    if event.kind == "spike" and CHANNELS[event.channel].family == "dynamic":
        return False
    least = SEEN_LEAST.get(event.channel, 0.0)
    if event.kind == "stuck":
        least = STUCK_LEAST.get(event.channel, least / 5.0)
    return abs(event.size) >= least

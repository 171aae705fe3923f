"""From what each series supports to the level of its point, with hysteresis.

Evaluated after every reading, in order. Up: at once, for claims are already confirmed by a second
reading of their series or beyond doubt. Down: only after nothing has supported the level, at half
its thresholds, for the hold time, and then to the highest level that was supported meanwhile.
Only good readings are a step in time; a series that stops reporting keeps its last support, so
missing data never lowers a level.
"""

from dataclasses import dataclass

import numpy as np

from detectors.columns import I64, U8, Array, Rows
from detectors.rules import FAMILIES
from detectors.series import SeriesBook
from domain.hazards import HazardType

HOUR_MS = 3_600_000
HOLD_INTERVALS = 3.0
_DISPLACEMENT, _TILT = FAMILIES.index("displacement"), FAMILIES.index("tilt")
_RAIN = FAMILIES.index("rain")


@dataclass(frozen=True)
class Caps:
    """Highest levels by kind of hazard and family, shape (hazards, families)."""

    alone: U8
    together: U8

    @classmethod
    def of(cls, book: SeriesBook) -> "Caps":
        """From the rule table."""
        rules = [book.rules.hazards[hazard] for hazard in HazardType]
        alone = [[rule.alone[family] for family in FAMILIES] for rule in rules]
        together = [[rule.together[family] for family in FAMILIES] for rule in rules]
        return cls(np.array(alone, np.uint8), np.array(together, np.uint8))


def supported(book: SeriesBook, caps: Caps, points: Rows) -> tuple[U8, U8]:
    """Level that each point's series support now, and the one that they let it keep.

    One instrument alone: its sure level, or its claim up to the doubtful level. Two instruments:
    the higher claim, up to one above the lower. A tilt meter that turns while the crack meter or
    the GNSS beside it sees nothing is not beyond doubt, and rain does not make it so.
    """
    members = book.members[points]
    fused, table = book.fused, book.series
    family = table["family"][members]
    hazard = book.points["hazard"][points][:, None]
    alone, together = caps.alone[hazard, family], caps.together[hazard, family]
    claim, sure = fused["claim"][members], fused["sure"][members]
    doubtful = np.minimum(claim, book.rules.doubtful_level)
    measured = ((family == _DISPLACEMENT) & (members > 0)).any(axis=1)[:, None]
    contradicted = measured & (family == _TILT)
    sure = np.where(contradicted, doubtful, sure)
    solo = np.minimum(np.maximum(doubtful, sure), alone).max(axis=1)
    claim = np.minimum(claim, together)
    top = claim.max(axis=1)
    leader = claim.argmax(axis=1)
    instrument = table["instrument"][members]
    leading = instrument[np.arange(len(points)), leader][:, None]
    other = instrument != leading
    tilt_leads = family[np.arange(len(points)), leader] == _TILT
    other &= ~(tilt_leads[:, None] & (family == _RAIN))
    second = np.where(other, claim, 0).max(axis=1)
    pair = np.where(second > 0, np.minimum(top, second + 1), 0)
    up: U8 = np.maximum(solo, pair).astype(np.uint8)
    stay = np.minimum(fused["stay"][members], together).max(axis=1)
    return up, np.maximum(stay, up).astype(np.uint8)


def step(book: SeriesBook, caps: Caps, points: Rows, time_ms: I64, good: Array) -> tuple[U8, U8]:
    """Move distinct points on after one reading each.

    Parameters
    ----------
    good
        Whether the reading may count as a step in time towards a lower level.

    Returns
    -------
    tuple of arrays
        Levels before and after, shape (n,).
    """
    table = book.points
    before = table["level"][points]
    up, stay = supported(book, caps, points)
    rises = up > before
    under = ~rises & (stay < before)
    since = table["below_since"][points]
    started = table["below"][points] > 0
    most = np.where(started, np.maximum(table["below_most"][points], stay), stay)
    since = np.where(started, since, time_ms)
    falls = under & good & (time_ms - since >= _hold_ms(book, points))
    after = np.where(rises, up, np.where(falls, most, before)).astype(np.uint8)
    waits = under & (started | good)
    table["level"][points] = after
    table["below"][points] = waits
    table["below_since"][points] = np.where(falls, time_ms, since)
    table["below_most"][points] = np.where(falls, stay, most)
    return before, after


def _hold_ms(book: SeriesBook, points: Rows) -> Array:
    hours = book.limits[points, book.threshold_names["hold_hours"]]
    hold: Array = np.maximum(hours * HOUR_MS, HOLD_INTERVALS * book.point_interval_ms[points])
    return hold

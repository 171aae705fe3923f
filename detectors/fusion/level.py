"""From what each series supports to the level of its point, with hysteresis.

Evaluated after every reading, in order. Up: at once, for claims are already confirmed by a second
reading of their series or beyond doubt. Down: only after nothing has supported the level, at half
its thresholds, for the hold time, and then to the highest level that was supported meanwhile.
Only good readings are a step in time; a series that stops reporting keeps its last support, so
missing data never lowers a level.
"""

from dataclasses import dataclass

import numpy as np

from detectors.fusion.contradiction import doubt
from detectors.fusion.witnesses import DISPLACEMENT, RAIN, TILT, Bench, second
from detectors.rules import FAMILIES
from detectors.series import SeriesBook
from detectors.state.columns import I64, U8, Array, Mask, Rows
from domain.hazards import HazardType

HOUR_MS = 3_600_000
HOLD_INTERVALS = 3.0


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


def supported(book: SeriesBook, caps: Caps, points: Rows, now_ms: I64) -> tuple[U8, U8, Mask]:
    """Level that each point's series support now, the one that they let it keep, and drifts.

    One instrument alone: its sure level, or its claim up to the doubtful level, which a tilt meter
    does not exceed where a crack meter or GNSS stands beside it. Motion that a displacement
    instrument beside it does not bear out is blue; if it is sure of orange or red, it stands until
    that instrument would have seen it, and is yellow then. Two instruments that confirm
    each other (`detectors.fusion.witnesses`): the higher claim, up to one above the lower.
    """
    none = np.zeros((2, len(points)), np.uint8)
    up, stay, drift = none[0], none[1], np.zeros(book.members[points].shape, bool)
    # What claims a level lets it stay too: where nothing does, there is nothing to judge.
    busy = np.flatnonzero(book.fused["stay"][book.members[points]].any(axis=1))
    if len(busy):
        up[busy], stay[busy], drift[busy] = _judge(book, caps, points[busy], now_ms[busy])
    return up, stay, drift


def _judge(book: SeriesBook, caps: Caps, points: Rows, now_ms: I64) -> tuple[U8, U8, Mask]:
    bench = Bench.of(book, points, now_ms)
    rules, row = book.rules, np.arange(len(points))
    hazard = book.points["hazard"][points][:, None]
    alone, together = caps.alone[hazard, bench.family], caps.together[hazard, bench.family]
    # Rain of a size that falls on half a province bears out motion and raises nothing by itself.
    own = np.where(bench.family == RAIN, bench.sure, bench.claim)
    doubtful = np.minimum(own, rules.doubtful_level)
    measured = (bench.present & (bench.family == DISPLACEMENT)).any(axis=1)[:, None]
    solo = np.where(measured & (bench.family == TILT), doubtful, np.maximum(doubtful, bench.sure))
    doubts = doubt(book, bench, points, now_ms)
    book.fused["doubted"][bench.members[doubts.denied]] = now_ms[np.nonzero(doubts.denied)[0]]
    unborne, against = doubts.alone, doubts.against
    fast = (bench.family == DISPLACEMENT) & (bench.sure > rules.doubtful_level)
    most = np.where(unborne & ~fast, 1, np.where(against, rules.doubtful_level, 4))
    solo = np.minimum(np.minimum(solo, most), alone).max(axis=1)
    claim = np.minimum(bench.claim, together)
    leader = claim.argmax(axis=1)
    top = claim[row, leader]
    # A neighbour in the same gully is a witness as good as another instrument.
    beside = np.where(book.fused["following"][bench.members[row, leader]] > 0, top, 0)
    beside = np.maximum(beside, second(bench, leader, claim, rules, unborne))
    pair = np.where(beside > 0, np.minimum(top, beside + 1), 0)
    up: U8 = np.maximum(solo, pair).astype(np.uint8)
    kept = np.where(against, np.minimum(bench.stay, rules.doubtful_level), bench.stay)
    stay = np.minimum(kept, together).max(axis=1)
    return up, np.maximum(stay, up).astype(np.uint8), doubts.drift


def step(
    book: SeriesBook, caps: Caps, points: Rows, time_ms: I64, good: Array
) -> tuple[U8, U8, Mask]:
    """Move distinct points on after one reading each.

    Parameters
    ----------
    good
        Whether the reading may count as a step in time towards a lower level.

    Returns
    -------
    tuple of arrays
        Levels before and after, shape (n,); members whose motion is a drift, shape (n, members).
    """
    table = book.points
    before = table["level"][points]
    up, stay, drift = supported(book, caps, points, time_ms)
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
    return before, after, drift


def _hold_ms(book: SeriesBook, points: Rows) -> Array:
    hours = book.limits[points, book.threshold_names["hold_hours"]]
    hold: Array = np.maximum(hours * HOUR_MS, HOLD_INTERVALS * book.point_interval_ms[points])
    return hold

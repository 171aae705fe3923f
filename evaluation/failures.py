"""Failures against levels: which were warned, and how long before.

A failure is *warned* at a level if its point stands at that level or higher at the moment of
failure, by what had been received until then. The *lead time* runs from when the point last rose
to the level; time before the onset of tertiary creep does not count, so a level that has stood for
weeks for another reason earns no more than a good warning does.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from domain.hazards import HazardType
from domain.levels import Level
from domain.registry import Registry
from domain.warnings import WarningEvent
from evaluation.intervals import Share, Spread
from evaluation.replay import Known
from evaluation.truth import Truth

HOUR_MS = 3_600_000
WARNED_LEVELS = (Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED)
CLASSES = (("under 1 h", 0.0), ("1 to 6 h", 1.0), ("6 to 24 h", 6.0), ("24 h and more", 24.0))
"""Names of the classes of tertiary duration, and where each begins (hours)."""


class FailureFound(msgspec.Struct, frozen=True, kw_only=True):
    """One failure and its lead time by level (hours); ``None`` where it was not warned.

    Attributes
    ----------
    detectors
        By level: the detectors that spoke when the point rose to it.
    """

    point_id: str
    hazard: str
    onset_ms: int
    failure_ms: int
    tertiary_h: float
    lead_h: dict[str, float | None]
    detectors: dict[str, tuple[str, ...]] = {}


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """Share of failures warned at a level, and the spread of their lead times in hours."""

    warned: Share
    lead_h: Spread


def judge_failures(
    truth: Truth,
    registry: Registry,
    levels: Mapping[str, Sequence[Known]],
    heard: Mapping[str, tuple[int, int]],
    end_ms: int,
) -> list[FailureFound]:
    """Judge each failure that lies within the record.

    Parameters
    ----------
    heard
        Points that reported at all; what was never heard cannot be warned of and is left out.
    end_ms
        End of the record; later failures are left out.
    """
    found = []
    for event in truth.failures:
        if event.end_ms > end_ms or event.point_id not in heard:
            continue
        changes = levels.get(event.point_id, ())
        rises = {level: standing_rise(changes, level, event.end_ms) for level in WARNED_LEVELS}
        found.append(
            FailureFound(
                point_id=event.point_id,
                hazard=hazard_of(registry, event.point_id),
                onset_ms=event.start_ms,
                failure_ms=event.end_ms,
                tertiary_h=(event.end_ms - event.start_ms) / HOUR_MS,
                lead_h={
                    level.colour: _lead_h(rise, event.start_ms, event.end_ms)
                    for level, rise in rises.items()
                },
                detectors={
                    level.colour: detectors_of(rise.event) for level, rise in rises.items() if rise
                },
            )
        )
    return found


def detectors_of(event: WarningEvent) -> tuple[str, ...]:
    """Name the detectors of a warning's reasons, in order of name."""
    return tuple(sorted({reason.detector for reason in event.reasons}))


def standing_rise(changes: Sequence[Known], level: int, at_ms: int) -> Known | None:
    """Find the last rise of a point to a level at which it still stands; ``None`` if it does not.

    Parameters
    ----------
    changes
        A point's changes of level, in order.
    at_ms
        What was known before this time counts.
    """
    rise = None
    for change in changes:
        if change.known_ms >= at_ms:
            break
        if change.event.level < level:
            rise = None
        elif rise is None:
            rise = change
    return rise


def class_of(tertiary_h: float) -> str:
    """Class of a tertiary duration.

    Examples
    --------
    >>> class_of(0.5), class_of(24.0)
    ('under 1 h', '24 h and more')
    """
    return [name for name, begin in CLASSES if tertiary_h >= begin][-1]


def warned(found: Iterable[FailureFound]) -> dict[str, Warned]:
    """Count by level."""
    chosen = list(found)
    result = {}
    for level in WARNED_LEVELS:
        leads = [f.lead_h[level.colour] for f in chosen]
        known = [lead for lead in leads if lead is not None]
        share = Share.of_counts(len(known), len(leads))
        result[level.colour] = Warned(warned=share, lead_h=Spread.of_values(known))
    return result


def by_hazard(found: Sequence[FailureFound]) -> dict[str, dict[str, Warned]]:
    """Count by kind of hazard and level, ``all`` first; kinds without a failure are left out."""
    groups = {"all": list(found)}
    for hazard in HazardType:
        own = [f for f in found if f.hazard == hazard.value]
        groups |= {hazard.value: own} if own else {}
    return {name: warned(group) for name, group in groups.items()}


def by_duration(found: Sequence[FailureFound]) -> dict[str, dict[str, Warned]]:
    """Count by class of tertiary duration and level."""
    return {name: warned(f for f in found if class_of(f.tertiary_h) == name) for name, _ in CLASSES}


def by_hazard_and_duration(
    found: Sequence[FailureFound],
) -> dict[str, dict[str, dict[str, Warned]]]:
    """Count by kind of hazard, class of tertiary duration and level; empty classes left out."""
    hazards = dict.fromkeys(f.hazard for f in sorted(found, key=lambda f: f.hazard))
    tables = {h: by_duration([f for f in found if f.hazard == h]) for h in hazards}
    return {
        hazard: {name: levels for name, levels in table.items() if levels["blue"].warned.of}
        for hazard, table in tables.items()
    }


def _lead_h(rise: Known | None, onset_ms: int, failure_ms: int) -> float | None:
    return None if rise is None else (failure_ms - max(rise.known_ms, onset_ms)) / HOUR_MS


def hazard_of(registry: Registry, point_id: str) -> str:
    """Kind of hazard of a point; of one that is not registered, by its id."""
    point = registry.points.get(point_id)
    return point.hazard_type.value if point else HazardType.from_code(point_id[6:8]).value

"""What befell slopes, as occurrences with their phases: for the truth.

Runaways that fail or stop again, surges, steps of creep, an earthquake; each for its point's first
device.
"""

from dataclasses import dataclass, field

import numpy as np

from domain.hazards import HazardType
from sensors_sim.model import Model

FAILURE, SURGE, CREEP, EARTHQUAKE = "failure", "surge", "creep", "earthquake"
EVENTS = (FAILURE, SURGE, CREEP, EARTHQUAKE)
"""Kinds of event in the truth; all others are faults."""

ARREST, STEP = "arrest", "step"
"""Kinds of surge: a runaway that stops before it fails, and a step in wet ground."""

_FELT = 0.1
_FIRST_PHASE = {HazardType.ROCKFALL: "bursts", HazardType.DEBRIS_FLOW: "flow"}
_LAST_PHASE = {HazardType.DEBRIS_FLOW: "surge", HazardType.COLLAPSE: "drop"}


@dataclass(frozen=True)
class Occurrence:
    """One event; times in milliseconds since the epoch.

    Attributes
    ----------
    row
        Of the point's first device.
    detail
        The cause of a step of creep, the kind of a surge; empty for others.
    size_mm
        Displacement; for a failure that before it.
    failure_ms
        ``None`` for what does not fail.
    stops
        Whether the motion comes to rest by itself.
    phases
        Name and beginning of each, in order.
    """

    row: int
    kind: str
    start_ms: int
    end_ms: int
    detail: str = ""
    size_mm: float | None = None
    failure_ms: int | None = None
    stops: bool = False
    phases: list[tuple[str, int]] = field(default_factory=list)


def occurrences(model: Model, until_ms: int) -> list[Occurrence]:
    """Everything that began up to a time, in no order; one for each point that it befell."""
    first = {point.point_id: row for row, point in reversed(list(enumerate(model.sites.points)))}
    found = [*_runaways(model, until_ms), *_surges(model), *_creep(model), *_quake(model, until_ms)]
    primary = set(first.values())
    return [one for one in found if one.row in primary]


def _runaways(model: Model, until_ms: int) -> list[Occurrence]:
    failures = model.failures
    rows = failures.planned()
    rows = rows[failures.onset_ms[rows] <= until_ms]
    course = failures.course(rows)
    halts = course.halt_share > 0
    before, _ = course.slip_mm(np.where(halts, course.rest_ms, course.failure_ms - 1))
    columns = (rows, halts, course.onset_ms, course.halt_ms, course.rest_ms, before.round(1))
    found = []
    for row, stops, onset, turn, rest, size in zip(*(c.tolist() for c in columns), strict=True):
        kind = model.sites.points[row].hazard_type
        storm = failures.storm_before_ms(row)
        phases = [] if storm is None else [("storm", storm)]
        phases.append((_FIRST_PHASE.get(kind, "acceleration"), onset))
        if stops:
            phases += [("deceleration", turn), ("rest", rest)]
            found.append(Occurrence(row, SURGE, onset, rest, ARREST, size, None, True, phases))
        else:
            phases.append((_LAST_PHASE.get(kind, "failure"), turn))
            found.append(Occurrence(row, FAILURE, onset, turn, "", size, turn, False, phases))
    return found


def _surges(model: Model) -> list[Occurrence]:
    found = []
    for row, start, end, size in model.surges.begun:
        turn = (start + end) // 2
        phases = [("acceleration", start), ("deceleration", turn), ("rest", end)]
        found.append(Occurrence(row, SURGE, start, end, STEP, size, None, True, phases))
    return found


def _creep(model: Model) -> list[Occurrence]:
    steps = [*model.slopes.creep.done, *model.slopes.creep.under_way()]
    found = []
    for one in steps:
        phases = [("acceleration", one.start_ms), ("deceleration", one.peak_ms)]
        phases.append(("rest", one.end_ms))
        span = (one.start_ms, one.end_ms)
        found.append(Occurrence(one.row, CREEP, *span, one.cause, one.size_mm, None, True, phases))
    return found


def _quake(model: Model, until_ms: int) -> list[Occurrence]:
    at_ms = model.quake.time_ms
    if at_ms is None or at_ms > until_ms:
        return []
    rows = np.flatnonzero(model.quake.felt >= _FELT).tolist()
    phases = [("shaking", at_ms)]
    slips = model.quake.slip_after_mm.round(1).tolist()
    return [
        Occurrence(row, EARTHQUAKE, at_ms, at_ms, "", slips[row], None, True, phases)
        for row in rows
    ]

"""How long points were watched, at which level, and what was true of them meanwhile.

Time runs from a point's first reading to its last, by the clock of receipt. The duration matrix
follows EDuMaP (Calvello and Piciullo 2016, doi 10.5194/nhess-16-103-2016), for points instead of
zones: each cell holds the time spent at a level (row) in a state of the slope (column). As there,
time is classed twice: by correctness (CP, MA, FA, TN) and by grade (green to purple).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec
import numpy as np

from domain.levels import Level
from evaluation.alarms import AFTER_H, AROUND_FAILURE_H, YEAR_MS, Windows
from evaluation.failures import HOUR_MS, WARNED_LEVELS, detectors_of
from evaluation.replay import Known
from evaluation.truth import CREEP, EARTHQUAKE, FAILURE, MOVING, Truth

STATES = (
    "quiet",
    "creeping",
    "moving",
    "failing, over 24 h left",
    "failing, 6 to 24 h left",
    "failing, 1 to 6 h left",
    "failing, under 1 h left",
)
"""Columns of the matrix. Time after an event is not counted (`evaluation.alarms`)."""

# Rows: level 0 to 4. What an engineer would call each cell.
_CORRECTNESS = (
    ("TN", "TN", "MA", "MA", "MA", "MA", "MA"),
    ("FA", "CP", "CP", "MA", "MA", "MA", "MA"),
    ("FA", "CP", "CP", "CP", "MA", "MA", "MA"),
    ("FA", "FA", "CP", "CP", "CP", "CP", "MA"),
    ("FA", "FA", "FA", "CP", "CP", "CP", "CP"),
)
_GRADE = (
    ("green", "green", "yellow", "yellow", "red", "purple", "purple"),
    ("green", "green", "green", "yellow", "red", "purple", "purple"),
    ("yellow", "green", "green", "green", "yellow", "red", "red"),
    ("red", "yellow", "green", "green", "green", "green", "yellow"),
    ("purple", "red", "yellow", "green", "green", "green", "green"),
)


class DurationMatrix(msgspec.Struct, frozen=True, kw_only=True):
    """Hours by level (rows, ``none`` to ``red``) and state (columns), and what follows from them.

    Attributes
    ----------
    correctness, grade
        Hours of each class.
    indicators
        EDuMaP's: efficiency, hit rate, predictive power, threat score, missed and false alert
        balance, and the share of serious mistakes (purple); ``None`` where nothing is divided.
    """

    states: tuple[str, ...]
    hours: dict[str, list[float]]
    correctness: dict[str, float]
    grade: dict[str, float]
    indicators: dict[str, float | None]


def point_years(heard: Mapping[str, tuple[int, int]], windows: Windows) -> dict[str, float]:
    """Time for which each point was heard while nothing but creep was under way, in years."""
    found = {}
    for point_id, (first, last) in heard.items():
        clear = [(first, last)]
        for span in windows.of(point_id, Level.RED):
            clear = [part for piece in clear for part in _without(piece, span)]
        found[point_id] = sum(end - start for start, end in clear) / YEAR_MS
    return found


def false_hours(
    levels: Mapping[str, Sequence[Known]], heard: Mapping[str, tuple[int, int]], windows: Windows
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Hours spent at a level or higher while nothing was under way, by level.

    Returns
    -------
    tuple
        Hours by level, and by level and detector: whose reasons stood in the change that led to
        the stay. A level that is only held after its reasons have gone has none.
    """
    total = dict.fromkeys((level.colour for level in WARNED_LEVELS), 0.0)
    shares: dict[str, dict[str, float]] = {name: {} for name in total}
    for point_id, changes in levels.items():
        if point_id not in heard:
            continue
        for start, end, at in _stays(changes, *heard[point_id]):
            clear = [(start, end)] if at else []
            for span in windows.of(point_id, at):
                clear = [part for piece in clear for part in _without(piece, span)]
            hours = sum(b - a for a, b in clear) / HOUR_MS
            if not hours:
                continue
            began = next(c for c in reversed(changes) if c.known_ms <= start)
            for level in WARNED_LEVELS[:at]:
                total[level.colour] += hours
                for name in detectors_of(began.event):
                    own = shares[level.colour]
                    own[name] = own.get(name, 0.0) + hours
    return total, shares


def duration_matrix(
    levels: Mapping[str, Sequence[Known]], heard: Mapping[str, tuple[int, int]], truth: Truth
) -> DurationMatrix:
    """Hours of all points by level and state."""
    hours = np.zeros((len(Level), len(STATES)))
    for point_id, (first, last) in heard.items():
        stays = _stays(levels.get(point_id, ()), first, last)
        for start, end, state in _states(truth, point_id, first, last):
            for since, until, level in stays:
                both = min(end, until) - max(start, since)
                if both > 0:
                    hours[level, state] += both / HOUR_MS
    correctness = _by_class(hours, _CORRECTNESS, ("CP", "MA", "FA", "TN"))
    grade = _by_class(hours, _GRADE, ("green", "yellow", "red", "purple"))
    return DurationMatrix(
        states=STATES,
        hours={Level(level).colour: hours[level].tolist() for level in Level},
        correctness=correctness,
        grade=grade,
        indicators=_indicators(correctness, grade),
    )


def _stays(changes: Sequence[Known], first: int, last: int) -> list[tuple[int, int, int]]:
    """Spans at one level: start, end, level."""
    marks = [(first, 0), *((c.known_ms, c.event.level) for c in changes), (last, 0)]
    return [(a, b, level) for (a, level), (b, _) in pairwise(marks) if b > a]


def _states(truth: Truth, point_id: str, first: int, last: int) -> list[tuple[int, int, int]]:
    """Spans in one state: start, end, column; the time after events is missing."""
    after, around = round(AFTER_H * HOUR_MS), round(AROUND_FAILURE_H * HOUR_MS)
    quiet, found = [(first, last)], []
    for event in truth.of_kind(point_id, FAILURE):
        marks = [event.start_ms]
        for left_h in (24, 6, 1):
            marks.append(max(marks[-1], event.end_ms - left_h * HOUR_MS))
        marks.append(max(marks[-1], event.end_ms))
        found += [(a, b, 3 + column) for column, (a, b) in enumerate(pairwise(marks))]
        quiet = _cut(quiet, event.start_ms, event.end_ms + around)
    for column, kinds in ((None, (EARTHQUAKE,)), (2, MOVING), (1, (CREEP,))):
        for event in truth.of_kind(point_id, *kinds):
            inside = [(max(a, event.start_ms), min(b, event.end_ms)) for a, b in quiet]
            found += [(a, b, column) for a, b in inside if column is not None and b > a]
            quiet = _cut(quiet, event.start_ms, event.end_ms + after)
    found += [(a, b, 0) for a, b in quiet]
    clipped = [(max(a, first), min(b, last), column) for a, b, column in found]
    return [(a, b, column) for a, b, column in clipped if b > a]


def _cut(pieces: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    return [part for piece in pieces for part in _without(piece, (start, end))]


def _without(piece: tuple[int, int], span: tuple[int, int]) -> list[tuple[int, int]]:
    """Take a span out of a piece of time."""
    parts = [(piece[0], min(piece[1], span[0])), (max(piece[0], span[1]), piece[1])]
    return [(a, b) for a, b in parts if b > a]


def _by_class(
    hours: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
    table: tuple[tuple[str, ...], ...],
    names: tuple[str, ...],
) -> dict[str, float]:
    return {name: float(hours[np.array(table) == name].sum()) for name in names}


def _indicators(c: dict[str, float], grade: dict[str, float]) -> dict[str, float | None]:
    def ratio(part: float, whole: float) -> float | None:
        return part / whole if whole > 0 else None

    right, wrong = c["CP"] + c["TN"], c["MA"] + c["FA"]
    return {
        "efficiency": ratio(right, right + wrong),
        "hit_rate": ratio(c["CP"], c["CP"] + c["MA"]),
        "predictive_power": ratio(c["CP"], c["CP"] + c["FA"]),
        "threat_score": ratio(c["CP"], c["CP"] + c["MA"] + c["FA"]),
        "missed_and_false_balance": ratio(c["MA"], wrong),
        "serious_mistakes": ratio(grade["purple"], sum(grade.values())),
    }

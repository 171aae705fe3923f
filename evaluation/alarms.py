"""Alarms against the truth: right, about something else that was real, or false.

An *alarm* at a level is a rise of a point from below that level to it or higher. It is judged by
what the truth says of that very point, the first that fits:

``failure``     from `AROUND_FAILURE_H` before the onset of tertiary creep until as long after the
                failure, while the place is still watched;
``moving``      during an acceleration that later stopped, or until `AFTER_H` after it;
``earthquake``  until `AFTER_H` after an earthquake was felt there;
``creep``       to yellow at most, while the slope crept faster than a millimetre a day without
                running away (a step at drawdown), or until `AFTER_H` after it;
``rain``        nothing moved, and only rain or water in the slope speaks, from gauges without a
                fault: a warning of what may come, judged apart;
``false``       everything else. Its *cause* is the latest fault of the instruments that spoke
                which lasted into the `CAUSE_H` before the alarm (a step or a jump, which stays,
                counts from when it came); ``creep`` for orange or red on ground that only crept;
                ``none`` if there was nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from domain.channels import CHANNELS
from domain.levels import Level
from domain.surroundings import Belonging
from domain.warnings import WarningEvent
from evaluation.failures import HOUR_MS, WARNED_LEVELS, detectors_of
from evaluation.intervals import Rate
from evaluation.replay import Known
from evaluation.truth import CREEP, EARTHQUAKE, FAILURE, HARMLESS, MOVING, OFFLINE, Event, Truth

AROUND_FAILURE_H = 72.0
AFTER_H = 24.0
CAUSE_H = 48.0
VERDICTS = ("failure", "moving", "earthquake", "creep", "rain", "false")
YEAR_MS = 365.25 * 24 * HOUR_MS


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One rise, from ``previous`` to ``level``, with the judgement of it.

    Attributes
    ----------
    belongs_to
        What the warning itself said of its surroundings (`domain.surroundings`).
    """

    id: str
    point_id: str
    known_ms: int
    level: int
    previous: int
    verdict: str
    cause: str
    detectors: tuple[str, ...]
    channels: tuple[str, ...]
    belongs_to: str = ""


class AlarmCount(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms at a level or higher: counts by verdict, and rates a point-year.

    Attributes
    ----------
    false
        Rate of those with the verdict ``false``.
    false_or_rain
        Rate of those with the verdict ``false`` or ``rain``: what people had to look after in
        vain.
    causes
        The false ones by fault.
    """

    verdicts: dict[str, int]
    false: Rate
    false_or_rain: Rate
    causes: dict[str, int]


class Windows:
    """Spans of time in which something real is said to be under way at a point.

    Examples
    --------
    >>> truth = Truth.of([Event("p", "d", "surge", "", 0, HOUR_MS)])
    >>> windows = Windows(truth)
    >>> [windows.verdict("p", int(h * HOUR_MS), Level.RED) for h in (-1, 0, 25, 25.1)]
    ['', 'moving', 'moving', '']
    """

    def __init__(self, truth: Truth) -> None:
        self._spans: defaultdict[str, list[tuple[int, int, int, str]]] = defaultdict(list)
        for point_id, events in truth.slopes.items():
            spans = sorted(_span(event) for event in events if event.kind in _VERDICT_OF)
            self._spans[point_id] = spans

    def of(self, point_id: str, level: int) -> list[tuple[int, int]]:
        """Spans of a point that excuse a level: start and end, ms."""
        return [
            (start, end)
            for _, start, end, verdict in self._spans.get(point_id, ())
            if verdict != "creep" or level <= Level.YELLOW
        ]

    def verdict(self, point_id: str, at_ms: int, level: int) -> str:
        """Tell what was under way that excuses a level; empty if nothing."""
        for _, start, end, verdict in self._spans.get(point_id, ()):
            if start <= at_ms <= end and (verdict != "creep" or level <= Level.YELLOW):
                return verdict
        return ""

    def creeps(self, point_id: str, at_ms: int) -> bool:
        """Whether the point was creeping."""
        return any(
            verdict == "creep" and start <= at_ms <= end
            for _, start, end, verdict in self._spans.get(point_id, ())
        )


def judge_alarms(
    truth: Truth, levels: Mapping[str, Sequence[Known]], windows: Windows
) -> list[Alarm]:
    """Judge every rise of a level, by point and time."""
    faults: defaultdict[str, list[Event]] = defaultdict(list)
    for fault in truth.faults:
        faults[fault.device_id].append(fault)
    found = []
    for point_id in sorted(levels):
        for known in levels[point_id]:
            if known.event.level > known.event.previous_level:
                found.append(_alarm(known, windows, faults))
    return found


def count_alarms(
    alarms: Sequence[Alarm], point_years: float, point_ids: frozenset[str] | None = None
) -> dict[str, AlarmCount]:
    """Count by level.

    Parameters
    ----------
    point_years
        Time for which the points were heard while nothing was under way there.
    point_ids
        Only alarms of these points; of all if not given.
    """
    result = {}
    for level in WARNED_LEVELS:
        own = [
            a
            for a in alarms
            if a.previous < level <= a.level and (point_ids is None or a.point_id in point_ids)
        ]
        verdicts = Counter(a.verdict for a in own)
        result[level.colour] = AlarmCount(
            verdicts={name: verdicts[name] for name in VERDICTS},
            false=Rate.of_count(verdicts["false"], point_years),
            false_or_rain=Rate.of_count(verdicts["false"] + verdicts["rain"], point_years),
            causes=dict(Counter(a.cause for a in own if a.verdict == "false").most_common()),
        )
    return result


def count_belongings(alarms: Sequence[Alarm]) -> dict[str, dict[str, int]]:
    """Count rises by what the warnings said of their surroundings, for each verdict."""
    counts = Counter((alarm.verdict, alarm.belongs_to) for alarm in alarms)
    return {
        verdict: {kind.value: counts[verdict, kind.value] for kind in Belonging}
        for verdict in VERDICTS
        if any(own == verdict for own, _ in counts)
    }


_VERDICT_OF = {FAILURE: "failure", EARTHQUAKE: "earthquake", CREEP: "creep"}
_VERDICT_OF |= dict.fromkeys(MOVING, "moving")


def _span(event: Event) -> tuple[int, int, int, str]:
    """Rank, start, end and verdict of what an event excuses."""
    verdict = _VERDICT_OF[event.kind]
    around = round((AROUND_FAILURE_H if event.kind == FAILURE else AFTER_H) * HOUR_MS)
    start = event.start_ms - around if event.kind == FAILURE else event.start_ms
    return VERDICTS.index(verdict), start, event.end_ms + around, verdict


def _alarm(known: Known, windows: Windows, faults: Mapping[str, Sequence[Event]]) -> Alarm:
    event = known.event
    cause = _cause(known, faults)
    verdict = windows.verdict(event.point_id, known.known_ms, event.level)
    if not verdict:
        good = cause == "none" or cause in OFFLINE
        verdict = "rain" if _only_rain(event) and good else "false"
    if verdict == "false" and windows.creeps(event.point_id, known.known_ms):
        cause = CREEP
    return Alarm(
        id=event.id,
        point_id=event.point_id,
        known_ms=known.known_ms,
        level=event.level,
        previous=event.previous_level,
        verdict=verdict,
        cause=cause,
        detectors=detectors_of(event),
        channels=tuple(sorted({reason.channel for reason in event.reasons})),
        belongs_to=event.surroundings.belongs_to if event.surroundings else "",
    )


def _only_rain(event: WarningEvent) -> bool:
    families = {CHANNELS[r.channel].family for r in event.reasons if r.channel in CHANNELS}
    return bool(families) and families <= {"rain", "water"}


def _cause(known: Known, faults: Mapping[str, Sequence[Event]]) -> str:
    begin = known.known_ms - round(CAUSE_H * HOUR_MS)
    spoke = {(reason.device_id, reason.channel) for reason in known.event.reasons}
    found = [
        (fault.end_ms, fault.kind)
        for device_id in {device for device, _ in spoke}
        for fault in faults.get(device_id, ())
        if fault.start_ms <= known.known_ms
        and fault.end_ms >= begin
        and fault.kind not in HARMLESS
        and (not fault.channel or (device_id, fault.channel) in spoke)
    ]
    worse = [pair for pair in found if pair[1] not in OFFLINE]
    return max(worse or found, default=(0, "none"))[1]

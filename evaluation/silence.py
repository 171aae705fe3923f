"""Stations that stopped reporting against what the truth says of their devices.

A point is truly quiet while every device of it is offline or destroyed. A quiet time longer than
the point's limit asks for a ``silent`` event; an event is right if it falls into a quiet time, or
within one limit after it (it is found by the readings of others). Events of one instrument, whose
point goes on speaking, are held against the quiet times of that device and counted apart.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from detectors.rules import Rules
from domain.points import Point
from domain.registry import Registry
from domain.warnings import WarningKind
from evaluation.intervals import Share
from evaluation.replay import Known
from evaluation.truth import OFFLINE, Truth

CERTAIN = 1.5
"""Quiet times longer than so many limits must be noticed."""


class SilenceCount(msgspec.Struct, frozen=True, kw_only=True):
    """Silence events: noticed by cause, and how many of the events were right.

    Attributes
    ----------
    noticed
        Quiet times of at least `CERTAIN` limits that had an event, by cause.
    right
        Events of whole stations that fell into a quiet time, of all.
    right_of_instruments
        Events of single instruments whose device was quiet, of all.
    """

    noticed: dict[str, Share]
    right: Share
    right_of_instruments: Share = Share.of_counts(0, 0)


def judge_silence(
    warnings: Sequence[Known], truth: Truth, registry: Registry, rules: Rules
) -> SilenceCount:
    """Hold ``silent`` events against quiet times."""
    silent = [k for k in warnings if k.event.kind is WarningKind.SILENT]
    events: defaultdict[str, list[int]] = defaultdict(list)
    for known in silent:
        if not known.event.of_instrument:
            events[known.event.point_id].append(known.known_ms)
    offline = _offline(truth)
    noticed: defaultdict[str, list[bool]] = defaultdict(list)
    right = 0
    for point_id, point in registry.points.items():
        limit = _limit_ms(point, rules)
        interval = point.interval_s * 1000
        quiet = _quiet_times(point, offline)
        for start, end, cause in quiet:
            if end - start >= CERTAIN * limit + interval:
                noticed[cause].append(_within(events[point_id], start, end + limit))
        for at in events[point_id]:
            right += any(start <= at <= end + limit for start, end, _ in quiet)
    total = sum(len(found) for found in events.values())
    return SilenceCount(
        noticed={
            cause: Share.of_counts(sum(found), len(found))
            for cause, found in sorted(noticed.items())
        },
        right=Share.of_counts(right, total),
        right_of_instruments=_instruments(silent, registry, offline, rules),
    )


def _instruments(
    silent: Sequence[Known],
    registry: Registry,
    offline: Mapping[str, list[tuple[int, int, str]]],
    rules: Rules,
) -> Share:
    """Count events of single instruments that were right."""
    own = [known for known in silent if known.event.of_instrument]
    right = 0
    for known in own:
        limit = _limit_ms(registry.points[known.event.point_id], rules)
        spans = offline.get(known.event.reasons[0].device_id, [])
        right += any(start <= known.known_ms <= end + limit for start, end, _ in spans)
    return Share.of_counts(right, len(own))


def _within(times: Sequence[int], start: float, end: float) -> bool:
    return any(start <= at <= end for at in times)


def _offline(truth: Truth) -> Mapping[str, list[tuple[int, int, str]]]:
    found: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for fault in truth.faults:
        if fault.kind in OFFLINE:
            found[fault.device_id].append((fault.start_ms, fault.end_ms, fault.kind))
    return found


def _quiet_times(
    point: Point, offline: Mapping[str, list[tuple[int, int, str]]]
) -> list[tuple[int, int, str]]:
    """Find when all devices of a point are offline: start, end, cause of the first device."""
    if not point.devices:
        return []
    first, *others = (_joined(offline.get(d.device_id, [])) for d in point.devices)
    quiet = first
    for own in others:
        quiet = [
            (max(a, c), min(b, d), cause)
            for a, b, cause in quiet
            for c, d, _ in own
            if min(b, d) > max(a, c)
        ]
    return quiet


def _joined(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Join spans that touch; the cause is that of the longest."""
    joined: list[tuple[int, int, str]] = []
    for start, end, cause in sorted(spans):
        if joined and start <= joined[-1][1]:
            a, b, known = joined[-1]
            longer = cause if end - start > b - a else known
            joined[-1] = (a, max(b, end), longer)
        else:
            joined.append((start, end, cause))
    return joined


def _limit_ms(point: Point, rules: Rules) -> float:
    return max(rules.silence_intervals * point.interval_s, rules.silence_least_s) * 1000.0

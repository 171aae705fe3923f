"""Stations that stopped reporting against what the truth says of their devices.

A point is truly quiet while every device of it is offline or destroyed. A quiet time longer than
the point's limit asks for a ``silent`` event; an event is right if it falls into a quiet time, or
within one limit after it (it is found by the readings of others).
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
        Events that fell into a quiet time, of all.
    """

    noticed: dict[str, Share]
    right: Share


def judge_silence(
    warnings: Sequence[Known], truth: Truth, registry: Registry, rules: Rules
) -> SilenceCount:
    """Hold ``silent`` events against quiet times."""
    events: defaultdict[str, list[int]] = defaultdict(list)
    for known in warnings:
        if known.event.kind is WarningKind.SILENT:
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
                found = any(start <= at <= end + limit for at in events[point_id])
                noticed[cause].append(found)
        for at in events[point_id]:
            right += any(start <= at <= end + limit for start, end, _ in quiet)
    total = sum(len(found) for found in events.values())
    return SilenceCount(
        noticed={
            cause: Share.of_counts(sum(found), len(found))
            for cause, found in sorted(noticed.items())
        },
        right=Share.of_counts(right, total),
    )


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

"""Forecast times of failure against the failures that came.

Two sets: those *issued* with a warning, and all *updates* that readings gave. A window that was
issued where no failure came contains none, and counts so. A failure that lies beyond the record is
unknown and its forecasts are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from domain.levels import Level
from domain.warnings import MethodForecast, WarningKind
from evaluation.failures import HOUR_MS
from evaluation.intervals import Share, Spread
from evaluation.replay import Issued, Known
from evaluation.truth import FAILURE, MOVING, Event, Truth


class ForecastFound(msgspec.Struct, frozen=True, kw_only=True):
    """One forecast against the failure that came.

    Attributes
    ----------
    left_h
        Hours from when the forecast was known to the failure.
    early_h, middle_h, late_h
        Window and time forecast, in hours after the failure (negative: before it).
    """

    point_id: str
    left_h: float
    early_h: float
    middle_h: float
    late_h: float


class ForecastCount(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts of one set.

    Attributes
    ----------
    covered
        Windows that contain a failure of their point, of all.
    covered_where_failed
        The same, of those at points that were failing.
    covered_by_failure
        Failures whose last forecast's window contains them, of all failures that had one.
    unfounded, unfounded_moving
        Forecasts where no failure was under way, and how many of these during an acceleration
        that stopped.
    error_h
        Forecast less true time, hours; positive is late. Where a failure came.
    error_share
        The size of the error against the time that was left.
    width_h, width_share
        Width of the window, and against the time that was left.
    """

    count: int
    covered: Share
    covered_where_failed: Share
    covered_by_failure: Share
    unfounded: int
    unfounded_moving: int
    error_h: Spread
    error_share: Spread
    width_h: Spread
    width_share: Spread


class MethodCount(msgspec.Struct, frozen=True, kw_only=True):
    """What one method of the ensemble said in the forecasts that were issued.

    Attributes
    ----------
    took_part
        Forecasts that it is a part of, of all.
    covered
        Its own windows that contain the failure, of those that it gave.
    error_h, error_share
        As in `ForecastCount`.
    """

    took_part: Share
    covered: Share
    error_h: Spread
    error_share: Spread


def issued_with(warnings: Iterable[Known]) -> list[Issued]:
    """Forecasts that changes of level carry; later changes of a forecast count as updates."""
    return [
        Issued(known.event.point_id, known.event.forecast, known.known_ms)
        for known in warnings
        if known.event.forecast is not None and known.event.kind is not WarningKind.FORECAST
    ]


def issued_by_level(warnings: Iterable[Known]) -> dict[str, list[Issued]]:
    """Forecasts that warnings carry, by the level of the warning."""
    found: defaultdict[int, list[Issued]] = defaultdict(list)
    for known in warnings:
        found[known.event.level] += issued_with([known])
    return {Level(level).colour: own for level, own in sorted(found.items()) if own}


def judge_forecasts(forecasts: Sequence[Issued], truth: Truth, end_ms: int) -> ForecastCount:
    """Hold forecasts against the truth of their points."""
    founded: list[tuple[Issued, Event]] = []
    unfounded = moving = 0
    for issued in forecasts:
        event = _failure_under_way(truth, issued)
        if event is None:
            unfounded += 1
            moving += any(
                e.start_ms <= issued.known_ms <= e.end_ms
                for e in truth.of_kind(issued.point_id, *MOVING)
            )
        elif event.end_ms <= end_ms:
            founded.append((issued, event))
    hits = [_covers(issued, event) for issued, event in founded]
    last: defaultdict[Event, bool] = defaultdict(bool)
    for (_, event), hit in zip(founded, hits, strict=True):
        last[event] = hit
    errors = [(i.forecast.failure_ms - e.end_ms) / HOUR_MS for i, e in founded]
    left = [max(e.end_ms - i.known_ms, 1) / HOUR_MS for i, e in founded]
    widths = [(i.forecast.latest_ms - i.forecast.earliest_ms) / HOUR_MS for i, _ in founded]
    return ForecastCount(
        count=len(founded) + unfounded,
        covered=Share.of_counts(sum(hits), len(founded) + unfounded),
        covered_where_failed=Share.of_counts(sum(hits), len(founded)),
        covered_by_failure=Share.of_counts(sum(last.values()), len(last)),
        unfounded=unfounded,
        unfounded_moving=moving,
        error_h=Spread.of_values(errors),
        error_share=Spread.of_values([abs(e) / h for e, h in zip(errors, left, strict=True)]),
        width_h=Spread.of_values(widths),
        width_share=Spread.of_values([w / h for w, h in zip(widths, left, strict=True)]),
    )


def judge_methods(forecasts: Sequence[Issued], truth: Truth, end_ms: int) -> dict[str, MethodCount]:
    """Hold each method's own time and window against the truth, by name."""
    own: defaultdict[str, list[Issued]] = defaultdict(list)
    windows: defaultdict[str, list[Issued]] = defaultdict(list)
    for issued in forecasts:
        for said in issued.forecast.methods:
            early, late = said.earliest_ms, said.latest_ms
            single = _as_forecast(issued, said)
            own[said.method].append(single)
            if early is not None and late is not None:
                windows[said.method].append(single)
    counts = {}
    for name in sorted(own):
        times = judge_forecasts(own[name], truth, end_ms)
        counts[name] = MethodCount(
            took_part=Share.of_counts(len(own[name]), len(forecasts)),
            covered=judge_forecasts(windows[name], truth, end_ms).covered,
            error_h=times.error_h,
            error_share=times.error_share,
        )
    return counts


def _as_forecast(issued: Issued, said: MethodForecast) -> Issued:
    early = said.failure_ms if said.earliest_ms is None else said.earliest_ms
    late = said.failure_ms if said.latest_ms is None else said.latest_ms
    single = msgspec.structs.replace(
        issued.forecast, failure_ms=said.failure_ms, earliest_ms=early, latest_ms=late, methods=()
    )
    return Issued(issued.point_id, single, issued.known_ms)


def list_forecasts(forecasts: Sequence[Issued], truth: Truth, end_ms: int) -> list[ForecastFound]:
    """List forecasts at points that were failing, against their failures."""
    found = []
    for issued in forecasts:
        event = _failure_under_way(truth, issued)
        if event is None or event.end_ms > end_ms:
            continue
        made = issued.forecast
        found.append(
            ForecastFound(
                point_id=issued.point_id,
                left_h=(event.end_ms - issued.known_ms) / HOUR_MS,
                early_h=(made.earliest_ms - event.end_ms) / HOUR_MS,
                middle_h=(made.failure_ms - event.end_ms) / HOUR_MS,
                late_h=(made.latest_ms - event.end_ms) / HOUR_MS,
            )
        )
    return found


def _failure_under_way(truth: Truth, issued: Issued) -> Event | None:
    for event in truth.of_kind(issued.point_id, FAILURE):
        if event.start_ms <= issued.known_ms <= event.end_ms:
            return event
    return None


def _covers(issued: Issued, event: Event) -> bool:
    return issued.forecast.earliest_ms <= event.end_ms <= issued.forecast.latest_ms

"""Two runs side by side: what got better, what got worse, and what may be chance."""

from collections.abc import Iterator

import msgspec

from evaluation.failures import FailureFound
from evaluation.intervals import Rate, Share, Spread
from evaluation.metrics import Metrics


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a run; ``sign`` is 1 if more is better, -1 if less is."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    sign: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One figure in both runs.

    Attributes
    ----------
    verdict
        ``better``, ``worse``, ``same``, or ``unknown`` where one run cannot tell.
    clear
        Whether the confidence intervals part; if they do not, it may be chance. On the very same
        record even a small difference is real, though.
    """

    name: str
    before: float | None
    after: float | None
    verdict: str
    clear: bool


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs.

    Attributes
    ----------
    same_record
        Whether both ran on the same record; if not, the records may make the difference.
    lost, won
        Failures warned at orange before but not now, and the other way round, as ``point at ms``.
    """

    same_record: bool
    changes: list[Change]
    lost: list[str]
    won: list[str]


def compare(before: Metrics, after: Metrics) -> Comparison:
    """Compare two runs figure by figure."""
    old = {figure.name: figure for figure in figures(before)}
    changes = [_change(old.get(figure.name), figure) for figure in figures(after)]
    warned_before, warned_after = _warned(before.failures), _warned(after.failures)
    return Comparison(
        same_record=_record(before) == _record(after),
        changes=changes,
        lost=sorted(warned_before - warned_after),
        won=sorted(warned_after - warned_before),
    )


def figures(metrics: Metrics) -> Iterator[Figure]:
    """Yield the figures of a run that are worth comparing."""
    yield from _of_failures(metrics)
    yield from _of_alarms(metrics)
    yield from _of_forecasts(metrics)
    yield from _of_flags(metrics)
    for cause, share in metrics.silence.noticed.items():
        yield _share(f"silence: {cause} noticed", share)
    yield _share("silence: right among events", metrics.silence.right)
    for name, value in metrics.matrix.indicators.items():
        if name not in ("missed_and_false_balance",):
            sign = -1 if name == "serious_mistakes" else 1
            text = f"matrix: {name.replace('_', ' ')}"
            yield Figure(name=text, value=value, low=None, high=None, sign=sign)


def _of_failures(metrics: Metrics) -> Iterator[Figure]:
    tables = (metrics.warned_by_hazard, metrics.warned_by_duration, metrics.warned_by_instruments)
    for table in tables:
        for name, levels in table.items():
            for level in ("yellow", "orange", "red"):
                found = levels[level]
                if found.warned.of:
                    yield _share(f"failures, {name}: warned at {level}", found.warned)
                    yield _median(f"failures, {name}: median lead at {level}, h", found.lead_h, 1)


def _of_alarms(metrics: Metrics) -> Iterator[Figure]:
    for level, count in metrics.alarms["all"].items():
        yield _rate(f"false alarms at {level} a point-year", count.false)
        yield _rate(f"false or rain alarms at {level} a point-year", count.false_or_rain)
    for level, shares in metrics.detectors_by_hazard.get("all", {}).items():
        for name, share in shares.items():
            yield _rate(f"false alarms at {level} with {name} a point-year", share.false)
    for level, hours in metrics.false_hours_per_point_year.items():
        text = f"hours at {level} for nothing a point-year"
        yield Figure(name=text, value=hours, low=None, high=None, sign=-1)


def _of_forecasts(metrics: Metrics) -> Iterator[Figure]:
    counts = {"issued": metrics.forecasts_issued, "updates": metrics.forecasts_updates}
    counts |= {f"issued, {name}": f for name, f in metrics.forecasts_by_hazard.items() if f.count}
    for name, found in counts.items():
        yield _share(f"forecasts {name}: windows with the failure", found.covered)
        yield _share(f"forecasts {name}: the same where one came", found.covered_where_failed)
        yield _median(f"forecasts {name}: error against time left", found.error_share, -1)
        yield _median(f"forecasts {name}: width against time left", found.width_share, -1)
    for name, method in metrics.forecasts_by_method.items():
        yield _share(f"forecasts by {name}: windows with the failure", method.covered)
        yield _median(f"forecasts by {name}: error against time left", method.error_share, -1)


def _of_flags(metrics: Metrics) -> Iterator[Figure]:
    for name, kind in metrics.flags.kinds.items():
        yield _share(f"flags: {name} caught", kind.occurrences)
        yield _share(f"flags: readings of {name} flagged", kind.readings)
    for name, share in metrics.flags.tests.items():
        yield _share(f"flags: right among those of {name}", share)
    for name, test in metrics.flags.by_test.items():
        yield _share(f"flags: caught by {name} of its own kinds", test.recall)
    yield _share("flags: right among all", metrics.flags.right)


def _change(before: Figure | None, after: Figure) -> Change:
    old = before.value if before else None
    if old is None and after.value is None:
        verdict, clear = "same", False
    elif before is None or old is None or after.value is None:
        verdict, clear = "unknown", False
    else:
        gain = (after.value - old) * after.sign
        close = abs(after.value - old) <= 1e-9 * max(abs(after.value), abs(old), 1e-300)
        verdict = "same" if close else "better" if gain > 0 else "worse"
        clear = not close and _apart(before, after)
    return Change(name=after.name, before=old, after=after.value, verdict=verdict, clear=clear)


def _apart(one: Figure, other: Figure) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or other.high < one.low


def _share(name: str, share: Share) -> Figure:
    return Figure(name=name, value=share.value, low=share.low, high=share.high, sign=1)


def _rate(name: str, rate: Rate) -> Figure:
    return Figure(name=name, value=rate.value, low=rate.low, high=rate.high, sign=-1)


def _median(name: str, spread: Spread, sign: int) -> Figure:
    return Figure(name=name, value=spread.median, low=None, high=None, sign=sign)


def _warned(failures: list[FailureFound]) -> set[str]:
    return {f"{f.point_id} at {f.failure_ms}" for f in failures if f.lead_h["orange"] is not None}


def _record(metrics: Metrics) -> tuple[object, ...]:
    about = metrics.about
    return about.scenario, about.seed, about.points, about.start, about.interval_s, about.readings

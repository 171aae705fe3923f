"""Rows of the tables of docs/evaluation.md: a name, and what a run has to say of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from domain.quality import Test
from evaluation.goals import FLAGGED_KINDS, LONG
from evaluation.intervals import Spread
from evaluation.metrics import Metrics
from evaluation.texts import number_text, quartiles_text, rate_text, share_text

Row = tuple[str, Callable[[Metrics], str]]

LEFT_H = (0.0, 3.0, 6.0, 12.0, 24.0, 48.0, float("inf"))
VERDICTS = ("moving", "earthquake", "creep", "rain")


def about() -> list[Row]:
    """Size of each record."""
    return [
        ("points x days, interval", _size),
        ("readings, millions", lambda m: f"{m.about.readings / 1e6:.1f}"),
        ("point-years", lambda m: f"{m.about.point_years:.1f}"),
        ("failures (24 h and more)", _failures),
    ]


def _size(run: Metrics) -> str:
    found = run.about
    return f"{found.points:,} x {found.days:g}, {found.interval_s / 60:g} min"


def _failures(run: Metrics) -> str:
    return f"{len(run.failures)} ({run.warned_by_duration[LONG]['orange'].warned.of})"


def shares(runs: Sequence[Metrics]) -> list[Row]:
    """By level and detector: failures warned with its help (alone) / false alarms (alone)."""
    rows: list[Row] = []
    for level in ("yellow", "orange", "red"):
        found = (set(run.detectors_by_hazard["all"][level]) for run in runs)
        rows += [(f"{level}: {n}", _share_of(level, n)) for n in sorted(set().union(*found))]
    return rows


def _share_of(level: str, name: str) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        share = run.detectors_by_hazard["all"][level].get(name)
        if share is None:
            return "-"
        warned, false = (
            f"{count} ({alone})" if count else "0"
            for count, alone in (
                (share.warned.count, share.warned_alone),
                (share.false.count, share.false_alone),
            )
        )
        return f"{warned} / {false}"

    return cell


def methods(runs: Sequence[Metrics]) -> list[Row]:
    """Tell what each method of forecasts would have done by itself."""
    names = sorted({name for run in runs for name in run.forecasts_by_method})
    return [(f"{name} alone: own window holds it", _method(name)) for name in names]


def _method(name: str) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        found = run.forecasts_by_method.get(name)
        return share_text(found.covered) if found else "-"

    return cell


def matrix() -> list[Row]:
    """Take the indicators of the duration matrix; of single runs only."""
    names = ("efficiency", "hit_rate", "predictive_power", "threat_score", "serious_mistakes")
    return [(name.replace("_", " "), _indicator(name)) for name in names]


def _indicator(name: str) -> Callable[[Metrics], str]:
    return lambda m: number_text(m.matrix.indicators[name])


def alarms() -> list[Row]:
    """Alarms that nothing under way explains, by level or higher."""
    rows: list[Row] = []
    for level in ("blue", "yellow", "orange", "red"):
        rows.append((f"{level}, false a point-year", _rate(level, "false")))
        rows.append((f"{level}, with rain alone", _rate(level, "false_or_rain")))
        rows.append((f"{level}, by", _causes(level)))
        rows.append((f"{level}, on: {', '.join(VERDICTS)}", verdicts(level, VERDICTS)))
    for level in ("yellow", "orange", "red"):
        rows.append((f"hours at {level} for nothing, a point-year", _hours(level)))
    return rows


def _rate(level: str, kind: str) -> Callable[[Metrics], str]:
    return lambda m: rate_text(getattr(m.alarms["all"][level], kind))


def _causes(level: str) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        found = Counter(run.alarms["all"][level].causes).most_common()
        return ", ".join(f"{cause.replace('_', ' ')} {n}" for cause, n in found) or "-"

    return cell


def verdicts(level: str, names: Sequence[str]) -> Callable[[Metrics], str]:
    """Write how many alarms of a level or higher had each of some verdicts."""
    return lambda m: ", ".join(str(m.alarms["all"][level].verdicts[name]) for name in names)


def _hours(level: str) -> Callable[[Metrics], str]:
    return lambda m: number_text(m.false_hours_per_point_year[level])


def forecasts() -> list[Row]:
    """Forecasts that changes of level carry, and all updates."""
    issued, updates = "forecasts_issued", "forecasts_updates"
    left = "time left, h, median (quartiles)"
    return [
        ("issued: hold the failure", part(issued, "covered", share_text)),
        ("... where a failure came", part(issued, "covered_where_failed", share_text)),
        *(
            (f"... with a warning of {level}", _with_level(level))
            for level in ("blue", "yellow", "orange", "red")
        ),
        ("error, h", part(issued, "error_h", median_text)),
        ("error / time left", part(issued, "error_share", median_text)),
        ("width / time left", part(issued, "width_share", median_text)),
        (left, lambda m: median_text(Spread.of_values([f.left_h for f in m.forecast_list]))),
        ("no failure came; ground that stopped", _unfounded),
        ("all updates: hold the failure", part(updates, "covered", share_text)),
        ("... where a failure came", part(updates, "covered_where_failed", share_text)),
    ]


def _with_level(level: str) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        found = run.forecasts_by_level.get(level)
        return share_text(found.covered) if found else "-"

    return cell


def _unfounded(run: Metrics) -> str:
    return f"{run.forecasts_issued.unfounded}; {run.forecasts_issued.unfounded_moving}"


def by_time_left(run: Metrics) -> list[list[str]]:
    """Forecasts by how long it was until the failure: how many held it, and median width."""
    held, widths = ["hold it"], ["width, median, h"]
    for least, most in pairwise(LEFT_H):
        own = [f for f in run.forecast_list if least <= f.left_h < most]
        held.append(f"{sum(f.early_h <= 0.0 <= f.late_h for f in own)} of {len(own)}")
        spread = Spread.of_values([f.late_h - f.early_h for f in own])
        widths.append("-" if spread.median is None else f"{spread.median:.2g}")
    return [held, widths]


def part(field: str, name: str, text: Callable[..., str]) -> Callable[[Metrics], str]:
    """Write one figure of a part of the metrics."""
    return lambda m: text(getattr(getattr(m, field), name))


def flags() -> list[list[Row]]:
    """Four tables: kinds caught; named, of a fault; of its own kinds; caught by the own test."""
    kinds = (*FLAGGED_KINDS, "swapped_axes", "drift")
    caught: list[Row] = [(kind.replace("_", " "), _kind(kind)) for kind in kinds]
    names = [test.names[0] for test in Test]
    right, own, recall = (
        [(name.replace("_", " "), _test(name, part)) for name in names]
        for part in ("of_fault", "of_own", "recall")
    )
    right.append(("all flags", lambda m: share_text(m.flags.right)))
    right.append(("wrong flags by channel", _wrong))
    right.append(("wrong flags on moving slopes", lambda m: str(m.flags.false_on_moving)))
    return [caught, right, own, recall]


def _wrong(run: Metrics) -> str:
    found = sorted(run.flags.false_by_channel.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {count:,}" for name, count in found[:4]) or "-"


def _kind(kind: str) -> Callable[[Metrics], str]:
    return lambda m: share_text(m.flags.kinds[kind].occurrences) if kind in m.flags.kinds else "-"


def _test(name: str, part: str) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        found = run.flags.by_test.get(name)
        return share_text(getattr(found, part)) if found else "-"

    return cell


def silence(runs: Sequence[Metrics]) -> list[Row]:
    """Quiet times noticed by their cause, and events that were right."""
    causes = dict.fromkeys(cause for run in runs for cause in run.silence.noticed)
    rows: list[Row] = [(f"{cause.replace('_', ' ')} noticed", _noticed(cause)) for cause in causes]
    rows.append(("events that were right", lambda m: share_text(m.silence.right)))
    own = "events of one instrument that were right"
    return [*rows, (own, lambda m: share_text(m.silence.right_of_instruments))]


def _noticed(cause: str) -> Callable[[Metrics], str]:
    return lambda m: share_text(m.silence.noticed[cause]) if cause in m.silence.noticed else "-"


def median_text(spread: Spread) -> str:
    """Write the median and the quartiles.

    Examples
    --------
    >>> median_text(Spread.of_values([1.0, 2.0, 3.0, 4.0, 5.0]))
    '3 (2 to 4)'
    """
    return "-" if spread.median is None else f"{spread.median:.3g} ({quartiles_text(spread)})"

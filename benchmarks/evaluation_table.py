"""The tables of docs/evaluation.md, from the metrics of several runs.

``python -m benchmarks.evaluation_table season storm quake`` (folders with a metrics.json), and with
``--pictures docs/images`` the first one's pictures.
"""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from domain.quality import Test
from evaluation import figures
from evaluation.goals import FLAGGED_KINDS
from evaluation.instruments import GROUPS
from evaluation.metrics import Metrics, read_metrics
from evaluation.texts import number_text, rate_text, share_text, spread_text

Row = tuple[str, Callable[[Metrics], str]]


def main() -> None:
    """Print a table for each subject, a column for each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--pictures", type=Path)
    arguments = parser.parse_args()
    runs = [read_metrics(folder / "metrics.json") for folder in arguments.folders]
    if arguments.pictures is not None:
        for name, _, drawing in figures.PICTURES:
            target = arguments.pictures / f"evaluation-{runs[0].about.scenario}-{name}.svg"
            target.write_bytes(figures.draw(drawing, runs[0]))
    tables = (_about(), _goals(runs), _failures(), _instruments(), _alarms(), _shares(runs))
    for rows in (*tables, _forecasts(), _methods(runs), _matrix(), _flags(), _silence()):
        print(_table(runs, rows), end="\n\n")


def _table(runs: list[Metrics], rows: Iterable[Row]) -> str:
    lines = [[name, *(cell(run) for run in runs)] for name, cell in rows]
    head = ["", *(f"{run.about.scenario} {run.about.seed}" for run in runs)]
    body = [line for line in lines if any(cell not in ("-", "- of 0") for cell in line[1:])]
    marks = ["---"] * len(head)
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, marks, *body))


def _about() -> list[Row]:
    return [
        ("points x days", lambda m: f"{m.about.points:,} x {m.about.days:g}"),
        ("interval, min", lambda m: f"{m.about.interval_s / 60:g}"),
        ("readings", lambda m: f"{m.about.readings / 1e6:.1f} million"),
        ("point-years", lambda m: f"{m.about.point_years:.1f}"),
        ("failures", lambda m: str(len(m.failures))),
    ]


def _goals(runs: list[Metrics]) -> list[Row]:
    names = dict.fromkeys(goal.name for run in runs for goal in run.goals)
    return [(name, _goal(name)) for name in names]


def _goal(name: str) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        found = next((goal for goal in run.goals if goal.name == name), None)
        if found is None or found.met is None:
            return "-"
        return number_text(found.value) + ("" if found.met else " (no)")

    return cell


def _failures() -> list[Row]:
    rows: list[Row] = []
    for group in ("24 h and more", "6 to 24 h", "1 to 6 h", "under 1 h"):
        for level in ("yellow", "orange", "red"):
            rows.append(_warned(f"{group}: {level}", "warned_by_duration", group, level))
    for hazard in ("landslide", "rockfall", "debris_flow", "collapse", "unstable_slope"):
        rows.append(_warned(f"{hazard}: orange", "warned_by_hazard", hazard, "orange"))
    return rows


def _instruments() -> list[Row]:
    rows: list[Row] = []
    for group in GROUPS:
        rows.append((f"points watched by: {group}", _watched(group)))
        for level in ("yellow", "orange"):
            name = f"24 h and more, {group}: {level}"
            rows.append(_warned(name, "warned_by_instruments", group, level))
    return rows


def _watched(group: str) -> Callable[[Metrics], str]:
    return lambda m: f"{100 * m.watched_by[group]:.3g} %" if m.watched_by.get(group) else "-"


def _shares(runs: list[Metrics]) -> list[Row]:
    rows: list[Row] = []
    for level in ("yellow", "orange", "red"):
        found = (set(run.detectors_by_hazard["all"][level]) for run in runs)
        for name in sorted(set().union(*found)):
            rows.append((f"{level}: warned with {name}", _share_of(level, name, warned=True)))
            rows.append((f"{level}: false with {name}", _share_of(level, name, warned=False)))
    return rows


def _share_of(level: str, name: str, *, warned: bool) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        share = run.detectors_by_hazard["all"][level].get(name)
        if share is None:
            return "-"
        if warned:
            alone = f", alone {share.warned_alone}" if share.warned.count else ""
            return share_text(share.warned) + alone
        return f"{share.false.count}, alone {share.false_alone}" if share.false.count else "0"

    return cell


def _methods(runs: list[Metrics]) -> list[Row]:
    names = sorted({name for run in runs for name in run.forecasts_by_method})
    rows: list[Row] = []
    for name in names:
        rows.append((f"{name}: own window holds it", _method(name, "covered", share_text)))
        rows.append((f"{name}: error / time left", _method(name, "error_share", spread_text)))
    return rows


def _method(name: str, part: str, text: Callable[..., str]) -> Callable[[Metrics], str]:
    def cell(run: Metrics) -> str:
        found = run.forecasts_by_method.get(name)
        return text(getattr(found, part)) if found else "-"

    return cell


def _matrix() -> list[Row]:
    names = ("efficiency", "hit_rate", "predictive_power", "threat_score", "serious_mistakes")
    return [(name.replace("_", " "), _indicator(name)) for name in names]


def _indicator(name: str) -> Callable[[Metrics], str]:
    return lambda m: number_text(m.matrix.indicators[name])


def _warned(name: str, table: str, group: str, level: str) -> Row:
    def cell(run: Metrics) -> str:
        levels = getattr(run, table).get(group)
        if levels is None or not levels[level].warned.of:
            return "-"
        found = levels[level]
        return f"{share_text(found.warned)}, lead {spread_text(found.lead_h)} h"

    return name, cell


def _alarms() -> list[Row]:
    rows: list[Row] = []
    for level in ("blue", "yellow", "orange", "red"):
        rows.append((f"{level}: false a point-year", _rate(level, "false")))
        rows.append((f"{level}: false or rain alone", _rate(level, "false_or_rain")))
        rows.append((f"{level}: false by", _causes(level)))
        rows.append((f"{level}: moving, earthquake, creep, rain", _verdicts(level)))
    for level in ("yellow", "orange", "red"):
        rows.append((f"hours at {level} for nothing, a point-year", _hours(level)))
    return rows


def _rate(level: str, kind: str) -> Callable[[Metrics], str]:
    return lambda m: rate_text(getattr(m.alarms["all"][level], kind))


def _causes(level: str) -> Callable[[Metrics], str]:
    return lambda m: ", ".join(f"{c} {n}" for c, n in m.alarms["all"][level].causes.items()) or "-"


def _verdicts(level: str) -> Callable[[Metrics], str]:
    names = ("moving", "earthquake", "creep", "rain")
    return lambda m: ", ".join(str(m.alarms["all"][level].verdicts[name]) for name in names)


def _hours(level: str) -> Callable[[Metrics], str]:
    return lambda m: number_text(m.false_hours_per_point_year[level])


def _forecasts() -> list[Row]:
    rows: list[Row] = []
    for name in ("issued", "updates"):
        field = f"forecasts_{name}"
        rows += [
            (f"{name}: hold the failure", _part(field, "covered", share_text)),
            (f"{name}: where one came", _part(field, "covered_where_failed", share_text)),
            (f"{name}: error, h", _part(field, "error_h", spread_text)),
            (f"{name}: error / time left", _part(field, "error_share", spread_text)),
            (f"{name}: width / time left", _part(field, "width_share", spread_text)),
        ]
    return rows


def _part(field: str, part: str, text: Callable[..., str]) -> Callable[[Metrics], str]:
    return lambda m: text(getattr(getattr(m, field), part))


def _flags() -> list[Row]:
    kinds = (*FLAGGED_KINDS, "swapped_axes", "drift")
    rows: list[Row] = [(f"{kind} caught", _kind(kind)) for kind in kinds]
    for test in Test:
        name = test.names[0]
        rows.append((f"named {name}: of a fault", _test(name, "of_fault")))
        rows.append((f"named {name}: of its own kinds", _test(name, "of_own")))
        rows.append((f"named {name}: caught of these", _test(name, "recall")))
    rows.append(("right, all flags", lambda m: share_text(m.flags.right)))
    rows.append(("wrong flags by channel", _wrong))
    return [*rows, ("wrong flags on moving slopes", lambda m: str(m.flags.false_on_moving))]


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


def _silence() -> list[Row]:
    rows: list[Row] = [
        (f"{cause} noticed", _noticed(cause)) for cause in ("dropout", "power_loss", "destroyed")
    ]
    rows.append(("events that were right", lambda m: share_text(m.silence.right)))
    own = "events of one instrument that were right"
    return [*rows, (own, lambda m: share_text(m.silence.right_of_instruments))]


def _noticed(cause: str) -> Callable[[Metrics], str]:
    return lambda m: share_text(m.silence.noticed[cause]) if cause in m.silence.noticed else "-"


if __name__ == "__main__":
    main()

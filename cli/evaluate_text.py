"""The figures of an evaluation in a terminal."""

from rich.console import Console
from rich.table import Table

from evaluation.alarms import VERDICTS
from evaluation.compare import Comparison
from evaluation.metrics import Metrics
from evaluation.texts import number_text, rate_text, share_text, spread_text


def print_metrics(metrics: Metrics, console: Console) -> None:
    """Print what matters most; all of it is in metrics.json."""
    about = metrics.about
    console.print(
        f"{about.scenario}, seed {about.seed}: {about.points:,} points, {about.days:g} days, "
        f"{about.readings:,} readings, {about.point_years:.1f} point-years; rules "
        f"{about.rules_version}; {metrics.engine_us_per_reading:.1f} µs CPU a reading",
        highlight=False,
    )
    for table in (_goals(metrics), _warned(metrics), _alarms(metrics), _flags(metrics)):
        console.print(table)
    silence = ", ".join(f"{k} {share_text(s)}" for k, s in metrics.silence.noticed.items())
    console.print(f"silence noticed: {silence or 'none was due'}; ", end="", highlight=False)
    console.print(f"events that were right {share_text(metrics.silence.right)}", highlight=False)


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print what differs from the baseline."""
    note = "" if comparison.same_record else "; the runs saw different records"
    table = Table("figure", "baseline", "now", "verdict", title=f"Against the baseline{note}")
    for change in comparison.changes:
        if change.verdict != "same":
            verdict = change.verdict + (", clearly" if change.clear else "")
            values = number_text(change.before), number_text(change.after)
            table.add_row(change.name, *values, verdict)
    console.print(table)
    for failure in comparison.lost:
        console.print(f"no longer warned at orange: {failure}", highlight=False)
    for failure in comparison.won:
        console.print(f"newly warned at orange: {failure}", highlight=False)


def _goals(metrics: Metrics) -> Table:
    table = Table("goal", "wanted", "found", "met", title="Goals")
    for goal in metrics.goals:
        met = {True: "yes", False: "NO", None: "-"}[goal.met]
        table.add_row(goal.name, goal.wanted, number_text(goal.value), met)
    return table


def _warned(metrics: Metrics) -> Table:
    table = Table("failures", "level", "warned", "lead h, median (range)", title="Warned failures")
    groups = {**metrics.warned_by_hazard, **metrics.warned_by_duration}
    for name, levels in groups.items():
        for level, found in levels.items():
            if found.warned.of:
                table.add_row(name, level, share_text(found.warned), spread_text(found.lead_h))
    return table


def _alarms(metrics: Metrics) -> Table:
    table = Table(
        "level", *VERDICTS, "false a point-year", "of these by", title="Alarms by verdict"
    )
    for level, count in metrics.alarms["all"].items():
        counts = [str(count.verdicts[name]) for name in VERDICTS]
        causes = ", ".join(f"{cause} {n}" for cause, n in list(count.causes.items())[:5])
        table.add_row(level, *counts, rate_text(count.false), causes)
    return table


def _flags(metrics: Metrics) -> Table:
    table = Table("fault", "occurrences flagged", "readings flagged", "unheard", title="Flags")
    for name, kind in metrics.flags.kinds.items():
        cells = share_text(kind.occurrences), share_text(kind.readings)
        table.add_row(name, *cells, str(kind.unheard))
    for name, share in metrics.flags.tests.items():
        table.add_row(f"right, named {name}", share_text(share), "", "")
    table.add_row("right among all flags", share_text(metrics.flags.right), "", "")
    return table

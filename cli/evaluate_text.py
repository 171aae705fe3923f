"""The figures of an evaluation in a terminal."""

from rich.console import Console
from rich.table import Table

from evaluation.intervals import Rate, Share, Spread
from evaluation.metrics import Metrics


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


def share_text(share: Share) -> str:
    """Write a share with its interval.

    Examples
    --------
    >>> share_text(Share.of_counts(19, 20)), share_text(Share.of_counts(0, 0))
    ('95 % (76-99) of 20', '- of 0')
    """
    if share.value is None or share.low is None or share.high is None:
        return "- of 0"
    return f"{100 * share.value:.3g} % ({100 * share.low:.0f}-{100 * share.high:.0f}) of {share.of}"


def rate_text(rate: Rate) -> str:
    """Write a rate with its interval.

    Examples
    --------
    >>> rate_text(Rate.of_count(1, 20.0))
    '0.05 (0.0013-0.28)'
    """
    if rate.value is None or rate.low is None or rate.high is None:
        return "-"
    return f"{rate.value:.2g} ({rate.low:.2g}-{rate.high:.2g})"


def spread_text(spread: Spread) -> str:
    """Write the median and the range; a dash for none."""
    if spread.median is None:
        return "-"
    return f"{spread.median:.3g} ({spread.low:.3g} to {spread.high:.3g})"


def _goals(metrics: Metrics) -> Table:
    table = Table("goal", "wanted", "found", "met", title="Goals")
    for goal in metrics.goals:
        found = "-" if goal.value is None else f"{goal.value:.3g}"
        met = {True: "yes", False: "NO", None: "-"}[goal.met]
        table.add_row(goal.name, goal.wanted, found, met)
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
    names = ("failure", "moving", "earthquake", "rain", "false")
    table = Table("level", *names, "false a point-year", "of these by", title="Alarms by verdict")
    for level, count in metrics.alarms["all"].items():
        counts = [str(count.verdicts[name]) for name in names]
        causes = ", ".join(f"{cause} {n}" for cause, n in list(count.causes.items())[:5])
        table.add_row(level, *counts, rate_text(count.false), causes)
    return table


def _flags(metrics: Metrics) -> Table:
    table = Table("fault", "occurrences flagged", "readings flagged", "unheard", title="Flags")
    for name, kind in metrics.flags.kinds.items():
        cells = share_text(kind.occurrences), share_text(kind.readings)
        table.add_row(name, *cells, str(kind.unheard))
    table.add_row("right among all flags", share_text(metrics.flags.right), "", "")
    return table

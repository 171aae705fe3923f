"""The figures of an evaluation in a terminal, in English or Chinese."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from evaluation import asked_table
from evaluation.alarms import VERDICTS
from evaluation.compare import Comparison
from evaluation.metrics import Metrics
from evaluation.texts import number_text, rate_text, share_text, spread_text
from evaluation.words import ENGLISH, Words

Rows = Iterable[Sequence[str]]


def print_metrics(metrics: Metrics, console: Console, words: Words = ENGLISH) -> None:
    """Print what matters most; all of it is in metrics.json."""
    about = metrics.about
    _line(
        console,
        words,
        f"{about.scenario}, seed {about.seed}: {about.points:,} points, {about.days:g} days, "
        f"{about.readings:,} readings, {about.point_years:.1f} point-years; rules "
        f"{about.rules_version}; {metrics.engine_us_per_reading:.1f} µs CPU a reading",
    )
    for title, head, rows in (
        _goals(metrics),
        _warned(metrics),
        _alarms(metrics),
        _shares(metrics),
    ):
        console.print(_table(words, title, head, rows))
    for title, head, rows in (_faults(metrics), _tests(metrics)):
        console.print(_table(words, title, head, rows))
    if metrics.asked is not None:
        rows = asked_table.warned_rows(metrics, metrics.asked)
        console.print(_table(words, asked_table.TITLE, asked_table.WARNED, rows))
        beside = asked_table.beside_rows(metrics, metrics.asked)
        console.print(_table(words, asked_table.TITLE, asked_table.BESIDE, beside))
        _line(console, words, asked_table.effort_text(metrics.asked))
    silence = ", ".join(f"{k} {share_text(s)}" for k, s in metrics.silence.noticed.items())
    _line(console, words, f"silence noticed: {silence or 'none was due'}")
    _line(console, words, f"events that were right {share_text(metrics.silence.right)}")


def print_comparison(comparison: Comparison, console: Console, words: Words = ENGLISH) -> None:
    """Print what differs from the baseline."""
    note = "" if comparison.same_record else "; the runs saw different records"
    rows = [
        (
            change.name,
            number_text(change.before),
            number_text(change.after),
            change.verdict + (", clearly" if change.clear else ""),
        )
        for change in comparison.changes
        if change.verdict in ("better", "worse")
    ]
    head = ("figure", "baseline", "now", "verdict")
    console.print(_table(words, f"Against the baseline{note}", head, rows))
    if not rows:
        _line(console, words, "no figure is better or worse")
    for failure in comparison.lost:
        _line(console, words, f"no longer warned at orange: {failure}")
    for failure in comparison.won:
        _line(console, words, f"newly warned at orange: {failure}")


def _line(console: Console, words: Words, text: str) -> None:
    console.print(words(text), highlight=False)


def _table(words: Words, title: str, head: Sequence[str], rows: Rows) -> Table:
    table = Table(title=words(title))
    for name in head:
        table.add_column(words(name), overflow="fold")
    for row in rows:
        table.add_row(*map(words, row))
    return table


def _goals(metrics: Metrics) -> tuple[str, Sequence[str], Rows]:
    met = {True: "yes", False: "NO", None: "-"}
    rows = [(g.name, g.wanted, number_text(g.value), met[g.met]) for g in metrics.goals]
    return "Goals", ("goal", "wanted", "found", "met"), rows


def _warned(metrics: Metrics) -> tuple[str, Sequence[str], Rows]:
    groups = {
        **metrics.warned_by_hazard,
        **metrics.warned_by_duration,
        **{f"24 h and more, {n}": w for n, w in metrics.warned_by_instruments.items()},
    }
    rows = [
        (name, level, share_text(found.warned), spread_text(found.lead_h))
        for name, levels in groups.items()
        for level, found in levels.items()
        if found.warned.of
    ]
    head = ("failures", "level", "warned", "lead, h: median (least to most)")
    return "Warned failures", head, rows


def _alarms(metrics: Metrics) -> tuple[str, Sequence[str], Rows]:
    rows = []
    for level, count in metrics.alarms["all"].items():
        counts = [str(count.verdicts[name]) for name in VERDICTS]
        causes = ", ".join(f"{cause} {n}" for cause, n in list(count.causes.items())[:5])
        rows.append((level, *counts, rate_text(count.false), causes))
    head = ("level", *VERDICTS, "false a point-year", "of these by")
    return "Alarms by verdict", head, rows


def _shares(metrics: Metrics) -> tuple[str, Sequence[str], Rows]:
    rows = [
        (
            level,
            name,
            share_text(share.warned),
            spread_text(share.lead_h),
            rate_text(share.false),
            str(share.false_alone),
        )
        for level, shares in metrics.detectors_by_hazard.get("all", {}).items()
        for name, share in shares.items()
    ]
    head = ("level", "detector", "failures warned with it", "lead, h", "false a point-year")
    return "The detectors' share", (*head, "false, alone"), rows


def _faults(metrics: Metrics) -> tuple[str, Sequence[str], Rows]:
    rows = [
        (name, share_text(kind.occurrences), share_text(kind.readings), str(kind.unheard))
        for name, kind in metrics.flags.kinds.items()
    ]
    head = ("fault", "occurrences flagged", "readings flagged", "unheard")
    return "Quality flags", head, rows


def _tests(metrics: Metrics) -> tuple[str, Sequence[str], Rows]:
    rows = [
        (name, f"{count.named:,}", share_text(count.of_fault), share_text(count.recall))
        for name, count in metrics.flags.by_test.items()
    ]
    rows.append(("right among all flags", "", share_text(metrics.flags.right), ""))
    head = ("test", "readings named", "of any fault", "caught of these kinds")
    return "Flags", head, rows

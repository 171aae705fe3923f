"""The HTML report: one file, no network, fit for print; in English or Chinese."""

from evaluation import figures, report_evidence, report_warnings
from evaluation.compare import Change, Comparison
from evaluation.html import Page
from evaluation.metrics import Metrics
from evaluation.texts import number_text
from evaluation.words import ENGLISH, Words

_SECTIONS = (
    report_warnings.failures,
    report_warnings.alarms,
    report_warnings.detectors,
    report_warnings.matrix,
    report_warnings.asked,
    report_evidence.forecasts,
    report_evidence.flags,
    report_evidence.silence,
)


def report(metrics: Metrics, comparison: Comparison | None = None, words: Words = ENGLISH) -> str:
    """Write the report of a run, and what changed against another one.

    Returns
    -------
    str
        An HTML document; its pictures are left out where matplotlib is missing.
    """
    about = metrics.about
    title = f"Evaluation: {about.scenario}, seed {about.seed}"
    page = Page(words)
    page.heading(title, 1)
    _about(page, metrics)
    if comparison:
        _comparison(page, comparison)
    _goals(page, metrics)
    drawn = figures.draw_all(metrics, words)
    for section in _SECTIONS:
        section(page, metrics, drawn)
    if not drawn:
        page.paragraph("Pictures need matplotlib: pip install 'geohazard[plot]'")
    return page.document(title)


def _about(page: Page, metrics: Metrics) -> None:
    about = metrics.about
    page.paragraph(
        f"{about.points:,} points for {about.days:g} days from {about.start}, a reading each "
        f"{about.interval_s:g} s: {about.readings:,} readings, {about.point_years:.1f} "
        f"point-years with nothing under way. Rules {about.rules_version}, "
        f"{about.partitions} partitions. Intervals in brackets hold 95 %."
    )
    if about.changed:
        changes = ", ".join(f"{name} = {value:g}" for name, value in about.changed.items())
        page.paragraph(f"Thresholds changed for this run: {changes}.")


def _goals(page: Page, metrics: Metrics) -> None:
    rows = [
        (g.name, g.wanted, number_text(g.value), {True: "yes", False: "no", None: "-"}[g.met])
        for g in metrics.goals
    ]
    page.heading("Goals")
    page.table(("goal", "wanted", "found", "met"), rows)


def _comparison(page: Page, comparison: Comparison) -> None:
    page.heading("Against the baseline")
    page.paragraph(
        "Both runs saw the same record."
        if comparison.same_record
        else "The runs saw different records: a difference may be of the records."
    )
    head = ("figure", "baseline", "now", "verdict")
    differ = [c for c in comparison.changes if c.verdict in ("better", "worse")]
    page.table(head, map(_change, differ))
    if not differ:
        page.paragraph("No figure differs.")
    unknown = [c for c in comparison.changes if c.verdict == "unknown"]
    page.table(head, map(_change, unknown), "Known of one run only")
    moved = [("no longer warned at orange", p) for p in comparison.lost]
    moved += [("newly warned at orange", p) for p in comparison.won]
    page.table(("failure", "point and time"), moved)


def _change(change: Change) -> tuple[str, ...]:
    verdict = change.verdict + (", clearly" if change.clear else "")
    return change.name, number_text(change.before), number_text(change.after), verdict

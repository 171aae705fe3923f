"""The HTML report: one file, no network, fit for print."""

from evaluation import figures
from evaluation.alarms import VERDICTS
from evaluation.compare import Comparison
from evaluation.html import document, figure, heading, paragraph, table
from evaluation.metrics import Metrics
from evaluation.texts import number_text, rate_text, share_text, spread_text


def report(metrics: Metrics, comparison: Comparison | None = None) -> str:
    """Write the report of a run, and what changed against another one.

    Returns
    -------
    str
        An HTML document; its pictures are left out where matplotlib is missing.
    """
    about = metrics.about
    title = f"Evaluation: {about.scenario}, seed {about.seed}"
    drawn = _pictures(metrics)
    parts = [
        heading(title, 1),
        paragraph(
            f"{about.points:,} points for {about.days:g} days from {about.start}, a reading each "
            f"{about.interval_s:g} s: {about.readings:,} readings, {about.point_years:.1f} "
            f"point-years with nothing under way. Rules {about.rules_version}, "
            f"{about.partitions} partitions. Intervals in brackets hold 95 %."
        ),
        _changed(metrics),
        *(_comparison(comparison) if comparison else []),
        *_goals(metrics),
        *_failures(metrics, drawn),
        *_alarms(metrics, drawn),
        *_matrix(metrics, drawn),
        *_forecasts(metrics, drawn),
        *_flags(metrics, drawn),
        *_rest(metrics),
    ]
    if not drawn:
        parts.append(paragraph("Pictures need matplotlib: pip install 'geohazard[plot]'"))
    return document(title, parts)


def _pictures(metrics: Metrics) -> dict[str, str]:
    if not figures.available():
        return {}
    return {
        name: figure(caption, figures.draw(drawing, metrics))
        for name, caption, drawing in figures.PICTURES
    }


def _goals(metrics: Metrics) -> list[str]:
    rows = [
        (g.name, g.wanted, number_text(g.value), {True: "yes", False: "no", None: "-"}[g.met])
        for g in metrics.goals
    ]
    return [heading("Goals"), table(("goal", "wanted", "found", "met"), rows)]


def _failures(metrics: Metrics, drawn: dict[str, str]) -> list[str]:
    groups = {**metrics.warned_by_hazard, **metrics.warned_by_duration}
    rows = [
        (name, level, share_text(found.warned), spread_text(found.lead_h))
        for name, levels in groups.items()
        for level, found in levels.items()
        if found.warned.of
    ]
    head = ("failures", "level", "warned", "lead, h: median (least to most)")
    note = "Warned: the point stood at the level when it failed. Time before the onset of tertiary"
    note += " creep does not count as lead."
    pictures = [drawn.get("lead", ""), drawn.get("duration", "")]
    return [heading("Failures"), paragraph(note), *pictures, table(head, rows)]


def _alarms(metrics: Metrics, drawn: dict[str, str]) -> list[str]:
    head = ("points", "level", *VERDICTS, "false a point-year", "false or rain a point-year")
    rows = [
        (
            name,
            level,
            *(str(count.verdicts[verdict]) for verdict in VERDICTS),
            rate_text(count.false),
            rate_text(count.false_or_rain),
        )
        for name, levels in metrics.alarms.items()
        for level, count in levels.items()
    ]
    shares = [
        (level, detector, *(str(count[verdict]) for verdict in VERDICTS))
        for level, detectors in metrics.detectors.items()
        for detector, count in detectors.items()
    ]
    note = "An alarm is a rise of a point to the level or higher, judged by what was under way at"
    note += " that very point. An alarm that two detectors supported counts for both."
    return [
        heading("Alarms"),
        paragraph(note),
        drawn.get("alarms", ""),
        table(head, rows),
        drawn.get("causes", ""),
        heading("The detectors' share"),
        table(("level", "detector", *VERDICTS), shares),
    ]


def _matrix(metrics: Metrics, drawn: dict[str, str]) -> list[str]:
    matrix = metrics.matrix
    rows = [(level, *(f"{hours:,.1f}" for hours in row)) for level, row in matrix.hours.items()]
    indicators = ", ".join(
        f"{name.replace('_', ' ')} {number_text(value)}"
        for name, value in matrix.indicators.items()
    )
    wasted = ", ".join(
        f"{level} {number_text(hours)}"
        for level, hours in metrics.false_hours_per_point_year.items()
    )
    return [
        heading("Duration matrix"),
        paragraph("Hours of all points by level and state of the slope (EDuMaP)."),
        drawn.get("matrix", "") or table(("level", *matrix.states), rows),
        paragraph(f"{indicators}."),
        paragraph(f"Hours a point-year at a level or higher for nothing: {wasted}."),
    ]


def _forecasts(metrics: Metrics, drawn: dict[str, str]) -> list[str]:
    pairs = (
        ("issued with warnings", metrics.forecasts_issued),
        ("all updates", metrics.forecasts_updates),
    )
    rows: list[tuple[str, ...]] = [
        (
            name,
            str(f.count),
            share_text(f.covered),
            share_text(f.covered_by_failure),
            f"{f.unfounded} ({f.unfounded_moving} moving)",
            spread_text(f.error_h),
            spread_text(f.error_share),
            spread_text(f.width_share),
        )
        for name, f in pairs
    ]
    head: tuple[str, ...] = ("forecasts", "number", "window holds the failure", "by failure (last)")
    head += ("without failure", "error, h", "error / time left", "width / time left")
    picture = drawn.get("forecasts", "") if metrics.forecast_list else ""
    return [heading("Forecasts of the time of failure"), picture, table(head, rows)]


def _flags(metrics: Metrics, drawn: dict[str, str]) -> list[str]:
    rows: list[tuple[str, ...]] = [
        (
            name,
            share_text(kind.occurrences),
            share_text(kind.readings),
            str(kind.unheard),
            str(kind.unseen),
        )
        for name, kind in metrics.flags.kinds.items()
    ]
    wrong = ", ".join(f"{name} {n}" for name, n in metrics.flags.false_by_channel.items())
    note = f"Right among all flagged readings: {share_text(metrics.flags.right)}. Flagged without"
    note += f" a fault: {wrong or 'none'}; {metrics.flags.false_on_moving} of them on slopes that"
    note += " moved."
    head = ("fault", "occurrences flagged", "readings flagged", "unheard", "too small to see")
    picture = drawn.get("flags", "") if rows else ""
    tests = [(name, share_text(share)) for name, share in metrics.flags.tests.items()]
    return [
        heading("Quality flags"),
        picture,
        table(head, rows),
        table(("test", "of a fault, among the readings that it named"), tests),
        paragraph(note),
    ]


def _rest(metrics: Metrics) -> list[str]:
    rows = [(cause, share_text(share)) for cause, share in metrics.silence.noticed.items()]
    right = share_text(metrics.silence.right)
    missed = [f for f in metrics.failures if f.lead_h["orange"] is None]
    lost = [(f.point_id, f.hazard, f"{f.tertiary_h:.1f}") for f in missed]
    return [
        heading("Silence"),
        table(("cause", "noticed"), rows),
        paragraph(f"Events that were right: {right}."),
        heading("Failures without orange") if lost else "",
        table(("point", "kind", "tertiary creep, h"), lost) if lost else "",
    ]


def _comparison(comparison: Comparison) -> list[str]:
    note = "Both runs saw the same record."
    if not comparison.same_record:
        note = "The runs saw different records: a difference may be of the records."
    rows = [
        (
            change.name,
            number_text(change.before),
            number_text(change.after),
            change.verdict + (", clearly" if change.clear else ""),
        )
        for change in comparison.changes
        if change.verdict != "same"
    ]
    moved = [("no longer warned at orange", p) for p in comparison.lost]
    moved += [("newly warned at orange", p) for p in comparison.won]
    return [
        heading("Against the baseline"),
        paragraph(note),
        table(("figure", "baseline", "now", "verdict"), rows) if rows else "",
        paragraph("No figure differs.") if not rows else "",
        table(("failure", "point and time"), moved) if moved else "",
    ]


def _changed(metrics: Metrics) -> str:
    changed = metrics.about.changed
    if not changed:
        return ""
    return paragraph(
        "Thresholds changed for this run: "
        + ", ".join(f"{name} = {value:g}" for name, value in changed.items())
        + "."
    )

"""Sections of the report about warnings: failures, alarms, detectors, time at a level."""

from collections.abc import Iterable, Mapping

from domain.surroundings import Belonging
from evaluation import asked_table
from evaluation.alarms import VERDICTS
from evaluation.detector_share import DetectorShare
from evaluation.failures import Warned
from evaluation.figures import Picture
from evaluation.html import Page
from evaluation.metrics import Metrics
from evaluation.texts import number_text, quartiles_text, rate_text, share_text, spread_text

Drawn = Mapping[str, Picture]
Rows = list[tuple[str, ...]]

_WARNED = (
    "failures",
    "level",
    "warned",
    "lead, h: median (least to most)",
    "half of them within, h",
)
_SHARES = (
    "points",
    "level",
    "detector",
    "failures warned with it",
    "by nothing else",
    "lead, h",
    "false",
    "false a point-year",
    "false, alone",
    *VERDICTS[:-1],
)


def failures(page: Page, metrics: Metrics, drawn: Drawn) -> None:
    """Which failures were warned, and how early."""
    page.heading("Failures")
    page.paragraph(
        "Warned: the point stood at the level when it failed. Time before the onset of tertiary "
        "creep does not count as lead."
    )
    put_figures(page, drawn, "lead", "hazards", "duration")
    page.table(_WARNED, _warned({**metrics.warned_by_hazard, **metrics.warned_by_duration}))
    both = {
        f"{hazard}, {name}": levels
        for hazard, table in metrics.warned_by_hazard_and_duration.items()
        for name, levels in table.items()
    }
    page.table(_WARNED, _warned(both), "By kind of hazard and length of tertiary creep")
    page.paragraph("Failures of 24 h and more, by what measures the motion there:")
    page.table(_WARNED, _warned(metrics.warned_by_instruments))
    watched = [(name, f"{100 * share:.3g} %") for name, share in metrics.watched_by.items()]
    page.table(("motion is measured by", "points"), watched)
    missed = [
        (f.point_id, f.hazard, f"{f.tertiary_h:.1f}")
        for f in metrics.failures
        if f.lead_h["orange"] is None
    ]
    page.table(("point", "kind", "tertiary creep, h"), missed, "Failures without orange")


def alarms(page: Page, metrics: Metrics, drawn: Drawn) -> None:
    """All alarms by what was under way, and the false ones by their cause."""
    page.heading("Alarms")
    page.paragraph(
        "An alarm is a rise of a point to the level or higher, judged by what was under way at "
        "that very point."
    )
    put_figures(page, drawn, "alarms")
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
    page.table(head, rows)
    put_figures(page, drawn, "causes")
    said = [(v, *(str(own[kind]) for kind in Belonging)) for v, own in metrics.belongings.items()]
    page.paragraph("What the warnings themselves said of their surroundings, by verdict:")
    page.table(("verdict", *(kind.value for kind in Belonging)), said)


def detectors(page: Page, metrics: Metrics, drawn: Drawn) -> None:
    """Which detector brought what."""
    page.heading("The detectors' share")
    page.paragraph(
        "A detector has a share in what it gave a reason for; several may have one. Alone: nothing "
        "else spoke."
    )
    put_figures(page, drawn, "detectors")
    tables = metrics.detectors_by_hazard
    page.table(_SHARES, _shares({n: t for n, t in tables.items() if n == "all"}))
    own = {n: t for n, t in tables.items() if n != "all"}
    page.table(_SHARES, _shares(own), "By kind of hazard")
    hours = [
        (level, name, number_text(value))
        for level, by in metrics.false_hours_by_detector.items()
        for name, value in by.items()
    ]
    page.table(("level", "detector", "hours for nothing a point-year"), hours, "Hours for nothing")


def matrix(page: Page, metrics: Metrics, drawn: Drawn) -> None:
    """Hours by level and state of the slope."""
    page.heading("Duration matrix")
    page.paragraph("Hours of all points by level and state of the slope (EDuMaP).")
    put_figures(page, drawn, "matrix")
    tables = {"all": metrics.matrix, **metrics.matrix_by_hazard}
    rows = [
        (name, level, *(f"{hours:,.1f}" for hours in row))
        for name, found in tables.items()
        for level, row in found.hours.items()
    ]
    page.table(("points", "level", *metrics.matrix.states), rows, "The hours")
    names = list(metrics.matrix.indicators)
    indicators = [
        (name, *(number_text(found.indicators[n]) for n in names)) for name, found in tables.items()
    ]
    page.table(("points", *(name.replace("_", " ") for name in names)), indicators)
    wasted = [(n, number_text(h)) for n, h in metrics.false_hours_per_point_year.items()]
    page.table(("level or higher", "hours for nothing a point-year"), wasted)


def asked(page: Page, metrics: Metrics, drawn: Drawn) -> None:
    """Say what changes when devices read more often under warning, if that was run."""
    if metrics.asked is None:
        return
    page.heading(asked_table.TITLE)
    page.paragraph(asked_table.effort_text(metrics.asked))
    page.table(asked_table.WARNED, asked_table.warned_rows(metrics, metrics.asked))
    page.table(asked_table.BESIDE, asked_table.beside_rows(metrics, metrics.asked))


def put_figures(page: Page, drawn: Drawn, *names: str) -> None:
    """Put pictures into the document, those that could be drawn."""
    for name in names:
        if name in drawn:
            page.figure(*drawn[name])


def _warned(groups: Mapping[str, Mapping[str, Warned]]) -> Rows:
    return [
        (
            name,
            level,
            share_text(found.warned),
            spread_text(found.lead_h),
            quartiles_text(found.lead_h),
        )
        for name, levels in groups.items()
        for level, found in levels.items()
        if found.warned.of
    ]


def _shares(
    tables: Mapping[str, Mapping[str, Mapping[str, DetectorShare]]],
) -> Iterable[tuple[str, ...]]:
    for name, levels in tables.items():
        for level, own in levels.items():
            for detector, share in own.items():
                yield (
                    name,
                    level,
                    detector,
                    share_text(share.warned),
                    str(share.warned_alone),
                    spread_text(share.lead_h),
                    str(share.alarms["false"]),
                    rate_text(share.false),
                    str(share.false_alone),
                    *(str(share.alarms[verdict]) for verdict in VERDICTS[:-1]),
                )

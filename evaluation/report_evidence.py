"""Sections of the report about what warnings rest on: forecasts, quality flags, silence."""

from collections.abc import Mapping

from evaluation.flag_counts import NAMED_BY, FlagCount
from evaluation.forecasts import ForecastCount
from evaluation.html import Page
from evaluation.metrics import Metrics
from evaluation.report_warnings import Drawn, Rows, put_figures
from evaluation.texts import share_text, spread_text

_FORECASTS = (
    "forecasts",
    "number",
    "window holds the failure",
    "by failure (last)",
    "without failure",
    "of these moving",
    "error, h",
    "error / time left",
    "width / time left",
)
_METHODS = ("method", "took part", "own window holds the failure", "error, h", "error / time left")
_KINDS = (
    "fault",
    "occurrences flagged",
    "right, of what its test named",
    "named by",
    "readings flagged",
    "unheard",
    "too small to see",
)
_TESTS = (
    "test",
    "readings named",
    "of any fault",
    "of its own kinds of fault",
    "caught of these kinds",
    "by fault",
)

_ANSWERED = {test.names[0] for test in NAMED_BY.values()}


def forecasts(page: Page, metrics: Metrics, drawn: Drawn) -> None:
    """Forecast times of failure against the failures that came."""
    page.heading("Forecasts of the time of failure")
    if metrics.forecast_list:
        put_figures(page, drawn, "forecasts")
    counts = {
        "issued with warnings": metrics.forecasts_issued,
        "all updates": metrics.forecasts_updates,
        **{f"issued: {n}": f for n, f in metrics.forecasts_by_hazard.items() if f.count},
        **{f"issued: {n}": f for n, f in metrics.forecasts_by_level.items() if f.count},
    }
    page.table(_FORECASTS, [_forecast(name, count) for name, count in counts.items()])
    methods = [
        (
            name,
            share_text(m.took_part),
            share_text(m.covered),
            spread_text(m.error_h),
            spread_text(m.error_share),
        )
        for name, m in metrics.forecasts_by_method.items()
    ]
    page.paragraph("What each method of the ensemble said by itself:")
    page.table(_METHODS, methods)


def flags(page: Page, metrics: Metrics, drawn: Drawn) -> None:
    """Quality flags against faults, by kind of fault and by test."""
    page.heading("Quality flags")
    if metrics.flags.kinds:
        put_figures(page, drawn, "flags")
    kinds: Rows = [
        (
            name,
            share_text(kind.occurrences),
            _precision(metrics.flags, name),
            _named(kind.tests),
            share_text(kind.readings),
            str(kind.unheard),
            str(kind.unseen),
        )
        for name, kind in metrics.flags.kinds.items()
    ]
    page.table(_KINDS, kinds)
    tests = [
        (
            name,
            f"{count.named:,}",
            share_text(count.of_fault),
            share_text(count.of_own) if name in _ANSWERED else "-",
            share_text(count.recall) if name in _ANSWERED else "-",
            _named(count.faults),
        )
        for name, count in metrics.flags.by_test.items()
    ]
    page.table(_TESTS, tests)
    wrong = _named(metrics.flags.false_by_channel)
    page.paragraph(f"Right among all flagged readings: {share_text(metrics.flags.right)}.")
    page.paragraph(f"Flagged without a fault: {wrong}.")
    page.paragraph(f"Of these on slopes that moved: {metrics.flags.false_on_moving}.")


def silence(page: Page, metrics: Metrics, drawn: Drawn) -> None:
    """Stations that stopped reporting."""
    del drawn
    page.heading("Silence")
    rows = [(cause, share_text(share)) for cause, share in metrics.silence.noticed.items()]
    page.table(("cause", "noticed"), rows)
    page.paragraph(f"Events that were right: {share_text(metrics.silence.right)}.")
    own = metrics.silence.right_of_instruments
    page.paragraph(f"Events of single instruments that were right: {share_text(own)}.")


def _forecast(name: str, count: ForecastCount) -> tuple[str, ...]:
    return (
        name,
        str(count.count),
        share_text(count.covered),
        share_text(count.covered_by_failure),
        str(count.unfounded),
        str(count.unfounded_moving),
        spread_text(count.error_h),
        spread_text(count.error_share),
        spread_text(count.width_share),
    )


def _precision(flags: FlagCount, kind: str) -> str:
    """Share of a fault among the readings that the test for a kind named."""
    test = NAMED_BY.get(kind)
    count = flags.by_test.get(test.names[0]) if test else None
    return share_text(count.of_fault) if count else "-"


def _named(counts: Mapping[str, int]) -> str:
    """List names with their numbers, the largest first."""
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {n:,}" for name, n in ordered if n) or "-"

"""The regular run and the one with devices that answer, side by side: for report and terminal."""

from evaluation.asked import Asked
from evaluation.metrics import Metrics
from evaluation.texts import number_text, rate_text, share_text, spread_text

TITLE = "Devices that read more often as warnings ask them to"
WARNED = (
    "failures",
    "level",
    "warned, regular",
    "lead, h, regular",
    "warned, asked",
    "lead, h, asked",
)
BESIDE = ("figure", "regular", "asked")
Rows = list[tuple[str, ...]]


def effort_text(asked: Asked) -> str:
    """Say what was asked and what it cost."""
    effort = asked.effort
    more = 100.0 * effort.more / max(effort.regular, 1)
    return (
        f"{effort.requests:,} requests to the devices of {effort.points:,} points, "
        f"{more:.3g} % more readings"
    )


def warned_rows(metrics: Metrics, asked: Asked) -> Rows:
    """Put failures warned and leads beside each other, by length of tertiary creep and level."""
    return [
        (
            name,
            level,
            share_text(found.warned),
            spread_text(found.lead_h),
            share_text(asked.warned_by_duration[name][level].warned),
            spread_text(asked.warned_by_duration[name][level].lead_h),
        )
        for name, levels in metrics.warned_by_duration.items()
        for level, found in levels.items()
        if found.warned.of
    ]


def beside_rows(metrics: Metrics, asked: Asked) -> Rows:
    """Put false alarms, hours for nothing, windows and flags beside each other."""
    rows: Rows = [
        (
            f"false alarms at {level} a point-year",
            rate_text(count.false),
            rate_text(asked.alarms["all"][level].false),
        )
        for level, count in metrics.alarms["all"].items()
    ]
    rows += [
        (
            f"hours at {level} for nothing a point-year",
            number_text(hours),
            number_text(asked.false_hours_per_point_year[level]),
        )
        for level, hours in metrics.false_hours_per_point_year.items()
    ]
    windows = metrics.forecasts_issued.covered, asked.forecasts_issued.covered
    rows.append(("issued forecast windows that contain the failure", *map(share_text, windows)))
    flags = metrics.flags.right, asked.flags_right
    rows.append(("flags: right among all", *map(share_text, flags)))
    return rows

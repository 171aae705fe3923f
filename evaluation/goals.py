"""The project's goals for its detectors, each with the figure that decides it."""

from collections.abc import Mapping

import msgspec

from evaluation.alarms import AlarmCount
from evaluation.failures import Warned
from evaluation.flag_counts import FlagCount
from evaluation.forecasts import ForecastCount

LONG, LONG_H = "24 h and more", 24.0
FLAGGED_KINDS = (
    "spike",
    "outlier",
    "stuck",
    "step",
    "baseline_jump",
    "clock_skew",
    "clock_drift",
    "wrong_unit",
)

TESTS = ("spike", "flat_line", "jump", "clock", "unit")


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """One goal; ``value`` and ``met`` are ``None`` if the record cannot tell."""

    name: str
    wanted: str
    value: float | None
    met: bool | None


def judge_goals(
    by_duration: Mapping[str, Mapping[str, Warned]],
    alarms: Mapping[str, AlarmCount],
    forecasts: ForecastCount,
    flags: FlagCount,
) -> list[Goal]:
    """Judge every goal by one run."""
    long = by_duration[LONG]["orange"]
    goals = [
        _least("failures of 24 h and more warned at orange", long.warned.value, 0.95),
        _least("median lead time of these, h", long.lead_h.median, 12.0),
        _least("issued forecast windows that contain the failure", forecasts.covered.value, 0.90),
        _most("false orange and red a point-year", alarms["orange"].false.value, 0.05),
        _most(
            "false yellow and higher a point-year, rain included",
            alarms["yellow"].false_or_rain.value,
            0.5,
        ),
    ]
    for kind in FLAGGED_KINDS:
        if kind in flags.kinds:
            share = flags.kinds[kind].occurrences.value
            goals.append(_least(f"{kind} flagged", share, 0.9))
    for name in TESTS:
        if name in flags.tests:
            share = flags.tests[name].value
            goals.append(_least(f"readings named {name} that are of a fault", share, 0.9))
    goals.append(_least("flags that are right", flags.right.value, 0.9))
    return goals


def _least(name: str, value: float | None, least: float) -> Goal:
    met = None if value is None else value >= least
    return Goal(name=name, wanted=f"at least {least:g}", value=value, met=met)


def _most(name: str, value: float | None, most: float) -> Goal:
    met = None if value is None else value <= most
    return Goal(name=name, wanted=f"at most {most:g}", value=value, met=met)

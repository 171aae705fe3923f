"""Several records counted as one: the metrics of runs, put together with intervals of their own.

Counts are added, and shares and rates get their intervals anew. Quartiles are taken again from the
lists of failures and forecasts, where every value stands by itself; where none does (updates of
forecasts, single methods) they are empty, and so is the duration matrix.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from evaluation.detector_share import shares_of_detectors
from evaluation.exposure import DurationMatrix
from evaluation.failures import by_duration, by_hazard, by_hazard_and_duration
from evaluation.forecasts import ForecastCount, ForecastFound
from evaluation.goals import judge_goals
from evaluation.intervals import Rate, Share, Spread
from evaluation.metrics import About, Metrics


def together(runs: Sequence[Metrics]) -> Metrics:
    """Metrics of one run or more as of one record; that of a single run is the same object."""
    first = runs[0]
    if len(runs) == 1:
        return first
    found = [failure for run in runs for failure in run.failures]
    alarm_list = [alarm for run in runs for alarm in run.alarm_list]
    forecast_list = [forecast for run in runs for forecast in run.forecast_list]
    about = _about([run.about for run in runs])
    alarms = _added([run.alarms for run in runs])
    issued = _issued(_added([run.forecasts_issued for run in runs]), forecast_list)
    flags = _added([run.flags for run in runs])
    durations = by_duration(found)
    return msgspec.structs.replace(
        first,
        about=about,
        goals=judge_goals(durations, alarms["all"], issued, flags),
        warned_by_hazard=by_hazard(found),
        warned_by_duration=durations,
        warned_by_hazard_and_duration=by_hazard_and_duration(found),
        warned_by_instruments=_added([run.warned_by_instruments for run in runs]),
        watched_by=_mean(runs, "watched_by", [float(run.about.points) for run in runs]),
        alarms=alarms,
        belongings=_added([run.belongings for run in runs]),
        false_hours_per_point_year=_mean(
            runs, "false_hours_per_point_year", [run.about.point_years for run in runs]
        ),
        false_hours_by_detector={},
        matrix=DurationMatrix(
            states=first.matrix.states, hours={}, correctness={}, grade={}, indicators={}
        ),
        matrix_by_hazard={},
        forecasts_issued=issued,
        forecasts_updates=_added([run.forecasts_updates for run in runs]),
        forecasts_by_hazard=_added([run.forecasts_by_hazard for run in runs]),
        forecasts_by_level=_added([run.forecasts_by_level for run in runs]),
        forecasts_by_method=_added([run.forecasts_by_method for run in runs]),
        flags=flags,
        silence=_added([run.silence for run in runs]),
        detectors_by_hazard={"all": shares_of_detectors(found, alarm_list, about.point_years)},
        failures=found,
        alarm_list=alarm_list,
        forecast_list=forecast_list,
        engine_us_per_reading=sum(r.engine_us_per_reading * r.about.readings for r in runs)
        / about.readings,
        asked=None,
    )


def by_scenario(runs: Sequence[Metrics]) -> list[Metrics]:
    """Put the runs of each scenario together, in the order in which these first come."""
    names = dict.fromkeys(run.about.scenario for run in runs)
    return [together([run for run in runs if run.about.scenario == name]) for name in names]


def _about(parts: Sequence[About]) -> About:
    return msgspec.structs.replace(
        parts[0],
        scenario=" + ".join(dict.fromkeys(part.scenario for part in parts)),
        points=sum(part.points for part in parts),
        readings=sum(part.readings for part in parts),
        point_years=sum(part.point_years for part in parts),
    )


def _issued(counts: ForecastCount, found: Sequence[ForecastFound]) -> ForecastCount:
    """Add quartiles over all forecasts at points that were failing."""
    widths = [f.late_h - f.early_h for f in found]
    left = [max(f.left_h, 1.0 / 3_600_000) for f in found]
    return msgspec.structs.replace(
        counts,
        error_h=Spread.of_values([f.middle_h for f in found]),
        error_share=Spread.of_values(
            [abs(f.middle_h) / h for f, h in zip(found, left, strict=True)]
        ),
        width_h=Spread.of_values(widths),
        width_share=Spread.of_values([w / h for w, h in zip(widths, left, strict=True)]),
    )


def _mean(runs: Sequence[Metrics], name: str, weights: Sequence[float]) -> dict[str, float | None]:
    """Weighted mean of a table of figures a point or a point-year; `None` where one is unknown."""
    tables: list[dict[str, float | None]] = [getattr(run, name) for run in runs]
    found: dict[str, float | None] = {}
    for key in dict.fromkeys(key for table in tables for key in table):
        values = [table.get(key) for table in tables]
        known = [value for value in values if value is not None]
        total = sum(v * w for v, w in zip(known, weights, strict=False))
        found[key] = total / sum(weights) if len(known) == len(values) else None
    return found


def _added(parts: Sequence[Any]) -> Any:
    """Add what has one shape, part by part; a `Spread` of several is not known."""
    first = parts[0]
    if isinstance(first, Share):
        return Share.of_counts(sum(p.count for p in parts), sum(p.of for p in parts))
    if isinstance(first, Rate):
        return Rate.of_count(sum(p.count for p in parts), sum(p.exposure for p in parts))
    if isinstance(first, Spread):
        told = [part for part in parts if part.count]
        return told[0] if len(told) == 1 else Spread.of_values([])
    if isinstance(first, dict):
        keys = dict.fromkeys(key for part in parts for key in part)
        return {key: _added([part[key] for part in parts if key in part]) for key in keys}
    if isinstance(first, msgspec.Struct):
        names = first.__struct_fields__
        return type(first)(**{n: _added([getattr(part, n) for part in parts]) for n in names})
    return sum(parts)

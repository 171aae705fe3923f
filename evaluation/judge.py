"""A record through the detectors and held against its truth: all figures of a run."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from detectors.rules import DEFAULT_RULES, Rules
from domain.hazards import HazardType
from domain.registry import Registry
from evaluation import detector_share, failures, forecasts, instruments
from evaluation.alarms import Windows, count_alarms, count_belongings, judge_alarms
from evaluation.data_set import DataSet
from evaluation.door import Door
from evaluation.exposure import DurationMatrix, duration_matrix, false_hours, point_years
from evaluation.flag_counts import FlagCount
from evaluation.flags import FlagTally
from evaluation.goals import LONG_H, judge_goals
from evaluation.metrics import About, Metrics
from evaluation.replay import Issued, Record, Source, Watcher, levels_of, replay
from evaluation.silence import judge_silence


def evaluate(
    data: DataSet,
    *,
    rules: Rules = DEFAULT_RULES,
    partitions: int,
    door: Door,
    changed: dict[str, float] | None = None,
    source: Source | None = None,
    watchers: Sequence[Watcher] = (),
    on_progress: Callable[[int], None] | None = None,
) -> tuple[Metrics, Record]:
    """Run a record through the detectors and judge them by its truth.

    Parameters
    ----------
    source, watchers
        As in `evaluation.replay.replay`.

    Raises
    ------
    GeohazardError
        If a file of the record is damaged.
    """
    interval_ms = round(data.info.interval_s * 1000)
    tally = FlagTally(data.registry, data.truth, interval_ms)
    record = replay(
        data,
        rules=rules,
        partitions=partitions,
        door=door,
        watchers=[tally, *watchers],
        source=source,
        on_progress=on_progress,
    )
    return _Judge(data, record, rules).metrics(tally.result(), partitions, changed or {}), record


class _ForecastTables(TypedDict):
    """Fields of `Metrics` that tell of forecasts in detail."""

    forecasts_by_hazard: dict[str, forecasts.ForecastCount]
    forecasts_by_level: dict[str, forecasts.ForecastCount]
    forecasts_by_method: dict[str, forecasts.MethodCount]
    forecast_list: list[forecasts.ForecastFound]


class _Judge:
    """Judges a record that has been run."""

    def __init__(self, data: DataSet, record: Record, rules: Rules) -> None:
        self._data, self._record, self._rules = data, record, rules
        self._truth, self._registry = data.truth, data.registry
        self._levels = levels_of(record.warnings)
        self._windows = Windows(data.truth)
        self._end_ms = max(last for _, last in record.heard.values())
        self._groups = _groups(data.registry)
        years = point_years(record.heard, self._windows)
        self._years = {
            name: sum(years.get(point_id, 0.0) for point_id in ids)
            for name, ids in self._groups.items()
        }

    def metrics(self, flags: FlagCount, partitions: int, changed: dict[str, float]) -> Metrics:
        """Judge everything."""
        record, registry = self._record, self._registry
        found = failures.judge_failures(
            self._truth, registry, self._levels, record.heard, self._end_ms
        )
        alarms = judge_alarms(self._truth, self._levels, self._windows)
        counts = {
            name: count_alarms(alarms, self._years[name], ids) for name, ids in self._groups.items()
        }
        by_duration = failures.by_duration(found)
        issued = self._forecasts(forecasts.issued_with(record.warnings))
        hours, hours_by = self._false_hours()
        return Metrics(
            about=self._about(partitions, changed),
            goals=judge_goals(by_duration, counts["all"], issued, flags),
            warned_by_hazard=failures.by_hazard(found),
            warned_by_duration=by_duration,
            warned_by_hazard_and_duration=failures.by_hazard_and_duration(found),
            warned_by_instruments=instruments.by_instruments(found, registry, LONG_H),
            watched_by=instruments.share_by_instruments(registry),
            alarms=counts,
            belongings=count_belongings(alarms),
            false_hours_per_point_year=hours,
            false_hours_by_detector=hours_by,
            matrix=duration_matrix(self._levels, record.heard, self._truth),
            matrix_by_hazard=self._matrices(),
            forecasts_issued=issued,
            forecasts_updates=self._forecasts(record.forecasts),
            flags=flags,
            silence=judge_silence(record.warnings, self._truth, registry, self._rules),
            detectors_by_hazard=detector_share.by_hazard(
                found, alarms, self._years, lambda p: failures.hazard_of(registry, p)
            ),
            failures=found,
            alarm_list=alarms,
            engine_us_per_reading=1e6 * record.engine_s / max(record.readings, 1),
            **self._forecast_tables(),
        )

    def _forecast_tables(self) -> _ForecastTables:
        """Forecasts that warnings carry: by hazard, by level, by method, and one by one."""
        given = forecasts.issued_with(self._record.warnings)
        by_level = forecasts.issued_by_level(self._record.warnings)
        return {
            "forecasts_by_hazard": {
                name: self._forecasts([i for i in given if i.point_id in ids])
                for name, ids in self._groups.items()
                if name != "all"
            },
            "forecasts_by_level": {level: self._forecasts(own) for level, own in by_level.items()},
            "forecasts_by_method": forecasts.judge_methods(given, self._truth, self._end_ms),
            "forecast_list": forecasts.list_forecasts(given, self._truth, self._end_ms),
        }

    def _about(self, partitions: int, changed: dict[str, float]) -> About:
        info, record = self._data.info, self._record
        return About(
            scenario=info.scenario,
            seed=info.seed,
            points=info.points,
            start=info.start,
            interval_s=info.interval_s,
            days=round(info.steps * info.interval_s / 86_400.0, 6),
            readings=record.readings,
            refused=record.refused,
            duplicates=record.duplicates,
            late=record.late,
            partitions=partitions,
            point_years=self._years["all"],
            rules_version=self._rules.version,
            changed=changed,
        )

    def _forecasts(self, given: list[Issued]) -> forecasts.ForecastCount:
        return forecasts.judge_forecasts(given, self._truth, self._end_ms)

    def _false_hours(self) -> tuple[dict[str, float | None], dict[str, dict[str, float]]]:
        """Hours a point-year for nothing: by level, and by level and detector."""
        years = self._years["all"]
        total, shares = false_hours(self._levels, self._record.heard, self._windows)
        if not years:
            return dict.fromkeys(total), {}
        by_detector = {
            level: {name: hours / years for name, hours in sorted(own.items())}
            for level, own in shares.items()
        }
        return {level: hours / years for level, hours in total.items()}, by_detector

    def _matrices(self) -> dict[str, DurationMatrix]:
        heard = self._record.heard
        return {
            name: duration_matrix(
                self._levels, {p: span for p, span in heard.items() if p in ids}, self._truth
            )
            for name, ids in self._groups.items()
            if name != "all"
        }


def _groups(registry: Registry) -> dict[str, frozenset[str]]:
    """Points by kind of hazard, ``all`` first; kinds without a point are left out."""
    groups = {"all": frozenset(registry.points)}
    for hazard in HazardType:
        ids = frozenset(p.point_id for p in registry.points.values() if p.hazard_type == hazard)
        groups |= {hazard.value: ids} if ids else {}
    return groups

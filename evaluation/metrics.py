"""All figures of a run, as they stand in ``metrics.json``."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from detectors.rules import DEFAULT_RULES, Rules
from domain.errors import GeohazardError
from domain.hazards import HazardType
from evaluation import failures, forecasts
from evaluation.alarms import (
    Alarm,
    AlarmCount,
    Windows,
    count_alarms,
    judge_alarms,
    shares_of_detectors,
)
from evaluation.data_set import DataSet
from evaluation.door import Door
from evaluation.exposure import DurationMatrix, duration_matrix, false_hours, point_years
from evaluation.failures import FailureFound, Warned
from evaluation.flags import FlagCount, FlagTally
from evaluation.forecasts import ForecastCount, ForecastFound
from evaluation.goals import Goal, judge_goals
from evaluation.replay import Record, levels_of, replay
from evaluation.silence import SilenceCount, judge_silence

VERSION = 1
FORMAT = "geohazard.metrics"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Which record, which rules, and how much of it.

    Attributes
    ----------
    point_years
        Time watched while nothing was under way: what false alarms are counted against.
    changed
        Thresholds that differ from the table, by hazard and name (`evaluation.rule_changes`).
    """

    scenario: str
    seed: int
    points: int
    start: str
    interval_s: float
    days: float
    readings: int
    refused: int
    duplicates: int
    late: int
    partitions: int
    point_years: float
    rules_version: str
    changed: dict[str, float]


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Everything but ``engine_us_per_reading`` is the same for the same record."""

    format: str = FORMAT
    version: int = VERSION
    about: About
    goals: list[Goal]
    warned_by_hazard: dict[str, dict[str, Warned]]
    warned_by_duration: dict[str, dict[str, Warned]]
    alarms: dict[str, dict[str, AlarmCount]]
    false_hours_per_point_year: dict[str, float | None]
    matrix: DurationMatrix
    forecasts_issued: ForecastCount
    forecasts_updates: ForecastCount
    flags: FlagCount
    silence: SilenceCount
    detectors: dict[str, dict[str, dict[str, int]]]
    failures: list[FailureFound]
    alarm_list: list[Alarm]
    engine_us_per_reading: float
    forecast_list: list[ForecastFound] = []


def evaluate(
    data: DataSet,
    *,
    rules: Rules = DEFAULT_RULES,
    partitions: int,
    door: Door,
    changed: dict[str, float] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> tuple[Metrics, Record]:
    """Run a record through the detectors and judge them by its truth.

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
        watchers=[tally],
        on_progress=on_progress,
    )
    return judge(data, record, tally.result(), rules, partitions, changed or {}), record


def judge(
    data: DataSet,
    record: Record,
    flags: FlagCount,
    rules: Rules,
    partitions: int,
    changed: dict[str, float],
) -> Metrics:
    """Judge a record that has been run."""
    truth, registry = data.truth, data.registry
    levels = levels_of(record.warnings)
    windows = Windows(truth)
    end_ms = max(last for _, last in record.heard.values())
    years = point_years(record.heard, windows)
    total = sum(years.values())
    found = failures.judge_failures(truth, registry, levels, record.heard, end_ms)
    alarms = judge_alarms(truth, levels, windows)
    by_kind = {"all": count_alarms(alarms, total)}
    for hazard in HazardType:
        ids = frozenset(p.point_id for p in registry.points.values() if p.hazard_type == hazard)
        if ids:
            own = sum(years.get(point_id, 0.0) for point_id in ids)
            by_kind[hazard.value] = count_alarms(alarms, own, ids)
    by_duration = failures.by_duration(found)
    given = forecasts.issued_with(record.warnings)
    issued = forecasts.judge_forecasts(given, truth, end_ms)
    hours = false_hours(levels, record.heard, windows)
    return Metrics(
        about=About(
            scenario=data.info.scenario,
            seed=data.info.seed,
            points=data.info.points,
            start=data.info.start,
            interval_s=data.info.interval_s,
            days=round(data.info.steps * data.info.interval_s / 86_400.0, 6),
            readings=record.readings,
            refused=record.refused,
            duplicates=record.duplicates,
            late=record.late,
            partitions=partitions,
            point_years=total,
            rules_version=rules.version,
            changed=changed,
        ),
        goals=judge_goals(by_duration, by_kind["all"], issued, flags),
        warned_by_hazard=failures.by_hazard(found),
        warned_by_duration=by_duration,
        alarms=by_kind,
        false_hours_per_point_year={
            name: value / total if total else None for name, value in hours.items()
        },
        matrix=duration_matrix(levels, record.heard, truth),
        forecasts_issued=issued,
        forecasts_updates=forecasts.judge_forecasts(record.forecasts, truth, end_ms),
        flags=flags,
        silence=judge_silence(record.warnings, truth, registry, rules),
        detectors=shares_of_detectors(alarms),
        failures=found,
        alarm_list=alarms,
        forecast_list=forecasts.list_forecasts(given, truth, end_ms),
        engine_us_per_reading=1e6 * record.engine_s / max(record.readings, 1),
    )


def read_metrics(path: Path) -> Metrics:
    """Read ``metrics.json``.

    Raises
    ------
    GeohazardError
        If it is not one, or of another version.
    """
    try:
        text = path.read_bytes()
        head = msgspec.json.decode(text, type=_Head)
        if (head.format, head.version) != (FORMAT, VERSION):
            msg = f"{path} is {head.format or 'something'} of version {head.version}; wanted:"
            msg += f" {FORMAT} of version {VERSION}"
            raise GeohazardError(msg)
        return msgspec.json.decode(text, type=Metrics)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise GeohazardError(msg) from error
    except msgspec.DecodeError as error:
        msg = f"{path} is no metrics.json of `geohazard evaluate`: {error}"
        raise GeohazardError(msg) from error


class _Head(msgspec.Struct):
    format: str = ""
    version: int = 0

"""All figures of a run, as they stand in ``metrics.json``."""

from pathlib import Path

import msgspec

from domain.errors import GeohazardError
from evaluation.alarms import Alarm, AlarmCount
from evaluation.asked import Asked, Effort
from evaluation.detector_share import DetectorShare
from evaluation.exposure import DurationMatrix
from evaluation.failures import FailureFound, Warned
from evaluation.flag_counts import FlagCount
from evaluation.forecasts import ForecastCount, ForecastFound, MethodCount
from evaluation.goals import Goal
from evaluation.silence import SilenceCount

VERSION = 2
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
    """One run. Everything but ``engine_us_per_reading`` is the same for the same record.

    Attributes
    ----------
    warned_by_hazard, warned_by_duration, warned_by_hazard_and_duration
        Failures that were warned, and lead times, by level.
    warned_by_instruments, watched_by
        The same for failures of 24 h and more by what measures the motion there, and the share of
        points that each kind of instrument watches (`evaluation.instruments`).
    alarms, matrix, matrix_by_hazard
        For ``all`` and each kind of hazard.
    belongings
        Rises of a level by verdict, and by what the warning said of its surroundings.
    detectors_by_hazard
        The detectors' share, by kind of hazard and level (`evaluation.detector_share`).
    false_hours_per_point_year, false_hours_by_detector
        Time at a level or higher for nothing; by level, and then by detector.
    forecasts_by_hazard, forecasts_by_level, forecasts_by_method
        Of the forecasts that were issued; the level is that of the warning.
    asked
        The same record with devices that answer (`--loop`); `None` if it was not run.
    """

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
    detectors_by_hazard: dict[str, dict[str, dict[str, DetectorShare]]] = {}
    failures: list[FailureFound]
    alarm_list: list[Alarm]
    engine_us_per_reading: float
    forecast_list: list[ForecastFound] = []
    belongings: dict[str, dict[str, int]] = {}
    watched_by: dict[str, float] = {}
    warned_by_instruments: dict[str, dict[str, Warned]] = {}
    warned_by_hazard_and_duration: dict[str, dict[str, dict[str, Warned]]] = {}
    matrix_by_hazard: dict[str, DurationMatrix] = {}
    false_hours_by_detector: dict[str, dict[str, float]] = {}
    forecasts_by_hazard: dict[str, ForecastCount] = {}
    forecasts_by_level: dict[str, ForecastCount] = {}
    forecasts_by_method: dict[str, MethodCount] = {}
    asked: Asked | None = None

    def beside(self, effort: Effort) -> Asked:
        """Give this run's figures as those of devices that were asked."""
        return Asked(
            effort=effort,
            warned_by_duration=self.warned_by_duration,
            warned_by_hazard=self.warned_by_hazard,
            alarms=self.alarms,
            false_hours_per_point_year=self.false_hours_per_point_year,
            forecasts_issued=self.forecasts_issued,
            flags_right=self.flags.right,
        )


def read_metrics(path: Path) -> Metrics:
    """Read ``metrics.json``.

    Version 1 was the number of two layouts: the later one is what version 2 is, and is read; the
    earlier one told the detectors' share by level only, under ``detectors``, and is refused.

    Raises
    ------
    GeohazardError
        If it is not one, or of another version.
    """
    try:
        text = path.read_bytes()
        head = msgspec.json.decode(text, type=_Head)
        if problem := head.problem():
            msg = f"{path} {problem}"
            raise GeohazardError(msg)
        return msgspec.structs.replace(msgspec.json.decode(text, type=Metrics), version=VERSION)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise GeohazardError(msg) from error
    except msgspec.DecodeError as error:
        msg = f"{path} is no metrics.json of `geohazard evaluate`: {error}"
        raise GeohazardError(msg) from error


class _Head(msgspec.Struct):
    format: str = ""
    version: int = 0
    detectors: dict[str, object] | None = None

    def problem(self) -> str | None:
        """Why it cannot be read, if so."""
        if self.format != FORMAT:
            return f"is {self.format or 'something else'}; wanted: {FORMAT}"
        if self.version == 1 and self.detectors is not None:
            return (
                f"is of version 1 as it first was; this geohazard reads version {VERSION}:"
                " run `geohazard evaluate` on its record again"
            )
        if self.version not in (1, VERSION):
            return f"is of version {self.version}; this geohazard reads version {VERSION}"
        return None

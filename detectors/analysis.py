"""The live engine, offline, on one series of a file.

The rows are put in order of time (equal times in the order of the file) and fed to an `Engine` as
one device of one point; what it says is mapped back to the rows as they stood. The levels are those
that the live pipeline gives for the same readings when the registry names the same interval.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detectors.analysed import Analysis, LevelChange
from detectors.engine import Engine
from detectors.rules import DEFAULT_RULES, Rules
from detectors.state.columns import F64, I64, Array, Rows
from domain.channels import CHANNELS
from domain.frames import Names, Readings
from domain.hazards import HazardType
from domain.levels import Flag
from domain.points import Device, Point, make_point_id
from domain.warnings import WarningKind

_DEVICE = "file"
_LEVEL_KINDS = frozenset(WarningKind) - {
    WarningKind.SILENT,
    WarningKind.REPORTING,
    WarningKind.FORECAST,
}


def median_interval_s(times_ms: Sequence[int] | npt.NDArray[np.int64]) -> float:
    """Median spacing of distinct times in seconds; 600 if there are fewer than two.

    Examples
    --------
    >>> median_interval_s([0, 10_000, 10_000, 20_000, 90_000])
    10.0
    """
    distinct = np.unique(np.asarray(times_ms, np.int64))
    return float(np.median(np.diff(distinct))) / 1000.0 if len(distinct) > 1 else 600.0


def analyze(
    times_ms: Sequence[int] | npt.NDArray[np.int64],
    values: Sequence[float] | npt.NDArray[np.float64],
    channel: str,
    *,
    interval_s: float | None = None,
    hazard_type: HazardType | str = HazardType.LANDSLIDE,
    rules: Rules = DEFAULT_RULES,
) -> Analysis:
    """Judge one series.

    Parameters
    ----------
    times_ms, values
        Shape (n,), any order; NaN is a missing value. Values in the channel's unit.
    channel
        Name in `domain.channels.CHANNELS`.
    interval_s
        Nominal sampling interval; the median spacing of the times if not given.

    Raises
    ------
    ValueError
        If the shapes differ, or channel or hazard type is unknown.

    Examples
    --------
    >>> found = analyze([2_000, 1_000, 3_000], [0.1, float("nan"), 0.2], "crack")
    >>> found.flag.tolist(), found.used, found.max_level
    ([1, 9, 1], 2, 0)
    """
    time_ms = np.array(times_ms, np.int64)
    value = np.array(values, np.float64)
    if time_ms.ndim != 1 or time_ms.shape != value.shape:
        msg = f"times and values must be rows of one length, found {time_ms.shape}, {value.shape}"
        raise ValueError(msg)
    if channel not in CHANNELS:
        msg = f"unknown channel {channel!r}; known: {', '.join(CHANNELS)}"
        raise ValueError(msg)
    finite = np.isfinite(value)
    interval = median_interval_s(time_ms[finite]) if interval_s is None else interval_s
    return _run(time_ms, value, channel, interval, HazardType(hazard_type), rules)


def _run(
    time_ms: I64, value: F64, channel: str, interval_s: float, hazard: HazardType, rules: Rules
) -> Analysis:
    size = len(time_ms)
    point_id = make_point_id("000000", hazard, 1)
    device = Device(_DEVICE, (channel,), interval_s)
    point = Point(point_id, "file", hazard, 0.0, 0.0, devices=(device,))
    kept, source = _in_order(time_ms, value)
    readings = _readings(point_id, channel, time_ms[kept], value[kept])
    outcome = Engine({point_id: point}, rules).process(readings)
    features = outcome.features
    score = np.nan_to_num(features.anomaly_score, nan=0.0)
    return Analysis(
        rows=size,
        used=len(kept),
        time_ms=time_ms,
        value=value,
        levels=tuple(
            LevelChange(w.event_ms, w.level, w.reasons, w.forecast_refused)
            for w in outcome.warnings
            if w.kind in _LEVEL_KINDS
        ),
        forecasts=outcome.forecasts,
        warnings=outcome.warnings,
        interval_s=interval_s,
        flag=_by_row(features.flag, source, np.full(size, Flag.MISSING, np.uint8)),
        tests=_by_row(features.tests, source, np.zeros(size, np.int64)),
        anomaly_score=_by_row(score, source, np.zeros(size)),
        velocity=_by_row(features.velocity, source, np.full(size, np.nan)),
        tangential_angle=_by_row(features.tangential_angle, source, np.full(size, np.nan)),
        level=_by_row(features.level, source, np.zeros(size, np.uint8)),
    )


def _in_order(time_ms: I64, value: F64) -> tuple[Rows, Rows]:
    """Find the rows to feed, by time, the first of each; and for every row its place among them.

    Rows without a value have the place -1.
    """
    order = np.argsort(time_ms, kind="stable")
    order = order[np.isfinite(value)[order]]
    first = np.ones(len(order), bool)
    first[1:] = np.diff(time_ms[order]) != 0
    source = np.full(len(time_ms), -1, np.intp)
    source[order] = np.cumsum(first) - 1
    return order[first], source


def _by_row(result: Array, source: Rows, column: Array) -> Array:
    """Put results into a column of the file, which holds what stands where there is none."""
    shown = source >= 0
    column[shown] = result[source[shown]]
    return column


def _readings(point_id: str, channel: str, time_ms: I64, value: F64) -> Readings:
    codes = np.zeros(len(time_ms), np.int32)
    return Readings(
        point_id=Names((point_id,), codes),
        device_id=Names((_DEVICE,), codes),
        channel=Names((channel,), codes),
        event_ms=time_ms,
        received_ms=time_ms,
        value=value,
        dialect=Names(("file",), codes),
    )

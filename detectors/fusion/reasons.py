"""Evidence as a warning carries it."""

from math import isfinite

from detectors.quality.batteries import BATTERY, low_battery_v
from detectors.rules import FAMILIES
from detectors.series import SeriesBook
from domain.channels import CHANNELS
from domain.levels import Level
from domain.warnings import Reason

HOUR_MS = 3_600_000.0
FRONT = ("earlier_gauge_distance_km", "earlier_gauge_lead_min", "front_velocity_least_km_per_h")
"""Features of a gauge that follows another one; each trigger is known to within an interval."""
MOST = 8
"""A warning carries the strongest few; a point has about six series."""


def six_digits(value: float) -> float:
    """Round to six significant digits.

    Examples
    --------
    >>> six_digits(1234567.0), six_digits(0.1 + 0.2)
    (1234570.0, 0.3)
    """
    return float(f"{value:.6g}")


def reasons_of(book: SeriesBook, point: int) -> tuple[Reason, ...]:
    """List what supports a point's level now, strongest first."""
    members = book.members[point, : book.member_count[point]].tolist()
    claims = {row: int(book.fused["claim"][row]) for row in members}
    supporting = [row for row in members if claims[row] > 0 and book.fused["detector"][row] > 0]
    supporting.sort(key=lambda row: (-claims[row], book.series_keys[row]))
    return tuple(_reason(book, point, row) for row in supporting[:MOST])


def _reason(book: SeriesBook, point: int, series: int) -> Reason:
    _, device_id, channel = book.series_keys[series]
    fused = book.fused
    method = book.detectors[int(fused["detector"][series]) - 1]
    family = FAMILIES[int(book.series["family"][series])]
    unit = CHANNELS[channel].unit
    level = int(fused["claim"][series])
    names = (name.format(unit=unit) for name in method.feature_names)
    values = fused["features"][series].tolist()
    limits = {
        name: six_digits(float(book.limits[point, book.threshold_names[name]]))
        for name in method.thresholds(family)
    }
    return Reason(
        channel=channel,
        device_id=device_id,
        detector=method.name,
        level=level,
        time_ms=int(fused["time"][series]),
        value=six_digits(float(fused["value"][series])),
        features={n: six_digits(v) for n, v in zip(names, values, strict=False) if isfinite(v)}
        | _front(book, point, series)
        | _battery(book, point, series),
        thresholds=limits,
        rule=f"{method.name}.{family}.{Level(level).colour}",
        rule_version=book.rules.version,
        flag=int(fused["flag"][series]),
    )


def _front(book: SeriesBook, point: int, series: int) -> dict[str, float]:
    """Tell how a front came from a gauge that it passed before (`detectors.fusion.coincidence`)."""
    if not book.fused["following"][series]:
        return {}
    apart_km, minutes = book.fused["followed"][series].tolist()
    longest_h = minutes / 60.0 + float(book.point_interval_ms[point]) / HOUR_MS
    numbers = (apart_km, minutes, apart_km / longest_h)
    return {name: six_digits(v) for name, v in zip(FRONT, numbers, strict=True) if isfinite(v)}


def _battery(book: SeriesBook, point: int, series: int) -> dict[str, float]:
    """Voltage of the device's battery, where it is low: it may explain what was read."""
    row = int(book.beside.rows[series, BATTERY])
    if not row or book.fused["last"][row] == 0:
        return {}
    low_v = float(book.limits[point, book.threshold_names["battery_low_v"]])
    first_v, latest_v = float(book.series["origin"][row]), float(book.fused["latest"][row])
    volts = low_battery_v(first_v, latest_v, low_v)
    return {} if volts is None else {"battery_v": six_digits(volts)}

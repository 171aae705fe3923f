"""Rain against its thresholds.

Gauges are many and their readings more: what is asked over all of them comes from the sums by area
that the store keeps (`domain.measurements.RAIN_AREA`), a line an hour, at the hour's beginning.
"""

from dashboards.queries.base import (
    AREA,
    IN_TIME,
    KIND,
    NOW,
    RAIN,
    RAIN_RATIO,
    TAGS,
    Query,
    select,
    select_of,
)
from domain.measurements import (
    FEATURE,
    RAIN_AREA,
    READING,
)

_WHERE = (AREA, KIND)


def _mean_and_largest(what: str) -> str:
    return f'sum("{what}_mm") / sum("{what}_n") AS "mean", max("{what}_most") AS "largest"'


def _by_hour(chosen: str) -> Query:
    text = select(chosen, RAIN_AREA, (IN_TIME, *_WHERE), "time(1h)", tail=" fill(none)")
    return Query(text, "time_series", "$col")


def rain_by_hour() -> Query:
    """Hourly rain: mean and largest over the gauges, mm/h."""
    return _by_hour(_mean_and_largest("hour"))


def rain_of_range_by_area() -> Query:
    """Rain of a short time range: mean and largest over each area's gauges, mm."""
    inner = select(f'sum("{RAIN}") AS "mm"', READING, (IN_TIME, *_WHERE), '"point", "area"')
    return Query(select_of('mean("mm") AS "mean", max("mm") AS "largest"', inner, by='"area"'))


def rain_of_day_by_area() -> Query:
    """Rain of the last 24 hours, the current one among them: mean and largest of each area, mm."""
    fields = '"day_n", "day_most"'
    by = '"area", "kind", "partition"'
    inner = select(f'last("day_mm") AS "day_mm", {fields}', RAIN_AREA, (NOW, *_WHERE), by)
    return Query(select_of(_mean_and_largest("day"), inner, by='"area"'))


def rain_limits_by_area() -> Query:
    """Largest ratio of rain to its threshold lately, for each area."""
    return Query(select('max("ratio") AS "ratio"', RAIN_AREA, (NOW, *_WHERE), '"area"'))


def soil_water_by_area() -> Query:
    """Soil water index lately: mean and largest of each area, mm."""
    return Query(select(_mean_and_largest("index"), RAIN_AREA, (NOW, *_WHERE), '"area"'))


def rain_exceeded() -> Query:
    """Points whose rain reaches the threshold now, with the ratio."""
    columns = '"v" AS "ratio", "point", "area", "kind"'
    latest = select(f'last("{RAIN_RATIO}") AS "v"', FEATURE, (NOW, *_WHERE), TAGS)
    return Query(select_of(columns, latest, '"v" >= 1', tail=" LIMIT 1000"))


def rain_ratio_over_time() -> Query:
    """Largest ratio of rain to its threshold over all points, for each hour."""
    return _by_hour('max("ratio") AS "ratio"')


def soil_water_over_time() -> Query:
    """Soil water index over all gauges: mean and largest, for each hour, mm."""
    return _by_hour(_mean_and_largest("index"))

"""Rain against its thresholds."""

from dashboards.queries.base import (
    AREA,
    IN_TIME,
    KIND,
    NOW,
    RAIN,
    RAIN_RATIO,
    SOIL_WATER,
    TAGS,
    Query,
    select,
    select_of,
)
from domain.measurements import (
    FEATURE,
    READING,
)


def rain_by_hour() -> Query:
    """Hourly rain: mean and largest over the gauges, mm/h."""
    inner = select(f'sum("{RAIN}") AS "h"', READING, (IN_TIME, AREA, KIND), f"{TAGS}, time(1h)")
    text = select_of('mean("h") AS "mean", max("h") AS "largest"', inner, IN_TIME, "time(1h)")
    return Query(f"{text} fill(none)", "time_series", "$col")


def rain_by_area() -> Query:
    """Rain of the time range: mean and largest over each area's gauges, mm."""
    inner = select(f'sum("{RAIN}") AS "mm"', READING, (IN_TIME, AREA, KIND), '"point", "area"')
    return Query(select_of('mean("mm") AS "mean", max("mm") AS "largest"', inner, by='"area"'))


# A question over the answer of another is asked anew for each of its aggregates, and costs four
# times as much as one of the values themselves.
def rain_limits_by_area() -> Query:
    """Largest ratio of rain to its threshold lately, for each area."""
    chosen = f'max("{RAIN_RATIO}") AS "ratio"'
    return Query(select(chosen, FEATURE, (NOW, AREA, KIND), '"area"'))


def soil_water_by_area() -> Query:
    """Soil water index lately: mean and largest of each area, mm."""
    chosen = f'mean("{SOIL_WATER}") AS "mean", max("{SOIL_WATER}") AS "largest"'
    return Query(select(chosen, FEATURE, (NOW, AREA, KIND), '"area"'))


def rain_exceeded() -> Query:
    """Points whose rain reaches the threshold now, with the ratio."""
    columns = '"v" AS "ratio", "point", "area", "kind"'
    latest = select(f'last("{RAIN_RATIO}") AS "v"', FEATURE, (NOW, AREA, KIND), TAGS)
    return Query(select_of(columns, latest, '"v" >= 1', tail=" LIMIT 1000"))


def rain_ratio_over_time() -> Query:
    """Largest ratio of rain to its threshold over all points, for each hour."""
    text = select(f'max("{RAIN_RATIO}") AS "ratio"', FEATURE, (IN_TIME, AREA, KIND), "time(1h)")
    return Query(f"{text} fill(none)", "time_series", "$col")


def soil_water_over_time() -> Query:
    """Soil water index over all gauges: mean and largest, for each hour, mm."""
    chosen = f'mean("{SOIL_WATER}") AS "mean", max("{SOIL_WATER}") AS "largest"'
    text = select(chosen, FEATURE, (IN_TIME, AREA, KIND), "time(1h)")
    return Query(f"{text} fill(none)", "time_series", "$col")

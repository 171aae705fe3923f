"""Every query of the dashboards, in the InfluxQL that InfluxDB 1.8, 2.x and 3 share.

Names come from `domain.measurements`. A dashboard's variable stands only inside a regular
expression and escaped as one (``${name:regex}``), so that no value of it can leave its place.
Times are event time; only ``pipeline`` and ``reject`` go by the wall clock.
"""

from dashboards.queries.areas import (
    POINTS_VARIABLE,
    annotations,
    changes,
    counts,
    counts_by_area,
    map_of_points,
    names,
    points,
    silent_by_area,
    silent_points,
)
from dashboards.queries.base import AREA, KIND, LEVEL_CHANGES, POINT, SILENCE_CHANGES, Query
from dashboards.queries.one_point import (
    about_point,
    explanations,
    features,
    forecasts,
    instruments,
    levels_of_point,
    state_of_point,
    tests_that_spoke,
)
from dashboards.queries.pipeline import (
    lag_by_role,
    last_count,
    memory_by_role,
    rate,
    rejects_by_reason,
    store_errors,
    store_latency,
    warning_latency,
)
from dashboards.queries.rain import (
    rain_by_hour,
    rain_exceeded,
    rain_limits_by_area,
    rain_of_day_by_area,
    rain_of_range_by_area,
    rain_ratio_over_time,
    soil_water_by_area,
    soil_water_over_time,
)

__all__ = [
    "AREA",
    "KIND",
    "LEVEL_CHANGES",
    "POINT",
    "POINTS_VARIABLE",
    "Query",
    "SILENCE_CHANGES",
    "about_point",
    "annotations",
    "changes",
    "counts",
    "counts_by_area",
    "explanations",
    "features",
    "forecasts",
    "instruments",
    "lag_by_role",
    "last_count",
    "levels_of_point",
    "map_of_points",
    "memory_by_role",
    "names",
    "points",
    "rain_by_hour",
    "rain_exceeded",
    "rain_limits_by_area",
    "rain_of_day_by_area",
    "rain_of_range_by_area",
    "rain_ratio_over_time",
    "rate",
    "rejects_by_reason",
    "silent_by_area",
    "silent_points",
    "soil_water_by_area",
    "soil_water_over_time",
    "state_of_point",
    "store_errors",
    "store_latency",
    "tests_that_spoke",
    "warning_latency",
]

"""A run whose devices were asked to read more often, beside the run on the record as it stands."""

import msgspec

from evaluation.alarms import AlarmCount
from evaluation.failures import Warned
from evaluation.forecasts import ForecastCount
from evaluation.intervals import Share


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of devices, and what they read for it.

    Attributes
    ----------
    shares
        Wanted interval against the registered one at blue, yellow, orange and red.
    requests
        Changes of an interval that devices were told.
    points
        Points whose devices were asked at some time.
    regular, more
        Readings of the record, and those that were made besides.
    """

    shares: tuple[float, ...]
    requests: int
    points: int
    regular: int
    more: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the run with the devices' answers; names as in `evaluation.metrics.Metrics`."""

    effort: Effort
    warned_by_duration: dict[str, dict[str, Warned]]
    warned_by_hazard: dict[str, dict[str, Warned]]
    alarms: dict[str, dict[str, AlarmCount]]
    false_hours_per_point_year: dict[str, float | None]
    forecasts_issued: ForecastCount
    flags_right: Share

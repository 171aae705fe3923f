"""What a scenario may say: its tables, their keys, units, defaults and limits.

Every key has a default, so a scenario names only what differs.
"""

from datetime import datetime
from typing import Annotated

import msgspec

Rate = Annotated[float, msgspec.Meta(ge=0.0, le=10_000.0)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Positive = Annotated[float, msgspec.Meta(gt=0.0, le=100_000.0)]
Span = tuple[Positive, Positive]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a scenario: what it does not know is an error."""


class FleetPlan(_Table, frozen=True):
    """The devices.

    Attributes
    ----------
    dp_share
        Share of the devices that speak the universal-device protocol instead of SenML.
    battery_days
        Span of the days that a battery lasts without sun.
    weak_battery_share, weak_battery_days
        Share of the batteries that are worn, and the span for these.
    """

    dp_share: Share = 0.0
    battery_days: Span = (6.0, 30.0)
    weak_battery_share: Share = 0.02
    weak_battery_days: Span = (1.0, 3.0)


class WeatherPlan(_Table, frozen=True):
    """The weather.

    Attributes
    ----------
    showers_per_hour, shower_peak_mm_h, shower_radius_km, shower_life_h
        Convective cells born over the province in an hour, and spans from which each is drawn.
    fronts_per_day, front_peak_mm_h, front_radius_km, front_life_h
        The same for wide, weak and long rain.
    seasonal
        Whether the calendar scales the number of cells (plum rains, summer, autumn rain).
    """

    showers_per_hour: Rate = 0.5
    shower_peak_mm_h: Span = (2.0, 15.0)
    shower_radius_km: Span = (4.0, 12.0)
    shower_life_h: Span = (0.5, 3.0)
    fronts_per_day: Rate = 0.0
    front_peak_mm_h: Span = (0.5, 3.0)
    front_radius_km: Span = (40.0, 90.0)
    front_life_h: Span = (6.0, 24.0)
    seasonal: bool = False


class KindPlan(_Table, frozen=True):
    """How much more often than others a kind of hazard runs away; 0 for never."""

    landslide: Rate = 1.0
    rockfall: Rate = 1.0
    debris_flow: Rate = 1.0
    collapse: Rate = 1.0
    unstable_slope: Rate = 1.0
    ground_fissure: Rate = 1.0


class FailurePlan(_Table, frozen=True):
    """Runaway failures.

    Attributes
    ----------
    first_per_points
        One failure for this many points begins early in the run (at least one if the fleet has 50
        points or more); 0 for none.
    first_onset_h
        Span of hours after the start in which these begin.
    per_1000_points_per_day
        Rate at which further ones begin; `kinds` scales it by kind of hazard.
    tertiary_h
        Span of hours from the onset of tertiary creep to the failure. Rockfalls take a fifth of
        it (0.7 to 6 h), debris flows at most 2 h.
    fast_share, fast_h
        Share of the slopes that are brittle, and their span of hours.
    onset_mm_per_h
        Span of the velocity at the onset.
    arrest_share
        Share of the runaways that stop again before they fail.
    storm
        Whether a rain storm over the slope goes before the failure.
    destroyed_share
        Share of the devices that the failure destroys; the others stand still after it.
    """

    first_per_points: Annotated[int, msgspec.Meta(ge=0)] = 0
    first_onset_h: Span = (0.5, 0.7)
    per_1000_points_per_day: Rate = 0.0
    kinds: KindPlan = KindPlan()
    tertiary_h: Span = (0.8, 1.1)
    fast_share: Share = 0.0
    fast_h: Span = (1.0, 6.0)
    arrest_share: Share = 0.0
    onset_mm_per_h: Span = (8.0, 15.0)
    storm: bool = True
    destroyed_share: Share = 0.5


class SurgePlan(_Table, frozen=True):
    """Accelerations that stop again.

    Attributes
    ----------
    per_1000_points_per_day
        Rate in moist ground; up to five times that after long rain, none in dry.
    size_mm, lasting_h
        Spans of the displacement and of the duration.
    """

    per_1000_points_per_day: Rate = 0.0
    size_mm: Span = (15.0, 120.0)
    lasting_h: Span = (6.0, 72.0)


class QuakePlan(_Table, frozen=True):
    """An earthquake.

    Attributes
    ----------
    at_h
        Hours after the start; 0 for none.
    lat, lon
        Epicentre in degrees.
    reach_km
        Distance at which the shaking has fallen to 37 %.
    strength
        Shaking at the epicentre, 0 to 1.
    """

    at_h: Annotated[float, msgspec.Meta(ge=0.0, le=100_000.0)] = 0.0
    lat: Annotated[float, msgspec.Meta(ge=-90.0, le=90.0)] = 30.0
    lon: Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)] = 107.8
    reach_km: Positive = 80.0
    strength: Share = 0.8


class FaultPlan(_Table, frozen=True):
    """Faults; rates are for a device (an outage: a district) and a day, spans in hours.

    Attributes
    ----------
    oversized_share
        Share of the malformed payloads that are larger than ingest looks into.
    spare_failing
        Whether points keep free of faults while they fail.
    """

    spike_per_day: Rate = 0.0
    outlier_per_day: Rate = 0.0
    baseline_jump_per_day: Rate = 0.0
    stuck_per_day: Rate = 0.0
    stuck_h: Span = (1.0, 12.0)
    drift_per_day: Rate = 0.0
    drift_h: Span = (12.0, 72.0)
    step_per_day: Rate = 0.0
    wrong_unit_per_day: Rate = 0.0
    wrong_unit_h: Span = (2.0, 24.0)
    swapped_axes_per_day: Rate = 0.0
    swapped_axes_h: Span = (2.0, 24.0)
    dropout_per_day: Rate = 0.0
    dropout_h: Span = (0.5, 3.0)
    district_outage_per_day: Rate = 0.0
    district_outage_h: Span = (1.0, 1.0)
    duplicate_per_day: Rate = 0.0
    clock_skew_per_day: Rate = 0.0
    clock_skew_h: Span = (0.5, 3.0)
    clock_drift_per_day: Rate = 0.0
    clock_drift_h: Span = (12.0, 72.0)
    malformed_per_day: Rate = 0.0
    oversized_share: Share = 0.01
    spare_failing: bool = True


class Scenario(_Table, frozen=True):
    """A whole scenario.

    Attributes
    ----------
    speed
        Seconds of event time for a second of wall time, where the user does not say otherwise.
    start
        Event time at which a record begins, with its offset from UTC, where the user does not say
        otherwise.

    Examples
    --------
    >>> Scenario(faults=FaultPlan(spike_per_day=1.0)).faults.stuck_per_day
    0.0
    """

    name: str = "unnamed"
    description: str = ""
    speed: Annotated[float, msgspec.Meta(gt=0.0, le=1_000_000.0)] = 1.0
    start: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    fleet: FleetPlan = FleetPlan()
    weather: WeatherPlan = WeatherPlan()
    failures: FailurePlan = FailurePlan()
    surges: SurgePlan = SurgePlan()
    earthquake: QuakePlan = QuakePlan()
    faults: FaultPlan = FaultPlan()

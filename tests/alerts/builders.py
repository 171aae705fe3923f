"""Events, points and settings for the tests of alerts."""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from alerts.episode import Earlier
from domain.hazards import HazardType
from domain.points import Point
from domain.registry import Registry
from domain.settings import Receiver, Settings, load_settings
from domain.surroundings import Surroundings
from domain.warnings import Forecast, Reason, WarningEvent, WarningKind, make_warning

SECRET = "whsec_" + "QUJD" * 10  # 30 bytes
POINT_ID = "500235010007"
T0 = 1_780_000_000_000

REASON = Reason(
    channel="crack",
    device_id="d1",
    detector="motion",
    level=3,
    time_ms=T0,
    value=132.5,
    features={"velocity_mm_per_day": 72.25, "tangential_angle_deg": 82.14},
    thresholds={
        "velocity_orange_mm_per_day": 60.0,
        "velocity_red_mm_per_day": 432.0,
        "motion_claim_sigma": 7.0,
    },
    rule="motion.displacement.orange",
    rule_version="2026.11-1",
    flag=1,
)
FORECAST = Forecast(
    made_at_ms=T0,
    failure_ms=T0 + 36 * 3_600_000,
    earliest_ms=T0 + 30 * 3_600_000,
    latest_ms=T0 + 48 * 3_600_000,
    method="inverse velocity",
    r2=0.9731,
)
SURROUNDINGS = Surroundings(
    belongs_to="storm",
    hours=6.0,
    points=35,
    gauges=31,
    raining=12,
    shaken=0,
    silent=2,
    raised=1,
    raised_near=0,
)


class NoJitter(Random):
    """Adds nothing to any wait."""

    def random(self) -> float:
        return 0.0


def make_point(point_id: str = POINT_ID, name: str = "新滩 7") -> Point:
    hazard = HazardType.from_code(point_id[6:8])
    return Point(point_id, name, hazard, 30.93, 108.7, people_threatened=42)


def registry_of(*points: Point) -> Registry:
    return Registry.of(points or (make_point(),))


def make_event(
    kind: WarningKind = WarningKind.RAISED,
    level: int = 3,
    previous: int = 0,
    sequence: int = 1,
    point_id: str = POINT_ID,
    **more: Any,
) -> WarningEvent:
    return make_warning(
        point_id=point_id,
        kind=kind,
        level=level,
        previous_level=previous,
        event_ms=T0 + sequence * 60_000,
        sequence=sequence,
        **more,
    )


def full_event(surroundings: Surroundings = SURROUNDINGS, **more: Any) -> WarningEvent:
    """Make an event that carries everything that an event can carry."""
    event = make_event(reasons=(REASON,), forecast=FORECAST, rules_version="2026.11-1", **more)
    return msgspec.structs.replace(event, surroundings=surroundings)


def story(point_id: str = POINT_ID) -> list[WarningEvent]:
    """Tell the life of one point's warning, all kinds in it."""
    steps = [
        (WarningKind.RAISED, 2, 0),
        (WarningKind.UPGRADED, 4, 2),
        (WarningKind.ACKNOWLEDGED, 4, 4),
        (WarningKind.SILENT, 4, 4),
        (WarningKind.REPORTING, 4, 4),
        (WarningKind.DOWNGRADED, 1, 4),
        (WarningKind.CLEARED, 0, 1),
        (WarningKind.SILENT, 0, 0),
        (WarningKind.REPORTING, 0, 0),
    ]
    return [
        make_event(kind, level, previous, number, point_id)
        for number, (kind, level, previous) in enumerate(steps, start=1)
    ]


def earlier_of(event: WarningEvent) -> Earlier:
    """Reduce an event to what later messages must know of it, as the outbox does."""
    return Earlier(event.id, event.event_ms, event.kind, event.level)


def make_receiver(name: str, url: str, **more: Any) -> Receiver:
    values: dict[str, Any] = {"secret": SECRET, "allow_private": True, **more}
    return Receiver(name=name, url=url, **values)


def make_settings(tmp_path: Path, receivers: Sequence[dict[str, Any]], **more: str) -> Settings:
    listed = [{"secret": SECRET, "allow_private": True, **receiver} for receiver in receivers]
    environ = {
        "GEOHAZARD_ALERTS__OUTBOX": str(tmp_path / "outbox.sqlite"),
        "GEOHAZARD_ALERTS__RECEIVERS": json.dumps(listed),
        **{f"GEOHAZARD_ALERTS__{name.upper()}": value for name, value in more.items()},
    }
    return load_settings(environ=environ)

"""Which devices are to read more often: those of a point whose level has risen.

A slope that fails within hours gives a handful of readings at half-hourly sampling. So a point that
rises asks its devices for a shorter interval, the shorter the higher its level, with the warning's
id as the reason; as it falls it gives them back, and levels fall only after a calm of their hold
time. A device is asked for a share of its registered interval, never for less than a least one, and
only so many points ask at once: a storm over a province must not fill the links and empty the
batteries. Orange and red ask all the same: their places must not have gone to blue ones that came
first. Detectors keep 32 readings and bins of a day: so not too often too soon.

Everything follows from the event alone: a repetition asks for the same and does no harm.
"""

from dataclasses import dataclass, field

from domain.levels import Level
from domain.points import Point
from domain.settings import SamplingSettings
from domain.warnings import WarningEvent, WarningKind

LEVEL_KINDS = frozenset(
    (
        WarningKind.RAISED,
        WarningKind.UPGRADED,
        WarningKind.DOWNGRADED,
        WarningKind.CLEARED,
        WarningKind.REPORTING,
    )
)
"""Events after which devices are told: a level changed, or a silent one may have missed it."""


@dataclass(frozen=True)
class Request:
    """What one device is asked for.

    Attributes
    ----------
    interval_s
        Seconds between readings; the registered interval gives the faster one back.
    reason
        Id of the warning event that led to it; also the message id by which a device knows a
        repetition.
    """

    point: Point
    device_id: str
    interval_s: float
    reason: str


@dataclass
class SamplingPlan:
    """Decides for each event what is asked of the devices of its point.

    Attributes
    ----------
    faster
        Points that are asked for a shorter interval now.
    refused
        Points that were not asked because too many were.

    Examples
    --------
    >>> from domain.hazards import HazardType
    >>> from domain.points import Device
    >>> from domain.warnings import make_warning
    >>> point = Point("500235010007", "a", HazardType.LANDSLIDE, 30.9, 108.7,
    ...               devices=(Device("d1", ("crack",), 1800.0),))
    >>> plan = SamplingPlan(SamplingSettings(enabled=True))
    >>> def told(kind, level, before):
    ...     event = make_warning(point_id=point.point_id, kind=kind, level=level,
    ...                          previous_level=before, event_ms=0, sequence=1)
    ...     return [r.interval_s for r in plan.requests(event, point)]
    >>> told(WarningKind.RAISED, 2, 0), told(WarningKind.UPGRADED, 3, 2)
    ([900.0], [600.0])
    >>> told(WarningKind.UPGRADED, 4, 3), told(WarningKind.REPORTING, 4, 4)
    ([300.0], [300.0])
    >>> told(WarningKind.CLEARED, 0, 4)
    [1800.0]
    """

    settings: SamplingSettings
    faster: set[str] = field(default_factory=set)
    refused: int = 0

    def requests(self, event: WarningEvent, point: Point | None) -> tuple[Request, ...]:
        """Give what an event asks of the devices of its point; nothing of an unknown one."""
        if point is None or event.kind not in LEVEL_KINDS:
            return ()
        told = [
            (device, self.interval_s(device.interval_s, event.level))
            for device in point.devices
            if self._news(device.interval_s, event)
        ]
        if not told:
            return ()
        if all(interval_s >= device.interval_s for device, interval_s in told):
            self.faster.discard(point.point_id)
        elif event.level < Level.ORANGE and self._full_for(point):
            self.refused += 1
            return ()
        else:
            self.faster.add(point.point_id)
        return tuple(Request(point, device.device_id, s, event.id) for device, s in told)

    def interval_s(self, registered_s: float, level: int) -> float:
        """Give the interval that a level wants, whole seconds; at most the registered one."""
        share = self.settings.shares[level - 1] if level > 0 else 1.0
        wanted = max(registered_s * share, self.settings.least_interval_s)
        return registered_s if wanted >= registered_s else float(round(wanted))

    def _full_for(self, point: Point) -> bool:
        return len(self.faster | {point.point_id}) > self.settings.most_points

    def _news(self, registered_s: float, event: WarningEvent) -> bool:
        """Whether an event changes the wanted interval, or the device may have missed it."""
        now = self.interval_s(registered_s, event.level)
        if event.kind is WarningKind.REPORTING:
            return now < registered_s
        return now != self.interval_s(registered_s, event.previous_level)

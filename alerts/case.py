"""A warning with the readings that surround it: all that an explanation can show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from domain.points import Point
from domain.warnings import Reason, WarningEvent

HOUR_MS = 3_600_000
LEAST_BEFORE_H = 48.0
WINDOWS_BEFORE = 3.0
LEAST_READINGS = 60
AFTER_H = 12.0


@dataclass(frozen=True)
class Series:
    """Readings of one instrument's channel by event time, each with its QARTOD flag.

    Attributes
    ----------
    time_ms, value, flag
        Of equal length; flag 2 where the detectors have not judged the reading.
    tests
        Which quality tests spoke of each reading (bits of `domain.quality.Test`), of the same
        length; empty if that is not known.
    """

    channel: str
    device_id: str
    time_ms: Sequence[int]
    value: Sequence[float]
    flag: Sequence[int]
    tests: Sequence[int] = ()

    def between(self, start_ms: int, end_ms: int) -> "Series":
        """Cut out the readings with ``start_ms <= time <= end_ms``."""
        rows = [i for i, at in enumerate(self.time_ms) if start_ms <= at <= end_ms]
        return Series(
            self.channel,
            self.device_id,
            [self.time_ms[i] for i in rows],
            [self.value[i] for i in rows],
            [self.flag[i] for i in rows],
            [self.tests[i] for i in rows if self.tests],
        )


@dataclass(frozen=True)
class Case:
    """A warning, its point, and what is known around it.

    Attributes
    ----------
    point
        ``None`` if no registry knows it.
    series
        Readings of the point; empty where only the warning is at hand.
    warnings
        Other changes of the point's level, in order.
    """

    event: WarningEvent
    point: Point | None
    series: tuple[Series, ...] = ()
    warnings: tuple[WarningEvent, ...] = ()

    def carried(self) -> tuple[tuple[Reason, Series], ...]:
        """Show the readings that the warning itself carries: one for each piece of evidence."""
        return tuple(
            (r, Series(r.channel, r.device_id, [r.time_ms], [r.value], [r.flag]))
            for r in self.event.reasons
            if isfinite(r.value)
        )

    def series_of(self, reason: Reason) -> Series | None:
        """Find the readings that a piece of evidence speaks of.

        A record may number instruments instead of naming devices (InfluxDB's does): the only one
        of a channel is then meant.
        """
        own = [series for series in self.series if series.channel == reason.channel]
        exact = [series for series in own if series.device_id == reason.device_id]
        found = exact or (own if len(own) == 1 else [])
        return replace(found[0], device_id=reason.device_id) if found else None


def span_ms(event: WarningEvent, interval_s: float = 600.0) -> tuple[int, int]:
    """Choose the span of event time that shows how a warning came about.

    Long enough for the longest window that the evidence names, and for sixty readings.

    Examples
    --------
    >>> from domain.warnings import WarningKind, make_warning
    >>> event = make_warning(point_id="500235010007", kind=WarningKind.RAISED, level=2,
    ...                      previous_level=0, event_ms=172_800_000, sequence=1)
    >>> span_ms(event)
    (0, 216000000)
    """
    hours = [LEAST_BEFORE_H, LEAST_READINGS * interval_s / 3600.0]
    for reason in event.reasons:
        for name, value in reason.features.items():
            if name.startswith(("window", "duration")) and name.endswith(("_h", "_hours")):
                hours.append(WINDOWS_BEFORE * value)
            elif name.startswith("window") and name.endswith(("_days", "_d")):
                hours.append(WINDOWS_BEFORE * 24.0 * value)
    before = round(max(hours) * HOUR_MS)
    return event.event_ms - before, event.event_ms + round(AFTER_H * HOUR_MS)

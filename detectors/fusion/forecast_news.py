"""When the forecast that receivers were told is no longer the one in force.

A warning of yellow or more carries the forecast of its time, or why there is none. Forecasts are
made anew every few readings; of most changes nobody needs to hear. An event of kind ``forecast`` is
given while the level stays, when

- a first forecast can be given where the last event had none;
- an edge of the window moved by more than `MOVED_SHARE` of its width, or the time left the window;
- the forecast is refused now, the window has passed without one (``overdue``), or the motion no
  longer supports yellow.

At most one in an hour, or in three intervals of the point where that is longer, since the point's
last event of level or forecast; at once if failure is now expected before the window that was told.
Everything follows from the point's own readings, so the ids are the same in every run.
"""

import msgspec

from detectors.failure_time.forecast import Outlook
from detectors.failure_time.joint_record import ASKED_FROM
from detectors.fusion.outlooks import Outlooks
from detectors.series import SeriesBook
from detectors.state.columns import I64, Mask, Rows
from domain.warnings import Forecast, ForecastRefusal, WarningEvent

MOVED_SHARE = 0.5
APART_MS = 3_600_000
APART_INTERVALS = 3.0


class Told(msgspec.Struct, frozen=True):
    """What the last event of a point said of the time of failure, and when."""

    at_ms: int
    forecast: Forecast | None = None


class ForecastNews:
    """Remembers what was told of each point at yellow or more; see the module."""

    def __init__(self, book: SeriesBook, outlooks: Outlooks) -> None:
        self._book = book
        self._outlooks = outlooks
        self.told: dict[int, Told] = {}

    def note(self, point: int, event: WarningEvent | None) -> None:
        """Take what an event of level or forecast told."""
        if event is None or event.level < ASKED_FROM:
            self.told.pop(point, None)
        else:
            self.told[point] = Told(event.event_ms, event.forecast)

    def due(self, points: Rows, time_ms: I64, stays: Mask) -> list[tuple[int, Outlook]]:
        """Places of readings that bring news, and what is to be told.

        Parameters
        ----------
        points, time_ms
            Distinct points of good readings and the readings' times, shape (n,).
        stays
            Where the level stays at this reading.
        """
        if not self.told:
            return []
        found = []
        for place, point in enumerate(points.tolist()):
            told = self.told.get(point)
            if told is None or not stays[place]:
                continue
            now_ms = int(time_ms[place])
            outlook = self._outlook(point, now_ms)
            if self._waited(point, told, now_ms, outlook) and changed(told.forecast, outlook):
                found.append((place, outlook))
        return found

    def _outlook(self, point: int, now_ms: int) -> Outlook:
        book = self._book
        outlook = self._outlooks.at(
            book.members[point, : book.member_count[point]].tolist(), now_ms
        )
        nothing = outlook.forecast is None and outlook.refused is None
        return Outlook(None, ForecastRefusal.AT_REST) if nothing else outlook

    def _waited(self, point: int, told: Told, now_ms: int, outlook: Outlook) -> bool:
        apart = max(APART_MS, APART_INTERVALS * float(self._book.point_interval_ms[point]))
        return now_ms - told.at_ms >= apart or sooner(told.forecast, outlook.forecast)


def sooner(told: Forecast | None, now: Forecast | None) -> bool:
    """Whether failure is expected before the window that was told."""
    return told is not None and now is not None and now.failure_ms < told.earliest_ms


def changed(told: Forecast | None, outlook: Outlook) -> bool:
    """Whether an outlook is news to who was told a forecast, or that there is none.

    Examples
    --------
    >>> def window(early, failure, late):
    ...     return Forecast(made_at_ms=0, failure_ms=failure, earliest_ms=early, latest_ms=late,
    ...                     method="ensemble", r2=1.0)
    >>> told = window(100, 150, 200)
    >>> [changed(told, Outlook(new)) for new in (window(110, 160, 240), window(60, 95, 140))]
    [False, True]
    >>> changed(told, Outlook(None, ForecastRefusal.UNCONFIRMED)), changed(told, Outlook(None))
    (False, True)
    """
    now = outlook.forecast
    if told is None or now is None:
        unsure = outlook.refused is ForecastRefusal.UNCONFIRMED
        return (told is None) != (now is None) and not unsure
    moved = max(abs(now.earliest_ms - told.earliest_ms), abs(now.latest_ms - told.latest_ms))
    inside = told.earliest_ms <= now.failure_ms <= told.latest_ms
    return moved > MOVED_SHARE * (told.latest_ms - told.earliest_ms) or not inside

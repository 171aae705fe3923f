"""The forecast in force for each series, or the reason why there is none."""

from collections.abc import Iterable

from detectors.failure_time.forecast import Outlook
from detectors.failure_time.joint_record import ASKED_FROM
from detectors.rules import FAMILIES
from detectors.series import SeriesBook
from domain.warnings import Forecast, ForecastRefusal

_TILT = FAMILIES.index("tilt")
NOTHING = Outlook(None)


class Outlooks:
    """Newest outlook of every series that moves; what no longer moves has none."""

    def __init__(self, book: SeriesBook) -> None:
        self._book = book
        self.forecasts: dict[int, Forecast] = {}
        self.refusals: dict[int, ForecastRefusal] = {}

    def take(self, series: int, outlook: Outlook | None) -> None:
        """Keep what a series was told; ``None`` ends what it had."""
        self.forecasts.pop(series, None)
        self.refusals.pop(series, None)
        if outlook is None:
            return
        if outlook.forecast is not None:
            self.forecasts[series] = outlook.forecast
        elif outlook.refused is not None:
            self.refusals[series] = outlook.refused

    def known(self, series: int) -> bool:
        """Whether anything was said of a series."""
        return series in self.forecasts or series in self.refusals

    def forecast_of(self, members: Iterable[int]) -> Forecast | None:
        """Forecast of the strongest series that has one; the earliest of equals."""
        found = [
            (-self._support(row), self.forecasts[row].failure_ms, row)
            for row in members
            if row in self.forecasts
        ]
        return self.forecasts[min(found)[2]] if found else None

    def at(self, members: list[int], event_ms: int) -> Outlook:
        """Outlook of a point for a warning: a window that has passed is no forecast any more."""
        found = self.forecast_of(members)
        if found is not None:
            passed = found.latest_ms <= event_ms
            return Outlook(None, ForecastRefusal.OVERDUE) if passed else Outlook(found)
        refused = [(-self._support(row), row) for row in members if row in self.refusals]
        if refused:
            return Outlook(None, self.refusals[min(refused)[1]])
        family = self._book.series["family"]
        tilts = any(family[row] == _TILT and self._support(row) >= ASKED_FROM for row in members)
        return Outlook(None, ForecastRefusal.NO_DISPLACEMENT) if tilts else NOTHING

    def _support(self, series: int) -> int:
        return int(self._book.fused["stay"][series])

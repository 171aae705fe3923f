"""Events of points: changes of level and of silence, with what a warning carries."""

from dataclasses import dataclass

from detectors.failure_time.forecast import Outlook
from detectors.failure_time.joint_record import ASKED_FROM
from detectors.fusion.forecast_news import ForecastNews
from detectors.fusion.outlooks import NOTHING, Outlooks
from detectors.fusion.reasons import reasons_of
from detectors.scores import point_score
from detectors.series import SeriesBook
from domain.warnings import Forecast, Reason, WarningEvent, WarningKind, make_warning


@dataclass(frozen=True)
class Change:
    """A point's new state; ``warning`` is ``None`` when it only reported for the first time."""

    row: int
    point: int
    event_ms: int
    level: int
    silent: int
    score: float
    age_s: float
    warning: WarningEvent | None


class Announcer:
    """Makes the events of one engine."""

    def __init__(self, book: SeriesBook, outlooks: Outlooks) -> None:
        self.book = book
        self.outlooks = outlooks
        self.news = ForecastNews(book, outlooks)

    def level(self, row: int, point: int, event_ms: int, previous: int) -> Change:
        """Tell of a new level, which the table of points already holds."""
        level = int(self.book.points["level"][point])
        change = self._warn(
            row,
            point,
            event_ms,
            _kind(previous, level),
            previous=previous,
            counter="sequence",
            reasons=reasons_of(self.book, point),
            outlook=self.outlooks.at(self._members(point), event_ms)
            if level >= ASKED_FROM
            else NOTHING,
        )
        self.news.note(point, change.warning)
        return change

    def forecast(self, row: int, point: int, event_ms: int, outlook: Outlook) -> Change:
        """Tell that the forecast in force has changed while the level stays."""
        change = self._warn(
            row,
            point,
            event_ms,
            WarningKind.FORECAST,
            previous=int(self.book.points["level"][point]),
            counter="forecasts",
            reasons=reasons_of(self.book, point),
            outlook=outlook,
        )
        self.news.note(point, change.warning)
        return change

    def silence(
        self, row: int, point: int, event_ms: int, kind: WarningKind, *reasons: Reason
    ) -> Change:
        """Tell that a point, or an instrument of it, is silent or reports again."""
        # Counted apart: whether a short silence was noticed must not change a level's warning.
        level = int(self.book.points["level"][point])
        return self._warn(
            row, point, event_ms, kind, previous=level, counter="silences", reasons=reasons
        )

    def state(
        self, row: int, point: int, event_ms: int, warning: WarningEvent | None = None
    ) -> Change:
        """State of a point now."""
        book = self.book
        members = book.members[point, : book.member_count[point]]
        return Change(
            row=row,
            point=point,
            event_ms=event_ms,
            level=int(book.points["level"][point]),
            silent=int(book.points["silent"][point]),
            score=float(point_score(book.fused["score"][members][:, None])[0]),
            age_s=max(event_ms - int(book.points["last"][point]), 0) / 1000.0,
            warning=warning,
        )

    def forecast_of(self, point: int) -> Forecast | None:
        """Forecast of the point's strongest series that has one; the earliest of equals."""
        return self.outlooks.forecast_of(self._members(point))

    def _members(self, point: int) -> list[int]:
        members: list[int] = self.book.members[point, : self.book.member_count[point]].tolist()
        return members

    def _warn(
        self,
        row: int,
        point: int,
        event_ms: int,
        kind: WarningKind,
        *,
        previous: int,
        counter: str,
        reasons: tuple[Reason, ...],
        outlook: Outlook = NOTHING,
    ) -> Change:
        table = self.book.points
        table[counter][point] += 1
        warning = make_warning(
            point_id=self.book.point_ids[point],
            kind=kind,
            level=int(table["level"][point]),
            previous_level=previous,
            event_ms=event_ms,
            sequence=int(table[counter][point]),
            reasons=reasons,
            forecast=outlook.forecast,
            rules_version=self.book.rules.version,
            forecast_refused=outlook.refused or "",
        )
        return self.state(row, point, event_ms, warning)


def _kind(before: int, after: int) -> WarningKind:
    if after > before:
        return WarningKind.UPGRADED if before else WarningKind.RAISED
    return WarningKind.DOWNGRADED if after else WarningKind.CLEARED

"""The points' side of a batch: levels, warnings and silence, reading by reading.

Most points rest: none of their series supports anything. Their readings pass through in one sweep.
Those of *active* points go in rounds, the k-th reading of each point together, so that each point
sees its readings one after another.
"""

from dataclasses import dataclass

import numpy as np

from detectors.columns import F64, I64, Mask, Rows
from detectors.forecasting import ASKED_FROM
from detectors.fusion import Caps, step
from detectors.outlooks import NOTHING, Outlooks
from detectors.reasons import reasons_of
from detectors.screened import Screened
from detectors.series import SeriesBook
from detectors.silence import Listening, Silence, limit_ms
from domain.warnings import Forecast, WarningEvent, WarningKind, make_warning


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


@dataclass(frozen=True)
class Batch:
    """Readings in order of arrival, shape (n,), with what screening made of them."""

    series: Rows
    points: Rows
    time_ms: I64
    value: F64
    heard_ms: I64
    result: Screened


class PointStream:
    """State of the points of one engine beyond the tables: outlooks and the watermark."""

    def __init__(self, book: SeriesBook) -> None:
        self.book = book
        self.silence = Silence(book)
        self.listening = Listening()
        self.outlooks = Outlooks(book)
        self._caps = Caps.of(book)

    def run(
        self,
        series: Rows,
        points: Rows,
        time_ms: I64,
        value: F64,
        received_ms: I64,
        result: Screened,
    ) -> tuple[Rows, list[Change]]:
        """Take a batch of readings, all columns of shape (n,).

        Returns
        -------
        tuple
            Level of each reading's point after it, shape (n,); changes in order.
        """
        heard_ms = self.listening.advance(received_ms)
        batch = Batch(series, points, time_ms, value, heard_ms, result)
        levels = np.zeros(len(series), np.intp)
        changes: list[Change] = []
        rows = np.flatnonzero(result.used)
        while len(rows):
            live = rows[result.live[rows]]
            stop = self.silence.next_stop(points[live], time_ms[live])
            last = int(live[stop - 1]) if stop else int(rows[-1])
            part, rows = rows[rows <= last], rows[rows > last]
            self._segment(batch, part, levels, changes)
            if stop:
                changes.extend(self._fall_silent(last, int(heard_ms[last])))
        return levels, changes

    def forecast_of(self, point: int) -> Forecast | None:
        """Forecast of the point's strongest series that has one; the earliest of equals."""
        return self.outlooks.forecast_of(self._members(point))

    def _members(self, point: int) -> list[int]:
        members: list[int] = self.book.members[point, : self.book.member_count[point]].tolist()
        return members

    def _segment(self, batch: Batch, rows: Rows, levels: Rows, changes: list[Change]) -> None:
        table, result = self.book.points, batch.result
        points = batch.points[rows]
        speaking = rows[result.live[rows] & (result.stay[rows] > 0)]
        table["active"][batch.points[speaking]] = 1
        active = (table["active"][points] > 0) | (table["silent"][points] > 0)
        resting = rows[~active]
        levels[resting] = table["level"][batch.points[resting]]
        found = self._arrive(batch, resting[result.live[resting]])
        for turn in _turns(batch.points, rows[active]):
            found += self._turn(batch, turn, levels)
        changes.extend(sorted(found, key=lambda change: change.row))

    def _arrive(self, batch: Batch, rows: Rows) -> list[Change]:
        """Take times, scores and first reports of any readings; moves no level."""
        points, table = batch.points[rows], self.book.points
        score = batch.result.score[rows]
        self.book.fused["score"][batch.series[rows]] = np.where(np.isnan(score), 0.0, score)
        fresh = rows[table["reported"][points] == 0]
        seen, first = np.unique(batch.points[fresh], return_index=True)
        newest = np.where(table["reported"] > 0, table["last"], np.iinfo(np.int64).min)
        np.maximum.at(newest, points, batch.time_ms[rows])
        table["last"][points] = newest[points]
        # In order of arrival, so that the last of a point's readings stands.
        table["heard"][points] = batch.heard_ms[rows]
        table["reported"][points] = 1
        return [
            self._change(int(fresh[at]), int(point), int(batch.time_ms[fresh[at]]))
            for point, at in zip(seen, first, strict=True)
        ]

    def _turn(self, batch: Batch, rows: Rows, levels: Rows) -> list[Change]:
        """One reading each of distinct active points."""
        table, live = self.book.points, batch.result.live[rows]
        changes = self._arrive(batch, rows[live])
        points, times = batch.points[rows], batch.time_ms[rows]
        good = live & (batch.result.gate[rows] < 3)
        self._take_evidence(batch, rows[good])
        for place in np.flatnonzero(live & (table["silent"][points] > 0)).tolist():
            point, time_ms = int(points[place]), int(times[place])
            table["silent"][point] = 0
            changes.append(self._warn(int(rows[place]), point, time_ms, WarningKind.REPORTING))
        before, after = step(self.book, self._caps, points, times, good)
        levels[rows] = after
        for place in np.flatnonzero(before != after).tolist():
            kind = _kind(int(before[place]), int(after[place]))
            changes.append(
                self._warn(
                    int(rows[place]),
                    int(points[place]),
                    int(times[place]),
                    kind,
                    int(before[place]),
                )
            )
        self._rest(points)
        return changes

    def _take_evidence(self, batch: Batch, rows: Rows) -> None:
        """Write what good readings support beside their series."""
        result, fused, series = batch.result, self.book.fused, batch.series[rows]
        for name in ("claim", "sure", "stay", "flag", "detector"):
            fused[name][series] = getattr(result, name)[rows]
        fused["time"][series] = batch.time_ms[rows]
        fused["value"][series] = batch.value[rows]
        for row in rows[result.stay[rows] > 0].tolist():
            if row in result.features:
                fused["features"][batch.series[row]] = result.features[row]
        asked = np.fromiter((row in result.forecasts for row in rows.tolist()), bool, len(rows))
        rests = (fused["forecasting"][series] > 0) & (fused["stay"][series] < ASKED_FROM)
        for place in np.flatnonzero(asked | rests).tolist():
            key = int(series[place])
            self.outlooks.take(key, result.forecasts.get(int(rows[place])))
            fused["forecasting"][key] = self.outlooks.known(key)

    def _rest(self, points: Rows) -> None:
        """Let points rest that neither have a level nor any support for one."""
        table = self.book.points
        support = self.book.fused["stay"][self.book.members[points]].any(axis=1)
        table["active"][points] = (
            support | (table["level"][points] > 0) | (table["below"][points] > 0)
        )

    def _fall_silent(self, row: int, listened_ms: int) -> list[Change]:
        points = self.silence.judge(listened_ms).tolist()
        limits = limit_ms(self.book)
        changes = []
        for point in points:
            self.book.points["silent"][point] = 1
            event_ms = int(self.book.points["last"][point] + limits[point])
            changes.append(self._warn(row, point, event_ms, WarningKind.SILENT))
        return changes

    def _warn(
        self,
        row: int,
        point: int,
        event_ms: int,
        kind: WarningKind,
        previous: int | None = None,
    ) -> Change:
        table = self.book.points
        level = int(table["level"][point])
        about_level = previous is not None
        # Counted apart: whether a short silence was noticed must not change a level's warning.
        counter = "sequence" if about_level else "silences"
        table[counter][point] += 1
        speaks = about_level and level >= ASKED_FROM
        outlook = self.outlooks.at(self._members(point), event_ms) if speaks else NOTHING
        warning = make_warning(
            point_id=self.book.point_ids[point],
            kind=kind,
            level=level,
            previous_level=level if previous is None else previous,
            event_ms=event_ms,
            sequence=int(table[counter][point]),
            reasons=reasons_of(self.book, point) if about_level else (),
            forecast=outlook.forecast,
            rules_version=self.book.rules.version,
            forecast_refused=outlook.refused or "",
        )
        return self._change(row, point, event_ms, warning)

    def _change(
        self, row: int, point: int, event_ms: int, warning: WarningEvent | None = None
    ) -> Change:
        book = self.book
        members = book.members[point, : book.member_count[point]]
        return Change(
            row=row,
            point=point,
            event_ms=event_ms,
            level=int(book.points["level"][point]),
            silent=int(book.points["silent"][point]),
            score=float(book.fused["score"][members].max(initial=0.0)),
            age_s=max(event_ms - int(book.points["last"][point]), 0) / 1000.0,
            warning=warning,
        )


def _kind(before: int, after: int) -> WarningKind:
    if after > before:
        return WarningKind.UPGRADED if before else WarningKind.RAISED
    return WarningKind.DOWNGRADED if after else WarningKind.CLEARED


def _turns(points: Rows, rows: Rows) -> list[Rows]:
    """Split rows so that each part holds each point at most once, in order."""
    if not len(rows):
        return []
    order = np.argsort(points[rows], kind="stable")
    ordered = points[rows][order]
    first: Mask = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    starts = np.flatnonzero(first)
    sizes = np.diff(np.append(starts, len(rows)))
    return [rows[order[starts[sizes > turn] + turn]] for turn in range(int(sizes.max()))]

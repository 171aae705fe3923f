"""The points' side of a batch: levels, warnings and silence, reading by reading."""

import numpy as np

from detectors.failure_time.joint_record import ASKED_FROM
from detectors.fusion.coincidence import Coincidence
from detectors.fusion.drifts import note_drift, note_speed, wake
from detectors.fusion.events import Announcer, Change
from detectors.fusion.heard import NEVER
from detectors.fusion.level import Caps, step
from detectors.fusion.outage import quiet_points, why_mute, why_silent
from detectors.fusion.outlooks import Outlooks
from detectors.fusion.silence import Fallen, Listening, Silence, limit_ms
from detectors.fusion.space import Neighbours
from detectors.fusion.surroundings import Around, Notes
from detectors.fusion.turns import Batch, part, speaking, turns_of
from detectors.fusion.witnesses import DYNAMIC, RAIN
from detectors.rules import FAMILIES
from detectors.screened import Screened
from detectors.series import SeriesBook
from detectors.state.columns import F64, I64, Rows
from domain.warnings import WarningKind

_MOVES = np.isin(FAMILIES, ("displacement", "tilt"))
_TRIGGERS = np.isin(FAMILIES, ("dynamic", "flow"))


class PointStream:
    """State of the points of one engine beyond the tables: outlooks and the watermark."""

    def __init__(self, book: SeriesBook) -> None:
        self.book = book
        self.silence = Silence(book)
        self.listening = Listening()
        self.outlooks = Outlooks(book)
        self.announcer = Announcer(book, self.outlooks)
        self._caps = Caps.of(book)
        self._neighbours = Neighbours(book)
        self._coincidence = Coincidence(book, self._neighbours)
        self._around = Around(book, self._neighbours)

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
        together, followed = np.zeros(len(series), bool), np.full((len(series), 2), np.nan)
        batch = Batch(series, points, time_ms, value, heard_ms, result, together, followed)
        levels = np.zeros(len(series), np.intp)
        changes: list[Change] = []
        rows, done = np.flatnonzero(result.used), 0
        live = rows[result.live[rows]]
        for count, fallen in self.silence.falls(
            points[live], series[live], time_ms[live], heard_ms[live]
        ):
            last = int(live[count - 1])
            upto = int(np.searchsorted(rows, last)) + 1
            self._segment(batch, rows[done:upto], levels, changes)
            changes.extend(self._fall_silent(last, fallen))
            done = upto
        self._segment(batch, rows[done:], levels, changes)
        return levels, changes

    def _segment(self, batch: Batch, rows: Rows, levels: Rows, changes: list[Change]) -> None:
        result = batch.result
        speaks = speaking(batch, rows)
        self._coincide(batch, speaks[result.gate[speaks] < 3])
        before, active, after = part(self.book, batch, rows)
        found = self._pass(batch, before, levels)
        for turn in turns_of(batch.points, active):
            found += self._turn(batch, turn, levels)
        found += self._pass(batch, after, levels)
        found.sort(key=lambda change: change.row)
        changes.extend(self._around.tell(self._notes(batch, rows[result.live[rows]]), found))

    def _pass(self, batch: Batch, rows: Rows, levels: Rows) -> list[Change]:
        """Let readings of points at rest through."""
        levels[rows] = self.book.points["level"][batch.points[rows]]
        return self._arrive(batch, rows[batch.result.live[rows]])

    def _notes(self, batch: Batch, rows: Rows) -> Notes:
        """Pick out what other points' surroundings are told of live readings."""
        gauge = self.book.series["family"][batch.series[rows]] == RAIN
        told = gauge | batch.together[rows]
        noted, gauge = rows[told], gauge[told]
        rains = gauge & (batch.result.gate[noted] < 3) & (batch.result.stay[noted] > 0)
        points, times = batch.points[noted], batch.time_ms[noted]
        return Notes(noted, points, times, gauge, rains, batch.together[noted])

    def _coincide(self, batch: Batch, rows: Rows) -> None:
        """Hold readings that tell of shaking or a surge against those of other points."""
        family = self.book.series["family"][batch.series[rows]]
        rows, family = (part[_TRIGGERS[family]] for part in (rows, family))
        if len(rows):
            shakes = family == DYNAMIC
            found = self._coincidence.note(batch.points[rows], batch.time_ms[rows], shakes)
            batch.together[rows], batch.followed[rows] = found

    def _arrive(self, batch: Batch, rows: Rows) -> list[Change]:
        """Take times, scores and first reports of any readings; moves no level."""
        reported = self.book.points["reported"]
        fresh = rows[reported[batch.points[rows]] == 0]
        if not len(fresh):
            self._take(batch, rows)
            return []
        seen, first = np.unique(batch.points[fresh], return_index=True)
        self.book.points["last"][seen] = NEVER
        self._take(batch, fresh[first])
        reported[seen] = 1
        found = [
            self.announcer.state(int(fresh[at]), int(point), int(batch.time_ms[fresh[at]]))
            for point, at in zip(seen, first, strict=True)
        ]
        self._take(batch, rows)
        return found

    def _take(self, batch: Batch, rows: Rows) -> None:
        """In order of arrival, so that the last of a series' and of a point's readings stands."""
        points, table = batch.points[rows], self.book.points
        fused, series, good = self.book.fused, batch.series[rows], batch.result.gate[rows] < 3
        fused["score"][series] = batch.result.score[rows]
        fused["last"][series] = batch.time_ms[rows]
        fused["latest"][series] = batch.value[rows]
        fused["heard"][series] = batch.heard_ms[rows]
        fused["seen"][series[good]] = batch.time_ms[rows[good]]
        moves = good & _MOVES[self.book.series["family"][series]]
        fused["shift"][series[moves]] = batch.result.shift[rows[moves]]
        np.maximum.at(table["last"], points, batch.time_ms[rows])
        table["heard"][points] = batch.heard_ms[rows]

    def _turn(self, batch: Batch, rows: Rows, levels: Rows) -> list[Change]:
        """One reading each of distinct points; those that have come to rest meanwhile pass."""
        result, table = batch.result, self.book.points
        live, points = result.live[rows], batch.points[rows]
        moves = (table["active"][points] > 0) | (live & (result.stay[rows] > 0))
        levels[rows] = table["level"][points]
        changes = self._arrive(batch, rows[live])
        self._take_evidence(batch, rows[live & moves & (result.gate[rows] < 3)])
        changes += self._speak_again(batch, rows[live])
        return changes + self._judge(batch, rows[moves], levels)

    def _judge(self, batch: Batch, rows: Rows, levels: Rows) -> list[Change]:
        """Move the levels of distinct points whose evidence has been taken."""
        points, times, changes = batch.points[rows], batch.time_ms[rows], []
        good = batch.result.live[rows] & (batch.result.gate[rows] < 3)
        before, after, drift = step(self.book, self._caps, points, times, good)
        note_drift(self.book, batch, points, rows, times, drift)
        levels[rows] = after
        for place in np.flatnonzero(before != after).tolist():
            row, point, time_ms = (int(a[place]) for a in (rows, points, times))
            changes.append(self.announcer.level(row, point, time_ms, int(before[place])))
        for place, outlook in self.announcer.news.due(points, times, good & (before == after)):
            row, point, time_ms = (int(a[place]) for a in (rows, points, times))
            changes.append(self.announcer.forecast(row, point, time_ms, outlook))
        self._rest(points)
        return changes

    def _take_evidence(self, batch: Batch, rows: Rows) -> None:
        """Write what good readings support beside their series."""
        result, fused, series = batch.result, self.book.fused, batch.series[rows]
        begins = (fused["stay"][series] == 0) & (result.stay[rows] > 0)
        fused["since"][series] = np.where(begins, batch.time_ms[rows], fused["since"][series])
        fused["together"][series] = batch.together[rows]
        fused["following"][series] = ~np.isnan(batch.followed[rows, 0])
        fused["followed"][series] = batch.followed[rows]
        wakes = wake(fused, series, result, rows, batch.time_ms)
        for name in ("claim", "sure", "stay", "flag", "detector"):
            fused[name][series] = getattr(result, name)[rows]
        fused["time"][series] = batch.time_ms[rows]
        fused["value"][series] = batch.value[rows]
        for row in rows[result.stay[rows] > 0].tolist():
            if row in result.features:
                fused["features"][batch.series[row]] = result.features[row]
        note_speed(fused, series[wakes])
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

    def _fall_silent(self, row: int, fallen: Fallen) -> list[Change]:
        """Tell who is silent, at the reading that shows it."""
        limits, tell = limit_ms(self.book), self.announcer.silence
        quiet = quiet_points(self.book, fallen.now_ms)
        changes = []
        for point in fallen.points.tolist():
            self.book.points["silent"][point] = 1
            event_ms = int(self.book.points["last"][point] + limits[point])
            reason = why_silent(self.book, self._neighbours, point, quiet)
            changes.append(tell(row, point, event_ms, WarningKind.SILENT, reason))
        for series in fallen.series.tolist():
            point = int(self.book.series["point"][series])
            self.book.fused["mute"][series] = 1
            self.book.points["mutes"][point] += 1
            event_ms = int(self.book.fused["last"][series] + fallen.limits_ms[series])
            reason = why_mute(self.book, series)
            changes.append(tell(row, point, event_ms, WarningKind.SILENT, reason))
        return self._around.tell(Notes.none(), changes)

    def _speak_again(self, batch: Batch, rows: Rows) -> list[Change]:
        """Tell of points and instruments that were silent and speak again."""
        table, fused, changes = self.book.points, self.book.fused, []
        tell, kind = self.announcer.silence, WarningKind.REPORTING
        points, series = batch.points[rows], batch.series[rows]
        for place in np.flatnonzero((table["silent"][points] > 0) | (fused["mute"][series] > 0)):
            row, point, time_ms = (int(a[place]) for a in (rows, points, batch.time_ms[rows]))
            if table["silent"][point]:
                table["silent"][point] = 0
                changes.append(tell(row, point, time_ms, kind))
            if fused["mute"][series[place]]:
                fused["mute"][series[place]] = 0
                table["mutes"][point] -= 1
                reason = why_mute(self.book, int(series[place]))
                changes.append(tell(row, point, time_ms, kind, reason))
        return changes

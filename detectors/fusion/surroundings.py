"""Whether a rise of a level stands alone: what goes on around its point meanwhile.

*Around* are the points of its district and those within `AROUND_KM`, of the same partition
(`detectors.fusion.space`). Of what they had within `HOURS` before it is counted:

- **rain** of a size that is evidence (`detectors.rain.trigger`), of the gauges that were heard;
- **shaking together** (`detectors.fusion.coincidence`), here within `QUAKE_KM`;
- **silence** that has been told and has not ended;
- **levels** of yellow or more, and those of them within `NEAR_KM`.

The first that fits is what the rise belongs to: an earthquake, a storm, an outage, its neighbours;
else it stands alone. It is said beside the evidence and moves no level.

Everything is noted in the order of arrival, so the same partition read again, however it is cut,
says the same. And what the others had less than one interval of the point before is left out: it
may or may not have come, as the order of different points has it.
"""

from dataclasses import dataclass, replace

import msgspec
import numpy as np

from detectors.fusion.events import Change
from detectors.fusion.space import Neighbours
from detectors.series import SeriesBook
from detectors.state.columns import I64, Mask, Rows
from detectors.state.points import NEVER
from domain.surroundings import Belonging, Surroundings
from domain.warnings import WarningKind

HOURS = 6.0
AROUND_KM = 30.0
NEAR_KM = 5.0
QUAKE_KM = 100.0
QUAKE_POINTS = 5
STORM_GAUGES, STORM_SHARE = 3, 0.25
OUTAGE_POINTS, OUTAGE_SHARE = 3, 0.6

HOUR_MS = 3_600_000
SPELL_MS = HOUR_MS
"""Rain that pauses for longer begins anew."""
_RISES = (WarningKind.RAISED, WarningKind.UPGRADED)


@dataclass(frozen=True)
class Notes:
    """Readings that others may be asked about, in order of arrival, shape (n,).

    Attributes
    ----------
    row
        Row of the batch.
    gauge, rains, shakes
        Whether it is a gauge's, is evidence of rain, was shaken together with many others.
    """

    row: Rows
    point: Rows
    time_ms: I64
    gauge: Mask
    rains: Mask
    shakes: Mask

    @classmethod
    def none(cls) -> "Notes":
        """No readings."""
        rows, time_ms, no = np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0, bool)
        return cls(rows, rows, time_ms, no, no, no)

    def part(self, start: int, stop: int) -> "Notes":
        """Cut a stretch out."""
        cut = slice(start, stop)
        return Notes(
            self.row[cut],
            self.point[cut],
            self.time_ms[cut],
            self.gauge[cut],
            self.rains[cut],
            self.shakes[cut],
        )


class Around:
    """Notes readings and changes in order, and completes the warnings of rises."""

    def __init__(self, book: SeriesBook, neighbours: Neighbours) -> None:
        self._book = book
        self._neighbours = neighbours

    def tell(self, notes: Notes, changes: list[Change]) -> list[Change]:
        """Take a stretch of readings and the changes that they caused, both in order.

        Returns
        -------
        list of changes
            The same, with `Surroundings` in the warnings of rises.
        """
        done, told = 0, []
        for change in changes:
            upto = int(np.searchsorted(notes.row, change.row, side="right"))
            self._note(notes.part(done, upto))
            done = upto
            told.append(self._complete(change))
            self._follow(change)
        self._note(notes.part(done, len(notes.row)))
        return told

    def _note(self, notes: Notes) -> None:
        table = self._book.points
        gauges, times = notes.point[notes.gauge], notes.time_ms[notes.gauge]
        np.minimum.at(table["gauge_first"], gauges, times)
        np.maximum.at(table["gauge_last"], gauges, times)
        np.maximum.at(table["quaked"], notes.point[notes.shakes], notes.time_ms[notes.shakes])
        points, times = notes.point[notes.rains], notes.time_ms[notes.rains]
        while len(points):
            row, first = np.unique(points, return_index=True)
            self._rain(row, times[first])
            points, times = np.delete(points, first), np.delete(times, first)

    def _rain(self, points: Rows, time_ms: I64) -> None:
        """One reading that is evidence of rain at each of distinct points."""
        table = self._book.points
        until = table["rain_until"][points]
        begins = time_ms - until > SPELL_MS
        table["rain_ended"][points] = np.where(begins, until, table["rain_ended"][points])
        table["rain_since"][points] = np.where(begins, time_ms, table["rain_since"][points])
        table["rain_until"][points] = np.maximum(until, time_ms)

    def _follow(self, change: Change) -> None:
        table, point = self._book.points, change.point
        table["known"][point] = 1
        table["away"][point] = change.silent
        if change.level < 2:
            table["raised_at"][point] = NEVER
        elif table["raised_at"][point] == NEVER:
            table["raised_at"][point] = change.event_ms

    def _complete(self, change: Change) -> Change:
        warning = change.warning
        if warning is None or warning.kind not in _RISES:
            return change
        found = self._look(change.point, change.event_ms)
        return replace(change, warning=msgspec.structs.replace(warning, surroundings=found))

    def _look(self, point: int, event_ms: int) -> Surroundings | None:
        """Count; ``None`` where no other point is known."""
        book, table = self._book, self._book.points
        around = self._around(point)
        if not len(around):
            return None
        until = event_ms - int(book.point_interval_ms[point])
        since = event_ms - HOURS * HOUR_MS
        gauges = (table["gauge_first"][around] <= until) & (table["gauge_last"][around] >= since)
        rains = (table["rain_since"][around] <= until) & (table["rain_until"][around] >= since)
        rains |= table["rain_ended"][around] >= since
        wide = self._neighbours.within(point, QUAKE_KM)
        shaken = (table["quaked"][wide] >= since) & (table["quaked"][wide] <= event_ms)
        raised = table["raised_at"][around] <= until
        near = np.isin(around, self._neighbours.within(point, NEAR_KM))
        return _surroundings(
            points=len(around),
            gauges=int(gauges.sum()),
            raining=int((gauges & rains).sum()),
            shaken=int(shaken.sum()),
            silent=int((table["away"][around] > 0).sum()),
            raised=int(raised.sum()),
            raised_near=int((raised & near).sum()),
        )

    def _around(self, point: int) -> Rows:
        """Other points of the district or near it that have reported, ascending."""
        book = self._book
        known = book.points["known"][: book.points.size] > 0
        here = book.district[: book.points.size] == book.district[point]
        here[self._neighbours.within(point, AROUND_KM)] = True
        here[point] = False
        return np.flatnonzero(known & here)


def _surroundings(
    *,
    points: int,
    gauges: int,
    raining: int,
    shaken: int,
    silent: int,
    raised: int,
    raised_near: int,
) -> Surroundings:
    """Say what the counts amount to."""
    if shaken >= QUAKE_POINTS:
        belongs = Belonging.EARTHQUAKE
    elif raining >= max(STORM_GAUGES, STORM_SHARE * gauges):
        belongs = Belonging.STORM
    elif silent >= max(OUTAGE_POINTS, OUTAGE_SHARE * points):
        belongs = Belonging.OUTAGE
    else:
        belongs = Belonging.NEIGHBOURS if raised_near else Belonging.ALONE
    return Surroundings(
        belongs_to=belongs,
        hours=HOURS,
        points=points,
        gauges=gauges,
        raining=raining,
        shaken=shaken,
        silent=silent,
        raised=raised,
        raised_near=raised_near,
    )

"""Rain by the hour: of each gauge, and of each area's gauges together.

An hour is always summed anew from the readings and features that the record holds, so a reading
that comes twice, late, or again after a crash is counted once; `storage.rain_marks` tells which
hours. A store process writes the points of its own Kafka partitions; whoever asks adds them up.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isfinite

from domain.clock import Clock
from domain.measurements import (
    FEATURE,
    RAIN_AREA,
    RAIN_HOUR,
    RAIN_MARK,
    READING,
    feature_field,
    instrument_field,
)
from storage.base import StoreUnavailableError
from storage.influx_query import Columns
from storage.lines import Line, Series
from storage.rain_marks import DAY_H, HOUR_MS, WAIT_MS, RainMarks

log = logging.getLogger(__name__)

Ask = Callable[[str], Columns]
Rows = dict[str, dict[str, float]]
"""Figures by name, for each point."""

_RAIN = instrument_field("rain")
_RATIO, _INDEX = feature_field(_RAIN, "rain_ratio"), feature_field(_RAIN, "soil_water_index")
_OF_HOUR = f'SELECT sum("{_RAIN}") AS "mm" FROM "{READING}"'  # noqa: S608
_OF_DAY = f'SELECT sum("mm") AS "mm" FROM "{RAIN_HOUR}"'  # noqa: S608
_JUDGED = f'SELECT max("{_RATIO}") AS "ratio", max("{_INDEX}") AS "mm" FROM "{FEATURE}"'  # noqa: S608
_LEFT = f'SELECT "waits" FROM "{RAIN_MARK}" WHERE "waits" = 1 GROUP BY "partition"'  # noqa: S608


@dataclass
class Gauges:
    """Of some gauges: how many, their sum, the largest."""

    n: int = 0
    mm: float = 0.0
    most: float = 0.0

    def add(self, mm: float) -> None:
        """Count one gauge."""
        self.n, self.mm, self.most = self.n + 1, self.mm + mm, max(self.most, mm)

    def fields(self, name: str) -> list[str]:
        """Write them; nothing where there is no gauge."""
        texts = (f"{name}_n={self.n}i", f"{name}_mm={self.mm!r}", f"{name}_most={self.most!r}")
        return list(texts) if self.n else []


@dataclass
class Area:
    """An area's gauges in an hour: its rain, the day's until its end, the soil water index."""

    hour: Gauges = field(default_factory=Gauges)
    day: Gauges = field(default_factory=Gauges)
    index: Gauges = field(default_factory=Gauges)
    ratio: float = -inf

    def fields(self) -> str:
        """Write them as fields of a line."""
        parts = [*self.hour.fields("hour"), *self.day.fields("day"), *self.index.fields("index")]
        return ",".join([*parts, *([f"ratio={self.ratio!r}"] if isfinite(self.ratio) else [])])


class RainSums:
    """Sums the hours that are marked, one at a call.

    Parameters
    ----------
    ask
        Asks the record in InfluxQL.
    marks
        Tells which hours.
    series
        Writes the tags of points.
    clock
        Tells when an hour is due.
    """

    def __init__(self, ask: Ask, marks: RainMarks, series: Series, clock: Clock) -> None:
        self._ask, self._marks, self._series, self._clock = ask, marks, series, clock
        self._looked = False

    def next_hour(self) -> tuple[int, list[Line]] | None:
        """Sum the oldest hour that is due; the caller writes the lines and calls `done`.

        A record that does not answer, or may not be asked, holds nothing up: the hour stays marked.
        """
        now_ms = self._clock.now_ms()
        if self._marks.due(now_ms) is None:
            return None
        try:
            if not self._looked:
                self._marks.find(self._ask(_LEFT))
                self._looked = True
            hour = self._marks.due(now_ms)
            return None if hour is None else (hour, self._lines(hour))
        except StoreUnavailableError as error:
            log.warning("rain is not summed, next try in %d s: %s", WAIT_MS // 1000, error)
            self._marks.postpone(now_ms + WAIT_MS)
            return None

    def done(self, hour: int) -> None:
        """Take note that the lines of an hour are written."""
        self._marks.done(hour)

    def _lines(self, hour: int) -> list[Line]:
        own = self._marks.partitions(hour)
        fell = self._own(f"{_OF_HOUR} WHERE {_span(hour, 1)}", own)
        before = self._own(f"{_OF_DAY} WHERE {_span(hour - DAY_H + 1, DAY_H - 1)}", own)
        judged = self._own(f"{_JUDGED} WHERE {_span(hour, 1)}", own)
        at = f"{hour * HOUR_MS}000000"
        gauges = [
            Line(f"{RAIN_HOUR}{self._series.tags(point)} mm={row['mm']!r} {at}", 0)
            for point, row in fell.items()
        ]
        areas = [
            Line(f"{RAIN_AREA}{tags} {area.fields()} {at}", 0)
            for tags, area in self._areas(fell, before, judged).items()
        ]
        return gauges + areas + self._marks.done_lines(hour)

    def _own(self, text: str, own: frozenset[int]) -> Rows:
        """Ask by point, and keep the points of some partitions, and the figures that are there."""
        columns = self._ask(f'{text} GROUP BY "point"')
        names = [name for name in columns if name not in ("time", "point")]
        rows = zip(columns.get("point", []), *(columns[name] for name in names), strict=True)
        return {
            point: {n: float(v) for n, v in zip(names, values, strict=True) if v is not None}
            for point, *values in rows
            if self._marks.partition_of(point) in own
        }

    def _areas(self, fell: Rows, before: Rows, judged: Rows) -> dict[str, Area]:
        """Add up by area, kind and partition: tags of a line to its figures."""
        areas: dict[str, Area] = {}
        for point in fell | before | judged:
            partition = self._marks.partition_of(point)
            tags = f"{self._series.area_tags(point)},partition={partition}"
            area = areas.setdefault(tags, Area())
            found = [rows[point]["mm"] for rows in (fell, before) if point in rows]
            if point in fell:
                area.hour.add(fell[point]["mm"])
            if found:
                area.day.add(sum(found))
            index = judged.get(point, {})
            if "mm" in index:
                area.index.add(index["mm"])
            area.ratio = max(area.ratio, index.get("ratio", -inf))
        return {tags: area for tags, area in areas.items() if area.fields()}


def _span(hour: int, hours: int) -> str:
    return f"time >= {hour * HOUR_MS}ms AND time < {(hour + hours) * HOUR_MS}ms"

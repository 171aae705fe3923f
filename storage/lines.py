"""Readings and features as line protocol: one line for a point and time, a field an instrument.

Built for speed: everything that repeats is escaped once and kept, numbers leave numpy by
``tolist`` (their shortest exact form), and only joining strings is left for each row.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, TypeVar

import numpy as np

from domain.frames import Features, Readings
from domain.hazards import HazardType
from domain.measurements import (
    FEATURE,
    FEATURE_QUANTITIES,
    READING,
    TESTS,
    feature_field,
    instrument_field,
)
from domain.quality import Test
from domain.registry import Registry
from storage.dedupe import first_of_each
from storage.escape import escape_name
from storage.keys import distinct_keys

F = TypeVar("F", Readings, Features)


class Line(NamedTuple):
    """One line without its line break, and how many rows it holds."""

    text: str
    rows: int


class Series:
    """Escaped names of points and instruments, kept from one batch to the next.

    Parameters
    ----------
    registry
        Returns the registry in force; it tells which instrument of a channel is a point's first.

    Examples
    --------
    >>> series = Series(lambda: Registry.of([]))
    >>> series.tags("500235010007")
    ',area=500235,kind=landslide,point=500235010007'
    >>> series.instrument("500235010007", "d2", "crack")
    'crack__d2'
    """

    def __init__(self, registry: Callable[[], Registry]) -> None:
        self._registry = registry
        self._known = registry()
        self._tags: dict[str, str] = {}
        self._instruments: dict[tuple[str, str, str], str] = {}

    def tags(self, point_id: str) -> str:
        """Tags of a point; they follow from its id, so they never change."""
        known = self._tags.get(point_id)
        if known is None:
            tags = f"{self.area_tags(point_id)},point={escape_name(point_id)}"
            known = self._tags[point_id] = tags
        return known

    def area_tags(self, point_id: str) -> str:
        """Tags of a point's area and kind alone."""
        return f",area={escape_name(point_id[:6])},kind={_kind(point_id)}"

    def instrument(self, point_id: str, device_id: str, channel: str) -> str:
        """Escaped name of an instrument among the fields of its point."""
        if self._registry() is not self._known:
            self._known = self._registry()
            self._instruments.clear()
        key = (point_id, device_id, channel)
        known = self._instruments.get(key)
        if known is None:
            first = device_id == self._first(point_id, channel)
            name = instrument_field(channel, None if first else device_id)
            known = self._instruments[key] = escape_name(name)
        return known

    def _first(self, point_id: str, channel: str) -> str | None:
        point = self._known.points.get(point_id)
        devices = point.devices if point else ()
        return next((d.device_id for d in devices if channel in d.channels), None)


def reading_lines(frames: Sequence[Readings], series: Series) -> list[Line]:
    """Write readings; a value that is not finite is left out.

    Returns
    -------
    list of Line
        For each frame by point and time; of two values for one instrument and time, the first.
    """
    lines: list[Line] = []
    for frame in frames:
        ordered, names = _ordered(frame.take(np.isfinite(frame.value)), series)
        values = ordered.value.tolist()
        fields = [f"{name}={value!r}" for name, value in zip(names, values, strict=True)]
        for tags, time_ms, start, end in _groups(ordered, series):
            text = f"{READING}{tags} {','.join(fields[start:end])} {time_ms}000000"
            lines.append(Line(text, end - start))
    return lines


def feature_lines(frames: Sequence[Features], series: Series) -> list[Line]:
    """Write features; what no detector could judge (NaN) is left out."""
    lines: list[Line] = []
    for frame in frames:
        ordered, names = _ordered(frame, series)
        fields = _feature_fields(ordered, names)
        levels = ordered.level.tolist()
        for tags, time_ms, start, end in _groups(ordered, series):
            joined = ",".join(fields[start:end])
            text = f"{FEATURE}{tags} {joined},level={levels[end - 1]}i {time_ms}000000"
            lines.append(Line(text, end - start))
    return lines


def _feature_fields(frame: Features, names: list[str]) -> list[str]:
    flag, *floats = (getattr(frame, quantity).tolist() for quantity in FEATURE_QUANTITIES)
    fields = [
        f"{feature_field(name, 'flag')}={value}i" for name, value in zip(names, flag, strict=True)
    ]
    for quantity, values in zip(FEATURE_QUANTITIES[1:], floats, strict=True):
        for row in np.flatnonzero(np.isfinite(getattr(frame, quantity))).tolist():
            fields[row] += f",{feature_field(names[row], quantity)}={values[row]!r}"
    for row in np.flatnonzero(frame.tests).tolist():
        fields[row] += f',{feature_field(names[row], TESTS)}="{_names(int(frame.tests[row]))}"'
    return fields


@cache
def _names(tests: int) -> str:
    return ",".join(Test(tests).names)


def _ordered(frame: F, series: Series) -> tuple[F, list[str]]:
    """Drop repeats, sort by point and time, and name each row's instrument."""
    keys, ids = distinct_keys([frame.point_id, frame.device_id, frame.channel])
    instruments = [series.instrument(*key) for key in keys]
    first = np.flatnonzero(first_of_each(ids, frame.event_ms))
    rows = first[np.lexsort((frame.event_ms[first], frame.point_id.codes[first]))]
    return frame.take(rows), [instruments[i] for i in ids[rows].tolist()]


def _groups(frame: Readings | Features, series: Series) -> Iterator[tuple[str, int, int, int]]:
    """Yield tags, time and the span of rows for each point and time."""
    if not len(frame):
        return
    points, times = frame.point_id.codes, frame.event_ms
    changes = np.flatnonzero((np.diff(points) != 0) | (np.diff(times) != 0)) + 1
    starts = np.concatenate(([0], changes))
    ends = np.concatenate((changes, [len(frame)]))
    tags = [series.tags(name) for name in frame.point_id.names]
    codes, at = points[starts].tolist(), times[starts].tolist()
    spans = zip(codes, at, starts.tolist(), ends.tolist(), strict=True)
    yield from ((tags[code], time_ms, start, end) for code, time_ms, start, end in spans)


def _kind(point_id: str) -> str:
    try:
        return HazardType.from_code(point_id[6:8]).value
    except ValueError:
        return "unknown"

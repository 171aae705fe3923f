"""Which hours of rain are to be summed anew: touched by a reading or a feature since they were.

A process may die between the acknowledgement of a reading and the sums of its hour. So an hour
that is touched is marked in the record itself, beside what touched it and before that is
acknowledged; the mark goes when the sums are written, and a process that starts finds what another
left behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np

from domain.frames import Features, Readings
from domain.measurements import RAIN_MARK
from domain.topics import partition_of
from storage.lines import Line

HOUR_MS = 3_600_000
DAY_H = 24
"""An hour counts in the day's sums of this hour and the 23 after it."""
WAIT_MS = 120_000
"""From the first touch to the sums: what comes until then costs no sums of its own."""


class RainMarks:
    """Hours that wait for their sums, by Kafka partition.

    Parameters
    ----------
    partitions
        Number of Kafka partitions of the topics by point.
    """

    def __init__(self, partitions: int) -> None:
        self._partition_of = cache(lambda point_id: partition_of(point_id, partitions))
        self._waiting: dict[int, set[int]] = {}
        self._due_ms: dict[int, int] = {}
        self._newest: dict[int, int] = {}
        self._left: dict[int, set[int]] = {}
        self._unwritten: set[tuple[int, int]] = set()

    def touch(self, frames: Sequence[Readings | Features], now_ms: int) -> list[Line]:
        """Take note of frames; returns marks to write, which `confirm` says are written."""
        found = {pair for frame in frames for pair in self._touched(frame)}
        for partition, hour in sorted(found):
            newest = self._newest[partition] = max(hour, self._newest.get(partition, hour))
            for each in range(hour, min(hour + DAY_H, newest + 1)):
                if self._wait(partition, each, now_ms + WAIT_MS):
                    self._unwritten.add((partition, each))
            for each in self._left.pop(partition, ()):
                self._wait(partition, each, now_ms)
        return [_mark(*pair, waits=True) for pair in sorted(self._unwritten)]

    def confirm(self) -> None:
        """Take note that the marks of the last call are written."""
        self._unwritten.clear()

    def find(self, marks: Mapping[str, Sequence[str | int]]) -> None:
        """Take over marks that the record holds: columns ``partition`` and ``time`` (ms)."""
        for partition, time_ms in zip(marks.get("partition", ()), marks["time"], strict=True):
            self._left.setdefault(int(partition), set()).add(int(time_ms) // HOUR_MS)
        for partition in self._left.keys() & self._newest.keys():
            for hour in self._left.pop(partition):
                self._wait(partition, hour, 0)

    def due(self, now_ms: int) -> int | None:
        """Return the oldest hour whose sums are due, if any is: later days build on it."""
        return min(
            (hour for hour, due_ms in self._due_ms.items() if due_ms <= now_ms), default=None
        )

    def partitions(self, hour: int) -> frozenset[int]:
        """Return the partitions in which an hour waits."""
        return frozenset(self._waiting[hour])

    def partition_of(self, point_id: str) -> int:
        """Return the partition of a point."""
        return self._partition_of(point_id)

    def postpone(self, until_ms: int) -> None:
        """Let all hours wait longer."""
        self._due_ms = {hour: max(due_ms, until_ms) for hour, due_ms in self._due_ms.items()}

    def done_lines(self, hour: int) -> list[Line]:
        """Write that an hour waits no longer; it does until `done`."""
        return [_mark(partition, hour, waits=False) for partition in sorted(self._waiting[hour])]

    def done(self, hour: int) -> None:
        """Take note that the sums of an hour are written."""
        del self._waiting[hour], self._due_ms[hour]

    def _wait(self, partition: int, hour: int, due_ms: int) -> bool:
        waiting = self._waiting.setdefault(hour, set())
        self._due_ms.setdefault(hour, due_ms)
        known = partition in waiting
        waiting.add(partition)
        return not known

    def _touched(self, frame: Readings | Features) -> Iterable[tuple[int, int]]:
        """Yield partition and hour of the rows that are of rain."""
        if "rain" not in frame.channel.names:
            return
        rain = frame.channel.codes == frame.channel.names.index("rain")
        pairs = np.stack([frame.point_id.codes[rain], frame.event_ms[rain] // HOUR_MS])
        for code, hour in np.unique(pairs, axis=1).T.tolist():
            yield self._partition_of(frame.point_id.names[code]), hour


def _mark(partition: int, hour: int, *, waits: bool) -> Line:
    return Line(f"{RAIN_MARK},partition={partition} waits={int(waits)}i {hour * HOUR_MS}000000", 0)

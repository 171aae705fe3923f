"""Readings that a device gathers and sends together, each with its own event time.

The first reading after an upload starts the clock; when the upload interval is over, everything
that was gathered goes out in order. A device that is offline then tries again an interval later;
one that is destroyed takes what it had gathered with it.
"""

import heapq

import numpy as np

from sensors_sim.fault_kinds import FaultKind
from sensors_sim.flow import Item, Schedule
from sensors_sim.model import Model


class Uploads:
    """What the devices of a fleet have gathered, by wall time."""

    def __init__(self, model: Model, schedule: Schedule) -> None:
        self._model = model
        self._schedule = schedule
        self._every_ms: dict[int, int] = {}
        self._kept: dict[int, list[Item]] = {}
        self._heap: list[tuple[int, int]] = []

    def every(self, row: int, interval_ms: int, now_ms: int) -> None:
        """Let a device send each so much event time; 0 for at once."""
        if interval_ms:
            self._every_ms[row] = interval_ms
            return
        self._every_ms.pop(row, None)
        if row in self._kept:
            heapq.heappush(self._heap, (now_ms, row))

    def keeps(self, item: Item) -> bool:
        """Take a message that is to wait for its device's next upload; whether it is."""
        if item.row not in self._every_ms and item.row not in self._kept:
            return False
        if item.row not in self._kept:
            self._kept[item.row] = []
            self._plan(item.row, item.due_ms)
        self._kept[item.row].append(item)
        return True

    def due(self, now_ms: int) -> list[Item]:
        """Take what is to be sent until a wall time, by device in order."""
        items: list[Item] = []
        while self._heap and self._heap[0][0] <= now_ms:
            _, row = heapq.heappop(self._heap)
            items += self._upload(row, now_ms)
        return items

    def rest(self) -> list[Item]:
        """Take all that is still kept, at the end of a run."""
        rows = list(self._kept)
        return [item for row in rows for item in self._kept.pop(row)]

    def _upload(self, row: int, now_ms: int) -> list[Item]:
        latest = self._model.latest
        if row not in self._kept or latest is None:
            return []
        faults = latest.faults
        if faults.active[FaultKind.DESTROYED][row]:
            del self._kept[row]
            return []
        if faults.offline[row] or faults.dead[row]:
            self._plan(row, now_ms)
            return []
        return self._kept.pop(row)

    def _plan(self, row: int, after_ms: int) -> None:
        """Set the time of a device's next upload."""
        every = self._every_ms.get(row, self._model.interval_ms)
        at_ms = self._schedule.event_ms(after_ms) + every
        due_ms = int(self._schedule.due_ms(np.array([at_ms]))[0])
        heapq.heappush(self._heap, (due_ms, row))

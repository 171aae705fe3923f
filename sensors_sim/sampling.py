"""Readings between the regular ones: of devices that were told to sample faster, or once at once.

They lie on a grid that begins with the device's regular reading, and change nothing of the regular
ones but their rain, which counts from the reading before. A device that is offline, cut off or
destroyed gives none.
"""

import heapq

import msgspec
import numpy as np

from sensors_sim.fleet import DUPLICATE, VALID, Fleet, Message
from sensors_sim.flow import Item, Schedule
from sensors_sim.model import Model

_GATHER_MS = 200
"""Wall time over which readings are gathered: the model looks at all of them in one go."""


class Sampling:
    """Extra readings of a fleet, by wall time."""

    def __init__(self, model: Model, fleet: Fleet, schedule: Schedule) -> None:
        self._model = model
        self._fleet = fleet
        self._schedule = schedule
        self._every_ms: dict[int, int] = {}
        self._heap: list[tuple[int, int, int]] = []
        self._planned: dict[int, int] = {}
        self._turn = 0
        self._told: dict[int, tuple[int, float]] = {}
        self._rain = {
            row: slot
            for row, slot in zip(
                model.sites.rows.get("rain", np.empty(0, int)).tolist(),
                model.sites.slots.get("rain", np.empty(0, int)).tolist(),
                strict=True,
            )
        }

    def every(self, row: int, interval_ms: int, now_ms: int) -> None:
        """Let a device sample at an interval of event time; the regular one ends it."""
        if interval_ms >= self._model.interval_ms:
            self._every_ms.pop(row, None)
            return
        self._every_ms[row] = interval_ms
        self._plan(row, self._schedule.event_ms(now_ms))

    def interval_ms(self, row: int) -> int:
        """Interval at which a device samples now."""
        return self._every_ms.get(row, self._model.interval_ms)

    def once(self, row: int, now_ms: int) -> bool:
        """Let a device read at once; whether it can."""
        at_ms = self._schedule.event_ms(now_ms)
        if not self._reachable(row, at_ms):
            return False
        heapq.heappush(self._heap, (now_ms, row, at_ms))
        return True

    def due(self, row: int | None, now_ms: int) -> list[Item]:
        """Take what is due until a wall time.

        Parameters
        ----------
        row
            Device that is about to speak: what it read before comes first. ``None`` for none, so
            that readings may still be gathered.
        """
        heap = self._heap
        if not heap or heap[0][0] > now_ms:
            return []
        # The device's next one may still be to come, or it has none.
        own_due_ms = now_ms + 1 if row is None else self._planned.get(row, now_ms + 1)
        if now_ms - heap[0][0] < _GATHER_MS and own_due_ms > now_ms:
            return []
        items: list[Item] = []
        while ready := self._pop(now_ms):
            items += self._read(ready)
        return items

    def corrected(self, message: Message) -> Message:
        """Take from a regular message the rain that was told since the one before it."""
        row = message.row
        told_mm = self.told_mm(row, message.event_ms - message.skew_ms)
        if not told_mm or message.kind not in (VALID, DUPLICATE):
            return message
        slot = self._rain[row]
        values = list(message.values)
        values[slot] = round(max(values[slot] - told_mm, 0.0), 1)
        payload = self._fleet.written(row, message.event_ms, values)
        return msgspec.structs.replace(message, values=tuple(values), payload=payload)

    def told_mm(self, row: int, at_ms: int) -> float:
        """Rain that a regular reading at a true time would count again: told since the last."""
        since_ms, told_mm = self._told.get(row, (0, 0.0))
        return told_mm if at_ms == since_ms + self._model.interval_ms else 0.0

    def _pop(self, now_ms: int) -> dict[int, tuple[int, int]]:
        """Take due readings, at most one of each device: when it is due, and when it reads."""
        ready: dict[int, tuple[int, int]] = {}
        again = []
        while self._heap and self._heap[0][0] <= now_ms:
            due_ms, row, at_ms = heapq.heappop(self._heap)
            if row in ready:
                again.append((due_ms, row, at_ms))
                continue
            ready[row] = due_ms, at_ms
            self._planned.pop(row, None)
            self._plan(row, at_ms)
        for entry in again:
            heapq.heappush(self._heap, entry)
        return ready

    def _plan(self, row: int, after_ms: int) -> None:
        """Put a device's next extra reading on its grid."""
        every = self._every_ms.get(row)
        latest = self._model.latest
        if every is None or latest is None or row in self._planned:
            return
        interval = self._model.interval_ms
        regular = int(latest.event_ms[row])
        begin = regular + (after_ms - regular) // interval * interval
        at_ms = begin + ((after_ms - begin) // every + 1) * every
        if at_ms > begin + interval - every // 2:
            at_ms = begin + interval + every
        due_ms = int(self._schedule.due_ms(np.array([at_ms]))[0])
        self._planned[row] = due_ms
        heapq.heappush(self._heap, (due_ms, row, at_ms))

    def _reachable(self, row: int, at_ms: int) -> bool:
        latest = self._model.latest
        if latest is None:
            return False
        far = abs(at_ms - int(latest.event_ms[row])) >= self._model.interval_ms
        faults = latest.faults
        return not (far or faults.dead[row] or faults.offline[row])

    def _read(self, ready: dict[int, tuple[int, int]]) -> list[Item]:
        chosen = {r: pair for r, pair in ready.items() if self._reachable(r, pair[1])}
        if not chosen or self._model.latest is None:
            return []
        rows = np.array(list(chosen))
        at_ms = np.array([at for _, at in chosen.values()])
        values = self._model.between(rows, at_ms, self._turn)
        self._turn += 1
        skews = self._model.latest.faults.skew_ms[rows].tolist()
        return [
            self._item(row, due, at, skew, self._own_rain(row, at, own))
            for (row, (due, at)), skew, own in zip(
                chosen.items(), skews, values.tolist(), strict=True
            )
        ]

    def _own_rain(self, row: int, at_ms: int, values: list[float]) -> list[float]:
        """Leave of the rain since the regular reading what this device has not told yet."""
        slot = self._rain.get(row)
        if slot is None or self._model.latest is None:
            return values
        regular = int(self._model.latest.event_ms[row])
        since = regular if at_ms >= regular else regular - self._model.interval_ms
        before, told_mm = self._told.get(row, (since, 0.0))
        told_mm = told_mm if before == since else 0.0
        fresh = round(max(values[slot] - told_mm, 0.0), 1)
        self._told[row] = since, told_mm + fresh
        return [*values[:slot], fresh, *values[slot + 1 :]]

    def _item(self, row: int, due_ms: int, at_ms: int, skew_ms: int, values: list[float]) -> Item:
        message = self._fleet.message(row, at_ms + skew_ms, skew_ms, values)
        return Item(due_ms, row, message.topic, message.payload, message)

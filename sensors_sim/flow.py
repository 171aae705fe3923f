"""What is to be sent, and when: the fleet's messages laid out on the wall clock."""

import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sensors_sim.fleet import Fleet, Message
from sensors_sim.model import Model, Step

_LOG = logging.getLogger(__name__)

ONLINE, OFFLINE = b"online", b"offline"


class Item(NamedTuple):
    """One thing to publish.

    Attributes
    ----------
    due_ms
        Wall clock at which it is due.
    row
        Row of the device, which also decides the connection.
    message
        Telemetry; ``None`` for a retained status.
    """

    due_ms: int
    row: int
    topic: str
    payload: bytes
    message: Message | None


class Schedule:
    """From event time to the wall clock.

    Event time runs ``speed`` times as fast as the wall clock, and never overtakes it: where it
    would, a message waits for its own event time, so the speed falls to 1.

    Examples
    --------
    >>> schedule = Schedule(start_ms=0, wall_start_ms=100_000, speed=60.0)
    >>> schedule.due_ms(np.array([0, 60_000, 6_000_000])).tolist()
    [100000, 101000, 6000000]
    >>> schedule.caught_up
    True
    """

    def __init__(self, start_ms: int, wall_start_ms: int, speed: float) -> None:
        self._start_ms = start_ms
        self._wall_start_ms = wall_start_ms
        self._speed = speed
        self.caught_up = False

    def begin(self, wall_start_ms: int) -> None:
        """Begin at another wall clock than planned; before anything is sent."""
        self._wall_start_ms = wall_start_ms

    def event_ms(self, now_ms: int) -> int:
        """Event time at a wall clock: what a device's true clock shows then.

        Examples
        --------
        >>> Schedule(start_ms=0, wall_start_ms=100_000, speed=60.0).event_ms(101_000)
        60000
        """
        elapsed_ms = max(now_ms - self._wall_start_ms, 0) * self._speed
        return min(self._start_ms + round(elapsed_ms), now_ms)

    def due_ms(self, event_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Wall clock at which readings of these event times are due, shape (n,)."""
        elapsed = np.round((event_ms - self._start_ms) / self._speed).astype(np.int64)
        planned = self._wall_start_ms + elapsed
        if not self.caught_up and bool(np.any(event_ms > planned)):
            self.caught_up = True
            if self._speed > 1:
                _LOG.warning("event time has caught up with the clock: the speed falls to 1")
        due: npt.NDArray[np.int64] = np.maximum(planned, event_ms)
        return due


class Flow:
    """Everything that a fleet sends until a time, in order.

    Parameters
    ----------
    end_ms
        Wall clock; what is due then or later is not sent. ``None`` for no end.
    on_step
        Called with each step of the model before any of it is sent.

    Attributes
    ----------
    online
        Devices whose retained status says so, by row.
    event_ms
        Event time up to which the model has been run.
    """

    def __init__(
        self,
        model: Model,
        fleet: Fleet,
        schedule: Schedule,
        end_ms: int | None,
        on_step: Callable[[Step], None] | None = None,
    ) -> None:
        self._model = model
        self._fleet = fleet
        self._schedule = schedule
        self._end_ms = end_ms
        self._on_step = on_step
        self.online: set[int] = set()
        self.event_ms = model.start_ms

    def __iter__(self) -> Iterator[Item]:
        """Go through steps and, within a step, through the devices as they speak."""
        while True:
            step = self._model.advance()
            if self._on_step:
                self._on_step(step)
            due = self._schedule.due_ms(step.event_ms).tolist()
            event = step.event_ms.tolist()
            for row, messages in self._fleet.send(step):
                if self._end_ms is not None and due[row] >= self._end_ms:
                    return
                self.event_ms = event[row]
                yield from self._status(due[row], row, sends=bool(messages))
                for message in messages:
                    yield Item(due[row], row, message.topic, message.payload, message)

    def farewell(self) -> Iterator[Item]:
        """Take the retained status of all devices back."""
        for row in sorted(self.online):
            yield from self._status(0, row, sends=False)

    def _status(self, due_ms: int, row: int, *, sends: bool) -> Iterator[Item]:
        """Tell a change between online and offline."""
        if (row in self.online) == sends:
            return
        topic = self._fleet.status_topic(row)
        if topic is None:
            return
        (self.online.add if sends else self.online.discard)(row)
        yield Item(due_ms, row, topic, ONLINE if sends else OFFLINE, None)

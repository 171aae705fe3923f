"""No frame is passed over: an agent takes each partition's records one after the other.

Faust 0.15.3 can skip records around a rebalance: what was fetched before it is dropped from its
buffers, while its own read position has moved on (seen on 2026-11-23 with a worker killed and
started again: one frame in each of two partitions was never delivered). An agent therefore asks
`ReadOrder` about every record, and a missing one is read again.
"""

import asyncio
import logging
from enum import Enum
from typing import Any

import faust
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP

log = logging.getLogger(__name__)

REWIND_SECONDS = 2.0
"""Between two rewinds for the same record: what was fetched in between must drain first."""


class Place(Enum):
    """Where a record stands in its partition."""

    NEXT = "next"
    SEEN = "seen"
    TOO_EARLY = "too early"


class GaplessConsumer(Consumer):
    """A consumer that never counts an undelivered record as acknowledged.

    Faust takes a jump in offsets for what compaction or transactions leave, and lets the commit
    pass over it. Our topics have neither, so a jump is a record that is still to come.
    """

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Leave the gap open."""


class ReadOrder:
    """The next offset of each partition that this worker reads.

    Parameters
    ----------
    app
        Whose consumer is moved back if a record is missing.
    """

    def __init__(self, app: faust.App) -> None:
        self._app = app
        self._next: dict[TP, int] = {}
        self._rewound: dict[TP, tuple[int, float]] = {}
        app.on_partitions_revoked.connect(self._on_revoked, weak=False)

    def begin(self, tp: TP, offset: int) -> None:
        """Set the next offset of a partition, where our own state knows better than the commit."""
        self._next[tp] = offset

    async def place(self, event: faust.EventT[Any]) -> Place:
        """Tell where a record stands, and move on past it if it is the next.

        A record that comes too early must be left alone, unacknowledged: it will come again.
        """
        tp, offset = event.message.tp, event.message.offset
        wanted = self._next.get(tp)
        if wanted is None:
            wanted = self._committed(tp)
        if offset > wanted and await self._rewind(tp, wanted, offset):
            return Place.TOO_EARLY
        if offset < wanted:
            return Place.SEEN
        self._next[tp] = offset + 1
        return Place.NEXT

    def lag(self, tp: TP) -> int | None:
        """Count the records of a partition still to be taken; ``None`` before the first."""
        end, wanted = self._app.consumer.highwater(tp), self._next.get(tp)
        return None if end is None or wanted is None else max(0, end - wanted)

    async def _rewind(self, tp: TP, wanted: int, offset: int) -> bool:
        """Move back; false if what is missing is gone for good (Kafka's retention)."""
        now = asyncio.get_running_loop().time()
        last_wanted, last_time = self._rewound.get(tp, (-1, 0.0))
        if last_wanted == wanted and now - last_time < REWIND_SECONDS:
            return True
        earliest = (await self._app.consumer.earliest_offsets(tp)).get(tp, 0)
        target = max(wanted, earliest)
        if target >= offset:
            log.warning("%s/%d: records %d to %d are gone", tp.topic, tp.partition, wanted, offset)
            return False
        log.info("%s/%d: reading again from %d", tp.topic, tp.partition, target)
        self._rewound[tp] = (target, now)
        self._next[tp] = target
        await self._app.consumer.seek(tp, target)
        return True

    def _committed(self, tp: TP) -> int:
        # Faust has no public name for what it learned from the group; None: nothing committed,
        # so that the partition is read from its beginning.
        consumer: Any = self._app.consumer
        committed = consumer._committed_offset.get(tp)  # noqa: SLF001
        return int(committed or 0)

    async def _on_revoked(self, *args: Any, **_: Any) -> None:
        _app, revoked = args
        for tp in revoked:
            self._next.pop(tp, None)
            self._rewound.pop(tp, None)

"""The way to one receiver: its own tries, pace and patience, so that it holds up no other."""

import asyncio
import logging
from dataclasses import dataclass
from random import Random

from alerts.attempt import Answer, Poster
from alerts.outbox import Job, Outbox
from alerts.schedule import wait_ms
from domain.clock import Clock

log = logging.getLogger(__name__)

WIDTH = 4
"""Tries under way at once; one while the receiver does not answer well."""

PAUSE_S = 1.0
"""Wait between two messages while the receiver does not answer well."""

POLL_S = 0.5
"""How often the outbox is looked at for what fell due or was changed by another process."""

GRACE_S = 3.0
"""How long a stop waits for tries under way; what is cut off is repeated after the next start."""


@dataclass
class LaneCounters:
    """Counts since the start."""

    delivered: int = 0
    failed_tries: int = 0


class Lane:
    """Delivers the messages of one receiver.

    Parameters
    ----------
    name
        The receiver's name.
    poster
        Makes the single try; the lane closes it at the end of `run`.
    random
        Source of the jitter.
    """

    def __init__(
        self, name: str, poster: Poster, outbox: Outbox, clock: Clock, random: Random
    ) -> None:
        self.name = name
        self.counters = LaneCounters()
        self.wake = asyncio.Event()
        self._poster = poster
        self._outbox = outbox
        self._clock = clock
        self._random = random
        self._failing = False
        self._resume_ms = 0
        self._tries: dict[str, asyncio.Task[None]] = {}
        self._posts: set[asyncio.Task[Answer]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop`` is set."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self.wake.clear()
                await self._start_due()
                await self._something_happens(stopping)
            await self._finish(GRACE_S)
        finally:
            stopping.cancel()
            try:
                await self._finish(0)
            finally:
                await self._poster.close()

    async def deliver_due(self) -> int:
        """Try everything that is due at the clock's time, once; for tests and tools.

        Returns
        -------
        int
            How many tries were made.
        """
        tried = 0
        while await self._start_due():
            tried += len(self._tries)
            await asyncio.wait(self._tries.values())
            self._reap()
        return tried

    async def close(self) -> None:
        """Close the connections of a lane that is not run."""
        await self._poster.close()

    async def _start_due(self) -> int:
        now_ms = self._clock.now_ms()
        room = (1 if self._failing else WIDTH) - len(self._tries)
        if room <= 0 or now_ms < self._resume_ms:
            return 0
        jobs = await asyncio.to_thread(
            self._outbox.due, self.name, now_ms, room, tuple(self._tries)
        )
        for job in jobs:
            self._tries[job.event_id] = asyncio.create_task(self._try(job))
        return len(jobs)

    async def _something_happens(self, stopping: asyncio.Task[bool]) -> None:
        waking = asyncio.create_task(self.wake.wait())
        await asyncio.wait(
            {stopping, waking, *self._tries.values()},
            timeout=POLL_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
        waking.cancel()
        self._reap()

    def _reap(self) -> None:
        for event_id, task in list(self._tries.items()):
            if task.done():
                del self._tries[event_id]
                task.result()

    async def _finish(self, grace_s: float) -> None:
        if self._tries and grace_s:
            await asyncio.wait(self._tries.values(), timeout=grace_s)
        for post in self._posts:
            post.cancel()
        # What was answered is still written down; what was cut off stays pending.
        if self._tries:
            await asyncio.wait(self._tries.values())
        self._reap()

    async def _try(self, job: Job) -> None:
        post = asyncio.create_task(self._poster.post(job.event_id, job.body, self._clock.now_ms()))
        self._posts.add(post)
        try:
            await asyncio.wait({post})
        finally:
            self._posts.discard(post)
        if not post.cancelled():
            await self._settle(job, post.result())

    async def _settle(self, job: Job, answer: Answer) -> None:
        now_ms = self._clock.now_ms()
        status = answer.status
        if status is not None and answer.delivered:
            self.counters.delivered += 1
            await asyncio.to_thread(self._outbox.record_delivered, job, status, now_ms)
        elif status is not None and answer.gone:
            self.counters.failed_tries += 1
            log.warning("receiver %s answered 410: disabled until enabled by hand", self.name)
            await asyncio.to_thread(self._outbox.record_gone, job, status, now_ms)
        else:
            self.counters.failed_tries += 1
            await self._settle_failed(job, answer, now_ms)
        await self._judge(answer, now_ms)

    async def _judge(self, answer: Answer, now_ms: int) -> None:
        """Learn from an answer how the receiver is."""
        if answer.unwell:
            wait_s = max(PAUSE_S, answer.retry_after_s or 0.0)
            self._resume_ms = max(self._resume_ms, now_ms + round(wait_s * 1000))
        elif self._failing:
            log.info("receiver %s answers again", self.name)
            await asyncio.to_thread(self._outbox.hasten, self.name, now_ms)
        self._failing = answer.unwell

    async def _settle_failed(self, job: Job, answer: Answer, now_ms: int) -> None:
        wait = wait_ms(job.step + 1, self._random, answer.retry_after_s)
        log.warning(
            "receiver %s: try %d of %s failed: %s",
            self.name,
            job.tries + 1,
            job.event_id,
            f"HTTP {answer.status}" if answer.status else answer.note,
        )
        await asyncio.to_thread(
            self._outbox.record_failed, job, answer.status, answer.note, now_ms, wait
        )

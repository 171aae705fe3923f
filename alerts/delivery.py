"""Bring what lies in the outbox to the receivers, a lane for each."""

import asyncio
import logging
from collections.abc import Sequence
from random import Random, SystemRandom

from alerts.attempt import Poster
from alerts.guard import Resolver, system_resolver
from alerts.lane import Lane
from alerts.outbox import Outbox
from alerts.upkeep import prune
from domain.clock import Clock
from domain.settings import Receiver

log = logging.getLogger(__name__)

UPKEEP_S = 3600.0
"""How often old rows are removed."""


class Deliverer:
    """Delivers to all receivers at once; a dead one holds up no other.

    Parameters
    ----------
    receivers
        Whom to deliver to; rows of others in the outbox are left alone.
    timeout_s
        For one try.
    random
        Source of the jitter.

    Raises
    ------
    SettingsError
        If a receiver's URL or secret cannot be used.
    """

    def __init__(
        self,
        receivers: Sequence[Receiver],
        outbox: Outbox,
        clock: Clock,
        *,
        timeout_s: float = 20.0,
        random: Random | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        random = random or SystemRandom()
        self.lanes = tuple(
            Lane(r.name, Poster(r, timeout_s, resolver=resolver), outbox, clock, random)
            for r in receivers
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop`` is set; tries under way then get a few seconds to end."""
        async with asyncio.TaskGroup() as group:
            for lane in self.lanes:
                group.create_task(lane.run(stop), name=f"lane {lane.name}")
            group.create_task(self._keep_up(stop), name="upkeep")

    async def deliver_due(self) -> int:
        """Try everything that is due at the clock's time, once; returns the number of tries."""
        return sum(await asyncio.gather(*(lane.deliver_due() for lane in self.lanes)))

    async def close(self) -> None:
        """Close the connections of a deliverer that is not run."""
        for lane in self.lanes:
            await lane.close()

    def wake(self) -> None:
        """Tell the lanes that there is something new; only from the loop that runs them."""
        for lane in self.lanes:
            lane.wake.set()

    def counters(self) -> dict[str, int]:
        """Count ``delivered`` and ``failed_tries`` since the start; ``pending``, ``dead`` now."""
        return {
            "delivered": sum(lane.counters.delivered for lane in self.lanes),
            "failed_tries": sum(lane.counters.failed_tries for lane in self.lanes),
            "pending": self._outbox.count("pending"),
            "dead": self._outbox.count("dead"),
        }

    async def _keep_up(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await asyncio.to_thread(prune, self._outbox, self._clock.now_ms())
            try:
                await asyncio.wait_for(stop.wait(), UPKEEP_S)
            except TimeoutError:
                continue

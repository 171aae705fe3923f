"""A deliverer on a table: its outbox, a clock moved by hand, and one receiver."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.delivery import Deliverer
from alerts.guard import Resolver, system_resolver
from alerts.outbox import Outbox
from domain.clock import ManualClock
from domain.settings import Receiver
from domain.warnings import WarningEvent
from tests.alerts.builders import T0, NoJitter, make_receiver
from tests.alerts.hooks import Hook, hook


@dataclass
class Bench:
    """A deliverer with its outbox and clock."""

    outbox: Outbox
    clock: ManualClock
    deliverer: Deliverer
    names: tuple[str, ...]

    def put(self, *events: WarningEvent) -> None:
        self.outbox.accept(
            events, lambda _: self.names, lambda e, _: f'{{"é":"{e.id}"}}'.encode(), self.now
        )

    @property
    def now(self) -> int:
        return self.clock.now_ms()

    async def step(self, seconds: float = 0.0) -> int:
        """Move the clock, then try what is due."""
        self.clock.advance(round(seconds * 1000))
        return await self.deliverer.deliver_due()

    async def settle(self) -> int:
        """Try all that is due, second by second, as a failing receiver is tried."""
        tries, now = 0, await self.step()
        while now:
            tries += now
            now = await self.step(1)
        return tries

    def row(self, name: str = "r") -> dict[str, Any]:
        with self.outbox.db.reading() as db:
            found = db.execute(
                "SELECT * FROM delivery WHERE receiver = ? ORDER BY position", (name,)
            ).fetchone()
        return dict(found)


@asynccontextmanager
async def bench(
    tmp_path: Path,
    *receivers: Receiver,
    timeout_s: float = 5.0,
    resolver: Resolver = system_resolver,
) -> AsyncIterator[Bench]:
    outbox, clock = Outbox(tmp_path / "o.sqlite"), ManualClock(T0)
    deliverer = Deliverer(
        receivers, outbox, clock, timeout_s=timeout_s, random=NoJitter(), resolver=resolver
    )
    try:
        yield Bench(outbox, clock, deliverer, tuple(r.name for r in receivers))
    finally:
        await deliverer.close()
        outbox.close()


def run(
    tmp_path: Path, scene: Callable[[Bench, Hook], Coroutine[Any, Any, None]], **more: Any
) -> None:
    """Play a scene with one receiver, named ``r``."""

    async def play() -> None:
        async with hook() as one:
            receiver = make_receiver("r", more.pop("url", one.url), **more.pop("receiver", {}))
            async with bench(tmp_path, receiver, **more) as made:
                await scene(made, one)

    asyncio.run(play())

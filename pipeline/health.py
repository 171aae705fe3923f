"""What a worker says of itself each second, and how it dies: loudly."""

import functools
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import faust
import psutil

from domain import topics
from domain.clock import Clock
from domain.health import Health, encode_health
from domain.settings import Settings
from pipeline.read_order import ReadOrder

log = logging.getLogger(__name__)


class HealthReporter:
    """Counts, and sends the counts to `geohazard.pipeline` each second.

    Parameters
    ----------
    app, role, settings, clock, order
        Of the worker that it speaks for.
    extra
        More counters, asked for at each report.
    """

    def __init__(
        self,
        app: faust.App,
        role: str,
        settings: Settings,
        clock: Clock,
        order: ReadOrder,
        extra: Callable[[], dict[str, int]] = dict,
    ) -> None:
        self._app = app
        self._role = role
        self._instance = settings.instance
        self._clock = clock
        self._extra = extra
        self._counters: Counter[str] = Counter()
        self._order = order
        self._process = psutil.Process()
        self._topic = app.topic(
            topics.PIPELINE, value_type=bytes, value_serializer="raw", partitions=1
        )
        app.timer(interval=1.0, name=f"health-{role}")(self._report)

    def count(self, **amounts: int) -> None:
        """Add to counters by name."""
        self._counters.update(amounts)

    def lag(self) -> int:
        """Kafka records that lie before this worker, over its partitions of the read topics."""
        lags = (self._order.lag(tp) for tp in self._app.consumer.assignment())
        return sum(lag for lag in lags if lag is not None)

    async def _report(self) -> None:
        health = Health(
            role=self._role,
            instance=self._instance,
            time_ms=self._clock.now_ms(),
            lag=self.lag(),
            rss_mb=round(self._process.memory_info().rss / 2**20, 1),
            counters={**self._counters, **self._extra()},
        )
        await self._topic.send(key=self._role.encode(), value=encode_health(health), partition=0)


def crash_on_error(
    agent: Callable[[Any], Awaitable[None]],
) -> Callable[[Any], Awaitable[None]]:
    """Let an agent's error end the process, so that its supervisor starts it afresh.

    Faust's own agents die silently and leave the worker running with its partitions (its issues
    175, 523 and 532); a worker that has lost its place must rather begin again from what Kafka
    holds.
    """

    @functools.wraps(agent)
    async def guarded(stream: Any) -> None:
        try:
            await agent(stream)
        except Exception as error:
            log.critical("%s failed: %s", agent.__name__, error, exc_info=error)
            await stream.app.crash(error)
            raise

    return guarded

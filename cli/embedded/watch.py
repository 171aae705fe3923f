"""What a run looks like from outside: listens to `geohazard.pipeline` and `geohazard.warnings`."""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from domain import topics
from domain.health import Health, decode_health
from domain.settings import KafkaSettings
from domain.warnings import WarningEvent, decode_warning
from ingest.kafka_topics import kafka_options

AGAIN_S = 0.5


@dataclass
class Watch:
    """Latest health of each process and the warnings so far.

    Attributes
    ----------
    health
        By role and instance.
    levels
        Level of each point that ever had one.
    raised
        How many distinct warnings rose to each level.
    silent
        Points that are silent now.
    last
        The most recent warnings, newest first.
    """

    health: dict[tuple[str, str], Health] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    raised: Counter[int] = field(default_factory=Counter)
    silent: set[str] = field(default_factory=set)
    last: deque[WarningEvent] = field(default_factory=lambda: deque(maxlen=8))
    _seen: set[str] = field(default_factory=set)

    def take_health(self, raw: bytes) -> None:
        """Note one record of `geohazard.pipeline`."""
        health = decode_health(raw)
        self.health[health.role, health.instance] = health

    def take_warning(self, raw: bytes) -> None:
        """Note one record of `geohazard.warnings`; one that comes again changes nothing."""
        event = decode_warning(raw)
        if event.id in self._seen:
            return
        self._seen.add(event.id)
        self.last.appendleft(event)
        if event.kind == "acknowledged":
            return
        self.levels[event.point_id] = event.level
        if event.of_instrument:
            return
        if event.kind == "silent":
            self.silent.add(event.point_id)
        elif event.kind == "reporting":
            self.silent.discard(event.point_id)
        if event.level > event.previous_level:
            self.raised[event.level] += 1

    def of_role(self, role: str) -> list[Health]:
        """Health of all processes of a role."""
        return [health for (name, _), health in self.health.items() if name == role]

    def counter(self, role: str, name: str) -> int:
        """Sum of one counter over a role's processes, since they last started."""
        return sum(health.counters.get(name, 0) for health in self.of_role(role))

    def lag(self, role: str) -> int:
        """Sum of what lies before a role's processes."""
        return sum(health.lag for health in self.of_role(role))


async def follow(watch: Watch, kafka: KafkaSettings, stop: asyncio.Event) -> None:
    """Keep ``watch`` up to date until ``stop`` is set, though Kafka go away meanwhile."""
    while not stop.is_set():
        try:
            await _listen(watch, kafka, stop)
        except (KafkaError, OSError):
            # The view shows what it last heard; that Kafka is away, the roles' logs tell.
            await asyncio.sleep(AGAIN_S)


async def _listen(watch: Watch, kafka: KafkaSettings, stop: asyncio.Event) -> None:
    consumer = AIOKafkaConsumer(
        topics.PIPELINE,
        topics.WARNINGS,
        **kafka_options(kafka),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        group_id=None,
    )
    try:
        await consumer.start()
        while not stop.is_set():
            for tp, records in (await consumer.getmany(timeout_ms=200)).items():
                take = watch.take_health if tp.topic == topics.PIPELINE else watch.take_warning
                for record in records:
                    take(record.value)
    finally:
        await consumer.stop()

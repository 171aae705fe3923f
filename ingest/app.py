"""The ingest role: MQTT in, Kafka out, registry followed, health told."""

import asyncio
import logging

import psutil
from aiokafka.errors import KafkaError

from domain.clock import Clock, SystemClock
from domain.health import Health, encode_health
from domain.registry import RegistryFile
from domain.settings import Settings
from domain.topics import PIPELINE
from ingest.bridge import Bridge
from ingest.decoders import Decoders
from ingest.intake import Intake
from ingest.kafka_sink import KafkaSink
from ingest.mqtt_source import MqttSource
from ingest.validate import Validator

_LOG = logging.getLogger(__name__)
_TICK_S = 1.0
_LAST_FLUSH_S = 3.0


async def run_ingest(settings: Settings, stop: asyncio.Event) -> None:
    """Run until ``stop`` is set; then pass on what came, and disconnect keeping the sessions.

    Health is told from the moment when all subscriptions stand: before, messages may pass by.

    Raises
    ------
    GeohazardError
        If the registry cannot be read, topics or settings do not fit, the broker refuses a
        subscription, or a connection's thread has ended.
    """
    clock = SystemClock()
    registry = RegistryFile(settings.registry)
    validator = Validator(registry.current, settings.ingest)
    intake = Intake(Decoders.of(settings), validator, settings.ingest.max_payload_bytes)
    sink = KafkaSink(settings)
    source = MqttSource(settings, clock)
    bridge = Bridge(source, intake, sink, settings.kafka.partitions)

    async def carry() -> None:
        await sink.open()
        source.start()
        await bridge.run(stop)

    async def attend() -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            await _follow(registry, validator)
            source.check()
            await _tell(sink, _health(settings, bridge, source, clock))

    try:
        await _run_until(stop, asyncio.create_task(carry()), asyncio.create_task(attend()))
    finally:
        await source.close()
        await sink.close()


async def _run_until(
    stop: asyncio.Event, carrying: asyncio.Task[None], attending: asyncio.Task[None]
) -> None:
    """Run until ``stop``, or until one of the two fails; then end both."""
    stopped = asyncio.create_task(stop.wait())
    tasks = (carrying, attending, stopped)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            # Without Kafka the last batch stays unacknowledged, and the broker keeps it.
            await asyncio.wait((carrying,), timeout=_LAST_FLUSH_S)
    finally:
        for task in tasks:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer


async def _follow(registry: RegistryFile, validator: Validator) -> None:
    before = registry.error
    if await asyncio.to_thread(registry.refresh):
        validator.set_registry(registry.current)
        _LOG.info("the registry was read again: %d points", len(registry.current.points))
    elif registry.error and registry.error != before:
        _LOG.error("the registry stays as it was: %s", registry.error)


async def _tell(sink: KafkaSink, health: Health) -> None:
    try:
        await sink.tell(PIPELINE, encode_health(health))
    except KafkaError as error:
        _LOG.debug("health was not told: %s", error)


def _health(settings: Settings, bridge: Bridge, source: MqttSource, clock: Clock) -> Health:
    return Health(
        role="ingest",
        instance=settings.instance,
        time_ms=clock.now_ms(),
        lag=source.pending + bridge.in_hand,
        rss_mb=round(psutil.Process().memory_info().rss / 2**20, 1),
        counters={**bridge.counters.as_dict(), "subscribed": int(source.subscribed)},
    )

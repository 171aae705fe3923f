"""The notify role: warnings into the durable outbox, acknowledged, then delivered.

Where a site wants it (`sampling.enabled`), devices of points under warning are asked over MQTT to
read more often; that never holds up a webhook.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import faust
import msgspec

from alerts.notify import Notifier
from domain import topics
from domain.clock import Clock, SystemClock
from domain.registry import Registry, RegistryFile
from domain.settings import Settings
from domain.warnings import WarningEvent, decode_warning
from ingest.asking import SamplingAsker
from pipeline.app import Role, bytes_topic, make_app
from pipeline.health import HealthReporter, crash_on_error
from pipeline.read_order import Place, ReadOrder

TAKE_RECORDS = 256
TAKE_SECONDS = 0.1


def make_notify_role(settings: Settings, clock: Clock | None = None) -> Role:
    """Build the notify role.

    Raises
    ------
    RegistryError
        If the registry cannot be read.
    SettingsError
        If a receiver cannot be used.
    """
    clock = clock or SystemClock()
    app = make_app("notify", settings)
    registry = RegistryFile(settings.registry)
    notifier = Notifier(settings, lambda: registry.current, clock)
    asker = _asker(settings, lambda: registry.current, clock)
    order = ReadOrder(app)
    health = HealthReporter(
        app, "notify", settings, clock, order, extra=lambda: _counters(notifier, asker)
    )
    _add_delivery(app, notifier)

    def take(events: list[WarningEvent]) -> None:
        notifier.accept(events)
        if asker is not None:
            asker.take(events)

    _add_agent(app, settings, take, health, order)

    async def follow_registry() -> None:
        registry.refresh()

    app.timer(interval=1.0, name="registry")(follow_registry)

    def close() -> None:
        notifier.close()
        if asker is not None:
            asker.close()

    return Role(app, close)


def _asker(
    settings: Settings, registry: Callable[[], Registry], clock: Clock
) -> SamplingAsker | None:
    if not settings.sampling.enabled:
        return None
    asker = SamplingAsker(settings, registry, clock)
    asker.start()
    return asker


def _counters(notifier: Notifier, asker: SamplingAsker | None) -> dict[str, int]:
    return notifier.counters() | (asker.counters() if asker is not None else {})


def _add_delivery(app: faust.App, notifier: Notifier) -> None:
    stop = asyncio.Event()

    async def deliver() -> None:
        try:
            await notifier.run(stop)
        except Exception as error:
            await app.crash(error)
            raise

    async def end(*_: Any, **__: Any) -> None:
        stop.set()

    app.task(deliver)
    app.on_before_shutdown.connect(end, weak=False)


def _add_agent(
    app: faust.App,
    settings: Settings,
    take: Callable[[list[WarningEvent]], None],
    health: HealthReporter,
    order: ReadOrder,
) -> None:
    async def notify(stream: faust.Stream[Any]) -> None:
        async for events in stream.noack_take(TAKE_RECORDS, within=TAKE_SECONDS):
            placed = [(await order.place(event), event) for event in events]
            fresh = (_decode(event, health) for place, event in placed if place is Place.NEXT)
            await asyncio.to_thread(take, [w for w in fresh if w is not None])
            for place, event in placed:
                if place is not Place.TOO_EARLY:
                    await stream.ack(event)

    topic = bytes_topic(app, topics.WARNINGS, settings.kafka.partitions)
    app.agent(topic, name="notify")(crash_on_error(notify))


def _decode(event: faust.EventT[Any], health: HealthReporter) -> WarningEvent | None:
    try:
        return decode_warning(event.value)
    except msgspec.DecodeError:
        # The store role sends the same record to the rejects; here it is only counted.
        health.count(unreadable=1)
        return None

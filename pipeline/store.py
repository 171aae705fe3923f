"""The store role: everything that others conclude goes to the record, then is acknowledged.

Each topic has an agent of its own. A batch is written in a thread (one at a time, for the store
is not shared); while the store is out of reach it is tried again for ever, which stops this role
alone. Writing is idempotent, so what Kafka delivers twice is kept once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import faust
import msgspec
import numpy as np
import numpy.typing as npt

from domain import topics
from domain.clock import Clock, SystemClock
from domain.errors import FrameError
from domain.frames import Features, Readings, States
from domain.health import decode_health
from domain.registry import RegistryFile
from domain.rejects import Reject, RejectReason
from domain.settings import Settings
from domain.warnings import WarningEvent, decode_warning
from pipeline.app import Role, bytes_topic, make_app
from pipeline.health import HealthReporter, crash_on_error
from pipeline.outputs import Outputs
from pipeline.read_order import Place, ReadOrder
from storage import open_store
from storage.base import Store, StoreUnavailableError

log = logging.getLogger(__name__)
T = TypeVar("T")

TAKE_RECORDS = 128
TAKE_SECONDS = 0.2
LONGEST_WAIT_S = 30.0


@dataclass
class StoreWorker:
    """Writes batches, patiently.

    Parameters
    ----------
    store
        Where to.
    health
        Counters of this process.
    order
        Sees to it that no record is passed over.
    rejects
        Topic for what cannot be read or is refused by the store.
    clock
        Tells how long readings took from ingest to the store.
    sleep
        Waits between tries; injected by tests.
    """

    store: Store
    health: HealthReporter
    order: ReadOrder
    rejects: faust.TopicT
    clock: Clock = field(default_factory=SystemClock)
    sleep: Callable[[float], Any] = asyncio.sleep
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "store"))

    async def write(self, call: Callable[[Sequence[Any]], T], items: Sequence[Any]) -> T:
        """Call the store in its thread until it has taken the items."""
        loop = asyncio.get_running_loop()
        tries = 0
        while True:
            try:
                return await loop.run_in_executor(self._thread, call, items)
            except StoreUnavailableError as error:
                tries += 1
                wait = min(max(error.retry_after_s or 0.0, 0.25 * 2**tries), LONGEST_WAIT_S)
                self.health.count(store_retries=1)
                log.warning("store out of reach, next try in %.1f s: %s", wait, error)
                await self.sleep(wait)

    async def refuse(self, rejects: Sequence[Reject]) -> None:
        """Send what could not be used to the rejects, and wait until it is there."""
        outputs = Outputs()
        for reject in rejects:
            await outputs.send(self.rejects, None, reject.payload, 0, reject.headers())
        await outputs.settled()
        self.health.count(rejects=len(rejects))

    def close(self) -> None:
        """Close the store once its thread is done."""
        self._thread.submit(self.store.close).result()
        self._thread.shutdown()


@dataclass(frozen=True)
class Route:
    """How the records of one topic reach the store.

    Parameters
    ----------
    decode
        One record to one item; raises `FrameError`, `msgspec.DecodeError` or `KeyError`.
    write
        Takes a list of items; may return an object with ``rows``, ``duplicates``, ``rejects``.
    received_ms
        When ingest received each row of an item, for items whose way is timed.
    """

    topic: str
    partitions: int
    decode: Callable[[faust.EventT[Any]], Any]
    write: Callable[[Sequence[Any]], Any]
    received_ms: Callable[[Any], npt.NDArray[np.int64]] | None = None


def routes(store: Store, partitions: int) -> tuple[Route, ...]:
    """All topics that the store keeps."""
    return (
        Route(
            topics.READINGS,
            partitions,
            lambda e: Readings.decode(e.value),
            store.write_readings,
            lambda frame: frame.received_ms,
        ),
        Route(
            topics.FEATURES, partitions, lambda e: Features.decode(e.value), store.write_features
        ),
        Route(topics.STATES, partitions, lambda e: States.decode(e.value), store.write_states),
        Route(topics.WARNINGS, partitions, _warning, store.write_warnings),
        Route(topics.REJECTS, 1, _reject, store.write_rejects),
        Route(topics.PIPELINE, 1, lambda e: decode_health(e.value), store.write_health),
    )


def make_store_role(settings: Settings, clock: Clock | None = None) -> Role:
    """Build the store role.

    Raises
    ------
    RegistryError
        If the registry cannot be read.
    StoreUnavailableError
        If the embedded store cannot be opened.
    """
    app = make_app("store", settings)
    registry = RegistryFile(settings.registry)
    order = ReadOrder(app)
    health = HealthReporter(app, "store", settings, clock or SystemClock(), order)
    store = open_store(settings, lambda: registry.current)
    rejects = bytes_topic(app, topics.REJECTS, 1)
    worker = StoreWorker(store, health, order, rejects, clock or SystemClock())
    for route in routes(store, settings.kafka.partitions):
        _add_agent(app, worker, route)

    _answer_questions(app, store, settings)
    app.timer(interval=1.0, name="registry")(_follow(registry))
    return Role(app, worker.close)


def _answer_questions(app: faust.App, store: Store, settings: Settings) -> None:
    if settings.store.kind != "duckdb" or settings.store.socket is None:
        return
    # Imported here, for with InfluxDB the role needs no DuckDB.
    from pipeline.store_queries import answer_questions  # noqa: PLC0415
    from storage.duck import DuckStore  # noqa: PLC0415

    if isinstance(store, DuckStore):
        answer_questions(app, store, settings.store.socket)


def _follow(registry: RegistryFile) -> Callable[[], Awaitable[None]]:
    async def follow_registry() -> None:
        registry.refresh()

    return follow_registry


def _add_agent(app: faust.App, worker: StoreWorker, route: Route) -> None:
    name = route.topic.removeprefix("geohazard.")

    async def keep(stream: faust.Stream[Any]) -> None:
        async for events in stream.noack_take(TAKE_RECORDS, within=TAKE_SECONDS):
            placed = [(await worker.order.place(event), event) for event in events]
            await _keep_batch(worker, route, name, [e for p, e in placed if p is Place.NEXT])
            for place, event in placed:
                if place is not Place.TOO_EARLY:
                    await stream.ack(event)

    keep.__name__ = f"store_{name}"
    topic = bytes_topic(app, route.topic, route.partitions)
    app.agent(topic, name=f"store-{name}")(crash_on_error(keep))


async def _keep_batch(
    worker: StoreWorker, route: Route, name: str, events: Sequence[faust.EventT[Any]]
) -> None:
    items, refused = [], []
    for event in events:
        try:
            items.append(route.decode(event))
        except (FrameError, msgspec.DecodeError, KeyError, ValueError) as error:
            refused.append(_unreadable(event, error))
    written = await worker.write(route.write, items) if items else None
    if written is not None:
        worker.health.count(
            **{f"{name}_rows": written.rows, f"{name}_duplicates": written.duplicates}
        )
        refused.extend(written.rejects)
        if route.received_ms is not None:
            _count_way(worker, [route.received_ms(item) for item in items])
    if refused:
        await worker.refuse(refused)


def _count_way(worker: StoreWorker, received: Sequence[npt.NDArray[np.int64]]) -> None:
    """Add up how long rows took from ingest to the store; the mean is one count by the other."""
    now_ms, rows = worker.clock.now_ms(), sum(map(len, received))
    waited_ms = rows * now_ms - sum(int(times.sum()) for times in received)
    worker.health.count(readings_timed=rows, readings_waited_ms=max(waited_ms, 0))


def _warning(event: faust.EventT[Any]) -> tuple[WarningEvent, int]:
    return decode_warning(event.value), int(event.message.timestamp * 1000)


def _reject(event: faust.EventT[Any]) -> Reject:
    headers: Any = event.message.headers or {}
    pairs = headers.items() if isinstance(headers, dict) else headers
    return Reject.from_record(list(pairs), event.value or b"")


def _unreadable(event: faust.EventT[Any], error: Exception) -> Reject:
    message = event.message
    return Reject.of(
        RejectReason.MALFORMED,
        str(error),
        f"kafka:{message.topic}/{message.partition}/{message.offset}",
        event.value or b"",
        int(message.timestamp * 1000),
    )

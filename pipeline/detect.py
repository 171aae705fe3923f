"""The detect role: frames of readings in; features, states and warnings out.

The order of things is what makes its effect exactly-once:

1. a frame goes through the partition's engine, and what comes out is sent at once;
2. every ``checkpoint_s``, one partition at a time, the outputs are awaited, the engine's snapshot
   goes to the changelog of a table with the offset that it covers, and only then the frames are
   acknowledged.

After a crash Kafka delivers again what was not acknowledged. The engine, restored from the
snapshot, computes the same outputs with the same ids, and readers drop what they have already.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import faust

from detectors.engine import Engine, Outcome
from detectors.overrides import check_point
from domain import topics
from domain.clock import Clock, SystemClock
from domain.errors import FrameError
from domain.frames import Readings
from domain.registry import RegistryFile
from domain.rejects import Reject, RejectReason
from domain.settings import Settings
from domain.warnings import encode_warning
from pipeline.app import Role, bytes_topic, make_app
from pipeline.checkpoint import FaustChangelog
from pipeline.health import HealthReporter, crash_on_error
from pipeline.outputs import Outputs, Topics, output_topics, records
from pipeline.partitions import Partition, Partitions
from pipeline.read_order import Place, ReadOrder
from pipeline.rounds import CheckpointRounds

log = logging.getLogger(__name__)

TAKE_RECORDS = 256
TAKE_SECONDS = 0.1


@dataclass
class DetectWorker:
    """Takes frames in and keeps the promise about acknowledgements.

    Parameters
    ----------
    settings
        Intervals of checkpoint and heartbeat.
    registry
        Followed while running.
    partitions
        Engines by partition.
    topics
        Where outputs go.
    health
        Counters of this process.
    order
        Sees to it that no frame is passed over.
    rounds
        Says whose turn it is to be made durable.
    """

    settings: Settings
    registry: RegistryFile
    partitions: Partitions[Engine]
    topics: Topics
    health: HealthReporter
    order: ReadOrder
    rounds: CheckpointRounds
    outputs: Outputs = field(default_factory=Outputs)
    pending: dict[int, list[faust.EventT[Any]]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a frame is half taken in: a snapshot must not fall between state and offset."""

    async def take_in(self, events: Sequence[faust.EventT[Any]]) -> None:
        """Run frames through their partitions' engines and send what comes out."""
        for event in events:
            async with self.lock:
                await self._take_one(event)

    async def checkpoint(self) -> None:
        """Make the progress of the partition whose turn it is durable, then acknowledge it."""
        async with self.lock:
            number = self.rounds.due(sorted(self.partitions.owned))
            if number is None:
                return
            await self.outputs.settled()
            await self.partitions.save(self.partitions.owned[number])
            for event in self.pending.pop(number, []):
                event.ack()
            self.health.count(checkpoints=1)

    async def heartbeat(self) -> None:
        """Send the state of all points, silent ones too."""
        for partition in self.partitions.owned.values():
            await self._send_outcome(partition, states_only=True)

    def assigned(self, numbers: set[int]) -> None:
        """Take note of a rebalance: Kafka will deliver again all that is not acknowledged."""
        self.partitions.keep_only(numbers)
        self.pending.clear()

    def refresh_registry(self) -> None:
        """Pass a changed registry on to the engines."""
        before = self.registry.error
        if self.registry.refresh():
            for partition in self.partitions.owned.values():
                partition.engine.set_points(self.registry.current.points)
        elif self.registry.error and self.registry.error != before:
            log.error("the registry stays as it was: %s", self.registry.error)

    async def _take_one(self, event: faust.EventT[Any]) -> None:
        partition = self.partitions.get(event.message.partition)
        # The snapshot, not Kafka's commit, says what the state already holds.
        self.order.begin(event.message.tp, partition.offset + 1)
        place = await self.order.place(event)
        if place is Place.TOO_EARLY:
            return
        self.pending.setdefault(partition.number, []).append(event)
        if place is Place.NEXT:
            await self._process(partition, event)
            partition.offset = event.message.offset

    async def _process(self, partition: Partition[Engine], event: faust.EventT[Any]) -> None:
        try:
            readings = Readings.decode(event.value)
        except FrameError as error:
            await self._reject(event, str(error))
            return
        outcome = partition.engine.process(readings)
        self.health.count(
            readings=len(readings),
            duplicates=outcome.duplicates,
            late=outcome.late,
            warnings=len(outcome.warnings),
        )
        await self._send_outcome(partition, outcome)

    async def _send_outcome(
        self,
        partition: Partition[Engine],
        outcome: Outcome | None = None,
        *,
        states_only: bool = False,
    ) -> None:
        number = partition.number
        if states_only or outcome is None:
            states = partition.engine.heartbeat()
        else:
            states = outcome.states
            for warning in outcome.warnings:
                key, value = warning.point_id.encode(), encode_warning(warning)
                await self.outputs.send(self.topics.warnings, key, value, number)
            for value in records(outcome.features):
                await self.outputs.send(self.topics.features, None, value, number)
        for value in records(states):
            await self.outputs.send(self.topics.states, None, value, number)

    async def _reject(self, event: faust.EventT[Any], detail: str) -> None:
        message = event.message
        reject = Reject.of(
            RejectReason.MALFORMED,
            detail,
            f"kafka:{message.topic}/{message.partition}/{message.offset}",
            event.value,
            int(message.timestamp * 1000),
        )
        self.health.count(rejects=1)
        await self.outputs.send(self.topics.rejects, None, reject.payload, 0, reject.headers())


def make_detect_role(settings: Settings, clock: Clock | None = None) -> Role:
    """Build the detect role.

    Raises
    ------
    RegistryError
        If the registry cannot be read.
    """
    clock = clock or SystemClock()
    app = make_app("detect", settings)
    registry = RegistryFile(settings.registry, check_point)
    # Both types must be named: else recovery reads values as JSON, fails, logs a warning for each
    # and goes on without the state.
    table = app.Table(
        "detect-state",
        partitions=settings.kafka.partitions,
        key_type=bytes,
        value_type=bytes,
    )
    order = ReadOrder(app)
    health = HealthReporter(app, "detect", settings, clock, order)
    worker = DetectWorker(
        settings=settings,
        registry=registry,
        partitions=Partitions(FaustChangelog(table), lambda: Engine(registry.current.points)),
        topics=output_topics(app, settings),
        health=health,
        order=order,
        rounds=CheckpointRounds(settings, clock),
    )
    readings = bytes_topic(app, topics.READINGS, settings.kafka.partitions)
    app.on_partitions_assigned.connect(_on_assigned(worker), weak=False)
    app.timer(interval=settings.detect.heartbeat_s, name="heartbeat")(worker.heartbeat)
    _add_agent(app, readings, worker)
    return Role(app)


def _on_assigned(worker: DetectWorker) -> Any:
    async def on_assigned(_app: faust.App, assigned: set[Any], **_: Any) -> None:
        worker.assigned({tp.partition for tp in assigned if tp.topic == topics.READINGS})

    return on_assigned


def _add_agent(app: faust.App, readings: faust.TopicT, worker: DetectWorker) -> None:
    async def detect(stream: faust.Stream[Any]) -> None:
        async for events in stream.noack_take(TAKE_RECORDS, within=TAKE_SECONDS):
            worker.refresh_registry()
            await worker.take_in(events)

    async def checkpoint() -> None:
        try:
            await worker.checkpoint()
        except Exception as error:
            await app.crash(error)
            raise

    app.agent(readings, name="detect")(crash_on_error(detect))
    every_s = worker.settings.detect.checkpoint_s / worker.settings.kafka.partitions
    app.timer(interval=min(max(every_s / 2, 0.1), 5.0), name="checkpoint")(checkpoint)

"""The bridge from MQTT to Kafka: nothing is acknowledged before Kafka has it."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Protocol

from ingest.batch import Batch
from ingest.inbox import Message
from ingest.intake import Intake
from ingest.kafka_sink import KafkaSink

BATCH_MESSAGES = 1000
BATCH_BYTES = 512 * 1024


class Source(Protocol):
    """Where messages come from."""

    async def wait(self) -> None:
        """Wait until there are messages to take."""
        ...

    def take(self) -> list[Message]:
        """Take all that came."""
        ...

    def acknowledge(self, messages: list[Message]) -> None:
        """Tell that these need not be delivered again."""
        ...


@dataclass
class Counters:
    """Monotonic counts since the process started."""

    messages: int = 0
    readings: int = 0
    rejects: int = 0
    frames: int = 0
    redelivered: int = 0

    def as_dict(self) -> dict[str, int]:
        """Give the counts by name."""
        return asdict(self)


class Bridge:
    """Takes messages, decodes them, writes them to Kafka, acknowledges them; then the next.

    One batch is under way at a time, so that readings of a device reach Kafka in the order in
    which they came, also when a write is tried again.

    Parameters
    ----------
    source
        Where messages come from.
    intake
        Decoder and validator.
    sink
        Kafka.
    partitions
        Number of partitions of `geohazard.readings`.
    """

    def __init__(self, source: Source, intake: Intake, sink: KafkaSink, partitions: int) -> None:
        self._source = source
        self._intake = intake
        self._sink = sink
        self._partitions = partitions
        self.counters = Counters()
        self.in_hand = 0
        """Messages taken and not yet acknowledged."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; what came by then is still passed on."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                arrived = asyncio.create_task(self._source.wait())
                await asyncio.wait((arrived, stopped), return_when=asyncio.FIRST_COMPLETED)
                arrived.cancel()
                await self.flush()
        finally:
            stopped.cancel()

    async def flush(self) -> None:
        """Bring all messages that came so far into Kafka and acknowledge them."""
        messages = self._source.take()
        self.in_hand = len(messages)
        for group in _groups(messages):
            await self._pass_on(group)
            self._source.acknowledge(group)
            self.in_hand -= len(group)

    async def _pass_on(self, messages: list[Message]) -> None:
        batch = Batch(self._partitions)
        for message in messages:
            taken = self._intake.take(message.topic, message.payload, message.received_ms)
            batch.add(taken.rows, taken.reject)
        for records in batch.turns():
            await self._sink.write(records)
        self.counters.messages += len(messages)
        self.counters.readings += batch.readings
        self.counters.rejects += len(batch.rejects)
        self.counters.frames += batch.frames
        self.counters.redelivered += sum(message.again for message in messages)


def _groups(messages: list[Message]) -> Iterator[list[Message]]:
    """Cut messages into groups of bounded number and bytes, keeping their order."""
    sizes = itertools.accumulate(len(message.payload) for message in messages)
    keys = [
        (position // BATCH_MESSAGES, total // BATCH_BYTES) for position, total in enumerate(sizes)
    ]
    numbered = zip(keys, messages, strict=True)
    for _, group in itertools.groupby(numbered, key=lambda pair: pair[0]):
        yield [message for _, message in group]

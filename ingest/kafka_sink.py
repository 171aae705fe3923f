"""Writes to Kafka until Kafka has it, however long that takes."""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from domain.settings import Settings
from ingest.kafka_topics import ensure_topics, kafka_options

_LOG = logging.getLogger(__name__)
_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_ANSWER_MS = 10_000
_CLOSE_S = 2.0
_BATCH_BYTES = 512 * 1024


class Record(NamedTuple):
    """One Kafka record and where it goes."""

    topic: str
    partition: int
    value: bytes
    headers: list[tuple[str, bytes]]


class KafkaSink:
    """A producer that is made anew, with its topics, whenever Kafka failed.

    Records may be written twice when an answer of Kafka was lost; downstream a record that comes
    again changes nothing. A partition has one request under way at a time, so order is kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def open(self) -> None:
        """Connect, and make the topics, in as many tries as it takes.

        Raises
        ------
        TopicError
            If a topic has another number of partitions than the settings say.
        """
        failures = 0
        while True:
            try:
                await self._connected()
            except (KafkaError, OSError) as error:
                await self._pause(failures, f"Kafka cannot be reached ({error})")
                failures += 1
            else:
                return

    async def write(self, records: Sequence[Record]) -> None:
        """Write records and return when Kafka has them all, in as many tries as it takes.

        Order within a partition is only kept from call to call: records of one partition whose
        order matters belong into several calls.

        Raises
        ------
        TopicError
            If a topic has another number of partitions than the settings say.
        """
        failures = 0
        while records:
            records, error = await self._attempt(records)
            if error is not None:
                await self._drop()
                await self._pause(failures, f"Kafka did not take {len(records)} records ({error})")
                failures += 1

    async def tell(self, topic: str, value: bytes) -> None:
        """Write one record if Kafka is at hand now; it is no loss if it does not arrive.

        Raises
        ------
        KafkaError
            If it did not arrive.
        """
        if self._producer is not None:
            await self._producer.send_and_wait(topic, value, partition=0)

    async def close(self) -> None:
        """Close the connections."""
        await self._drop()

    async def _attempt(
        self, records: Sequence[Record]
    ) -> tuple[Sequence[Record], Exception | None]:
        """Try once; return what is left to write and the last error."""
        try:
            producer = await self._connected()
        except (KafkaError, OSError) as error:
            return records, error
        answers = await asyncio.gather(
            *(_deliver(producer, record) for record in records), return_exceptions=True
        )
        left, last = [], None
        for record, answer in zip(records, answers, strict=True):
            if isinstance(answer, KafkaError | OSError):
                left.append(record)
                last = answer
            elif answer is not None:
                raise answer
        return left, last

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            await ensure_topics(self._settings)
            producer = AIOKafkaProducer(
                **kafka_options(self._settings.kafka),
                acks="all",
                max_batch_size=_BATCH_BYTES,
                request_timeout_ms=_ANSWER_MS,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _pause(self, failures: int, what: str) -> None:
        delay_s = _BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)]
        _LOG.warning("%s; again in %g s", what, delay_s)
        await asyncio.sleep(delay_s)

    async def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            await asyncio.wait_for(producer.stop(), _CLOSE_S)
        except TimeoutError:
            # Without Kafka it would wait for batches that nobody expects any more.
            await producer.client.close()


async def _deliver(producer: AIOKafkaProducer, record: Record) -> None:
    if record.partition not in await producer.partitions_for(record.topic):
        msg = f"{record.topic} has no partition {record.partition}"
        raise UnknownTopicOrPartitionError(msg)
    await producer.send_and_wait(
        record.topic, record.value, partition=record.partition, headers=record.headers
    )

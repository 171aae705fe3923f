"""What was refused, from `geohazard.rejects`: to be looked at, and to be tried again.

A reading refused because its device was not registered, or because a rule was too tight, is not
lost: `replay_rejects` passes it through decoder and validator again, as of the time when it was
received, and what is good now goes to `geohazard.readings`. Doing so twice changes nothing. The
topic itself stays as it is until its retention removes old records.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from domain.errors import GeohazardError
from domain.registry import load_registry
from domain.rejects import Reject
from domain.settings import Settings
from domain.topics import REJECTS
from ingest.batch import Batch
from ingest.decoders import Decoders
from ingest.intake import Intake
from ingest.kafka_sink import KafkaSink
from ingest.kafka_topics import ensure_topics, kafka_options, kafka_trouble
from ingest.validate import Validator

_LOG = logging.getLogger(__name__)
_PLACE = TopicPartition(REJECTS, 0)
_AT_ONCE = 500


@dataclass(frozen=True)
class RejectFilter:
    """Which rejects are meant; an empty filter means all.

    Attributes
    ----------
    reason
        A `RejectReason` by value.
    device_id
        Device that the MQTT topic names; rejects of the universal-device protocol name none.
    since_ms
        Received at this time or later, milliseconds since the epoch.
    """

    reason: str | None = None
    device_id: str | None = None
    since_ms: int = 0

    def admits(self, reject: Reject) -> bool:
        """Whether a reject is meant."""
        return (
            (self.reason is None or reject.reason == self.reason)
            and (self.device_id is None or f"/{self.device_id}/" in reject.topic)
            and reject.received_ms >= self.since_ms
        )


@dataclass
class Replayed:
    """What came of trying rejects again.

    Attributes
    ----------
    tried
        Different messages that were tried.
    readings
        Readings that were passed on.
    refused
        Messages of which something is still refused, with the reasons of now.
    """

    tried: int = 0
    readings: int = 0
    refused: list[Reject] = field(default_factory=list)


async def list_rejects(
    settings: Settings, limit: int = 50, reason: str | None = None
) -> list[Reject]:
    """Find the newest rejects, oldest of them first; a message refused again stands once.

    Raises
    ------
    GeohazardError
        If Kafka cannot be reached.
    """
    wanted = RejectFilter(reason=reason)
    newest: dict[str, Reject] = {}
    async for reject in read_rejects(settings):
        if wanted.admits(reject):
            newest.pop(reject.reject_id, None)
            newest[reject.reject_id] = reject
            if len(newest) > limit:
                del newest[next(iter(newest))]
    return list(newest.values())


async def replay_rejects(settings: Settings, wanted: RejectFilter = RejectFilter()) -> Replayed:
    """Try rejects again, and pass on what is good now.

    Raises
    ------
    GeohazardError
        If Kafka cannot be reached, or the registry cannot be read.
    """
    validator = Validator(load_registry(settings.registry), settings.ingest)
    intake = Intake(Decoders.of(settings), validator, settings.ingest.max_payload_bytes)
    sink = KafkaSink(settings)
    result = Replayed()
    seen: set[str] = set()
    batch = Batch(settings.kafka.partitions)
    try:
        async for reject in read_rejects(settings):
            if wanted.admits(reject) and reject.reject_id not in seen:
                seen.add(reject.reject_id)
                _try_again(reject, intake, batch, result)
                if len(seen) % _AT_ONCE == 0:
                    await _write(sink, batch, result)
                    batch = Batch(settings.kafka.partitions)
        await _write(sink, batch, result)
    finally:
        await sink.close()
    result.tried = len(seen)
    return result


async def read_rejects(settings: Settings) -> AsyncIterator[Reject]:
    """Read all rejects that Kafka holds now, oldest first.

    Raises
    ------
    GeohazardError
        If Kafka cannot be reached.
    """
    consumer = AIOKafkaConsumer(**kafka_options(settings.kafka), auto_offset_reset="earliest")
    try:
        await ensure_topics(settings)
        await consumer.start()
        consumer.assign([_PLACE])
        end = (await consumer.end_offsets([_PLACE]))[_PLACE]
        while True:
            records = await consumer.getmany(timeout_ms=1000)
            # The embedded broker tells the beginning of its last batch for the end; what a fetch
            # brings beyond that was there as well.
            if not records and await consumer.position(_PLACE) >= end:
                break
            for record in records.get(_PLACE, []):
                reject = _parse(list(record.headers), record.value or b"", record.offset)
                if reject is not None:
                    yield reject
            if await consumer.position(_PLACE) > end:
                break
    except (KafkaError, OSError) as error:
        raise GeohazardError(kafka_trouble(settings.kafka, error)) from error
    finally:
        await consumer.stop()


def _parse(headers: list[tuple[str, bytes]], value: bytes, offset: int) -> Reject | None:
    try:
        return Reject.from_record(headers, value)
    except (KeyError, ValueError):
        _LOG.warning("record %d of %s is no reject of ours", offset, REJECTS)
        return None


def _try_again(reject: Reject, intake: Intake, batch: Batch, result: Replayed) -> None:
    if len(reject.payload) < reject.payload_bytes:  # kept in part only
        result.refused.append(reject)
        return
    rows, refused = intake.take(reject.topic, reject.payload, reject.received_ms)
    batch.add(rows, None)
    if refused is not None:
        result.refused.append(refused)


async def _write(sink: KafkaSink, batch: Batch, result: Replayed) -> None:
    for records in batch.turns():
        await sink.write(records)
    result.readings += batch.readings

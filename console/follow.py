"""The stream, as the page hears it: states, warnings and figures from Kafka, without a group.

It begins a quarter of an hour back, so that what the store has not yet written is heard from Kafka;
what is older comes from the record.
"""

import asyncio
import logging
from collections.abc import Iterable

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from console.figures import Figures
from console.model import MOST_SILENCES, MOST_WARNINGS, Model, load_warnings
from domain import topics
from domain.clock import Clock
from domain.errors import FrameError
from domain.frames import States
from domain.health import decode_health
from domain.settings import KafkaSettings
from domain.warnings import decode_warning
from ingest.kafka_topics import kafka_options
from storage.base import StoreUnavailableError
from storage.histories import History

log = logging.getLogger(__name__)

BACK_MS = 15 * 60_000
AGAIN_S = 2.0


class Follower:
    """Keeps a model up to date.

    Parameters
    ----------
    model, figures
        What is kept up to date.
    kafka, clock
        Where to listen; from when.
    """

    def __init__(self, model: Model, figures: Figures, kafka: KafkaSettings, clock: Clock) -> None:
        self._model = model
        self._figures = figures
        self._kafka = kafka
        self._clock = clock
        self._began_ms = clock.now_ms()

    async def run(self) -> None:
        """Listen until cancelled; a failure of Kafka is shown and tried again."""
        while True:
            try:
                await self._listen()
            except (KafkaError, OSError) as error:
                self._figures.kafka_error = f"Kafka cannot be heard: {type(error).__name__}"
                log.warning("Kafka cannot be heard, next try in %.0f s: %s", AGAIN_S, error)
                await asyncio.sleep(AGAIN_S)

    async def load(self, history: History) -> None:
        """Take the record's last word on every point, in as many tries as it takes."""
        while True:
            try:
                self._model.take_states(await history.latest_states())
                last = await history.warnings(MOST_SILENCES, silence=True)
                load_warnings(self._model, last + await history.warnings(MOST_WARNINGS))
            except StoreUnavailableError as error:
                self._figures.history_error = str(error)
                await asyncio.sleep(AGAIN_S)
            else:
                self._figures.history_error = ""
                return

    def take(self, record: ConsumerRecord) -> None:
        """Take one record; one that cannot be read is left to the store, which rejects it."""
        try:
            if record.topic == topics.STATES:
                self._model.take_states(States.decode(record.value))
            elif record.topic == topics.WARNINGS:
                event = decode_warning(record.value)
                new = self._model.take_warning(event, record.timestamp)
                if new and record.timestamp >= self._began_ms:
                    self._figures.shown(record.timestamp)
            else:
                self._figures.take(decode_health(record.value))
        except (FrameError, msgspec.DecodeError, ValueError) as error:
            log.warning("%s at %d cannot be read: %s", record.topic, record.offset, error)

    async def _listen(self) -> None:
        consumer = AIOKafkaConsumer(
            **kafka_options(self._kafka), group_id=None, enable_auto_commit=False
        )
        try:
            await consumer.start()
            await self._begin(consumer)
            self._figures.kafka_error = ""
            while True:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        self.take(record)
        finally:
            await consumer.stop()

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        """Place the consumer: figures at their end, states and warnings a while back."""
        places = self._places()
        consumer.assign(places)
        await consumer.seek_to_end(*(p for p in places if p.topic == topics.PIPELINE))
        stream = [p for p in places if p.topic != topics.PIPELINE]
        since = max(0, self._clock.now_ms() - BACK_MS)
        found = await consumer.offsets_for_times(dict.fromkeys(stream, since))
        for place in stream:
            offset = found.get(place)
            if offset is None:
                await consumer.seek_to_end(place)
            else:
                consumer.seek(place, offset.offset)

    def _places(self) -> list[TopicPartition]:
        per_point: Iterable[str] = (topics.STATES, topics.WARNINGS)
        numbers = range(self._kafka.partitions)
        places = [TopicPartition(name, number) for name in per_point for number in numbers]
        return [*places, TopicPartition(topics.PIPELINE, 0)]

"""The page's only act: to acknowledge a warning, as an event of the stream."""

import asyncio
import logging

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from console.model import Model
from domain import topics
from domain.acknowledgements import acknowledge
from domain.clock import Clock
from domain.errors import GeohazardError
from domain.settings import KafkaSettings
from domain.topics import partition_of
from domain.warnings import WarningEvent, encode_warning
from ingest.kafka_topics import kafka_options
from storage.base import StoreUnavailableError
from storage.histories import History

log = logging.getLogger(__name__)

SEND_S = 10.0
REQUEST_S = 8.0
"""Less than `SEND_S`: closing a producer waits for what it has not sent yet."""


class UnknownWarningError(GeohazardError):
    """No warning of this id is known."""


class NotSentError(GeohazardError):
    """Kafka did not take the event; nothing was acknowledged."""


class Acknowledger:
    """Makes a warning's acknowledgement once.

    Parameters
    ----------
    model
        What is known, and where a new acknowledgement is noted at once.
    history
        The record, for warnings and acknowledgements that are older than the model's; may be none.
    """

    def __init__(
        self, model: Model, history: History | None, kafka: KafkaSettings, clock: Clock
    ) -> None:
        self._model = model
        self._history = history
        self._kafka = kafka
        self._clock = clock
        self._producer: AIOKafkaProducer | None = None
        self._one_at_a_time = asyncio.Lock()

    async def acknowledge(
        self, warning_id: str, point_id: str, *, by: str, note: str
    ) -> tuple[WarningEvent, bool]:
        """Acknowledge a warning of a point.

        Returns
        -------
        tuple
            The event, and whether this call made it; a warning that was acknowledged before keeps
            its first acknowledgement.

        Raises
        ------
        UnknownWarningError
            If no such warning is known.
        NotSentError
            If Kafka does not take it.
        ValueError
            If the name is empty or a text is too long.
        """
        async with self._one_at_a_time:
            about, before = await self._known(warning_id, point_id)
            if before is not None:
                return before, False
            row = self._model.row(about.point_id)
            known = row is not None and self._model.event_ms[row] >= 0
            event = acknowledge(
                about,
                by=by,
                note=note,
                level=int(self._model.level[row]) if known else about.level,
                event_ms=int(self._model.event_ms[row]) if known else about.event_ms,
            )
            await self._send(event)
            self._model.take_warning(event, self._clock.now_ms())
            return event, True

    async def close(self) -> None:
        """Close the connection to Kafka."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _known(
        self, warning_id: str, point_id: str
    ) -> tuple[WarningEvent, WarningEvent | None]:
        about, before = self._model.find(warning_id), self._model.acknowledgement(warning_id)
        if (about is None or before is None) and self._history is not None:
            try:
                recorded = (await self._history.point(point_id, 0, 0)).warnings
            except StoreUnavailableError:
                recorded = []  # what the model knows must do
            for event in recorded:
                if event.id == warning_id:
                    about = about or event
                if event.acknowledgement and event.acknowledgement.about == warning_id:
                    before = before or event
        if about is None or about.point_id != point_id:
            msg = f"no warning {warning_id[:40]!r} is known at this point"
            raise UnknownWarningError(msg)
        return about, before

    async def _send(self, event: WarningEvent) -> None:
        partition = partition_of(event.point_id, self._kafka.partitions)
        key, value = event.point_id.encode(), encode_warning(event)
        try:
            producer = await self._connected()
            sent = producer.send_and_wait(topics.WARNINGS, value, key=key, partition=partition)
            await asyncio.wait_for(sent, SEND_S)
        except (KafkaError, OSError) as error:
            await self.close()
            msg = f"Kafka did not take the acknowledgement ({type(error).__name__}); try again"
            raise NotSentError(msg) from error

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **kafka_options(self._kafka),
                acks="all",
                request_timeout_ms=round(REQUEST_S * 1000),
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

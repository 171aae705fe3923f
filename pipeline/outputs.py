"""Sending, such that an acknowledgement given afterwards is honest.

Faust buffers what it sends; only the awaited future of a record tells that Kafka has it.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import faust
import numpy as np

from domain import topics
from domain.frames import Features, States
from domain.settings import Settings
from pipeline.app import bytes_topic

ROWS_PER_RECORD = 8_000
Frame = Features | States


@dataclass
class Topics:
    """The topics that detect writes, as Faust knows them."""

    features: faust.TopicT
    states: faust.TopicT
    warnings: faust.TopicT
    rejects: faust.TopicT


def output_topics(app: faust.App, settings: Settings) -> Topics:
    """Describe them, with as many partitions as the settings say."""
    count = settings.kafka.partitions
    return Topics(
        features=bytes_topic(app, topics.FEATURES, count),
        states=bytes_topic(app, topics.STATES, count),
        warnings=bytes_topic(app, topics.WARNINGS, count),
        rejects=bytes_topic(app, topics.REJECTS, 1),
    )


@dataclass
class Outputs:
    """Records on their way; `settled` returns once Kafka has acknowledged every one.

    Examples
    --------
    Used as ``await outputs.send(topic, key, value, partition)`` any number of times, then
    ``await outputs.settled()``, and only then are the inputs acknowledged.
    """

    _futures: list[Awaitable[Any]] = field(default_factory=list)

    async def send(
        self,
        topic: faust.TopicT,
        key: bytes | None,
        value: bytes,
        partition: int | None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Hand one record to the producer, in order.

        Parameters
        ----------
        partition
            ``None`` leaves the choice to Kafka's partitioner.
        """
        future = await topic.send(
            key=key, value=value, partition=partition, headers=list(headers) or None
        )
        self._futures.append(future)

    async def settled(self) -> None:
        """Wait for all acknowledgements.

        Raises
        ------
        Exception
            The first failure, as the Kafka client gave it; nothing may be acknowledged then.
        """
        futures, self._futures = self._futures, []
        if futures:
            await asyncio.gather(*futures)


def records(frame: Frame) -> Iterator[bytes]:
    """Encode a frame in as many records as its rows need; none for no rows.

    A row takes at most about 80 bytes, so a record stays well below what Kafka takes.
    """
    for start in range(0, len(frame), ROWS_PER_RECORD):
        yield frame.take(np.arange(start, min(start + ROWS_PER_RECORD, len(frame)))).encode()


def split(blob: bytes, size: int) -> Iterable[bytes]:
    """Cut bytes into pieces of at most ``size``; one empty piece for no bytes.

    Examples
    --------
    >>> list(split(b"abcde", 2))
    [b'ab', b'cd', b'e']
    """
    return (blob[at : at + size] for at in range(0, max(len(blob), 1), size))

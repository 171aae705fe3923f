#!/usr/bin/env python3
"""Whether this container's role works: its own last word on `geohazard.pipeline` is fresh.

Each role reports there about once a second, so a fresh report proves that its loop turns and that
Kafka takes what it sends. Exit code 0 if so; 1 with one line of reason if not.
"""

import asyncio
import os
import socket
import sys
import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from domain.errors import GeohazardError
from domain.health import Health, decode_health
from domain.settings import KafkaSettings, load_settings
from domain.topics import PIPELINE
from ingest.kafka_topics import kafka_options

FRESH_S = 30.0
LOOK_BACK_RECORDS = 2000
DEADLINE_S = 15.0


async def reports(kafka: KafkaSettings) -> list[Health]:
    """Last reports of all roles, oldest first."""
    consumer = AIOKafkaConsumer(**kafka_options(kafka), enable_auto_commit=False)
    place = TopicPartition(PIPELINE, 0)
    try:
        await consumer.start()
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        begin = (await consumer.beginning_offsets([place]))[place]
        consumer.seek(place, max(begin, end - LOOK_BACK_RECORDS))
        found: list[Health] = []
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found += [decode_health(record.value) for record in records]
        return found
    finally:
        await consumer.stop()


def trouble(role: str, instance: str, found: list[Health], now_ms: int) -> str | None:
    """Reason why the role counts as ill; ``None`` if it is well."""
    own = [one.time_ms for one in found if (one.role, one.instance) == (role, instance)]
    if not own:
        return f"no report of {role} {instance}"
    age_s = (now_ms - max(own)) / 1000.0
    return f"last report of {role} {instance} is {age_s:.0f} s old" if age_s > FRESH_S else None


async def check(role: str) -> str | None:
    """Look once."""
    settings = load_settings()
    instance = os.environ.get("GEOHAZARD_INSTANCE") or socket.gethostname()
    try:
        async with asyncio.timeout(DEADLINE_S):
            found = await reports(settings.kafka)
    except (KafkaError, OSError, TimeoutError) as error:
        return f"Kafka does not answer: {error!r}"
    return trouble(role, instance, found, time.time_ns() // 1_000_000)


def main() -> int:
    """Run as a command: the role is the only argument."""
    try:
        reason = asyncio.run(check(sys.argv[1]))
    except GeohazardError as error:
        reason = str(error)
    if reason:
        sys.stderr.write(reason + "\n")
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())

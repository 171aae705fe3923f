"""What Kafka holds, and what a group of its readers has not acknowledged yet."""

from collections.abc import AsyncGenerator

from aiokafka import AIOKafkaConsumer, TopicPartition

PARTITIONS = 4


async def group_lag(address: str, group: str, names: list[str]) -> int:
    """Count records of some topics behind a group's commit."""
    consumer = AIOKafkaConsumer(bootstrap_servers=address, group_id=group, enable_auto_commit=False)
    try:
        await consumer.start()
        tps = [TopicPartition(n, p) for n in names for p in range(PARTITIONS)]
        consumer.assign(tps)
        ends = await consumer.end_offsets(tps)
        # tansu tells the beginning of the last batch for the end, so a commit may lie beyond.
        return sum([max(0, end - (await consumer.committed(tp) or 0)) for tp, end in ends.items()])
    finally:
        await consumer.stop()


async def records(address: str, topic: str, partitions: int) -> AsyncGenerator[bytes, None]:
    """Read all that a topic holds now."""
    # Without "earliest" the client may move to the end behind our back, after the seek.
    consumer = AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
    await consumer.start()
    try:
        if topic not in await consumer.topics():
            return
        tps = [TopicPartition(topic, p) for p in range(partitions)]
        consumer.assign(tps)
        ends = await consumer.end_offsets(tps)
        await consumer.seek_to_beginning(*tps)
        while any([await consumer.position(tp) < ends[tp] for tp in tps]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    yield record.value
    finally:
        await consumer.stop()

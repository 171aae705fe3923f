"""What the live view knows of a run."""

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from cli.embedded.watch import Watch, follow
from domain.health import Health, encode_health
from domain.settings import KafkaSettings
from domain.topics import WARNINGS
from domain.warnings import WarningKind, encode_warning, make_warning
from tests.servers import Tansu

POINT = "500235010007"


def warning(kind: WarningKind, previous: int, level: int, sequence: int) -> bytes:
    event = make_warning(
        point_id=POINT,
        kind=kind,
        level=level,
        previous_level=previous,
        event_ms=sequence,
        sequence=sequence,
    )
    return encode_warning(event)


def test_a_warning_that_comes_again_changes_nothing() -> None:
    watch = Watch()
    for _ in range(2):
        watch.take_warning(warning(WarningKind.RAISED, 0, 3, 1))
    assert dict(watch.raised) == {3: 1}
    assert len(watch.last) == 1
    assert watch.levels == {POINT: 3}


def test_a_silent_point_keeps_its_level() -> None:
    watch = Watch()
    watch.take_warning(warning(WarningKind.RAISED, 0, 4, 1))
    watch.take_warning(warning(WarningKind.SILENT, 4, 4, 1))
    assert watch.levels == {POINT: 4}
    assert watch.silent == {POINT}
    watch.take_warning(warning(WarningKind.REPORTING, 4, 4, 2))
    assert watch.silent == set()


def test_counters_add_up_over_the_processes_of_a_role() -> None:
    watch = Watch()
    for instance, lag in (("0", 3), ("1", 4), ("1", 5)):
        health = Health(
            role="store",
            instance=instance,
            time_ms=0,
            lag=lag,
            rss_mb=1.0,
            counters={"rows": 10},
        )
        watch.take_health(encode_health(health))
    assert (watch.lag("store"), watch.counter("store", "rows")) == (8, 20)
    assert watch.counter("detect", "rows") == 0


@pytest.mark.integration
def test_it_listens_again_when_kafka_is_back(tmp_path: Path) -> None:
    tansu, watch = Tansu(tmp_path / "tansu"), Watch()

    async def come_late() -> None:
        stop = asyncio.Event()
        followed = asyncio.create_task(follow(watch, KafkaSettings(bootstrap=tansu.address), stop))
        await asyncio.sleep(0)
        await asyncio.to_thread(tansu.start)
        async with AIOKafkaProducer(bootstrap_servers=tansu.address) as producer:
            await producer.send_and_wait(WARNINGS, warning(WarningKind.RAISED, 0, 3, 1))
        async with asyncio.timeout(30):
            while not watch.levels:
                await asyncio.sleep(0.01)
        stop.set()
        await followed

    try:
        asyncio.run(come_late())
    finally:
        tansu.stop()
    assert watch.levels == {POINT: 3}

"""Rejects are listed newest last, and tried again they go on or say why not."""

import asyncio
from pathlib import Path

import pytest

from domain.errors import GeohazardError
from domain.registry import save_registry
from domain.rejects import Reject, RejectReason
from domain.settings import Settings
from domain.topics import REJECTS
from ingest.kafka_sink import KafkaSink, Record
from ingest.rejects import RejectFilter, list_rejects, replay_rejects
from tests.ingest.process import collect
from tests.ingest.worlds import NOW_MS, intake_for, pack, points, settings_for, topic_of
from tests.servers import Tansu

pytestmark = pytest.mark.integration
PLACES = points(3)


@pytest.fixture
def settings(tansu: Tansu, tmp_path: Path) -> Settings:
    """Give settings whose registry lacks the last of three points."""
    return settings_for(tmp_path, PLACES[:2], 1883, tansu.address)[0]


def refuse(settings: Settings, *messages: tuple[str, bytes]) -> list[Reject]:
    """Let the intake refuse messages and write the rejects as ingest does."""
    intake = intake_for(PLACES[:2])
    rejects = [intake.take(topic, payload, NOW_MS).reject for topic, payload in messages]
    told = [reject for reject in rejects if reject is not None]
    assert len(told) == len(messages)
    asyncio.run(_write(settings, told))
    return told


async def _write(settings: Settings, rejects: list[Reject]) -> None:
    sink = KafkaSink(settings)
    for reject in rejects:
        await sink.write([Record(REJECTS, 0, reject.payload, reject.headers())])
    await sink.close()


UNREGISTERED = (topic_of(PLACES[2]), pack("d2", NOW_MS, 7.5))
MALFORMED = (topic_of(PLACES[0]), b"{")
LATER = (topic_of(PLACES[0]), pack("d0", NOW_MS + 8 * 3_600_000, 1.0))


def test_rejects_are_listed_once_each_newest_last(settings: Settings) -> None:
    first, second, third = refuse(settings, MALFORMED, UNREGISTERED, LATER)
    refuse(settings, MALFORMED)
    assert asyncio.run(list_rejects(settings)) == [second, third, first]
    assert asyncio.run(list_rejects(settings, limit=2)) == [third, first]
    of_reason = asyncio.run(list_rejects(settings, reason=RejectReason.UNREGISTERED_DEVICE))
    assert of_reason == [second]


def test_no_rejects_are_an_empty_list(settings: Settings) -> None:
    assert asyncio.run(list_rejects(settings)) == []


def test_a_device_that_was_registered_since_is_heard(settings: Settings, tansu: Tansu) -> None:
    refuse(settings, MALFORMED, UNREGISTERED, LATER, UNREGISTERED)
    save_registry(PLACES, settings.registry)
    for _ in range(2):
        done = asyncio.run(replay_rejects(settings))
        assert (done.tried, done.readings) == (3, 2)
        assert [r.reason for r in done.refused] == [
            RejectReason.MALFORMED,
            RejectReason.FUTURE_TIME,
        ]
    found = asyncio.run(collect(tansu.address, lambda found: len(found) >= 4))
    assert set(found) == {("d2", "crack", NOW_MS, 7.5), ("d2", "tilt_x", NOW_MS, 0.5)}


@pytest.mark.parametrize(
    ("wanted", "tried"),
    [
        (RejectFilter(), 3),
        (RejectFilter(reason=RejectReason.MALFORMED), 1),
        (RejectFilter(device_id="d2"), 1),
        (RejectFilter(device_id="d"), 0),
        (RejectFilter(since_ms=NOW_MS + 1), 0),
    ],
)
def test_a_filter_chooses(settings: Settings, wanted: RejectFilter, tried: int) -> None:
    refuse(settings, MALFORMED, UNREGISTERED, LATER)
    assert asyncio.run(replay_rejects(settings, wanted)).tried == tried


def test_what_was_kept_in_part_is_not_tried(settings: Settings) -> None:
    huge = Reject.of("too_large", "much", UNREGISTERED[0], b" " * Reject.KEEP_BYTES + b"x", NOW_MS)
    asyncio.run(_write(settings, [huge]))
    done = asyncio.run(replay_rejects(settings))
    assert (done.readings, [r.reject_id for r in done.refused]) == (0, [huge.reject_id])


def test_a_record_that_is_no_reject_is_passed_over(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def write() -> None:
        sink = KafkaSink(settings)
        await sink.write([Record(REJECTS, 0, b"?", [("reject_id", b"x")])])
        await sink.close()

    asyncio.run(write())
    (real,) = refuse(settings, MALFORMED)
    assert asyncio.run(list_rejects(settings)) == [real]
    assert "record 0 of geohazard.rejects is no reject" in caplog.text


def test_kafka_that_is_not_there_is_told(tmp_path: Path, unused_port: int) -> None:
    settings, _ = settings_for(tmp_path, PLACES, 1883, f"127.0.0.1:{unused_port}")
    with pytest.raises(GeohazardError, match="cannot be reached"):
        asyncio.run(list_rejects(settings))

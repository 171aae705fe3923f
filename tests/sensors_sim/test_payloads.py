"""What the fleet sends is what ingest takes: the same values, and one reject for each bad one."""

import hashlib
from collections import Counter

import msgspec
import pytest

from domain.registry import Registry
from domain.settings import load_settings
from ingest.decoders import Decoders
from ingest.intake import Intake
from ingest.validate import Validator
from sensors_sim.dialects import DpWriter, SenmlWriter
from sensors_sim.fleet import BACKLOG, DUPLICATE, MALFORMED, VALID, Message
from sensors_sim.malformed import Damage, damaged_dp, damaged_senml
from sensors_sim.plans import Scenario
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario
from tests.sensors_sim.worlds import DP_TOPIC, START_MS, messages_of

POINTS = build_points(400, 1, 600.0)
NOW_MS = START_MS + 86_400_000 * 30


def intake() -> Intake:
    settings = load_settings(environ={"GEOHAZARD_MQTT__DP_TOPIC": DP_TOPIC})
    registry = Registry.of(POINTS)
    return Intake(Decoders.of(settings), Validator(registry, settings.ingest), 262_144)


def plague() -> Scenario:
    faults = load_scenario("faults")
    worse = msgspec.structs.replace(faults.faults, malformed_per_day=15.0, oversized_share=0.1)
    return msgspec.structs.replace(faults, faults=worse)


def sent() -> list[Message]:
    return messages_of(400, plague(), 20)


def test_ingest_stores_exactly_what_the_ledger_says() -> None:
    door = intake()
    devices = [device for point in POINTS for device in point.devices]
    kinds: Counter[int] = Counter()
    for message in sent():
        rows, reject = door.take(message.topic, message.payload, NOW_MS)
        kinds[message.kind] += 1
        if message.kind == MALFORMED:
            assert rows == []
            assert reject is not None
            continue
        assert reject is None, reject
        device = devices[message.row]
        stored = {(row[1], row[2], row[3]): row[5] for row in rows}
        said = {
            (device.device_id, name, message.event_ms): value
            for name, value in zip(device.channels, message.values, strict=True)
        }
        assert stored == said
    assert min(kinds[kind] for kind in (VALID, DUPLICATE, MALFORMED, BACKLOG)) > 50


def test_every_malformed_message_has_bytes_of_its_own() -> None:
    bad = [m for m in sent() if m.kind == MALFORMED]
    digests = {hashlib.sha256(m.topic.encode() + b"\0" + m.payload).digest() for m in bad}
    assert len(digests) == len(bad)
    assert any(len(m.payload) > 262_144 for m in bad)


def test_a_device_never_tells_two_readings_of_one_time() -> None:
    times = [(m.row, m.event_ms) for m in sent() if m.kind in (VALID, BACKLOG)]
    assert len(set(times)) == len(times)


def test_bytes_and_order_depend_on_the_seed_alone() -> None:
    assert sent() == sent()
    assert sent() != messages_of(400, plague(), 20, seed=2)


def test_backlog_comes_in_order_newest_first_or_shuffled() -> None:
    runs: dict[int, list[int]] = {}
    orders = Counter[str]()
    for message in [*sent(), None]:
        if message is not None and message.kind == BACKLOG:
            runs.setdefault(message.row, []).append(message.event_ms)
            continue
        for times in (times for times in runs.values() if len(times) > 2):
            falls = times == sorted(times, reverse=True)
            orders["up" if times == sorted(times) else "down" if falls else "shuffled"] += 1
        runs.clear()
    assert min(orders[name] for name in ("up", "down", "shuffled")) > 0, orders


@pytest.mark.parametrize("damage", list(Damage))
@pytest.mark.parametrize("dialect", ["senml", "dp0", "dp1", "dp2", "dp3"])
def test_each_damage_is_refused_as_a_whole_in_each_dialect(damage: Damage, dialect: str) -> None:
    door = intake()
    for row in range(60):
        point = POINTS[row]
        device = point.devices[0]
        values = [50.0 for _ in device.channels]
        if dialect == "senml":
            other = POINTS[row + 1] if damage is Damage.WRONG_POINT else point
            topic = f"geohazard/v1/{other.district}/{other.point_id}/{device.device_id}/telemetry"
            good = SenmlWriter(device)(START_MS, values)
            bad = damaged_senml(damage, good, START_MS)
        else:
            topic = DP_TOPIC
            good = DpWriter(device, int(dialect[-1]))(START_MS, values)
            bad = damaged_dp(damage, good, START_MS)
        rows, reject = door.take(topic, bad, NOW_MS)
        assert rows == []
        assert reject is not None

"""The live outlet against a real broker: nothing lost, order kept, back after an outage."""

import threading
import time
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyarrow import parquet

from domain.registry import Registry
from domain.settings import MqttSettings, load_settings
from ingest.decoders import Decoders
from ingest.intake import Intake
from ingest.validate import Validator
from sensors_sim import live
from sensors_sim.counters import Counters
from sensors_sim.generate import GenerateConfig, generate
from sensors_sim.live import LiveConfig
from sensors_sim.scenario import load_scenario
from sensors_sim.summary import Summary
from tests.sensors_sim.running import in_thread, rows_of
from tests.sensors_sim.worlds import DEADLINE_S, DP_TOPIC, Listener, live_config, wait_until
from tests.servers import Mosquitto, Rumqttd

pytestmark = pytest.mark.integration


def through_ingest(
    config: LiveConfig, listener: Listener
) -> tuple[set[tuple[str, str, int, float]], int]:
    """Decode what arrived as ingest does; return readings and the number of distinct rejects."""
    settings = load_settings(environ={"GEOHAZARD_MQTT__DP_TOPIC": DP_TOPIC})
    validator = Validator(Registry.of(config.points), settings.ingest)
    door = Intake(Decoders.of(settings), validator, settings.ingest.max_payload_bytes)
    now_ms = time.time_ns() // 1_000_000
    taken = [door.take(topic, payload, now_ms) for topic, payload in listener.telemetry()]
    readings = {(row[1], row[2], row[3], row[5]) for rows, _ in taken for row in rows}
    return readings, len({reject.reject_id for _, reject in taken if reject})


def in_order(config: LiveConfig, listener: Listener) -> dict[str, list[tuple[int, str, float]]]:
    """Event time, channel and value of all that ingest takes, by device as it arrived."""
    settings = load_settings(environ={"GEOHAZARD_MQTT__DP_TOPIC": DP_TOPIC})
    validator = Validator(Registry.of(config.points), settings.ingest)
    door = Intake(Decoders.of(settings), validator, settings.ingest.max_payload_bytes)
    now_ms = time.time_ns() // 1_000_000
    arrived = defaultdict(list)
    for topic, payload in listener.telemetry():
        for row in door.take(topic, payload, now_ms)[0]:
            arrived[row[1]].append((row[3], row[2], row[5]))
    return arrived


def senml_readings(listener: Listener) -> set[tuple[str, int, tuple[float, ...]]]:
    """Device, event time and values of every good SenML message that arrived."""
    found = set()
    for topic, payload in listener.telemetry():
        try:
            records = msgspec.json.decode(payload, type=list[dict[str, Any]], strict=True)
            device = topic.split("/")[4]
            values = tuple(record["v"] for record in records if record["u"] != "lx")
            found.add((device, round(records[0]["bt"] * 1000), values))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return found


def test_the_ledger_equals_what_a_subscriber_gets(rumqttd: Rumqttd, tmp_path: Path) -> None:
    config = live_config(rumqttd.port, tmp_path, 150, truth=tmp_path / "truth.parquet")
    with Listener(rumqttd.port) as listener:
        summary = live.run(config, threading.Event())
        wait_until(lambda: len(listener.telemetry()) >= summary.messages_published)
        assert len(listener.telemetry()) == summary.messages_published
        arrived, rejects = through_ingest(config, listener)
    rows = rows_of(tmp_path / "ledger.arrow")
    assert len(rows) == summary.messages_published
    kinds = Counter(row["kind"] for row in rows)
    assert kinds["duplicate"] == summary.duplicates > 0
    assert kinds["malformed"] == summary.malformed > 0
    assert kinds["backlog"] == summary.backlog > 0
    truth = Counter(parquet.read_table(tmp_path / "truth.parquet")["kind"].to_pylist())
    assert truth["failure"] == len(summary.failures) > 0
    assert truth["malformed"] >= summary.malformed
    good = [row for row in rows if row["kind"] in ("valid", "backlog")]
    assert sum(len(row["values"]) for row in good) == summary.readings_published
    written = {
        (row["device_id"], name, row["event_ms"], value)
        for row in good
        for name, value in zip(row["channels"], row["values"], strict=True)
    }
    assert written == arrived
    assert rejects == summary.malformed
    assert summary.unacknowledged == summary.unsent == 0
    assert msgspec.json.decode((tmp_path / "summary.json").read_bytes(), type=Summary) == summary


def test_status_is_retained_and_taken_back(rumqttd: Rumqttd, tmp_path: Path) -> None:
    scenario = load_scenario("quiet")
    config = live_config(rumqttd.port, tmp_path, 20, scenario=scenario, duration_s=1.0)
    with Listener(rumqttd.port) as listener:
        live.run(config, threading.Event())
        # A broker may tell a will although the client said goodbye, hence sets.
        wait_until(lambda: len({t for t, p, _ in listener.got if p == b"offline"}) == 24)
        states = defaultdict(list)
        for topic, payload, _ in listener.got:
            if topic.endswith("/status"):
                states[topic].append(payload)
    assert len(states) == 24  # 20 devices, 4 gateways
    assert all(
        state[0] == b"online" and set(state[1:]) == {b"offline"} for state in states.values()
    )
    with Listener(rumqttd.port) as late:
        # A will may be told this late, too, and then as it comes, not as retained.
        wait_until(lambda: len({t for t, _, retained in late.got if retained}) == 24)
        assert {payload for _, payload, _ in late.got} == {b"offline"}


def test_a_broker_that_dies_and_returns_loses_nothing(rumqttd: Rumqttd, tmp_path: Path) -> None:
    """What the dead broker had acknowledged is gone with its memory: only that may be missing."""
    seen: list[Counters] = []
    scenario = load_scenario("quiet")
    config = live_config(
        rumqttd.port, tmp_path, 200, scenario=scenario, duration_s=6.0, on_progress=seen.append
    )
    stop = threading.Event()
    first = Listener(rumqttd.port)
    with first:
        thread, done = in_thread(config, stop)
        wait_until(lambda: len(first.telemetry()) > 200)
    rumqttd.kill()
    outage_ms = time.time_ns() // 1_000_000
    wait_until(lambda: bool(seen) and seen[-1].lag_ms > 500)
    rumqttd.start()
    with Listener(rumqttd.port) as second:
        thread.join(DEADLINE_S)
        assert not thread.is_alive()
        summary = done[0]
        rows = rows_of(tmp_path / "ledger.arrow")
        devices = 200
        assert len(rows) == summary.messages_published == devices * 30
        assert summary.reconnects == 4
        later = {
            (row["device_id"], row["event_ms"])
            for row in rows
            if row["published_ms"] > outage_ms + 5_000
        }
        wait_until(lambda: later <= {(d, t) for d, t, _ in senml_readings(second)})
    by_device = defaultdict(list)
    for row in rows:
        by_device[row["device_id"]].append(row["event_ms"])
    assert all(times == sorted(times) for times in by_device.values())
    assert summary.unacknowledged == summary.unsent == 0


def test_the_order_of_bytes_is_the_same_in_every_run(rumqttd: Rumqttd, tmp_path: Path) -> None:
    orders = []
    for turn in range(2):
        config = live_config(rumqttd.port, tmp_path, 60, client_id=f"run{turn}")
        with Listener(rumqttd.port) as listener:
            before = len(listener.telemetry())
            summary = live.run(config, threading.Event())
            wait_until(lambda: len(listener.telemetry()) - before == summary.messages_published)  # noqa: B023
            by_topic = defaultdict(list)
            for topic, payload in listener.telemetry():
                by_topic[topic].append(payload)
        orders.append({t: p for t, p in by_topic.items() if t.endswith("/telemetry")})
    assert orders[0] == orders[1]


def test_a_skewed_clock_near_now_counts_as_refused(rumqttd: Rumqttd, tmp_path: Path) -> None:
    """Eight hours ahead of a reading of just now is the future: ingest must refuse it."""
    now_ms = time.time_ns() // 1_000_000
    past = live_config(rumqttd.port, tmp_path, 150)
    present = replace(past, start_ms=now_ms - 2 * 3_600_000, client_id="present")
    long_ago, just_now = (live.run(config, threading.Event()) for config in (past, present))
    assert just_now.malformed > long_ago.malformed
    assert just_now.withheld == 0


def test_a_broker_with_dollar_topics_carries_both_dialects(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    mqtt = MqttSettings(port=mosquitto.port, dp_topic="$dp")
    summary = live.run(live_config(mosquitto.port, tmp_path, 100, mqtt=mqtt), threading.Event())
    assert summary.messages_published == len(rows_of(tmp_path / "ledger.arrow")) > 500
    assert summary.unacknowledged == 0


def test_a_record_and_a_live_run_give_a_device_the_same_readings(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    """Over a real broker and ingest's decoders, in the order of arrival, backlogs included."""
    config = live_config(mosquitto.port, tmp_path, 150, scenario=load_scenario("faults"))
    with Listener(mosquitto.port) as listener:
        summary = live.run(config, threading.Event())
        wait_until(lambda: len(listener.telemetry()) >= summary.messages_published)
        arrived = in_order(config, listener)
    out = tmp_path / "record"
    generate(GenerateConfig(config.points, config.scenario, 1, config.start_ms, 0.1, out))
    written = defaultdict(list)
    for row in parquet.read_table(out / "readings").to_pylist():
        event_ms = round(row["event_ms"].timestamp() * 1000)
        written[row["device_id"]].append((event_ms, row["channel"], row["value"]))
    assert sum(len(mine) for mine in arrived.values()) > 5_000
    for device, mine in arrived.items():
        assert sorted(mine) == sorted(written[device][: len(mine)])
        assert [e for e, _, _ in mine] == [e for e, _, _ in written[device][: len(mine)]]

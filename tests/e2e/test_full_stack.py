"""The full stack's own servers: mosquitto, Apache Kafka in KRaft mode, InfluxDB behind nginx."""

import re
from pathlib import Path

import pytest

from dashboards import queries
from dashboards.pages import pages
from tests.dashboards.grafana_like import View
from tests.e2e.harness import Pipeline
from tests.e2e.publisher import Publisher, make_points, step_messages
from tests.e2e.runs import POINTS, READINGS, STEPS, expected_readings, expected_warnings, value
from tests.kafka_server import KafkaServer
from tests.servers import Mosquitto, Rumqttd, Tansu
from tests.storage.servers import TOKEN, Gateway, Influx

INFLUX = """
[store]
kind = "influxdb"
[influx]
url = "http://{address}"
bucket = "geohazard"
token = "{token}"
timeout_s = 2.0
"""


@pytest.mark.slow
@pytest.mark.integration
def test_apache_kafka_and_mosquitto_die_and_come_back(
    tmp_path: Path, mosquitto: Mosquitto, own_kafka: KafkaServer
) -> None:
    pipeline = Pipeline(tmp_path / "run", mosquitto, own_kafka, make_points(POINTS))
    pipeline.start()
    try:
        own_kafka.kill()  # while the roles are still starting
        own_kafka.start()
        pipeline.wait_until_subscribed()
        with Publisher(mosquitto, pipeline.settings).connected() as publisher:
            for step in range(STEPS):
                publisher.publish(step_messages(pipeline.points, step, value))
                if step == 16:
                    own_kafka.kill()
                    own_kafka.start()
                if step == 30:
                    mosquitto.stop()
                    mosquitto.start()
                    publisher.wait_until_connected()
        pipeline.wait_until_stored(READINGS)
    finally:
        pipeline.stop()
    assert pipeline.stored() == expected_readings(pipeline.points)
    assert {str(row[0]) for row in pipeline.warnings()} == set(expected_warnings(pipeline.points))


@pytest.mark.slow
@pytest.mark.integration
def test_influxdb_away_for_a_while_loses_nothing(
    tmp_path: Path, rumqttd: Rumqttd, tansu: Tansu, influx: Influx, gateway: Gateway
) -> None:
    tables = INFLUX.format(address=gateway.address, token=TOKEN)
    pipeline = Pipeline(tmp_path / "run", rumqttd, tansu, make_points(POINTS), store=tables)
    pipeline.start()
    try:
        pipeline.wait_until_subscribed()
        with Publisher(rumqttd, pipeline.settings).connected() as publisher:
            for step in range(STEPS):
                publisher.publish(step_messages(pipeline.points, step, value))
                if step == 10:
                    influx.stop()
            # The detectors go on without the store: all frames are judged while it is away.
            pipeline.wait_until_done("geohazard-detect", READINGS)
            assert pipeline.processes["store"].poll() is None, pipeline.log("store")
            influx.start()
        pipeline.wait_until_stored(READINGS)
        pipeline.wait(lambda: all_is_written(influx, pipeline), "InfluxDB to hold all")
    finally:
        pipeline.stop()
    assert influx_readings(influx) == {
        (point, channel, time_ms, number)
        for point, _, channel, time_ms, number in expected_readings(pipeline.points)
    }
    assert_dashboards_find_it(influx, pipeline)


def all_is_written(influx: Influx, pipeline: Pipeline) -> bool:
    """Whether the warnings, and what the store says of itself, have come as well."""
    events = influx.rows('SELECT count("id") AS "n" FROM "point_event"')
    fields = {row["fieldKey"] for row in influx.rows('SHOW FIELD KEYS FROM "pipeline"')}
    warned = len(expected_warnings(pipeline.points))
    return "count_readings_timed" in fields and bool(events) and events[0]["n"] == warned


def assert_dashboards_find_it(influx: Influx, pipeline: Pipeline) -> None:
    """Find with the pages' queries what the pipeline itself wrote: fields, states, names."""
    fields = {row["fieldKey"] for row in influx.rows('SHOW FIELD KEYS FROM "pipeline"')}
    panels = [panel for page in pages("en") for _, panel in page.panels()]
    asked = " ".join(query.text for panel in panels for query in panel.queries)
    assert set(re.findall(r'"(count_\w+)"', asked)) <= fields
    times = [
        int(row["time"]) // 1_000_000 for row in influx.rows('SELECT "level" FROM point_state')
    ]
    view = View(min(times), max(times) + 1000, variables={"area": None, "kind": None})
    names = {row["point"]: row["name"] for row in influx.rows(view.fill(queries.names().text))}
    assert names == {point.point_id: point.name for point in pipeline.points}
    levels = dict.fromkeys(names, 0)
    for event in sorted(expected_warnings(pipeline.points).values(), key=lambda e: e.event_ms):
        levels[event.point_id] = event.level
    found = influx.rows(view.fill(queries.map_of_points().text))
    assert {row["point"]: row["level"] for row in found} == levels
    changes = influx.rows(view.fill(queries.changes().text))
    assert {row["id"] for row in changes} == set(expected_warnings(pipeline.points))


def influx_readings(influx: Influx) -> set[tuple[object, ...]]:
    """All readings that InfluxDB holds."""
    rows = influx.rows('SELECT "crack", "tilt_x", "point" FROM "reading"')
    return {
        (row["point"], channel, int(row["time"]) // 1_000_000, row[channel])
        for row in rows
        for channel in ("crack", "tilt_x")
        if row[channel] is not None
    }

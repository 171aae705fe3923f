"""Whatever dies, the record and the warnings are those of an undisturbed run."""

from pathlib import Path

import pytest

from tests.e2e.harness import ROLES, Pipeline
from tests.e2e.publisher import Publisher, make_points, step_messages
from tests.e2e.runs import POINTS, READINGS, STEPS, expected_readings, expected_warnings, value
from tests.servers import Server

KILL_AFTER = {12: "detect", 20: "ingest", 28: "store", 36: "notify"}


def run(root: Path, mqtt: Server, kafka: Server, kills: dict[int, str]) -> Pipeline:
    """Run all steps, killing roles on the way."""
    pipeline = Pipeline(root, mqtt, kafka, make_points(POINTS))
    pipeline.start()
    try:
        publisher = Publisher(mqtt, pipeline.settings)
        pipeline.wait_until_subscribed()
        with publisher.connected():
            for step in range(STEPS):
                publisher.publish(step_messages(pipeline.points, step, value))
                if step in kills:
                    pipeline.kill(kills[step])
                    pipeline.start(kills[step])
        pipeline.wait_until_stored(READINGS)
    finally:
        pipeline.stop()
    return pipeline


@pytest.mark.slow
@pytest.mark.integration
def test_every_role_killed_in_turn_changes_nothing(
    tmp_path: Path, embedded: list[tuple[Server, Server]]
) -> None:
    (mqtt_a, kafka_a), (mqtt_b, kafka_b) = embedded
    calm = run(tmp_path / "calm", mqtt_a, kafka_a, {})
    disturbed = run(tmp_path / "disturbed", mqtt_b, kafka_b, KILL_AFTER)
    assert set(KILL_AFTER.values()) == set(ROLES)
    assert calm.stored() == expected_readings(calm.points)
    assert disturbed.stored() == calm.stored()
    assert disturbed.warnings() == calm.warnings()
    expected = expected_warnings(calm.points)
    assert expected, "the failing slopes must have raised something"
    assert {str(row[0]) for row in calm.warnings()} == set(expected)

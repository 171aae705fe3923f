"""Partitions move between processes of a role, and nothing is lost or judged twice."""

from pathlib import Path

import pytest

from tests.e2e.harness import Pipeline
from tests.e2e.publisher import Publisher, make_points, step_messages
from tests.e2e.runs import POINTS, READINGS, STEPS, expected_readings, expected_warnings, value
from tests.servers import Rumqttd, Tansu

MORE, FEWER = 12, 30


@pytest.mark.slow
@pytest.mark.integration
def test_a_second_detect_joins_and_the_first_is_killed(
    tmp_path: Path, rumqttd: Rumqttd, tansu: Tansu
) -> None:
    pipeline = Pipeline(tmp_path / "run", rumqttd, tansu, make_points(POINTS))
    pipeline.start()
    try:
        pipeline.wait_until_subscribed()
        with Publisher(rumqttd, pipeline.settings).connected() as publisher:
            for step in range(STEPS):
                publisher.publish(step_messages(pipeline.points, step, value))
                if step == MORE:
                    pipeline.start("detect@1")
                    pipeline.wait_for_health("detect", "1")
                if step == FEWER:
                    pipeline.kill("detect")
        pipeline.wait_until_stored(READINGS)
    finally:
        pipeline.stop()
    assert pipeline.stored() == expected_readings(pipeline.points)
    assert {str(row[0]) for row in pipeline.warnings()} == set(expected_warnings(pipeline.points))

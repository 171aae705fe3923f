"""Whatever dies, the record and the warnings are those of an undisturbed run."""

from pathlib import Path

import pytest

from tests.e2e.harness import ROLES, Pipeline, Publisher, make_points, step_messages
from tests.servers import Server

POINTS = 60
STEPS = 48
RUNAWAY = (3, 17, 42)
KILL_AFTER = {12: "detect", 20: "ingest", 28: "store", 36: "notify"}


def value(point: int, step: int) -> float:
    """Quiet slopes with a deterministic ripple, and three that fail after step 24."""
    ripple = ((point * 7919 + step * 104_729) % 101 - 50) / 1000.0
    motion = 40.0 / (STEPS - step) ** 1.5 * 30.0 if point in RUNAWAY and step > 24 else 0.0
    return round(ripple + motion, 3)


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
        pipeline.wait_until_stored(POINTS * STEPS * 2)
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
    assert len(calm.stored()) == POINTS * STEPS * 2
    assert disturbed.stored() == calm.stored()
    assert calm.warnings(), "the failing slopes must have raised something"
    assert disturbed.warnings() == calm.warnings()

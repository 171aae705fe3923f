"""Mud-level surge: fronts, swells, raised beds, and a gauge that is buried."""

import numpy as np
import pytest

from detectors.engine import Engine
from domain.hazards import HazardType
from tests.detectors.worlds import (
    feed,
    highest,
    one_point,
    rows_of,
    warnings_of,
)

FLOW = HazardType.DEBRIS_FLOW


def test_a_surge_is_measured_from_the_quiet_level() -> None:
    values = 1.0 + 0.01 * np.random.default_rng(3).normal(size=60)
    values[50:] += 1.5
    events = warnings_of(
        feed(
            Engine(one_point("mud_level", hazard=FLOW)),
            rows_of("mud_level", values),
        )
    )
    reason = events[0].reasons[0]
    assert events[0].level == 3
    assert reason.features["rise_m"] == pytest.approx(1.5, abs=0.1)
    assert reason.features["quiet_level_m"] == pytest.approx(1.0, abs=0.05)


def _gauge(seed: int, size: int = 600) -> np.ndarray:
    return 0.5 + 0.01 * np.random.default_rng(seed).normal(size=size)


@pytest.mark.parametrize(
    ("hours", "step_s"),
    [(4, 60.0), (6, 60.0), (3, 600.0), (6, 600.0), (12, 600.0), (48, 600.0), (6, 1800.0)],
)
def test_a_flood_that_swells_slowly_is_no_surge(hours: int, step_s: float) -> None:
    """Up by 1.5 m within hours, down again: the river is high, but no front came."""
    steps = int(hours * 3600 / step_s)
    values = _gauge(11, 300 + 3 * steps)
    values[200:] += np.interp(np.arange(len(values) - 200), [0, steps, 2 * steps], [0, 1.5, 0])
    points = one_point("mud_level", hazard=FLOW, interval_s=step_s)
    outcomes = feed(Engine(points), rows_of("mud_level", values, step_ms=int(1000 * step_s)))
    assert highest(outcomes) == 0


@pytest.mark.parametrize("step_s", [60.0, 600.0])
def test_a_surge_of_minutes_is_red_by_its_third_reading(step_s: float) -> None:
    values = _gauge(12)
    values[200:] += 2.5 * np.exp(-np.arange(400) / 10.0)
    points = one_point("mud_level", hazard=FLOW, interval_s=step_s)
    rows = rows_of("mud_level", values, step_ms=int(1000 * step_s))
    level = feed(Engine(points), rows)[0].features.level
    assert level[:200].max() == 0
    assert level[202] == 4


def test_a_surge_upon_a_swell_is_measured_from_its_own_foot() -> None:
    values = _gauge(13)
    values[200:] += np.minimum(np.arange(400) / 72.0, 1.5)
    values[350:353] += 1.2
    outcomes = feed(Engine(one_point("mud_level", hazard=FLOW)), rows_of("mud_level", values))
    level = outcomes[0].features.level
    assert level[:350].max() == 0
    assert highest(outcomes) == 3
    front = warnings_of(outcomes)[0].reasons[0].features["front_m"]
    assert front == pytest.approx(1.2, abs=0.1)


def test_a_raised_bed_becomes_the_quiet_level_and_the_next_surge_is_found() -> None:
    """The flow leaves 1.2 m; the gauge goes on. Five hours later that is where quiet lies."""
    values = _gauge(14)
    values[200:] += 1.2
    values[450:] += 2.5 * np.exp(-np.arange(150) / 10.0)
    rows = rows_of("mud_level", values)
    level = feed(Engine(one_point("mud_level", hazard=FLOW)), rows)[0].features.level
    assert level[202] == 3
    assert level[449] == 0
    assert level[452] == 4


def test_a_gauge_buried_and_stuck_keeps_its_level() -> None:
    """One and the same value is no measurement: nothing says that the danger is over."""
    values = _gauge(15)
    values[200:] = [1.3, 2.1, 2.9, 3.1] + [3.3] * 396
    rows = rows_of("mud_level", values)
    features = feed(Engine(one_point("mud_level", hazard=FLOW)), rows)[0].features
    assert features.level[-1] == 4
    assert (features.flag[-300:] >= 3).all()


def test_a_log_under_the_gauge_for_one_reading_is_no_surge() -> None:
    values = 1.0 + 0.01 * np.random.default_rng(4).normal(size=60)
    values[50] += 3.0
    outcomes = feed(Engine(one_point("mud_level", hazard=FLOW)), rows_of("mud_level", values))
    assert highest(outcomes) == 0
    assert outcomes[0].features.flag[50] == 3

"""A low battery is told with what its device reads, and suppresses nothing."""

import numpy as np
import pytest

from detectors.engine import Engine, Outcome
from domain.levels import Flag
from domain.quality import Test
from tests.detectors.worlds import (
    POINT_ID,
    feed,
    highest,
    merged,
    one_point,
    rows_of,
    warnings_of,
)

STEPS = 200
CRACK = 43.0 / 144.0 * np.maximum(np.arange(STEPS) - 100.0, 0.0)
CRACK = CRACK + 0.02 * np.random.default_rng(1).normal(size=STEPS)


def volts(full: float, empty: float) -> np.ndarray:
    return np.where(np.arange(STEPS) < 80, full, empty)


def judged(battery: np.ndarray, **thresholds: float) -> list[Outcome]:
    rows = merged(rows_of("crack", CRACK), rows_of("battery", battery))
    return feed(Engine(one_point("crack", "battery", **thresholds)), rows)


def noted(outcomes: list[Outcome], channel: str) -> np.ndarray:
    features = outcomes[0].features
    mine = np.array([name == channel for name in features.channel.to_list()])
    named: np.ndarray = features.tests[mine] & Test.BATTERY > 0
    return named


def test_readings_of_a_device_with_a_low_battery_carry_a_note_and_stay_good() -> None:
    outcomes = judged(volts(12.8, 10.9))
    told = noted(outcomes, "crack")
    # The message in which the voltage first falls may have named the crack before the battery.
    assert not told[:81].any()
    assert told[82:].all()
    assert noted(outcomes, "battery")[81:].all()
    flags = outcomes[0].features.flag
    assert (flags == Flag.GOOD).mean() > 0.98
    assert highest(outcomes) == highest(judged(volts(12.8, 12.6))) == 2


def test_the_warning_tells_the_voltage() -> None:
    raised = [w for w in warnings_of(judged(volts(12.8, 10.9))) if w.level == 2]
    assert raised[0].reasons[0].features["battery_v"] == 10.9
    raised = [w for w in warnings_of(judged(volts(12.8, 12.6))) if w.level == 2]
    assert "battery_v" not in raised[0].reasons[0].features


@pytest.mark.parametrize(
    ("full", "empty", "low"), [(4.1, 3.3, True), (4.1, 3.7, False), (25.6, 22.0, True)]
)
def test_the_limit_goes_with_the_kind_of_supply(full: float, empty: float, low: bool) -> None:
    assert noted(judged(volts(full, empty)), "crack")[82:].all() == low


def test_a_site_sets_its_own_limit() -> None:
    assert noted(judged(volts(12.8, 12.1), battery_low_v=12.2), "crack")[82:].all()


def test_another_device_of_the_point_is_not_concerned() -> None:
    other = rows_of("tilt_x", 0.002 * np.random.default_rng(2).normal(size=STEPS), device="d2")
    rows = merged(rows_of("crack", CRACK), rows_of("battery", volts(12.8, 10.9)), other)
    outcomes = feed(Engine(one_point("crack", "battery")), rows)
    assert POINT_ID in outcomes[0].features.point_id.to_list()
    assert not noted(outcomes, "tilt_x").any()
    assert noted(outcomes, "crack")[82:].all()

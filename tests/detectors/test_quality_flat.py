"""Sensors that stick or lose their signal, beside gauges that only rest; steps of ten minutes."""

import numpy as np
import pytest

from domain.quality import Test
from tests.detectors.one_series import quiet, rows, run, where
from tests.detectors.worlds import STEP_MS, highest

FLAT = Test.FLAT_LINE


@pytest.mark.parametrize(("sigma", "digits", "after"), [(3.0, 1, 4), (0.015, 2, 12)])
def test_a_stuck_sensor_is_found_by_how_rarely_it_repeats_itself(
    sigma: float, digits: int, after: int
) -> None:
    values = quiet(260, 20.0, sigma, digits)
    values[200:240] = values[200]
    found = where(run("crack", rows("crack", values)), FLAT)
    assert found[0] <= 200 + after
    assert found == list(range(found[0], 240))


DAY = 144
"""Readings of a day."""


def _coarse(days: float, swing_mm: float, seed: int = 1) -> np.ndarray:
    """Make readings of a gauge of 0.1 mm on a daily swing."""
    size = int(days * DAY)
    swing = 0.5 * swing_mm * np.sin(2 * np.pi * np.arange(size) / DAY)
    return np.round(30.07 + swing + 0.003 * np.random.default_rng(seed).normal(size=size), 1)


@pytest.mark.parametrize("swing_mm", [0.2, 0.14, 0.05])
def test_a_gauge_that_sticks_by_friction_every_day_is_not_stuck(swing_mm: float) -> None:
    """Half a day without a change, every day, or the whole: from the first day on."""
    values = _coarse(12, swing_mm)
    if swing_mm < 0.1:
        values[::700] -= 0.1
    outcome = run("crack", rows("crack", values))
    assert where(outcome, FLAT) == []


def test_a_coarse_gauge_that_has_rested_as_long_before_is_not_stuck() -> None:
    """Two and a half days, then four: not beyond three times its usual. Eight and more are."""
    values = _coarse(40, 0.2)
    values[4 * DAY : int(6.5 * DAY)] = 30.1
    values[10 * DAY : 14 * DAY] = 30.1
    values[20 * DAY :] = 30.1
    found = np.array(where(run("crack", rows("crack", values)), FLAT))
    assert 28 * DAY <= found.min() <= 32 * DAY
    assert found.tolist() == list(range(found.min(), 40 * DAY))


def test_a_slope_that_comes_to_rest_is_not_stuck() -> None:
    """A coarse gauge that never repeated itself, for the crack opened all the time, at rest."""
    opening = np.concatenate((0.3 * np.arange(600.0), np.full(2 * DAY, 180.0)))
    values = np.round(20.0 + opening + quiet(len(opening), 0.0, 0.03, 4), 1)
    outcome = run("crack", rows("crack", values))
    assert where(outcome, FLAT) == []


def test_a_device_that_is_asked_to_read_more_often_is_not_dull() -> None:
    """The weather moves a crack from hour to hour, and hardly from minute to minute."""
    values = quiet(900, 0.0, 3.0, 1)
    values[700:] = 0.1 * (np.arange(200) % 2)
    late = np.where(np.arange(900) < 700, 0, (700 - np.arange(900)) * STEP_MS * 5 // 6)
    outcome = run("gnss_e", rows("gnss_e", values, ahead_ms=late, lag_ms=late + 300))
    assert where(outcome, Test.ATTENUATED) == []


def test_a_signal_that_loses_its_noise_is_attenuated_and_still_moves() -> None:
    """Its values are used, and when it moves it is good at once."""
    values = quiet(900, 0.0, 3.0, 1)
    values[700:] = 0.1 * (np.arange(200) % 2)
    values[800:] += 4.0 * np.arange(100.0)
    outcome = run("gnss_e", rows("gnss_e", values))
    dull = np.array(where(outcome, Test.ATTENUATED))
    assert dull.min() >= 700
    assert set(range(730, 800)) <= set(dull.tolist())
    assert dull.max() <= 801
    assert highest([outcome]) == 4

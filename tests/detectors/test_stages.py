"""The three stages of creep: the constant one found in the past, and the onset of the third."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine
from detectors.motion.constant import NEWEST_LEFT_OUT, STRETCHES, stage_of
from tests.detectors.worlds import STEP_MS, feed, one_point, rows_of, warnings_of

DAY_MS = 86_400_000
PRIMARY, SECONDARY, TERTIARY = 6.0, 22.0, 32.0
RATE = 1.5


def three_stages(days: np.ndarray) -> np.ndarray:
    """Creep as in any textbook (for example Saito 1969): slowing, steady, then to failure."""
    first = 8.0 * (1.0 - np.exp(-np.minimum(days, PRIMARY) / 1.5))
    third = -20.0 * np.log(1.0 - np.maximum(days - SECONDARY, 0.0) / (TERTIARY - SECONDARY))
    steady = RATE * days
    moved: np.ndarray = first + steady + third
    return moved


def _ring(days: np.ndarray, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (days * DAY_MS).astype(np.int64)[None], moved[None], np.array([len(days)])


@pytest.mark.parametrize("seed", range(8))
def test_the_constant_stage_of_a_textbook_curve_is_found(seed: int) -> None:
    days = np.linspace(0.0, 30.0, 32)
    moved = three_stages(days) + 0.15 * np.random.default_rng(seed).normal(size=32)
    found = stage_of(*_ring(days, moved), np.array([0.15]))
    assert found.rate[0] == pytest.approx(RATE, rel=0.15)
    assert found.begins_ms[0] / DAY_MS >= PRIMARY - 3.0
    assert found.ends_ms[0] / DAY_MS <= SECONDARY + 2.0
    assert (found.ends_ms[0] - found.begins_ms[0]) / DAY_MS >= 10.0


@pytest.mark.parametrize(("day", "least", "most"), [(21.0, 40.0, 50.0), (31.5, 85.0, 90.0)])
def test_the_tangential_angle_of_a_textbook_curve(day: float, least: float, most: float) -> None:
    """45 degrees in the constant stage, by definition; beyond 85 just before failure."""
    days = np.linspace(0.0, 30.0, 32)
    stage = stage_of(*_ring(days, three_stages(days)), np.array([0.15]))
    speed = (three_stages(np.array([day + 0.1])) - three_stages(np.array([day - 0.1])))[0] / 0.2
    assert least <= np.degrees(np.arctan(speed / stage.rate[0])) <= most


@settings(max_examples=50, deadline=None)
@given(rate=st.floats(-20.0, 20.0), seed=st.integers(0, 99))
def test_a_steady_past_is_one_long_stage(rate: float, seed: int) -> None:
    days = np.arange(32.0)
    moved = rate * days + 0.2 * np.random.default_rng(seed).normal(size=32)
    found = stage_of(*_ring(days, moved), np.array([0.2]))
    assert found.rate[0] == pytest.approx(abs(rate), abs=0.1)
    assert found.values[0] >= STRETCHES[1]


def test_the_newest_values_never_make_the_stage() -> None:
    days = np.arange(32.0)
    moved = np.where(days < 32 - NEWEST_LEFT_OUT, days, days + 50.0 * (days - 28.0) ** 2)
    assert stage_of(*_ring(days, moved), np.array([0.1])).rate[0] == pytest.approx(1.0)


def test_days_of_acceleration_do_not_become_the_constant_stage() -> None:
    """Read every ten minutes: the ring of bins holds five days, the acceleration lasts six."""
    days = np.arange(0.0, 31.0, STEP_MS / DAY_MS)
    moved = three_stages(days) + 0.05 * np.random.default_rng(3).normal(size=len(days))
    engine = Engine(one_point("crack"))
    outcomes = feed(engine, rows_of("crack", moved))
    book = engine._book.series
    assert float(book["constant"][1]) <= 2.5 * RATE
    onset = START_DAY + (float(book["constant_to"][1]) - float(book["time"][1, -1])) / DAY_MS
    assert onset <= SECONDARY + 4.0
    assert warnings_of(outcomes)


START_DAY = 31.0


def test_a_warning_tells_the_stage_and_the_onset() -> None:
    """Half-hourly, steady for twelve days, accelerating for two."""
    days = np.arange(0.0, 14.0, 1 / 48)
    moved = 2.0 * days + 6.0 * np.maximum(days - 12.0, 0.0) ** 3
    moved += 0.1 * np.random.default_rng(4).normal(size=len(days))
    rows = rows_of("crack", moved, step_ms=1_800_000)
    raised = warnings_of(feed(Engine(one_point("crack", interval_s=1800.0)), rows))
    said = raised[-1].reasons[0].features
    onset_day = (raised[-1].reasons[0].time_ms - rows[0][3]) / DAY_MS - said["onset_hours"] / 24.0
    assert onset_day == pytest.approx(12.2, abs=0.4)
    assert said["velocity_constant_mm_per_day"] == pytest.approx(2.0, abs=0.2)
    assert said["constant_days"] >= 4.0
    assert said["acceleration_mm_per_day2"] > said["acceleration_error_mm_per_day2"]

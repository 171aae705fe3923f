"""What the day's warmth does to an instrument is noted, and what a slope does is not."""

import numpy as np
import pytest

from detectors.engine import Engine, Outcome
from domain.levels import Flag
from domain.quality import Test
from tests.detectors.worlds import feed, highest, one_point, rows_of

PER_DAY = 24
HOUR_MS = 3_600_000
DAYS = 16
DAY = np.arange(DAYS * PER_DAY) / PER_DAY
NOISE = np.random.default_rng(5).normal(size=DAY.size)
WAVE = np.cos(2.0 * np.pi * (DAY - 0.6))


def engine(channel: str = "crack") -> Engine:
    return Engine(one_point(channel, interval_s=3600.0))


def judged(values: np.ndarray, channel: str = "crack") -> list[Outcome]:
    return feed(engine(channel), rows_of(channel, values, step_ms=HOUR_MS))


def noted(outcomes: list[Outcome]) -> np.ndarray:
    found: np.ndarray = outcomes[0].features.tests & Test.THERMAL > 0
    return found


def test_the_hours_that_the_day_bends_most_are_noted_after_a_week() -> None:
    outcomes = judged(0.1 * NOISE + 1.0 * WAVE)
    bent = noted(outcomes)
    assert not bent[: 8 * PER_DAY].any()
    late = DAY > 12.0
    assert bent[late & (np.abs(WAVE) > 0.5)].mean() > 0.95
    assert not bent[late & (np.abs(WAVE) < 0.1)].any()
    flags = outcomes[0].features.flag
    assert (flags[late] == Flag.GOOD).mean() > 0.99
    assert highest(outcomes) == 0


def test_the_wave_of_a_tilt_meter_on_a_creeping_slope_is_its_own() -> None:
    bent = noted(judged(0.005 * NOISE + 0.06 * WAVE + 0.02 * DAY, "tilt_x"))
    assert bent[DAY > 12.0].mean() > 0.5


@pytest.mark.parametrize(
    "values",
    [
        0.1 * NOISE,
        0.1 * NOISE + 2.0 * DAY,
        0.1 * NOISE + 8.0 * DAY**2,
        0.1 * np.cumsum(NOISE),
        0.1 * NOISE + 4.0 * np.cos(2.0 * np.pi * DAY * 1.15),
    ],
    ids=["rest", "trend", "speeding up", "random walk", "another rhythm"],
)
def test_what_is_not_the_day_s_is_not_noted(values: np.ndarray) -> None:
    assert noted(judged(values)).mean() < 0.002


def test_a_warm_wall_that_runs_away_is_warned_of_all_the_same() -> None:
    """The note hides nothing: level and flags are those of the same slope in the shade."""
    plunge = 60.0 / np.maximum(DAYS + 0.05 - DAY, 0.05) - 60.0 / (DAYS + 0.05)
    sunny = judged(0.1 * NOISE + WAVE + plunge)
    assert highest(sunny) == highest(judged(0.1 * NOISE + plunge)) == 4


def test_a_day_that_is_not_whole_teaches_nothing() -> None:
    rows = rows_of("crack", 0.1 * NOISE + WAVE, step_ms=HOUR_MS)
    torn = [row for i, row in enumerate(rows) if i % (2 * PER_DAY) < int(1.5 * PER_DAY)]
    outcomes = feed(engine(), torn)
    assert not noted(outcomes).any()


def test_the_note_does_not_depend_on_the_cut_of_the_stream() -> None:
    rows = rows_of("crack", 0.1 * NOISE + WAVE, step_ms=HOUR_MS)
    whole, cut = (
        np.concatenate([o.features.tests for o in feed(engine(), rows, cuts)])
        for cuts in ((), (100, 239, 288, 333))
    )
    assert (whole & Test.THERMAL > 0).any()
    assert np.array_equal(whole, cut)

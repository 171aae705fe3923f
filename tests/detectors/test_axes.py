"""A tilt meter whose axes are exchanged for some hours, at rest and on a slope that moves."""

import numpy as np

from detectors.engine import Engine, Outcome
from domain.levels import Flag
from domain.quality import Test
from tests.detectors.worlds import feed, highest, merged, one_point, rows_of

STEPS = 300
HOURS = np.arange(STEPS) / 6.0
FIRST, LAST = 120, 180


def noise(seed: int) -> np.ndarray:
    return 0.002 * np.random.default_rng(seed).normal(size=STEPS)


def exchanged(x: np.ndarray, y: np.ndarray, last: int = LAST) -> tuple[np.ndarray, np.ndarray]:
    wrong = (np.arange(STEPS) >= FIRST) & (np.arange(STEPS) < last)
    return np.where(wrong, y, x), np.where(wrong, x, y)


def judged(x: np.ndarray, y: np.ndarray) -> list[Outcome]:
    rows = merged(rows_of("tilt_x", x), rows_of("tilt_y", y))
    return feed(Engine(one_point("tilt_x", "tilt_y")), rows)


def named(outcomes: list[Outcome], channel: str) -> np.ndarray:
    features = outcomes[0].features
    mine = np.array([name == channel for name in features.channel.to_list()])
    told: np.ndarray = features.tests[mine] & Test.AXES > 0
    assert (features.flag[mine][told] == Flag.SUSPECT).all()
    return np.flatnonzero(told)


def velocity(outcomes: list[Outcome], channel: str) -> np.ndarray:
    features = outcomes[0].features
    mine = np.array([name == channel for name in features.channel.to_list()])
    found: np.ndarray = features.velocity[mine]
    return found


AT_REST = (1.3 + noise(1), -0.4 + noise(2))


def test_every_exchanged_reading_is_named_and_no_other() -> None:
    outcomes = judged(*exchanged(*AT_REST))
    for axis in ("tilt_x", "tilt_y"):
        assert named(outcomes, axis).tolist() == list(range(FIRST, LAST))
    assert highest(outcomes) == 0


def test_the_motion_of_each_axis_goes_on_as_if_nothing_were_wrong() -> None:
    x, y = AT_REST[0] + 0.5 / 24.0 * HOURS, AT_REST[1] - 0.1 / 24.0 * HOURS
    right, mended = judged(x, y), judged(*exchanged(x, y))
    assert named(mended, "tilt_x").tolist() == list(range(FIRST, LAST))
    for axis in ("tilt_x", "tilt_y"):
        whole = velocity(right, axis)[LAST + 40 :]
        assert np.abs(velocity(mended, axis)[LAST + 40 :] - whole).max() < 0.1
    assert highest(mended) == highest(right)


def test_one_axis_that_jumps_to_the_level_of_the_other_is_no_exchange() -> None:
    x = np.where(np.arange(STEPS) >= FIRST, AT_REST[1], AT_REST[0])
    assert named(judged(x, AT_REST[1]), "tilt_x").tolist() == [FIRST]


def test_an_exchange_that_lasts_is_a_new_mounting() -> None:
    x, y = (np.repeat(axis, 3)[: 3 * STEPS] for axis in AT_REST)
    wrong = np.arange(3 * STEPS) >= FIRST
    x, y = (a + 0.002 * np.random.default_rng(5).normal(size=3 * STEPS) for a in (x, y))
    outcomes = judged(np.where(wrong, y, x), np.where(wrong, x, y))
    told = named(outcomes, "tilt_x")
    assert told[0] == FIRST
    assert told[-1] == FIRST + 24 * 6


def test_axes_at_about_the_same_level_cannot_be_told_apart() -> None:
    x, y = 0.30 + noise(1), 0.31 + noise(2)
    assert not named(judged(*exchanged(x, y)), "tilt_x").size


def test_a_runaway_through_the_level_of_the_other_axis_is_not_hidden() -> None:
    growing = 0.02 * np.exp(np.maximum(HOURS - 20.0, 0.0) / 3.0)
    x = AT_REST[0] + np.minimum(growing, 40.0)
    y = AT_REST[1] + 2.5
    assert highest(judged(x, y)) == highest(judged(x, AT_REST[1] - 30.0)) >= 3

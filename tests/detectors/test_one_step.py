"""A receiver that is elsewhere from one message to the next, and rests there, has not moved."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.detectors.side_by_side import World, judged_together
from tests.detectors.worlds import highest, one_point, rows_of

AXES = ("gnss_e", "gnss_n", "gnss_u")
SIGMA = np.array([3.0, 3.0, 5.0])
Made = Callable[[int], np.ndarray]
STEP_MS, DAY = 1_800_000, 48
LENGTH, AT = 5 * DAY, 4 * DAY


def _world(moved: np.ndarray, seed: int) -> World:
    rng = np.random.default_rng(seed)
    # Positions wander: the newest days differ from those before by more than white noise would.
    walk = np.cumsum(rng.normal(size=moved.shape), axis=0) * 0.03
    values = np.round(moved + (rng.normal(size=moved.shape) + walk) * SIGMA, 1)
    series = [rows_of(axis, v, step_ms=STEP_MS) for axis, v in zip(AXES, values.T, strict=True)]
    rows = [row for message in zip(*series, strict=True) for row in message]
    return one_point(*AXES, interval_s=1800.0), rows


def _jump(seed: int) -> np.ndarray:
    """44 mm at once, in a direction of its own."""
    way = np.random.default_rng(1000 + seed).normal(size=3)
    return np.where(np.arange(LENGTH)[:, None] >= AT, 44.0 * way / np.linalg.norm(way), 0.0)


def _put_right(seed: int) -> np.ndarray:
    """1 mm a day to the north-west, 25 mm along each before; exchanged for two days."""
    days = np.arange(LENGTH)[:, None] / DAY
    moved = (18.0 + days * 0.7) * np.array([-1.0, 1.0, 0.0])
    exchanged = (np.arange(LENGTH) >= AT - DAY) & (np.arange(LENGTH) < AT)
    moved[exchanged] = moved[exchanged][:, [1, 0, 2]]
    return moved


def _slide(seed: int) -> np.ndarray:
    """From rest to 44 mm within ten readings, and on: 105 mm a day."""
    way = np.random.default_rng(1000 + seed).normal(size=3)
    moved = np.maximum(np.arange(LENGTH)[:, None] - AT, 0.0) * 4.4
    return moved * way / np.linalg.norm(way)


@pytest.mark.parametrize(
    ("made", "seeds"),
    # Those of 900 that became orange or red when nobody asked for several epochs.
    [(_jump, (98, 237, 452, 493, 612)), (_put_right, (46, 89, 492, 636, 729, 839, 862))],
)
def test_a_step_followed_by_rest_is_no_motion(made: Made, seeds: tuple[int, ...]) -> None:
    outcomes = judged_together([_world(made(seed), seed) for seed in seeds])
    assert max(highest([outcome]) for outcome in outcomes) <= 1


def test_as_much_through_many_readings_is_motion() -> None:
    outcomes = judged_together([_world(_slide(seed), seed) for seed in range(4)])
    assert min(highest([outcome]) for outcome in outcomes) >= 3

"""GNSS receivers: jumps of the baseline, wrong fixes, and slopes that are neither."""

from collections.abc import Callable

import numpy as np
import pytest

from detectors.engine import Engine, Outcome
from domain.levels import Flag
from domain.quality import Test
from tests.detectors.side_by_side import judged_together
from tests.detectors.worlds import Row, feed, fingerprint, highest, one_point, rows_of

AXES = ("gnss_e", "gnss_n", "gnss_u")
SIGMA = (3.0, 3.0, 5.0)
LENGTH, AT = 200, 120

Path = Callable[[np.ndarray], np.ndarray]


def _rest(step: np.ndarray) -> np.ndarray:
    return np.zeros_like(step)


def _jump(step: np.ndarray) -> np.ndarray:
    return np.where(step >= AT, 1.0, 0.0)


def _one_fix(step: np.ndarray) -> np.ndarray:
    return np.where(step == AT, 1.0, 0.0)


def _slide(step: np.ndarray) -> np.ndarray:
    """Rest, then faster and faster: as far as the jump after ten readings."""
    return (np.maximum(step - AT, 0.0) / 10.0) ** 2


def _creep(step: np.ndarray) -> np.ndarray:
    return step / 10.0


def _rows(path: Path, size: tuple[float, ...], crack: float = 0.0, seed: int = 1) -> list[Row]:
    """Messages of a receiver that follows ``size`` times the path, and of a crack meter beside."""
    rng, step = np.random.default_rng(seed), np.arange(float(LENGTH))
    series = [
        rows_of(axis, path(step) * mm + rng.normal(size=LENGTH) * sigma)
        for axis, mm, sigma in zip(AXES, size, SIGMA, strict=True)
    ]
    series.append(rows_of("crack", path(step) * crack + rng.normal(size=LENGTH) * 0.1))
    return [row for message in zip(*series, strict=True) for row in message]


def _judge(rows: list[Row]) -> list[Outcome]:
    return feed(Engine(one_point(*AXES, "crack")), rows)


def _judge_all(worlds: list[list[Row]]) -> list[Outcome]:
    return judged_together([(one_point(*AXES, "crack"), rows) for rows in worlds])


def _noted(outcomes: list[Outcome], test: Test) -> dict[str, list[int]]:
    """Numbers of the messages of which a test spoke, by axis."""
    tests = np.concatenate([outcome.tests for outcome in outcomes]).reshape(LENGTH, 4)
    found = {axis: np.flatnonzero(tests[:, i] & test) for i, axis in enumerate(AXES)}
    return {axis: at.tolist() for axis, at in found.items() if at.size}


def test_a_jump_is_noted_after_three_positions_and_raises_nothing() -> None:
    for outcome in _judge_all([_rows(_jump, (25.0, -20.0, 40.0), seed=seed) for seed in range(5)]):
        assert _noted([outcome], Test.JUMP) == {axis: [AT + 3] for axis in AXES}
        assert highest([outcome]) == 0


def test_a_jump_near_the_noise_is_noted_when_eight_positions_have_come() -> None:
    """Each axis has moved by three to four times its scatter."""
    for outcome in _judge_all([_rows(_jump, (10.0, 9.0, 15.0), seed=seed) for seed in range(5)]):
        noted = _noted([outcome], Test.JUMP)
        assert noted
        assert all(AT + 3 <= at[0] <= AT + 8 and len(at) == 1 for at in noted.values())


@pytest.mark.parametrize("path", [_rest, _slide, _creep])
def test_what_does_not_jump_is_not_said_to(path: Path) -> None:
    size = (20.0, -15.0, -12.0)
    for outcome in _judge_all([_rows(path, size, seed=seed) for seed in range(20)]):
        assert not _noted([outcome], Test.JUMP)


def test_a_slide_keeps_its_level_though_it_begins_within_one_reading() -> None:
    assert highest(_judge(_rows(_slide, (20.0, -15.0, -12.0), crack=30.0))) >= 2


def test_a_jump_that_the_crack_meter_shares_is_motion() -> None:
    assert not _noted(_judge(_rows(_jump, (25.0, -20.0, -40.0), crack=12.0)), Test.JUMP)


def test_the_velocity_after_a_jump_is_that_of_rest() -> None:
    outcomes = _judge(_rows(_jump, (25.0, -20.0, 40.0)))
    velocity = np.concatenate([o.features.velocity for o in outcomes]).reshape(LENGTH, 4)
    # 25 mm within the four bins of four hours that the velocity is taken over: 40 mm a day.
    assert np.abs(velocity[-1, :3]).max() < 12.0


def test_a_wrong_fix_is_suspect_at_once_and_alone() -> None:
    size = (17.0, -19.0, 35.0)
    for outcome in _judge_all([_rows(_one_fix, size, seed=seed) for seed in range(5)]):
        flags = outcome.features.flag.reshape(LENGTH, 4)[:, :3]
        doubtful = np.flatnonzero((flags == Flag.SUSPECT).any(axis=1)).tolist()
        assert doubtful == [AT]
        assert not _noted([outcome], Test.JUMP)


def test_jumps_are_found_however_the_messages_are_cut() -> None:
    rows = _rows(_jump, (25.0, -20.0, 40.0))
    points = one_point(*AXES, "crack")
    whole = fingerprint(feed(Engine(points), rows))
    assert fingerprint(feed(Engine(points), rows, range(1, len(rows)))) == whole
    assert fingerprint(feed(Engine(points), rows, range(2, len(rows), 7))) == whole

"""The score of the Numenta Anomaly Benchmark, by cases whose answer follows from its definition."""

import numpy as np
import pytest

from benchmarks.nab_score import FALSE_COST, at, best, weights

WINDOWS = [(400, 499), (700, 799)]


def told(*rows: int) -> np.ndarray:
    scores = np.zeros(1000)
    scores[list(rows)] = 0.9
    return scores


def test_perfect_and_silent() -> None:
    assert at([(told(400, 700), WINDOWS)], 2, 0.5).score == pytest.approx(100.0)
    assert at([(told(), WINDOWS)], 2, 0.5).score == pytest.approx(0.0)


def test_half_the_windows_late_and_false_ones() -> None:
    """The middle of a window is worth 0.848 / 0.987 (its paper's example); far off costs 0.11."""
    found = at([(told(250, 251, 450), WINDOWS)], 2, 0.5)
    middle = (2 / (1 + np.exp(-2.5)) - 1) / (2 / (1 + np.exp(-5.0)) - 1)
    assert found.score == pytest.approx(50.0 * (1.0 + middle - 2.0 * FALSE_COST) / 2.0)
    assert (found.windows_found, found.false_runs) == (1, 1)


def test_just_after_a_window_costs_less_and_the_beginning_nothing() -> None:
    worth, window, judged = weights(1000, WINDOWS)
    assert -FALSE_COST < worth[599] < worth[501] < 0.0
    assert worth[380] == -FALSE_COST
    assert (window >= 0).sum() == 200
    assert not judged[:150].any()
    assert judged[150:].all()


def test_the_best_threshold_is_found() -> None:
    scores = told(400, 700)
    scores[[200, 300]] = 0.5
    assert best([(scores, WINDOWS), (told(), [])], 2).threshold == 0.9
    scores[700] = 0.5
    assert best([(scores, WINDOWS)], 2).threshold == 0.5
    assert best([(scores, WINDOWS)], 2) == at([(scores, WINDOWS)], 2, 0.5)

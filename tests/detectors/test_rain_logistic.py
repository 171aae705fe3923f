"""Logistic thresholds: known answers, another optimiser, limits, and what is no catalogue."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from detectors.rain.logistic import Logistic, fit_logistic, log_loss
from detectors.rain.skill import area_under_roc, cross_validated, skill

HOURS = np.array([0.25, 0.5, 1.0])
TRUTH = Logistic(-8.0, 6.0, 3.0)


def storms(seed: int, count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Storms of one shape each (I falls with D^-0.5), so that all durations tell the same."""
    random = np.random.default_rng(seed)
    size = random.gamma(2.0, 10.0, count)
    hit = random.random(count) < TRUTH.probability(size, np.ones(count))
    return size[:, None] * HOURS**-0.5, hit


def test_the_fit_is_that_of_a_general_optimiser() -> None:
    random = np.random.default_rng(1)
    peaks = random.gamma(2.0, 10.0, (300, 3)) * HOURS**-0.4
    hit = random.random(300) < TRUTH.probability(peaks[:, 1], np.full(300, 0.5))
    peaks[:40, 2] = np.nan

    def cost(found: np.ndarray) -> float:
        share = 1.0 / np.isfinite(peaks).sum(axis=1)[:, None]
        chance = expit(found[0] + found[1] * np.log10(peaks) + found[2] * np.log10(HOURS))
        loss = np.where(hit[:, None], -np.log(chance), -np.log1p(-chance)) * share
        return float(np.nansum(loss) + 0.5e-3 * (found[1] ** 2 + found[2] ** 2))

    best = minimize(
        cost, np.zeros(3), method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-7}
    )
    found = fit_logistic(HOURS, peaks, hit, np.arange(300), resamples=50).model
    np.testing.assert_allclose(
        [found.constant, found.intensity, found.duration], best.x, rtol=1e-3, atol=1e-3
    )


def test_the_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    held = 0
    a, _ = TRUTH.threshold(0.5)
    for seed in range(40):
        peaks, hit = storms(seed, 300)
        found = fit_logistic(HOURS, peaks, hit, np.arange(300), resamples=120, seed=seed)
        low, high = found.threshold.intercept_limits
        held += low <= a <= high
        assert found.threshold.exponent == pytest.approx(0.5, abs=0.02)
    assert 30 <= held <= 40


def test_a_higher_probability_asks_for_more_rain() -> None:
    peaks, hit = storms(3)
    lines = [
        fit_logistic(HOURS, peaks, hit, np.arange(600), probability=p, resamples=50).threshold
        for p in (0.2, 0.5, 0.8)
    ]
    assert lines[0].intercept < lines[1].intercept < lines[2].intercept
    assert lines[0].exponent == lines[1].exponent == lines[2].exponent


def test_storms_that_are_cleanly_parted_get_a_finite_threshold_between_them() -> None:
    size = np.concatenate([np.linspace(1.0, 9.0, 40), np.linspace(20.0, 60.0, 40)])
    peaks = size[:, None] * HOURS**-0.5
    found = fit_logistic(HOURS, peaks, size > 15.0, np.arange(80), resamples=60)
    assert 9.0 < found.threshold.intercept < 20.0
    low, high = found.limits(np.array([5.0, 40.0]), np.ones(2))
    assert high[0] < 0.1
    assert low[1] > 0.9


def test_storms_of_one_group_bring_no_knowledge_of_their_own() -> None:
    peaks, hit = storms(4, 80)
    many = [np.repeat(a, 10, axis=0) for a in (peaks, hit, np.arange(80))]
    apart = fit_logistic(HOURS, many[0], many[1], np.arange(800), resamples=200)
    grouped = fit_logistic(HOURS, *many, resamples=200)
    wide, narrow = (np.ptp(f.threshold.intercept_limits) for f in (grouped, apart))
    assert wide > 1.8 * narrow


def test_what_is_no_catalogue_is_refused() -> None:
    peaks, hit = storms(5)
    groups = np.arange(600)
    with pytest.raises(ValueError, match="ten storms"):
        fit_logistic(HOURS, peaks, np.zeros(600, bool), groups)
    with pytest.raises(ValueError, match="two durations"):
        fit_logistic(HOURS[:1], peaks[:, :1], hit, groups)
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit_logistic(HOURS, peaks, hit, groups, probability=1.0)
    with pytest.raises(ValueError, match="no response likelier"):
        fit_logistic(HOURS, peaks, ~hit, groups)
    with pytest.raises(ValueError, match="5 folds want"):
        cross_validated(np.array([1, 2, 1, 2]), lambda train: np.zeros((4, 1)))


def test_skill_by_hand() -> None:
    score = np.array([0.9, 0.8, 0.7, 0.2, 0.1, np.nan])
    hit = np.array([True, False, True, True, False, True])
    found = skill(score >= 0.5, score, hit)
    assert (found["storms"], found["responses"]) == (5, 3)
    assert found["threat_score"] == 0.5  # 2 hits, 1 miss, 1 false alarm
    assert found["true_skill"] == pytest.approx(2 / 3 - 1 / 2, abs=1e-3)
    assert found["area_under_roc"] == pytest.approx(4 / 6, abs=1e-3)
    assert np.isnan(area_under_roc(score[:1], hit[:1]))
    assert log_loss(np.array([0.0, 1.0]), np.array([False, True])) < 1e-9


def test_nobody_is_judged_by_a_fit_that_saw_its_group() -> None:
    groups = np.repeat(np.arange(12), 3)
    seen: list[np.ndarray] = []

    def predict(train: np.ndarray) -> np.ndarray:
        seen.append(train)
        return np.full((36, 2), float(len(seen)))

    found = cross_validated(groups, predict)
    for number, train in enumerate(seen, start=1):
        judged = found[:, 0] == number
        assert not (judged & train).any()
        assert not set(groups[judged]) & set(groups[train])
    assert len(seen) == 5

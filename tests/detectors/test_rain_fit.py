"""Thresholds from catalogues: known answers, published ones, and what is no catalogue."""

from pathlib import Path

import numpy as np
import pytest

from detectors.rain.fit import Scores, Threshold, best_intensity, fit_positives, fit_responses

ITALICA = Path(__file__).parents[3] / "shared/data/italica/ITALICA_v4.csv"


def test_the_limits_hold_the_truth_as_often_as_they_say() -> None:
    """Rain 12 D^0.45 with a spread of 0.25: five percent lie below 12 * 10^(-1.645 * 0.25)."""
    held = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        hours = 10.0 ** random.uniform(0.0, 2.0, 300)
        rain = 12.0 * hours**0.45 * 10.0 ** (0.25 * random.normal(size=300))
        found = fit_positives(hours, rain, below_percent=5.0, resamples=150, seed=seed)
        low, high = found.intercept_limits
        held += low <= 12.0 * 10.0 ** (-1.6449 * 0.25) <= high
        assert 0.4 < found.exponent < 0.7
    assert 46 <= held <= 59


def test_the_threat_score_is_largest_where_it_is_by_trying_all() -> None:
    random = np.random.default_rng(4)
    peaks = random.gamma(2.0, 8.0, 200).round(1)
    hit = random.random(200) < 1.0 / (1.0 + np.exp(-(peaks - 22.0) / 4.0))
    best = best_intensity(peaks, hit, np.ones(200))
    found = Scores.of(peaks >= best, hit).threat
    tried = max(Scores.of(peaks >= limit, hit).threat for limit in np.unique(peaks)[1:])
    assert found == pytest.approx(tried)


def test_storms_with_a_known_threshold_give_it_back() -> None:
    random = np.random.default_rng(5)
    hours = np.array([0.25, 0.5, 1.0])
    size = random.gamma(2.0, 1.0, 2000)
    peaks = 10.0 * hours**-0.5 * size[:, None]
    found = fit_responses(hours, peaks, size > 1.7, np.arange(2000), resamples=100)
    assert found.intercept == pytest.approx(17.0, rel=0.01)
    assert found.exponent == pytest.approx(0.5, abs=0.01)
    assert found.intercept_limits[0] <= found.intercept <= found.intercept_limits[1]


def test_storms_of_one_fire_are_drawn_together() -> None:
    """Ten copies of each storm bring no knowledge, and the limits say so."""
    random = np.random.default_rng(6)
    hours = np.array([0.25, 1.0])
    size = random.gamma(2.0, 1.0, 60)
    hit = size + random.normal(size=60) > 2.0
    peaks = 10.0 * hours**-0.5 * size[:, None]
    many = [np.repeat(a, 10, axis=0) for a in (peaks, hit, np.arange(60))]
    apart = fit_responses(hours, many[0], many[1], np.arange(600), resamples=200)
    grouped = fit_responses(hours, many[0], many[1], many[2], resamples=200)
    assert np.ptp(grouped.intercept_limits) > 1.5 * np.ptp(apart.intercept_limits)


def test_what_is_no_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="ten events"):
        fit_positives(np.arange(5.0), np.arange(5.0))
    with pytest.raises(ValueError, match="ten events"):
        fit_positives(np.full(50, 3.0), np.arange(50.0) + 1.0)
    with pytest.raises(ValueError, match="ten storms"):
        fit_responses(np.ones(2), np.ones((30, 2)), np.zeros(30, bool), np.arange(30))


@pytest.mark.skipif(not ITALICA.exists(), reason=f"no measured data at {ITALICA.parents[1]}")
def test_italy_gives_about_what_was_published_for_it() -> None:
    """Peruccacci et al. 2017 (doi 10.1016/j.geomorph.2017.03.031): E = 7.7 D^0.39 for 5 %."""
    table = np.genfromtxt(
        ITALICA,
        delimiter=";",
        skip_header=1,
        usecols=(21, 22),
        encoding="utf-8",
        invalid_raise=False,
    )
    found = fit_positives(table[:, 0], table[:, 1], resamples=100)
    published = Threshold(7.7, 0.61, (7.4, 8.0), (0.6, 0.62))
    hours = np.array([6.0, 24.0, 96.0])
    np.testing.assert_allclose(found.rain_mm(hours), published.rain_mm(hours), rtol=0.15)

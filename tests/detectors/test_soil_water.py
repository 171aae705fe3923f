"""The soil water index against a plain twin, a steady state by hand, and the balance of water."""

import numpy as np
import pytest

from detectors.rain.soil_water import LONGEST_H, advance, drain


def twin(tanks: list[float], hours: float, rain: float) -> list[float]:
    """One step of the published equations, written down one by one."""
    s1, s2, s3 = tanks
    q1 = (0.10 * (s1 - 15) if s1 > 15 else 0.0) + (0.15 * (s1 - 60) if s1 > 60 else 0.0)
    q2 = 0.05 * (s2 - 15) if s2 > 15 else 0.0
    q3 = 0.01 * (s3 - 15) if s3 > 15 else 0.0
    return [
        (1 - 0.12 * hours) * s1 - q1 * hours + rain,
        (1 - 0.05 * hours) * s2 - q2 * hours + 0.12 * hours * s1,
        (1 - 0.01 * hours) * s3 - q3 * hours + 0.05 * hours * s2,
    ]


def test_hourly_rain_gives_what_the_equations_give() -> None:
    rain = np.random.default_rng(1).gamma(0.3, 10.0, 500)
    fast, slow = np.zeros((1, 3)), [0.0, 0.0, 0.0]
    for amount in rain.tolist():
        fast = advance(fast, np.array([1.0]), np.array([amount]), np.array([1.0]))
        slow = twin(slow, 1.0, amount)
        np.testing.assert_allclose(fast[0], slow, rtol=1e-12)
    assert fast.sum() > 60.0


def test_steady_rain_fills_the_tanks_to_what_flows_through_them() -> None:
    # By hand, 1.2 mm/h: S1 = 1.2/0.12 = 10, below its outlets; S2 with its outlet from 15 mm:
    # 1.2 = 0.05 S2 + 0.05 (S2 - 15), so 19.5; S3: 0.975 = 0.01 S3 + 0.01 (S3 - 15), so 56.25.
    tanks = np.zeros((1, 3))
    for _ in range(3000):
        tanks = drain(tanks, np.ones(1), np.array([1.2]))
    np.testing.assert_allclose(tanks, [[10.0, 19.5, 56.25]], rtol=1e-9)


def test_an_outlet_above_the_water_does_not_draw() -> None:
    tanks = drain(np.array([[10.0, 10.0, 10.0]]), np.ones(1), np.zeros(1))
    np.testing.assert_allclose(tanks, [[8.8, 10.7, 10.4]])


def test_no_water_comes_from_nowhere() -> None:
    tanks = np.random.default_rng(2).uniform(0.0, 200.0, (50, 3))
    after = drain(tanks, np.ones(50), np.zeros(50))
    assert (after.sum(axis=1) < tanks.sum(axis=1)).all()
    assert (after >= 0.0).all()


def test_short_steps_and_long_ones_agree() -> None:
    """Ten minutes at a time, or the hour at once: within what the model's step can tell."""
    by_hour, by_minutes = np.zeros((1, 3)), np.zeros((1, 3))
    for amount in [0.0, 12.0, 30.0, 6.0, 0.0, 0.0, 0.0, 18.0]:
        by_hour = advance(by_hour, np.ones(1), np.array([amount]), np.ones(1))
        for _ in range(6):
            step = np.array([1 / 6])
            by_minutes = advance(by_minutes, step, np.array([amount / 6.0]), step)
    assert by_minutes.sum() == pytest.approx(by_hour.sum(), rel=0.04)


def test_daily_rain_falls_over_its_day() -> None:
    day = np.array([24.0])
    daily = advance(np.zeros((1, 3)), day, np.array([48.0]), day)
    hourly = np.zeros((1, 3))
    for _ in range(24):
        hourly = advance(hourly, np.ones(1), np.array([2.0]), np.ones(1))
    np.testing.assert_allclose(daily, hourly)


def test_a_gap_dries_the_soil_and_ends() -> None:
    full = np.full((3, 3), 80.0)
    after = advance(full, np.array([10.0, 600.0, 1e9]), np.zeros(3), np.ones(3)).sum(axis=1)
    assert (np.diff(after) < 0.0).all()
    assert 0.0 <= after[2] < 0.1
    longest = advance(full[:1], np.array([LONGEST_H]), np.zeros(1), np.ones(1)).sum()
    assert after[2] == longest


def test_a_row_alone_gives_what_it_gives_among_others() -> None:
    random = np.random.default_rng(3)
    tanks = random.uniform(0.0, 90.0, (40, 3))
    elapsed, rain = random.choice([0.1, 1.0, 7.3, 800.0], 40), random.gamma(0.5, 10.0, 40)
    together = advance(tanks, elapsed, rain, np.ones(40))
    for row in range(40):
        one = slice(row, row + 1)
        alone = advance(tanks[one], elapsed[one], rain[one], np.ones(1))
        np.testing.assert_array_equal(alone[0], together[row])

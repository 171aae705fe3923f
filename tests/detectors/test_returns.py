"""An instrument that drifted and is back is not said to drift any longer; a slope never is back."""

import numpy as np

from tests.detectors.test_contradiction import (
    HOURS,
    STILL_TILT,
    drifting_readings,
    judged,
    noise,
)

BEGINS_H, ENDS_H, AGAIN_H = 10.0, 30.0, 40.0
FIVE_READINGS_H = 5.0 / 6.0


def drift(begins_h: float, ends_h: float, mm_per_hour: float = 1.8) -> np.ndarray:
    away = (begins_h < HOURS) & (ends_h > HOURS)
    return np.where(away, mm_per_hour * (HOURS - begins_h), 0.0)


def test_a_drift_is_over_with_the_jump_back() -> None:
    crack = 20.0 + drift(BEGINS_H, ENDS_H) + noise(0.02, 1)
    told = drifting_readings(judged({"crack": crack, **STILL_TILT}), "crack")
    assert told[(HOURS > BEGINS_H + 5.0) & (HOURS < ENDS_H)].mean() > 0.9
    assert not told[ENDS_H + FIVE_READINGS_H < HOURS].any()


def test_it_may_drift_again() -> None:
    crack = 20.0 + drift(BEGINS_H, ENDS_H) + drift(AGAIN_H, 99.0) + noise(0.02, 1)
    told = drifting_readings(judged({"crack": crack, **STILL_TILT}), "crack")
    assert not told[(ENDS_H + FIVE_READINGS_H < HOURS) & (HOURS < AGAIN_H)].any()
    assert told[AGAIN_H + 4.0 < HOURS].mean() > 0.9


def test_a_jump_to_a_level_never_seen_ends_nothing() -> None:
    """Moved by hand while it drifts: it goes on."""
    crack = 20.0 + drift(BEGINS_H, 99.0) - 30.0 * (ENDS_H < HOURS) + noise(0.02, 1)
    told = drifting_readings(judged({"crack": crack, **STILL_TILT}), "crack")
    assert told[ENDS_H + 4.0 < HOURS].mean() > 0.9


def test_a_receiver_whose_axis_drifted_is_back_too() -> None:
    axes = {f"gnss_{axis}": noise(3.0, seed) for seed, axis in enumerate("enu", start=1)}
    axes["gnss_e"] = axes["gnss_e"] + drift(BEGINS_H, 44.0)
    told = drifting_readings(judged(axes), "gnss_e")
    assert told[(HOURS > 40.0) & (HOURS < 44.0)].any()
    assert not told[HOURS > 44.0 + FIVE_READINGS_H].any()

"""What still stands after a failure is at rest, and is not taken for motion days later."""

import numpy as np
import pytest

from detectors.analysis import analyze

HOUR_MS = 3_600_000
REST_H, LAST_H = 480.0, 0.02


@pytest.mark.parametrize(
    ("creep_h", "channel", "noise_mm"), [(150, "crack", 0.1), (200, "gnss_e", 3)]
)
def test_a_failure_is_not_raised_again_as_it_leaves_the_long_window(creep_h, channel, noise_mm):
    """Tertiary creep of days, a plunge of 300 mm, and then nothing for weeks, every half hour."""
    hours = np.arange(44 * 48) / 2.0
    left = np.clip(REST_H + creep_h - hours, LAST_H, creep_h)
    moved = -40.0 * np.log(left / creep_h) + np.where(left > LAST_H, 0.0, 300.0)
    values = moved + np.random.default_rng(1).normal(0.0, noise_mm, len(hours))
    found = analyze(np.round(hours * HOUR_MS).astype(np.int64), values, channel)
    failure_ms = (REST_H + creep_h) * HOUR_MS
    before = [change.level for change in found.levels if change.time_ms < failure_ms]
    after = [change.level for change in found.levels if change.time_ms >= failure_ms]
    assert max(before) >= 3
    assert after[-1] == 0
    assert after == sorted(after, reverse=True)

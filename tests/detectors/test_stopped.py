"""Ground that moves and stops: the level falls a hold after the rest was measured, not later."""

import numpy as np

from tests.detectors.side_by_side import judged_together
from tests.detectors.worlds import START_MS, Row, one_point, rows_of

STEP_MS, DAY, HOUR_MS = 1_800_000, 48, 3_600_000
MOVES, STOPS = 4 * DAY, 5 * DAY + DAY // 2
LENGTH = 9 * DAY


def _rows(rate: np.ndarray, seed: int) -> list[Row]:
    noise = 0.1 * np.random.default_rng(seed).normal(size=LENGTH)
    return rows_of("crack", np.cumsum(rate) / DAY + noise, step_ms=STEP_MS)


def _hours_to_yellow(rate: np.ndarray) -> list[float]:
    """Hours from the stop until the level is below orange, which it must have reached."""
    points = one_point("crack", interval_s=1800.0)
    found = []
    for outcome in judged_together([(points, _rows(rate, seed)) for seed in range(3)]):
        assert max(w.level for w in outcome.warnings) >= 3
        fall = next(w for w in outcome.warnings if w.previous_level >= 3 and w.level < 3)
        found.append((fall.event_ms - START_MS - STOPS * STEP_MS) / HOUR_MS)
    return found


def _rate(*spans: tuple[int, int]) -> np.ndarray:
    """110 mm a day in each span of readings, rest between."""
    rate = np.zeros(LENGTH)
    for begin, end in spans:
        rate[begin:end] = 110.0
    return rate


def test_the_hold_begins_when_rest_is_measured() -> None:
    hours = _hours_to_yellow(_rate((MOVES, STOPS)))
    assert all(24.0 <= h <= 24.0 + 8.0 for h in hours)


def test_motion_within_the_hold_begins_it_anew() -> None:
    again = STOPS + DAY // 2, STOPS + DAY // 2 + 8
    hours = _hours_to_yellow(_rate((MOVES, STOPS), again))
    assert all(24.0 + 16.0 <= h <= 24.0 + 16.0 + 8.0 for h in hours)

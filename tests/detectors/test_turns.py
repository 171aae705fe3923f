"""Which readings go one by one, and which pass through in one sweep before or after them."""

import numpy as np

from detectors.discovery import find_detectors
from detectors.fusion.turns import Batch, part
from detectors.rules import DEFAULT_RULES
from detectors.screened import Screened
from detectors.series import SeriesBook

POINT = "500101010901"
SIZE = 6


def _parted(
    *, speaks: tuple[int, ...] = (), silent: int = 0, mute: tuple[int, ...] = (), active: int = 0
) -> tuple[list[int], ...]:
    """Six readings of one point, by turns of its two series."""
    book = SeriesBook({}, DEFAULT_RULES, find_detectors())
    rows = np.array([book.add_series((POINT, "d", c)) for c in ("crack", "rain")])
    book.points["silent"][0], book.points["active"][0] = silent, active
    book.fused["mute"][rows[list(mute)]] = 1
    result = Screened.empty(SIZE)
    result.live[:] = True
    result.stay[list(speaks)] = 1
    zeros, none = np.zeros(SIZE, np.int64), np.full((SIZE, 2), np.nan)
    points = np.zeros(SIZE, np.intp)
    batch = Batch(np.tile(rows, 3), points, zeros, none[:, 0], zeros, result, zeros > 0, none)
    return tuple(rows.tolist() for rows in part(book, batch, np.arange(SIZE)))


def test_a_point_at_rest_passes_and_an_active_one_goes_in_turns() -> None:
    assert _parted() == ([0, 1, 2, 3, 4, 5], [], [])
    assert _parted(active=1) == ([], [0, 1, 2, 3, 4, 5], [])


def test_a_point_is_active_from_the_first_reading_that_supports_a_level() -> None:
    assert _parted(speaks=(3,)) == ([0, 1, 2], [3, 4, 5], [])


def test_who_was_silent_goes_in_turns_until_that_is_told() -> None:
    assert _parted(silent=1) == ([], [0], [1, 2, 3, 4, 5])
    assert _parted(mute=(1,)) == ([], [0, 1], [2, 3, 4, 5])


def test_who_was_silent_and_speaks_later_stays_in_order() -> None:
    assert _parted(silent=1, speaks=(4,)) == ([], [0, 1, 2, 3, 4, 5], [])

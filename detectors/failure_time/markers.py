"""Times at which equal parts of the displacement were reached.

Velocities over equal times drown in noise while the motion is slow; over equal displacements each
has the same relative error, and the inverse velocity is the time that a part took. Saito's
construction for tertiary creep asks for the same marks.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from detectors.failure_time.history import History
from detectors.state.columns import F64

PART_SIGMAS = 6.0
"""Least part of the displacement, in standard deviations of a reading."""

FEWEST, MOST = 4, 12


@dataclass(frozen=True)
class Marks:
    """Equal parts of the displacement.

    Attributes
    ----------
    days
        Times of the marks, days before now, shape (k + 1,).
    part
        Displacement between two marks.
    """

    days: F64
    part: float

    @property
    def middle_days(self) -> F64:
        """Middle of each part, shape (k,)."""
        found: F64 = 0.5 * (self.days[1:] + self.days[:-1])
        return found

    @property
    def velocity_per_day(self) -> F64:
        """Velocity over each part, shape (k,)."""
        found: F64 = self.part / np.diff(self.days)
        return found


def marks_of(history: History) -> Marks | None:
    """Set marks from the start of the motion to the newest value; ``None`` if it moved too little.

    Examples
    --------
    >>> import numpy as np
    >>> from detectors.failure_time.history import history_of
    >>> made = history_of(np.arange(11) * 86_400_000, np.arange(11.0) ** 2, 0.5)
    >>> marks_of(made).velocity_per_day.round(1).tolist()
    [5.6, 7.9, 9.7, 11.0, 13.0, 13.7, 15.0, 15.9, 17.0, 17.7, 19.0, 19.0]
    """
    days = history.days[history.start :]
    risen = isotonic_regression(
        history.moved[history.start :], weights=history.sigma[history.start :] ** -2.0
    ).x
    whole = float(risen[-1] - risen[0])
    parts = min(int(whole / (PART_SIGMAS * history.noise)), MOST)
    if parts < FEWEST:
        return None
    levels = risen[0] + whole * np.arange(parts + 1) / parts
    rises = np.concatenate(([True], np.diff(risen) > 0.0))
    times = np.interp(levels, risen[rises], days[rises])
    return Marks(times, whole / parts) if (np.diff(times) > 0.0).all() else None

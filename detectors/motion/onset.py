"""Since when a motion has left the line of its constant stage: the onset of its acceleration.

Displacement is the sum of velocity, so its departure from the line of the constant stage is the
cumulative sum of what the velocity exceeds the constant rate by (a CUSUM with no drift to choose).
The onset is the last value, of both rings, that still lies on that line to within three standard
deviations. No law of creep is fitted: it is told where a forecast is refused too.
"""

import numpy as np

from detectors.motion.acceleration import Rings
from detectors.state.columns import F64, Array, Mask
from detectors.state.tracks import RING

WITHIN_SIGMAS = 3.0
FEWEST = 3


def onset_hours(rings: Rings, counts: Array, stage: tuple[F64, F64], way: F64, noise: F64) -> F64:
    """Hours since each series left the line of its constant stage.

    Parameters
    ----------
    rings
        Values and times of the fine and of the coarse ring, shape (32, n) each; times in days
        before now.
    counts
        Readings and coarse bins so far, shape (2, n).
    stage
        Begin and end of the constant stage, days before now, shape (n,); NaN where none is known.
    way
        Sign of the motion, shape (n,).
    noise
        Standard deviation of a reading and of a bin, shape (2, n).

    Returns
    -------
    array
        NaN where no stage is known, or the rings no longer reach back to it.

    Examples
    --------
    A reading a day for 32 days, 1 mm a day, 3 mm a day from the twentieth on:

    >>> days = np.arange(-31.0, 1.0)[:, None]
    >>> moved = days + 2.0 * np.maximum(days + 12.0, 0.0)
    >>> nothing = np.zeros((32, 1)), np.full((32, 1), -99.0)
    >>> stage, one = (np.array([-30.0]), np.array([-14.0])), np.ones(1)
    >>> counts, noise = np.array([[32], [0]]), np.full((2, 1), 0.1)
    >>> hours = onset_hours(((moved, days), nothing), counts, stage, one, noise)
    >>> (hours / 24.0).tolist()
    [12.0]
    """
    values, days, known = _joined(rings, counts)
    begins, ends = stage
    inside = known & (days >= begins - 1e-6) & (days <= ends + 1e-6)
    number = inside.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle, level = (_sum(np.where(inside, part, 0.0)) / number for part in (days, values))
        away, risen = days - middle, values - level
        spread = _sum(np.where(inside, away * away, 0.0))
        slope = _sum(np.where(inside, away * risen, 0.0)) / spread
        left = (risen - slope * away) * way
        sigma = np.repeat(noise[::-1], RING, axis=0)
        # The line itself is known to within this at a distance from its middle.
        bound = WITHIN_SIGMAS * sigma * np.sqrt(1.0 + 1.0 / number + away * away / spread)
    on_line = known & (left <= bound)
    since = -np.where(on_line, days, -np.inf).max(axis=0)
    found: F64 = np.where((number >= FEWEST) & np.isfinite(since), 24.0 * since, np.nan)
    return found


def _sum(values: F64) -> F64:
    """Sum over the nodes, one after another: NumPy's own order depends on the number of series."""
    total: F64 = np.cumsum(values, axis=0)[-1]
    return total


def _joined(rings: Rings, counts: Array) -> tuple[F64, F64, Mask]:
    """Coarse bins older than the fine ring, then the fine ring; shape (64, n) each."""
    (fine, fine_days), (coarse, coarse_days) = rings
    used = np.arange(RING)[:, None] >= RING - np.minimum(counts, RING)[:, None]
    oldest = np.where(used[0], fine_days, np.inf).min(axis=0)
    known = np.concatenate((used[1] & (coarse_days < oldest), used[0]))
    values = np.concatenate((coarse, fine)).astype(np.float64)
    return values, np.concatenate((coarse_days, fine_days)), known

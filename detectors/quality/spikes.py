"""Spikes, as a stream can know them: hold what leaves its neighbour, and let the next one tell.

The spike test of QARTOD needs the neighbour on either side; a stream has only the one before. So
a reading that leaves the last good one by far more than the series' noise and recent motion is
SUSPECT at first, and is *held*. If the next reading stays with it, both are taken (a step or a
motion, told apart by `steps` and `motion`); if it returns, the held one was a spike. So a run of
"spikes" in one direction is motion from its second reading on.

Nothing is held that goes on as it began. A slope that has gone one way three times, last by the
most, and beyond its noise, runs away: its plunge is believed at once, however large. Water that
rain brings rises by a little in the interval in which it arrives and by `ONSET` times that in the
next: so a rise that follows a rise is no spike.

Rain has no level to return to, but a cloudburst does not begin within one interval: rain of
`RAIN_SHARE` of the world's record for the interval (an hour at most), after next to nothing, is
SUSPECT. It counts all the same: `rain` takes no more from its largest reading than from all others.
"""

import numpy as np

from detectors.quality.climatology import HOUR_MS, record_rain_mm
from detectors.quality.limits import LEAST_JUMP, RISES_WITH_RAIN, RUNS_AWAY, SPIKE_TESTED
from detectors.state.columns import F32, F64, U8, Array, Columns, Field, Mask, Rows
from domain.levels import Flag

FIELDS = (Field("held", "f4", fill=float("nan")),)

SPIKE_SIGMA = 8.0
"""A jump in motion's eyes; see `HOLD_SIGMA` for what is held."""

HOLD_SIGMA = 6.0
"""Two readings of white noise differ by that much once in 50,000."""

MOTION_SHARE = 3.0
ONSET, ONSET_SIGMA = 20.0, 3.0
RUN_SIGMA, GROWS = 6.0, 1.2
"""A run away: three changes in one direction, in noise, and the newest beside the others. White
noise runs so far once in 10,000 readings; a sensor that drifts does not grow faster."""

RAIN_SHARE, RAIN_BEFORE = 0.06, 0.05
"""10.8 mm in ten minutes, 65 mm an hour: nine in ten storms that set off debris flows stay below in
their worst quarter of an hour (48 mm an hour; Staley et al. 2016), and it does not come first."""


def one_way(recent: F32, jump: F64) -> Mask:
    """Whether series go one way with each of their last four changes, this one included.

    Parameters
    ----------
    recent
        Last good values, shape (n, 4 or more).
    jump
        Change from the last of them.
    """
    before = np.sign(np.diff(recent[:, -4:], axis=1))
    found: Mask = (jump != 0.0) & (before == np.sign(jump)[:, None]).all(axis=1)
    return found


def allowed_jump(
    recent: F32, count: Array, channel: U8, noise: F64, intervals: F64, jump: F64, run: Mask
) -> F64:
    """Change between two readings that is no jump.

    Parameters
    ----------
    recent
        Last five good values, shape (n, 5).
    intervals
        Time since the last reading, in intervals.
    jump, run
        The change that is judged, and whether it goes on in one direction (`one_way`).
    """
    steps = np.diff(recent, axis=1)
    steps[np.arange(4) < (5 - np.minimum(count, 5))[:, None]] = 0.0
    sizes = np.abs(steps)
    allowed = np.maximum(HOLD_SIGMA * noise, MOTION_SHARE * sizes.max(axis=1))
    allowed = np.maximum(allowed, LEAST_JUMP[channel])
    newest = steps[:, -1] * np.sign(jump)
    onset = (newest > ONSET_SIGMA * noise) & RISES_WITH_RAIN[channel]
    allowed = np.where(onset, np.maximum(allowed, ONSET * newest), allowed)
    found: F64 = allowed * np.clip(intervals, 1.0, 10.0)
    found[runs_away(recent, count, noise, run & RUNS_AWAY[channel])] = np.inf
    return found


def runs_away(recent: F32, count: Array, noise: F64, run: Mask) -> Mask:
    """Whether series ran away before a reading that goes on the same way.

    Parameters
    ----------
    recent
        Last five good values, shape (n, 5).
    run
        Whether the reading goes on in one direction (`one_way`).

    Examples
    --------
    >>> recent = np.float32([[304, 314, 329, 354, 396], [0, 3, -2, 1, 4]])
    >>> runs_away(recent, np.full(2, 99), np.full(2, 3.0), np.ones(2, bool)).tolist()
    [True, False]
    """
    found = np.zeros(len(recent), bool)
    place = np.flatnonzero(run & (count > 3))
    if place.size:
        sizes = np.abs(np.diff(recent[place, -4:], axis=1))
        away = sizes.sum(axis=1) > RUN_SIGMA * noise[place]
        found[place] = away & (sizes[:, 2] >= GROWS * sizes[:, :2].max(axis=1))
    return found


def hold(
    table: Columns, series: Rows, channel: U8, value: F32, last: F32, jump: F64, far: Mask
) -> tuple[Mask, Mask, F64]:
    """Hold what is far; take what stays.

    Parameters
    ----------
    value
        Reading relative to the origin.
    last
        Last good value.
    jump
        From the one to the other.
    far
        Readings that left their neighbour.

    Returns
    -------
    tuple of arrays
        Readings held now; readings that confirm the one held before them; the jump from the last
        good value to that one, NaN where none was held.
    """
    far = far & SPIKE_TESTED[channel]
    held = table["held"][series]
    waiting = ~np.isnan(held)
    leap = held.astype(np.float64) - last
    if not (far.any() or waiting.any()):
        return far, waiting, leap
    stays = waiting & (jump * leap >= 0.5 * leap * leap) & (np.abs(jump) <= 4.0 * np.abs(leap))
    if stays.any():
        table["value"][series[stays], -1] = held[stays]
        table["flags"][series[stays], -1] = Flag.GOOD
    doubtful = far & ~stays
    table["held"][series] = np.where(doubtful, value, np.float32(np.nan))
    return doubtful, stays, leap


def sudden_rain(mm: F64, before_mm: F64, interval_ms: F64) -> Mask:
    """Whether rain is as much as a cloudburst's, straight after next to nothing.

    Parameters
    ----------
    mm, before_mm
        Rain of this interval and of the last, shape (n,).

    Examples
    --------
    >>> import numpy as np
    >>> ten_minutes = np.full(3, 600e3)
    >>> sudden_rain(np.array([30.0, 30.0, 8.0]), np.array([0.2, 4.0, 0.0]), ten_minutes).tolist()
    [True, False, False]
    """
    found: Mask = mm > RAIN_SHARE * record_rain_mm(interval_ms)
    found &= (before_mm < RAIN_BEFORE * mm) & (interval_ms <= HOUR_MS)
    return found

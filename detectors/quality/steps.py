"""Steps: a series that jumps once and then rests was moved, not moving.

An antenna put back after service, a baseline solved anew, a crack meter knocked: `quality` holds
the first reading SUSPECT and takes it when the next one confirms it. If the two readings after
that do not go on in the same direction, the jump is settled as a *step*: everything before it is
shifted by the step, so that no window of any length sees it as motion. A slope that really runs
away goes on, and is never settled; one that rests after its plunge is, but not named a jump: it
moved that way before, or went further than anyone moves an instrument. If they come back, it was a
spike of two or three readings, and is taken out as one.

Only for series that report every six hours or more often: in a month a slope may well slip and
rest, and that is motion.
"""

import numpy as np

from detectors.quality import returns
from detectors.quality.limits import RISES_WITH_RAIN
from detectors.state.columns import F32, F64, U8, Columns, Field, Mask, Rows
from detectors.state.noise import PRIOR, floored
from detectors.state.tracks import RING
from domain.channels import CHANNELS
from domain.levels import Flag

FIELDS = (
    Field("step", "f4"),
    Field("step_from", "f4"),
    Field("step_age", "u1"),
)

OFTEN_MS = 6 * 3_600_000
SETTLED_AFTER = 2
GOES_ON_SHARE = 0.3
RESTS_SHARE = 0.6
"""Spread of the readings after a step, against it; a spike of two readings has more."""

MOVED_SIGMA = 4.0
"""What a slope that went had moved the same way in the eight readings before."""

_MOST = np.array(
    [{"displacement": 200.0, "tilt": 10.0}.get(c.family, np.inf) for c in CHANNELS.values()]
)
"""In mm and degrees: what moves or turns further at once has failed."""

_AFTER, _BEFORE = 4, 8
"""Readings whose medians give the size: the jump's two and the two that settled it; before it."""


def remember(table: Columns, series: Rows, jumped: Mask, leap: F64, value: F32) -> None:
    """Note jumps that their second reading has confirmed.

    Parameters
    ----------
    leap
        From the last reading before the jump to its first reading.
    value
        The second reading.
    """
    rows = series[jumped]
    table["step"][rows] = leap[jumped]
    table["step_from"][rows] = value[jumped]
    table["step_age"][rows] = 0


def settle(
    table: Columns, series: Rows, interval_ms: F64, flag: U8, confirmed: Mask, values: F32
) -> Mask:
    """Wait for two more good readings after a jump; take a step out of the rings.

    Parameters
    ----------
    confirmed
        Where this reading itself confirmed the jump.
    values
        Fine rings after this reading, shape (n, RING); corrected in place, as the table is.

    Returns
    -------
    Mask
        Where a step was found and taken out, but for those that rain may have made.
    """
    found = np.zeros(len(series), bool)
    waits = (table["step"][series] != 0.0) & ~confirmed & (flag < 3)
    if not waits.any():
        return found
    table["step_age"][series[waits]] += 1
    ripe = waits & (table["step_age"][series] >= SETTLED_AFTER)
    if not ripe.any():
        return found
    rows, ring = series[ripe], values[ripe]
    leap = table["step"][rows].astype(np.float64)
    table["step"][rows] = 0.0
    went_on = (ring[:, -1] - table["step_from"][rows]) * np.sign(leap)
    rests = went_on < GOES_ON_SHARE * np.abs(leap)
    after = ring[:, RING - _AFTER :]
    rests &= after.max(axis=1) - after.min(axis=1) < RESTS_SHARE * np.abs(leap)
    judged = (interval_ms[ripe] <= OFTEN_MS) & (table["count"][rows] >= _AFTER + _BEFORE)
    before = _median(ring[:, RING - _AFTER - _BEFORE : RING - _AFTER])
    back = judged & ~rests & (np.abs(ring[:, -1] - before) < 0.5 * np.abs(leap))
    rests &= judged
    if rests.any():
        size = _median(after[rests]) - before[rests]
        since = np.full(len(size), _AFTER)
        level = _median(after[rests]).astype(np.float64)
        returns.note(table, rows[rests], size.astype(np.float64), level)
        take_out(table, rows[rests], size, since, np.ones_like(since))
    if back.any():
        _forget(table, rows[back], before[back], leap[back])
    values[np.flatnonzero(ripe)] = table["value"][rows]
    by_rain = RISES_WITH_RAIN[table["channel"][rows]] & (leap > 0.0)
    found[np.flatnonzero(ripe)[rests & ~by_rain & ~_failed(table, rows, ring, leap)]] = True
    return found


def _failed(table: Columns, series: Rows, ring: F32, leap: F64) -> Mask:
    """Whether a jump is the end of a motion, or further than anyone moves an instrument."""
    channel = table["channel"][series]
    noise = floored(table["noise"][series, 0].astype(np.float64), PRIOR[channel])
    before = ring[:, RING - _AFTER - _BEFORE : RING - _AFTER].astype(np.float64)
    moved = (before[:, -1] - before[:, 0]) * np.sign(leap)
    found: Mask = (moved > MOVED_SIGMA * noise) | (np.abs(leap) > _MOST[channel])
    return found


def _median(values: F32) -> F32:
    """Median of an even number of values in each row."""
    ordered = np.sort(values, axis=1)
    middle = ordered.shape[1] // 2
    found: F32 = 0.5 * (ordered[:, middle - 1] + ordered[:, middle])
    return found


def _forget(table: Columns, series: Rows, before: F32, leap: F64) -> None:
    """Put the level before a spike of two or three readings in their place."""
    ring, flags = table["value"][series], table["flags"][series]
    recent = slice(RING - _AFTER, RING)
    away = ring[:, recent] - before[:, None]
    high = away * np.sign(leap)[:, None] > 0.5 * np.abs(leap)[:, None]
    times, start = table["time"][series], table["bin"][series]
    counted = high & (times[:, recent] >= start[:, None])
    counted[:, 0] = False
    table["bin_sum"][series] -= np.where(counted, away, 0.0).sum(axis=1)
    ring[:, recent] = np.where(high, before[:, None], ring[:, recent])
    flags[:, recent] = np.where(high, Flag.SUSPECT, flags[:, recent])
    table["value"][series], table["flags"][series] = ring, flags


def take_out(table: Columns, series: Rows, size: F32, after: Rows, held: Rows) -> None:
    """Shift what lies before a step by its size.

    Parameters
    ----------
    size
        The step of each series, shape (n,).
    after
        Newest readings of the fine ring that lie after it.
    held
        How many of these were held back at first: the old level stands for them in the bin.
    """
    ring = table["value"][series]
    old = np.arange(RING) < RING - after[:, None]
    table["value"][series] = ring + np.where(old, size[:, None], np.float32(0.0))
    times, start = table["time"][series], table["bin"][series]
    after = after - held
    recent = np.arange(RING) >= RING - after[:, None]
    after_in_bin = (recent & (times >= start[:, None])).sum(axis=1)
    before_in_bin = np.maximum(table["bin_count"][series] - after_in_bin, 0)
    table["bin_sum"][series] += size * before_in_bin
    coarse = table["coarse_value"][series] + size[:, None]
    moved_in_last = (after - after_in_bin) / np.maximum(table["coarse_last"][series], 1)
    coarse[:, -1] -= size * np.minimum(moved_in_last, 1.0)
    table["coarse_value"][series] = coarse
    table["step"][series] = 0.0

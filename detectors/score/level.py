"""Is the series where it used to be? The second question of the anomaly score.

The mean of about the last `SLOW` readings is held against that of the last `LONG`, and their
distance against its own history, so that a change is seen which came in small steps or lies within
the noise of one reading, and for as long as it lasts. The usual level waits meanwhile, so that
the return is no change, until it has lasted so long that the new level is the usual one
(`adopted_after`).
"""

import numpy as np

from detectors.score.tails import MEMORY, START_STRETCH_OF_MEANS, Tail, tail_fields
from detectors.state.columns import F64, Columns, Field, Mask, Rows
from detectors.state.tracks import DAY_MS, Round

LONG = 512.0
"""Readings whose mean is the usual level."""

BLOCK = 16
"""The level's history takes every sixteenth: neighbours say nearly the same."""

SETTLED = 32
"""Readings before distances of the level are kept: until then it is a mean of few, and far off."""

BLOCKS_READY = 16
"""Blocks of history before the level is judged."""

BLOCK_TRUST = 4.0
"""As `Tail.trust`: a mean of many readings has a tamer tail than one."""

LASTING_ODD = 1e-2
"""P-value from which a lasting change teaches no more (but for its first block, which is one thing
that happens)."""

WANDERS = 2.0
"""How many times the error of the mean of `SLOW` readings is that of the last reading, from which a
series counts as one that wanders, the more up to one more; white noise has 0.7, AR(1) with 0.9 has
1.9, a random walk 3.4."""

_WANDERS_MOST = 4.0
KNOWS_ITS_WAY = 640.0
"""Readings from which the history of a wandering series counts more and more, from twice as many on
alone."""

FIELDS = (
    *tail_fields("shift", START_STRETCH_OF_MEANS),
    Field("usual_level", "f8"),
    Field("usual_seen", "i4"),
    Field("shift_center", "f8"),
    Field("shift_seen", "i4"),
    Field("shift_run", "i4"),
    Field("wander", "f4"),
)


def adopted_after(interval_ms: F64) -> F64:
    """Tell after how many readings a new level is the usual one: `LONG` or 30 days, at least 32.

    Examples
    --------
    Every second, every ten minutes, every day, every month:

    >>> adopted_after(np.array([1e3, 6e5, 86.4e6, 2.6e9])).tolist()
    [512.0, 512.0, 32.0, 32.0]
    """
    found: F64 = np.clip(np.floor(30.0 * DAY_MS / interval_ms), 32.0, LONG)
    return found


def p_value_of_level(batch: Round, level: F64, step: F64, usable: Mask) -> F64:
    """P-value of the recent level's distance from the usual one; NaN while that is not known.

    Parameters
    ----------
    level
        Recent level before the reading, shape (n,).
    step
        The scale of distances is at least this.
    usable
        Where the reading may teach.
    """
    table, rows = batch.table, batch.series
    seen, count = table["shift_seen"][rows], table["usual_seen"][rows]
    usual, center = table["usual_level"][rows], table["shift_center"][rows]
    tail = Tail.of(table, "shift", rows, seen, trust=BLOCK_TRUST)
    scale = np.maximum(np.maximum(tail.scale, step), _wandered(table, rows))
    p_value = tail.p_value(np.abs(level - usual - center), scale)
    ready = seen >= BLOCKS_READY
    odd = ready & (p_value < LASTING_ODD)
    run = np.where(usable, np.where(odd, table["shift_run"][rows] + 1, 0), table["shift_run"][rows])
    adopted = run >= adopted_after(batch.interval_ms)
    gain = np.maximum(1.0 / (count + 1.0), 1.0 / LONG) * (usable & ~odd)
    usual = np.where(adopted, level, usual + gain * (level - usual))
    table["usual_level"][rows] = usual
    table["shift_run"][rows] = np.where(adopted, 0, run)
    table["usual_seen"][rows] = np.where(adopted, BLOCK, count + usable)
    table["shift_center"][rows] = np.where(adopted, 0.0, center)
    kept = usable & (batch.count % BLOCK == 0) & (batch.count > SETTLED) & (run <= BLOCK)
    block = np.flatnonzero(kept)
    if len(block):
        _learn_block(table, rows[block], (level - usual)[block])
    return np.where(ready, p_value, np.nan)


def _wandered(table: Columns, rows: Rows) -> F64:
    """How far a random walk of these steps is from its mean of n readings; 0 where none wanders.

    That mean is a root of n / 3 steps away, on average, which grows as long as n does: the history
    of a young series holds only the smaller distances before.
    """
    count = table["error_seen"][rows]
    young = np.clip(2.0 - count / KNOWS_ITS_WAY, 0.0, 1.0)
    share = young * np.clip(table["wander"][rows] - WANDERS, 0.0, 1.0)
    found: F64 = share * table["kind_error"][rows, 0] * np.sqrt(np.minimum(count, LONG) / 3.0)
    return found


def _learn_block(table: Columns, rows: Rows, distance: F64) -> None:
    """Take distances of the recent level from the usual one into their history."""
    seen, center = table["shift_seen"][rows], table["shift_center"][rows]
    tail = Tail.of(table, "shift", rows, seen)
    away = distance - center
    step = np.maximum(1.0 / (seen + 1.0), 1.0 / MEMORY)
    bound = np.where(seen >= 4, 3.0 * tail.scale, np.inf)
    table["shift_center"][rows] = center + step * np.clip(away, -bound, bound)
    tail.learn(np.abs(away), np.ones(len(rows), bool))
    tail.write(table, "shift", rows)
    error = table["kind_error"][rows]
    wander = np.minimum(error[:, 3] / np.maximum(error[:, 0], 1e-300), _WANDERS_MOST)
    table["wander"][rows] += step * (wander - table["wander"][rows])
    table["shift_seen"][rows] = seen + 1

"""Departure of any channel from what is usual for it: the general anomaly score.

Two questions, each answered with a p-value from the series' own past (`detectors.score.tails`):

* *Is this reading a surprise?* It is held against a prediction (`detectors.score.predictors`): what
  counts is the error, so that a trend, a day's rhythm or a slow swing is none.
* *Is the series where it used to be?* The level of the last readings is held against that of the
  last `LONG`; so a change that came in small steps, or lies within the noise of one reading, is
  seen as well, and for as long as it lasts. The usual level waits meanwhile, so that the return
  is no change, until it has lasted so long that the new level is the usual one (`adopted_after`).

The score is that of twice the smaller p-value (Bonferroni). It makes no claim on a level of
warning. Prefer `detectors.motion.kinematics` for what accumulates.
"""

import numpy as np

from detectors.base import Verdict
from detectors.rules import FAMILIES
from detectors.score.predictors import FIELDS as PREDICTOR_FIELDS
from detectors.score.predictors import Predictors
from detectors.score.tails import MEMORY, START_STRETCH_OF_MEANS, Tail, tail_fields
from detectors.scores import score_of_p_value
from detectors.state.columns import F64, Array, Columns, Field, Mask, Rows
from detectors.state.noise import PRIOR
from detectors.state.tracks import DAY_MS, Round
from domain.channels import CHANNEL_NAMES

WARM_UP = 8
"""Readings before the first score."""

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

ODD, LASTING_ODD = 1e-3, 1e-2
"""P-values from which a surprise counts as one, and from which a lasting change teaches no more
(but for its first block, which is one thing that happens)."""

NEW_LEVEL_AFTER = 8
"""Surprises in one direction, one after another, after which the prediction starts anew."""


STEP_SCALE = 0.4
"""Scale of errors where the instrument's smallest step is all that it knows, in such steps."""

STEPS_KNOWN = 16.0
"""Changes after which the scale of the level leans by half on its own history, no more on the step.

A coarse instrument at rest has a history of zeros, in which its first step to the next notch, and
a level a notch away, would be the oddest things ever."""

_CHANGES_MOST = 30_000
_RAIN_STEP_MOST_MM = 1.0
_STEP_MOST = np.where(PRIOR > 0.0, 4.0 * PRIOR, np.inf)
_STEP_MOST[CHANNEL_NAMES.index("rain")] = _RAIN_STEP_MOST_MM
"""Coarsest step of an instrument of each channel: a first change beyond it is more than a step."""


class Baseline:
    """P-value of each reading in its series' own past; see the module."""

    name = "baseline"
    families = FAMILIES
    fields = (
        *PREDICTOR_FIELDS,
        *tail_fields("error"),
        *tail_fields("shift", START_STRETCH_OF_MEANS),
        Field("error_seen", "i4"),
        Field("surprise_run", "i2"),
        Field("resolution", "f4", fill=float("inf")),
        Field("changes", "i2"),
        Field("usual_level", "f8"),
        Field("usual_seen", "i4"),
        Field("shift_center", "f8"),
        Field("shift_seen", "i4"),
        Field("shift_run", "i4"),
    )
    feature_names = ("p_value", "predicted_{unit}", "usual_level_{unit}")

    def thresholds(self, family: str) -> tuple[str, ...]:
        """No limit: it claims no level."""
        return ()

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Nothing is known at first."""

    def update(self, batch: Round) -> Verdict:
        """Judge by what was known before, then learn."""
        verdict = Verdict.silent(len(batch))
        table, rows = batch.table, batch.series
        value = batch.raw - table["origin"][rows]
        usable = batch.flag < 4
        seen = table["error_seen"][rows]
        predictors = Predictors.of(batch)
        step, changes = _smallest_step(batch, value)
        surprise = _surprise(batch, predictors, value, step, usable)
        step *= STEPS_KNOWN / (STEPS_KNOWN + changes)
        shift = _shift(batch, predictors.level(), step, usable)
        p_value = 2.0 * np.fmin(surprise, shift)
        verdict.score[:] = np.where(seen >= WARM_UP, score_of_p_value(p_value), np.nan)
        table["error_seen"][rows] = seen + usable
        return verdict


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


def _surprise(batch: Round, predictors: Predictors, value: F64, step: F64, usable: Mask) -> F64:
    """P-value of the error of prediction on a scale of ``step`` or more; the predictors move on."""
    table, rows = batch.table, batch.series
    seen = table["error_seen"][rows]
    tail = Tail.of(table, "error", rows, seen)
    error = value - predictors.prediction
    scale = np.maximum(tail.scale, step)
    size = np.abs(error)
    p_value = tail.p_value(size, scale * predictors.staleness)
    surprised = (p_value < ODD) & (seen >= WARM_UP)
    signed = np.where(error > 0.0, 1, -1)
    run = table["surprise_run"][rows]
    run = np.where(surprised, np.where(run * signed > 0, run + signed, signed), 0)
    anew = usable & (np.abs(run) >= NEW_LEVEL_AFTER)
    table["surprise_run"][rows] = np.where(anew, 0, run)
    varies = (seen >= WARM_UP) & (scale > 0.0)
    bound = np.where(varies, 5.0 * scale * predictors.staleness, np.inf)
    predictors.learn(
        batch, value, predictors.prediction + np.clip(error, -bound, bound), usable, anew
    )
    tail.learn(size, usable & (seen > 0))
    tail.write(table, "error", rows)
    return p_value


def _smallest_step(batch: Round, value: F64) -> tuple[F64, Array]:
    """Scale that belongs to the smallest change seen (one such step is no surprise); changes seen.

    The reading's own change counts from the next reading on. Where none was seen: 0.
    """
    table, rows = batch.table, batch.series
    change = np.abs(value.astype(np.float32) - batch.values[-2])
    changed = (change > 0.0) & (batch.count > 1)
    before, changes = table["resolution"][rows], table["changes"][rows]
    table["resolution"][rows] = np.where(changed, np.minimum(before, change), before)
    table["changes"][rows] = np.minimum(changes + changed, _CHANGES_MOST)
    step = np.minimum(before.astype(np.float64), _STEP_MOST[batch.channel])
    return np.where(changes > 0, STEP_SCALE * step, 0.0), changes


def _shift(batch: Round, level: F64, step: F64, usable: Mask) -> F64:
    """P-value of the recent level's distance from the usual one; NaN while that is not known."""
    table, rows = batch.table, batch.series
    seen, count = table["shift_seen"][rows], table["usual_seen"][rows]
    usual, center = table["usual_level"][rows], table["shift_center"][rows]
    tail = Tail.of(table, "shift", rows, seen, trust=BLOCK_TRUST)
    away = level - usual - center
    size = np.abs(away)
    p_value = tail.p_value(size, np.maximum(tail.scale, step))
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
    table["shift_seen"][rows] = seen + 1


DETECTOR = Baseline()

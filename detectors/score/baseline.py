"""Departure of any channel from what is usual for it: the general anomaly score.

Two questions, each answered with a p-value from the series' own past (`detectors.score.tails`):

* *Is this reading a surprise?* It is held against a prediction (`detectors.score.predictors`): what
  counts is the error, so that a trend, a day's rhythm or a slow swing is none. However odd, it is
  no rarer than its like was counted to be (`detectors.score.seen`).
* *Is the series where it used to be?* The level of the last readings is held against that of many
  (`detectors.score.level`); so a change that came in small steps, or lies within the noise of one
  reading, is seen as well, and for as long as it lasts.

The score is that of twice the smaller p-value (Bonferroni). It makes no claim on a level of
warning. Prefer `detectors.motion.kinematics` for what accumulates.
"""

import numpy as np

from detectors.base import Verdict
from detectors.rules import FAMILIES
from detectors.score import level
from detectors.score.predictors import FIELDS as PREDICTOR_FIELDS
from detectors.score.predictors import Predictors
from detectors.score.seen import at_least_as_seen, seen_fields
from detectors.score.tails import Tail, tail_fields
from detectors.scores import score_of_p_value
from detectors.state.columns import F64, Array, Columns, Field, Mask
from detectors.state.noise import PRIOR
from detectors.state.tracks import Round
from domain.channels import CHANNEL_NAMES

WARM_UP = 8
"""Readings before the first score."""

ODD = 1e-3
"""P-value from which a surprise counts as one."""

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
        *seen_fields("error"),
        *level.FIELDS,
        Field("error_seen", "i4"),
        Field("surprise_run", "i2"),
        Field("resolution", "f4", fill=float("inf")),
        Field("changes", "i2"),
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
        shift = level.p_value_of_level(batch, predictors.level(), step, usable)
        p_value = 2.0 * np.fmin(surprise, shift)
        verdict.score[:] = np.where(seen >= WARM_UP, score_of_p_value(p_value), np.nan)
        table["error_seen"][rows] = seen + usable
        return verdict


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
    return at_least_as_seen(
        table, "error", rows, size / predictors.staleness, p_value, seen, usable & (seen >= WARM_UP)
    )


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


DETECTOR = Baseline()

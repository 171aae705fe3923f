"""Departure of any channel from its own recent level: the general anomaly score.

Level and scale are exponentially weighted, with every departure clipped at three scales, so that
spikes do not move them; eight departures in one direction are a new level and are taken as such.
Makes no claim on a level of warning. Prefer `detectors.motion` for what accumulates.
"""

import numpy as np

from detectors.base import Verdict
from detectors.columns import Columns, Field
from detectors.rules import FAMILIES
from detectors.scores import score_of_sigmas
from detectors.tracks import Round

WARM_UP = 8
MEMORY = 48.0
NEW_LEVEL_AFTER = 8
NEW_LEVEL_SIGMAS = 4.0


class Baseline:
    """Robust running level and scale of one series; see the module."""

    name = "baseline"
    families = FAMILIES
    fields = (
        Field("level_now", "f8"),
        Field("scale_now", "f8"),
        Field("scale_count", "i4"),
        Field("off_run", "i2"),
    )
    feature_names = ("sigmas", "level_{unit}", "scale_{unit}")

    def thresholds(self, family: str) -> tuple[str, ...]:
        """No limit: it claims no level."""
        return ()

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Nothing is known at first."""

    def update(self, batch: Round) -> Verdict:
        """Score against what was known before, then learn."""
        table, rows = batch.table, batch.series
        verdict = Verdict.silent(len(batch))
        level, scale = table["level_now"][rows], table["scale_now"][rows]
        seen = table["scale_count"][rows]
        value = batch.raw - table["origin"][rows]
        away = value - level
        scale_or_one = np.where(scale > 0.0, scale, 1.0)
        sigmas = np.where(scale > 0.0, away / scale_or_one, np.where(away == 0.0, 0.0, 50.0))
        judged = seen >= WARM_UP
        verdict.score[:] = np.where(judged, score_of_sigmas(sigmas), np.nan)
        run = np.where(np.abs(sigmas) > NEW_LEVEL_SIGMAS, table["off_run"][rows] + 1, 0)
        moved = judged & (run >= NEW_LEVEL_AFTER)
        table["off_run"][rows] = np.where(moved, 0, np.minimum(run, 1000))
        gain = np.maximum(1.0 / (seen + 1.0), 1.0 / MEMORY)
        bound = np.where(judged, 3.0 * scale, np.inf)
        step = np.clip(away, -bound, bound)
        fail = batch.flag >= 4
        table["level_now"][rows] = np.where(
            fail, level, np.where(moved, value, level + gain * step)
        )
        # Mean absolute deviation of a normal law is 0.7979 of its standard deviation.
        spread = np.where(seen > 0, np.abs(step) / 0.7979, 0.0)
        gain = np.maximum(1.0 / np.maximum(seen, 1), 1.0 / MEMORY)
        table["scale_now"][rows] = np.where(fail, scale, scale + gain * (spread - scale))
        table["scale_count"][rows] = seen + ~fail
        return verdict


DETECTOR = Baseline()

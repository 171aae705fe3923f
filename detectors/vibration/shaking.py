"""Shaking: recursive STA/LTA of the energy of vibration, acceleration and infrasound.

``sta = x^2 / ns + (1 - 1/ns) sta``, lta likewise, x the departure from the channel's slow mean;
on when sta/lta exceeds the upper limit, off when it is at or below the lower one. The long average
is that of the readings before, and it rests while the trigger is on, so that shaking does not
become what is usual. Windows are in samples, so they follow the series' own interval.

A claim needs two high readings running: one alone is a knock or a glitch, and its energy counts
for at most `GLITCH` long averages.

Until the long window is full it is a plain mean, known after `READY` samples; the upper limit is
then higher by the factor ``1 + YOUNG / samples``, for a mean of few is easily exceeded.
"""

import numpy as np

from detectors.base import Verdict
from detectors.scores import score_of_sigmas
from detectors.state.columns import Columns, Field
from detectors.state.tracks import Round

STA_SAMPLES = 3
LTA_SAMPLES = 60
READY = 6
YOUNG = 30.0
GLITCH = 100.0


class Shaking:
    """STA/LTA trigger of one sensor; see the module."""

    name = "shaking"
    families = ("dynamic",)
    fields = (
        Field("shake_mean", "f8"),
        Field("shake_sta", "f8"),
        Field("shake_lta", "f8"),
        Field("shake_count", "i4"),
        Field("shake_on", "u1"),
        Field("shake_high", "u1"),
    )
    feature_names = ("sta_lta", "rms_short_{unit}", "rms_long_{unit}")

    def thresholds(self, family: str) -> tuple[str, ...]:
        """Names of the limits."""
        return ("shaking_on_ratio", "shaking_off_ratio")

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Quiet is not known yet."""

    def update(self, batch: Round) -> Verdict:
        """Move the averages on; unusable readings change nothing."""
        verdict = Verdict.silent(len(batch))
        table, rows = batch.table, batch.series
        good = batch.good
        count = table["shake_count"][rows]
        mean = table["shake_mean"][rows]
        away = np.where(good, batch.raw - np.where(count > 0, mean, batch.raw), 0.0)
        energy = away * away
        long_share = np.maximum(1.0 / (count + 1.0), 1.0 / LTA_SAMPLES)
        short_share = np.maximum(1.0 / (count + 1.0), 1.0 / STA_SAMPLES)
        lta_before = table["shake_lta"][rows]
        known = (count >= READY) & (lta_before > 0.0)
        energy = np.where(known, np.minimum(energy, GLITCH * lta_before), energy)
        sta = energy * short_share + (1.0 - short_share) * table["shake_sta"][rows]
        lta = energy * long_share + (1.0 - long_share) * lta_before
        ratio = np.where(known, sta / np.where(known, lta_before, 1.0), 0.0)
        limits = batch.limits
        was_on = table["shake_on"][rows] > 0
        upper = limits["shaking_on_ratio"] * (1.0 + YOUNG / np.maximum(count, 1))
        high = known & (energy > upper * lta_before)
        begins = high & (table["shake_high"][rows] > 0) & (ratio > upper)
        on = begins | (was_on & (ratio > limits["shaking_off_ratio"]))
        level = np.where(good & on, 2 + (ratio > 1.5 * upper), 0)
        verdict.claim[:] = np.where(high, level, 0)
        verdict.sure[:] = np.where(high, np.minimum(level, 2), 0)
        verdict.stay[:] = np.where(good & on, np.maximum(level, 2), 0)
        verdict.score[:] = np.where(good & on, score_of_sigmas(np.sqrt(ratio)), np.nan)
        verdict.features[:, :3] = np.stack((ratio, np.sqrt(sta), np.sqrt(lta_before)), axis=1)
        quiet = good & ~on & ~high
        mean = np.where(quiet, np.where(count > 0, mean + long_share * away, batch.raw), mean)
        table["shake_mean"][rows] = mean
        table["shake_sta"][rows] = np.where(good, sta, table["shake_sta"][rows])
        table["shake_lta"][rows] = np.where(quiet, lta, lta_before)
        table["shake_high"][rows] = np.where(good, high, table["shake_high"][rows])
        table["shake_on"][rows] = np.where(good, on, was_on)
        table["shake_count"][rows] = count + good
        return verdict


DETECTOR = Shaking()

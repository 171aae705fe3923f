"""Mud-level surge: how far the level of a channel stands above its own quiet level.

The quiet level follows slowly and does not follow a surge; it is known after three readings. A
rise counts by its height in metres, as far as it came as a front: within `FRONT_MINUTES`, or two
intervals if that is longer, at one of the last `RECENT` readings. A stream that swells with the
rain, within an hour or many, is no surge. Beyond doubt when it is high against the gauge's noise in
two readings running.

A level that has rested for a whole ring of readings is the quiet one, wherever it lies: the bed was
raised, or the gauge stands in what the flow left. A gauge that shows one and the same value is
another matter: `quality` calls it stuck, and a level does not fall for want of data.
"""

import numpy as np

from detectors.base import Verdict
from detectors.state.columns import F64, Columns, Field
from detectors.state.noise import PRIOR, floored
from detectors.state.tracks import RING, Round

READY = 3
MEMORY = 144.0
FRONT_MINUTES = 30.0
FRONT_INTERVALS = 2.0
SLACK = 1.1
"""Of either, for clocks are not exact."""
RECENT = 4
"""A front may be held for a spike at first, and is beyond doubt one reading later."""
DAY_MS = 86_400_000.0
SIGMAS = 8.0
SURE_SIGMAS = 15.0
_COLOURS = ("blue", "yellow", "orange", "red")


class Surge:
    """Surge of one level gauge; see the module."""

    name = "surge"
    families = ("flow",)
    fields = (
        Field("quiet_level", "f8"),
        Field("quiet_count", "i4"),
        Field("surge_before", "f4"),
    )
    feature_names = ("rise_m", "rise_sigmas", "quiet_level_m", "rise_before_m", "front_m")

    def thresholds(self, family: str) -> tuple[str, ...]:
        """Names of the limits."""
        return tuple(f"surge_{colour}_m" for colour in _COLOURS)

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Start from the prior noise of the gauge."""
        table["noise"][series, 0] = PRIOR[channel]

    def update(self, batch: Round) -> Verdict:
        """Hold the rise against the limits, then let the quiet level follow."""
        verdict = Verdict.silent(len(batch))
        table, rows = batch.table, batch.series
        count = table["quiet_count"][rows]
        value = table["origin"][rows] + batch.value.astype(np.float64)
        quiet = np.where(count > 0, table["quiet_level"][rows], value)
        rise = value - quiet
        noise = floored(table["noise"][rows, 0].astype(np.float64), PRIOR[batch.channel])
        front = np.minimum(rise, _climb(batch))
        sigmas = front / noise
        before = table["surge_before"][rows].astype(np.float64)
        ready = batch.good & (count >= READY)
        level = np.zeros(len(batch), np.uint8)
        half = np.zeros(len(batch), np.uint8)
        for colour in _COLOURS:
            limit = batch.limits[f"surge_{colour}_m"]
            level += front >= limit
            half += rise >= 0.5 * limit
        verdict.claim[:] = np.where(ready & (sigmas >= SIGMAS), level, 0)
        lasting = (sigmas >= SURE_SIGMAS) & (before >= SURE_SIGMAS * noise)
        verdict.sure[:] = np.where(ready & lasting, level, 0)
        verdict.stay[:] = np.where(ready & (rise >= 0.5 * SIGMAS * noise), half, 0)
        verdict.features[:, :5] = np.stack((rise, sigmas, quiet, before, front), axis=1)
        gain = np.maximum(1.0 / (count + 1.0), 1.0 / MEMORY)
        follow = batch.good & (rise < SIGMAS * noise)
        spread = batch.values.max(axis=0) - batch.values.min(axis=0)
        rests = batch.good & (batch.count >= RING) & (spread < SIGMAS * noise)
        quiet = np.where(follow, quiet + gain * rise, quiet)
        table["quiet_level"][rows] = np.where(rests & ~follow, value, quiet)
        table["surge_before"][rows] = np.where(batch.good, rise, before)
        table["quiet_count"][rows] = count + batch.good
        return verdict


def _climb(batch: Round) -> F64:
    """Largest rise within the time of a front that ended at one of the last readings, shape (n,).

    From the reading before it is a front whatever the time between: nobody saw when it came.
    """
    back_ms = np.maximum(FRONT_MINUTES * 60_000.0, FRONT_INTERVALS * batch.interval_ms)
    back_days = SLACK * back_ms / DAY_MS
    place = np.arange(RING)[:, None]
    used = place >= RING - np.minimum(batch.count, RING)
    found = np.zeros(len(batch))
    for end in range(RING - 1, RING - 1 - RECENT, -1):
        inside = (batch.times >= batch.times[end] - back_days) | (place == end - 1)
        values = np.where(used & inside & (place <= end), batch.values, batch.values[end])
        climb = batch.values[end].astype(np.float64) - values.min(axis=0)
        found = np.where(used[end], np.maximum(found, climb), found)
    return found


DETECTOR = Surge()

"""Motion of cracks, GNSS and tilt at eight time scales: what moves beyond doubt, and how fast.

At each scale the newest readings form four successive blocks of 1, 2, 4 or 8 readings (then of
1, 2, 4, 8 bins of the coarse ring); a block's value is its mean without its largest and smallest
reading. A motion counts when all three steps between the blocks have one direction, none is less
than a tenth of the whole, and the whole stands far above that scale's own noise. A single step
(an antenna moved at service, a baseline jump) fills at most two of the three steps, a spike
reverses one, noise does all sorts: none of them passes.

Velocity is Theil and Sen's: the median of the slopes of all pairs of blocks. Levels are given by
its lower bound (two standard errors), so a limit must be exceeded, not touched. Acceleration is
the change of velocity from the first step to the last. The improved tangential angle is
``arctan(v / v_constant)``; v_constant is the median rate of the series' own past
(`detectors.motion.constant`).

Prefer `detectors.score.baseline` for quantities that do not accumulate.
"""

import numpy as np

from detectors.base import FEATURES, Verdict
from detectors.motion import constant
from detectors.motion.evidence import FEATURE_NAMES
from detectors.motion.levels import levels_of
from detectors.motion.scales import LEAST_SHARE, Scales
from detectors.quality import returns
from detectors.rules import FAMILIES
from detectors.scores import score_of_sigmas
from detectors.state import shifts
from detectors.state.blocks import block_values
from detectors.state.columns import F64, U8, Array, Columns, Field, Mask
from detectors.state.noise import PRIOR, SCALE_SHARE, floored, learn
from detectors.state.tracks import DAY_MS, Round

PRESCREEN = 0.45
"""Share of the sigmas of a claim from which a motion is looked at in detail."""

_FINE, _COARSE = slice(0, 4), slice(4, 8)
_SIZE = np.array([1, 2, 4, 8])[:, None]
_DISPLACEMENT = FAMILIES.index("displacement")


class Motion:
    """Kinematics for the families displacement and tilt; see the module."""

    name = "motion"
    families = ("displacement", "tilt")
    fields = (
        Field("slow_velocity", "f4", fill=float("nan")),
        Field("slow_moving", "u1"),
        Field("moved", "u1"),
        Field("grew", "u1"),
        *constant.FIELDS,
        shifts.SLOW_FIELD,
    )
    feature_names = FEATURE_NAMES

    def thresholds(self, family: str) -> tuple[str, ...]:
        """Names of the limits in force for a family."""
        colours = ("blue", "yellow", "orange", "red")
        if family == "tilt":
            own = tuple(f"tilt_{colour}_deg_per_day" for colour in colours)
        else:
            own = tuple(f"velocity_{colour}_mm_per_day" for colour in colours)
            own += tuple(f"angle_{colour}_deg" for colour in colours)
            own += ("runaway_velocity_red_mm_per_day", "runaway_time_left_red_hours")
        return (*own, "motion_claim_sigma", "motion_sure_sigma")

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Start from the prior noise of the channel."""
        table["noise"][series] = PRIOR[channel] * SCALE_SHARE

    def update(self, batch: Round) -> Verdict:
        """Judge; see `detectors.base.Detector`."""
        table, rows = batch.table, batch.series
        verdict = Verdict.silent(len(batch))
        values, times = block_values(batch.values, batch.times)
        noise = table["noise"][rows].T.astype(np.float64)
        prior = PRIOR[batch.channel] * SCALE_SHARE[:, None]
        seen = _stand_out(values, times, floored(noise, prior)[_FINE], batch, batch.count)
        self._learn(batch, values, times, noise, prior, batch.good)
        if batch.closed.any():
            self._close(batch.select(batch.closed))
        self._quiet(batch, verdict, values, times)
        slow = table["slow_shift"][rows]
        ended = returns.looks_back(table, rows)
        verdict.shift = shifts.shift_of(values, batch.count, slow, floored(noise, prior), ended)
        detail = batch.good & (
            seen.any(axis=0) | (table["slow_moving"][rows] > 0) | (table["moved"][rows] > 0)
        )
        table["grew"][rows[batch.good & ~detail]] = 0
        if detail.any():
            self._judge(batch, detail, verdict, values, times, floored(noise, prior))
        return verdict

    def _learn(
        self, batch: Round, values: F64, times: F64, noise: F64, prior: F64, good: Mask
    ) -> None:
        blocks = batch.count // _SIZE
        ready = good & (batch.count % _SIZE == 0) & (blocks >= 3)
        batch.table["noise"][batch.series, :4] = _learned(
            values, times, noise[_FINE], prior[_FINE], blocks, ready
        ).T

    def _close(self, batch: Round) -> None:
        """Move the coarse scales on after a bin was closed."""
        table, rows = batch.table, batch.series
        values, times = block_values(*coarse_ring(batch))
        count = table["coarse_count"][rows]
        noise = table["noise"][rows, 4:].T.astype(np.float64)
        prior = PRIOR[batch.channel] * SCALE_SHARE[_COARSE, None]
        stands = _stand_out(values, times, floored(noise, prior), batch, count)
        table["slow_moving"][rows] = stands.any(axis=0)
        blocks = count // _SIZE
        ready = (count % _SIZE == 0) & (blocks >= 3)
        table["noise"][rows, 4:] = _learned(values, times, noise, prior, blocks, ready).T
        newest = table["coarse_time"][rows, -1]
        table["slow_shift"][rows] = shifts.coarse_shift(values, count, newest, batch.interval_ms)
        span = np.where(count >= 4, times[0, 3] - times[0, 0], np.nan)
        table["slow_velocity"][rows] = (values[0, 3] - values[0, 0]) / span

    def _quiet(self, batch: Round, verdict: Verdict, values: F64, times: F64) -> None:
        """Velocity and angle for the record, at the longest scale that is known."""
        table, rows = batch.table, batch.series
        constant.update_constant(batch)
        scale = np.searchsorted(np.array([4, 8, 16, 32]), batch.count, side="right") - 1
        known = scale >= 0
        pick = (np.maximum(scale, 0), slice(None), np.arange(len(batch)))
        own_values, own_times = values[pick].T, times[pick].T
        span = np.where(known, own_times[3] - own_times[0], np.nan)
        verdict.velocity[:] = (own_values[3] - own_values[0]) / span
        verdict.acceleration[:] = np.where(known, _acceleration(own_values, own_times), np.nan)
        slow = table["slow_velocity"][rows].astype(np.float64)
        verdict.velocity[:] = np.where(np.isnan(slow), verdict.velocity, slow)
        ratio = np.abs(verdict.velocity) / table["constant"][rows]
        angle = np.degrees(np.arctan(ratio))
        verdict.angle[:] = np.where(batch.family == _DISPLACEMENT, angle, np.nan)

    def _judge(
        self, batch: Round, mask: Mask, verdict: Verdict, values: F64, times: F64, noise: F64
    ) -> None:
        """Levels of readings that stand out at some scale, or lately did."""
        part = batch.select(mask)
        coarse = coarse_ring(part)
        slow_values, slow_times = block_values(*coarse)
        table, rows = part.table, part.series
        counts = np.stack((part.count, table["coarse_count"][rows]))
        seen = Scales.of(
            np.concatenate((values[:, :, mask], slow_values)),
            np.concatenate((times[:, :, mask], slow_times)),
            noise[:, mask],
            counts,
        )
        evidence = levels_of(part, ((part.values, part.times), coarse), seen, counts)
        table["moved"][rows] = evidence.stay > 0
        for name in ("claim", "sure", "stay"):
            getattr(verdict, name)[mask] = getattr(evidence, name)
        claimed = evidence.stay > 0
        target = np.flatnonzero(mask)[claimed]
        verdict.velocity[target] = evidence.velocity[claimed]
        verdict.acceleration[target] = evidence.acceleration[claimed]
        verdict.angle[target] = evidence.angle[claimed]
        verdict.score[target] = score_of_sigmas(evidence.sigmas[claimed])
        verdict.features[target] = evidence.features()[claimed][:, :FEATURES]


def coarse_ring(batch: Round) -> tuple[Array, F64]:
    """Values and times of the coarse ring, shape (32, n); times in days before the reading."""
    table, rows = batch.table, batch.series
    past = (table["coarse_time"][rows] - batch.time_ms[:, None]) / DAY_MS
    return np.ascontiguousarray(table["coarse_value"][rows].T), np.ascontiguousarray(past.T)


def _stand_out(values: F64, times: F64, noise: F64, batch: Round, count: U8) -> Mask:
    """Whether each scale's motion stands out of its noise, shape (4, n)."""
    step = values[:, 1:] - values[:, :-1]
    whole = values[:, 3] - values[:, 0]
    least = np.abs(step).min(axis=1)
    one_way = (step[:, 0] * step[:, 1] > 0) & (step[:, 1] * step[:, 2] > 0)
    far = np.abs(whole) > PRESCREEN * batch.limits["motion_claim_sigma"] * np.sqrt(2.0) * noise
    known = count >= 4 * _SIZE
    found: Mask = known & one_way & far & (least >= LEAST_SHARE * np.abs(whole))
    return found


def _learned(values: F64, times: F64, noise: F64, prior: F64, blocks: U8, ready: Mask) -> F64:
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (times[:, 2] - times[:, 1]) / (times[:, 3] - times[:, 1])
        line = values[:, 1] + (values[:, 3] - values[:, 1]) * share
        distance = np.abs(values[:, 2] - line)
    step = values[:, 1:] - values[:, :-1]
    one_way = (step[:, 0] * step[:, 1] > 0) & (step[:, 1] * step[:, 2] > 0)
    motion = one_way & (np.abs(values[:, 3] - values[:, 0]) > 4.0 * floored(noise, prior))
    learned = learn(noise, distance, blocks.astype(np.float64) - 3.0, prior)
    return np.where(ready & ~motion & np.isfinite(distance), learned, noise)


def _acceleration(values: F64, times: F64) -> F64:
    step = np.diff(values, axis=0) / np.diff(times, axis=0)
    middle = 0.5 * (times[1:] + times[:-1])
    found: F64 = (step[2] - step[0]) / (middle[2] - middle[0])
    return found


DETECTOR = Motion()

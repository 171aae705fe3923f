"""Motion of a GNSS receiver as a whole: how fast along its own direction, and how steadily.

An axis sees only its share of a motion, with its own noise. Here the displacement of all three axes
together, in blocks at the eight time scales of `detectors.motion`, gives the direction; what moves
along it is the true displacement, whose velocity the limits are meant for. It counts when all
three steps between the blocks go forward, and the way is straight: its length against the sum of
its steps (1 for a straight line, about a third for noise). A straight way counts a little sooner;
a crooked one does not count. The positions are those before the reading (`detectors.partners`),
so this method says something one message later than `motion` could.

A single axis that moves alone, with the others at rest, is left to `motion`: instruments drift
axis by axis, slopes seldom move due east and level.
"""

import numpy as np

from detectors.base import FEATURES, Verdict
from detectors.blocks import SIZES, block_values, theil_sen
from detectors.columns import F32, F64, U8, Array, Columns, Field, Mask, Rows
from detectors.motion_levels import CLAIM_RESTLESS, STAY_SIGMA_SHARE, SURE_RESTLESS, chances
from detectors.noise import PRIOR, SCALE_SHARE, floored, learn
from detectors.receiver import FIRST_AXIS, LENGTH, PARTS, contrasts
from detectors.scores import score_of_sigmas
from detectors.tracks import DAY_MS, RING, Round

STRAIGHT, VERY_STRAIGHT = 0.75, 0.92
"""Least straightness of a motion that counts; and of one that counts sooner."""

SOONER = 0.9
CHOICE_SIGMA = 0.5
"""What choosing the direction by the motion itself adds to the displacement of noise."""

ALONE_SHARE = 0.15
"""Share of the motion across an axis below which that axis moves alone."""

GOES_ON_SHARE = 0.2
PRESCREEN = 0.6
_SLOPE_ERROR = 3.0 / np.sqrt(5.0)
_COLOURS = ("blue", "yellow", "orange", "red")
_PRIOR = PRIOR[FIRST_AXIS : FIRST_AXIS + 3]
_SCALES = 2 * len(SIZES)


def _weights() -> F64:
    """Newest block against the oldest, and the third against its neighbours, at four scales."""
    weights = np.zeros((LENGTH, 2 * len(SIZES)))
    for scale, size in enumerate(SIZES):
        blocks = [slice(LENGTH - (4 - k) * size, LENGTH - (3 - k) * size) for k in range(4)]
        for block, whole, departure in zip(
            blocks, (-1.0, 0.0, 0.0, 1.0), (0.0, -0.5, 1.0, -0.5), strict=True
        ):
            weights[block, scale] = whole / size
            weights[block, len(SIZES) + scale] = departure / size
    return weights


_WEIGHTS = _weights()


class Direction:
    """Joined kinematics of receivers; see the module."""

    name = "direction"
    families = ("displacement",)
    fields = (
        Field("joint_noise", "f4", 3 * _SCALES),
        Field("joint_slow", "u1"),
        Field("joint_moved", "u1"),
    )
    feature_names = (
        "displacement_{unit}",
        "displacement_sigmas",
        "velocity_{unit}_per_day",
        "velocity_low_{unit}_per_day",
        "azimuth_deg",
        "plunge_deg",
        "straightness",
        "window_hours",
    )

    def thresholds(self, family: str) -> tuple[str, ...]:
        """Names of the limits in force for a family."""
        own = tuple(f"velocity_{colour}_mm_per_day" for colour in _COLOURS)
        return (*own, "motion_claim_sigma", "motion_sure_sigma")

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Start from the prior noise of the axes."""
        table["joint_noise"][series] = (_PRIOR[:, None] * np.tile(SCALE_SHARE, 1)).reshape(-1)

    def update(self, batch: Round) -> Verdict:
        """Judge the first axis of each receiver; see `detectors.base.Detector`."""
        verdict = Verdict.silent(len(batch))
        first = (batch.channel == FIRST_AXIS) & (batch.table["track_count"][batch.series] >= 4)
        if first.any():
            self._judge(batch.select(first), np.flatnonzero(first), verdict)
        return verdict

    def _judge(self, batch: Round, place: Rows, verdict: Verdict) -> None:
        table, rows = batch.table, batch.series
        size = len(rows)
        noise = table["joint_noise"][rows].reshape(size, 3, _SCALES).astype(np.float64)
        track = table["track"][rows].reshape(size, PARTS, LENGTH)[:, :3]
        stands = self._look(batch, track, noise, 0, table["track_count"][rows])
        closed = table["joint_closed"][rows] > 0
        if closed.any():
            part, slow = batch.select(closed), noise[closed]
            ring = table["joint_value"][rows[closed]].reshape(-1, 3, RING)
            far = self._look(part, ring, slow, len(SIZES), table["joint_count"][part.series])
            table["joint_slow"][part.series] = far
            noise[closed] = slow
        table["joint_noise"][rows] = noise.reshape(size, -1)
        detail = batch.good & (
            stands | (table["joint_slow"][rows] > 0) | (table["joint_moved"][rows] > 0)
        )
        if detail.any():
            part = batch.select(detail)
            found = _levels(part, track[detail], floored(noise[detail], _floor()))
            table["joint_moved"][part.series] = found.stay > 0
            for name in ("claim", "sure", "stay", "score", "features"):
                getattr(verdict, name)[place[detail]] = getattr(found, name)

    def _look(self, batch: Round, ring: F32, noise: F64, scale: int, count: Array) -> Mask:
        """Learn the noise of four scales in place; tell what stands out of it, shape (n,)."""
        sums = contrasts(ring, _WEIGHTS)
        mine = slice(scale, scale + len(SIZES))
        prior = _floor()[:, mine]
        error = np.sqrt(2.0) * floored(noise[:, :, mine], prior)
        chi = ((sums[:, :, : len(SIZES)] / error) ** 2).sum(axis=1)
        blocks = count[:, None] // np.array(SIZES)
        ready = (count[:, None] % np.array(SIZES) == 0) & (blocks >= 3) & (chi < 25.0)
        updates = (blocks - 3.0)[:, None, :]
        learned = learn(noise[:, :, mine], np.abs(sums[:, :, len(SIZES) :]), updates, prior)
        noise[:, :, mine] = np.where(ready[:, None, :], learned, noise[:, :, mine])
        needed = PRESCREEN * batch.limits["motion_claim_sigma"][:, None]
        found: Mask = ((chi > needed**2) & (blocks >= 4)).any(axis=1)
        return found


def _floor() -> F64:
    prior: F64 = _PRIOR[:, None] * SCALE_SHARE
    return prior


def _levels(batch: Round, track: F32, noise: F64) -> Verdict:
    """Judge all scales; ``noise`` has shape (n, 3, 8)."""
    table, rows = batch.table, batch.series
    values, times = _blocks(batch, track)
    counts = table["track_count"][rows], table["joint_count"][rows]
    known = np.concatenate([count >= 4 * np.array(SIZES)[:, None] for count in counts])
    step = np.diff(values, axis=1)
    whole = values[:, 3] - values[:, 0]
    length = np.maximum(np.linalg.norm(whole, axis=1), 1e-9)
    way = whole / length[:, None]
    forward = (step * way[:, None]).sum(axis=2)
    error = np.sqrt((way**2 * noise.transpose(2, 1, 0) ** 2).sum(axis=1))
    straight = _straightness(step, noise.transpose(2, 1, 0))
    across = length[:, None] * np.sqrt(np.maximum(1.0 - way**2, 0.0))
    alone = (across < ALONE_SHARE * length[:, None]).any(axis=1)
    span = times[:, 3] - times[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        speed = np.stack([theil_sen(p, t) for p, t in zip(_along(values, way), times, strict=True)])
        low = speed - 2.0 * _SLOPE_ERROR * error / span
        goes_on = _goes_on(whole, way, span, error, speed)
    sigmas = length / (np.sqrt(2.0) * error) - CHOICE_SIGMA
    least = forward.min(axis=1)
    steady = known & (least >= 0.1 * length) & (straight >= STRAIGHT) & ~alone
    steady &= length >= batch.limits["motion_least_mm"]
    chance = chances(batch.interval_ms) * np.where(straight >= VERY_STRAIGHT, SOONER, 1.0)
    restless = np.maximum.accumulate(error[::-1])[::-1]
    claims = steady & goes_on & (sigmas >= chance * batch.limits["motion_claim_sigma"])
    claims &= (least >= np.sqrt(2.0) * error) & (length >= CLAIM_RESTLESS * restless)
    certain = claims & (sigmas >= chance * batch.limits["motion_sure_sigma"])
    certain &= (least >= 2.0 * np.sqrt(2.0) * error) & (length >= SURE_RESTLESS * restless)
    certain[:2] = False
    half = steady & (sigmas >= STAY_SIGMA_SHARE * chance * batch.limits["motion_claim_sigma"])
    level, level_at_half = _level(batch, low, 1.0), _level(batch, speed, 0.5)
    claim, sure = np.where(claims, level, 0), np.where(certain, level, 0)
    stay = np.maximum(np.where(half, level_at_half, 0), claim)
    rank = claim * 10_000.0 + sure * 1000.0 + stay * 100.0 + np.clip(sigmas, 0.0, 99.0)
    best = np.where(known, rank, -1.0).argmax(axis=0)
    pick = best, np.arange(len(batch))
    verdict = Verdict.silent(len(batch))
    for name, levels in (("claim", claim), ("sure", sure), ("stay", stay)):
        getattr(verdict, name)[:] = levels.max(axis=0)
    east, north, up = way.transpose(1, 0, 2)[(slice(None), *pick)]
    shown = (
        length[pick],
        sigmas[pick],
        speed[pick],
        low[pick],
        np.degrees(np.arctan2(east, north)) % 360.0,
        np.degrees(np.arcsin(np.clip(-up, -1.0, 1.0))),
        straight[pick],
        24.0 * span[pick],
    )
    verdict.features[:, : len(shown)] = np.nan_to_num(np.stack(shown, axis=1))[:, :FEATURES]
    verdict.score[verdict.stay > 0] = score_of_sigmas(sigmas[pick])[verdict.stay > 0]
    return verdict


def _blocks(batch: Round, track: F32) -> tuple[F64, F64]:
    """Blocks of positions, shape (8, 4, 3, n), and their times in days, shape (8, 4, n)."""
    table, rows = batch.table, batch.series
    fine = np.concatenate((2.0 * batch.times[:1] - batch.times[1:2], batch.times[:-1]))
    slow = (table["joint_time"][rows].T - batch.time_ms) / DAY_MS
    ring = table["joint_value"][rows].reshape(len(rows), 3, RING)
    values = np.empty((_SCALES, 4, 3, len(rows)))
    times = np.empty((_SCALES, 4, len(rows)))
    for half, (positions, at) in enumerate(((track, fine), (ring, slow))):
        mine = slice(4 * half, 4 * half + 4)
        for axis in range(3):
            part = np.ascontiguousarray(positions[:, axis].T)
            values[mine, :, axis], times[mine] = block_values(part, at)
    return values, times


def _along(values: F64, way: F64) -> F64:
    found: F64 = (values * way[:, None]).sum(axis=2)
    return found


def _straightness(step: F64, noise: F64) -> F64:
    """Length of the way against the sum of its steps, in units of noise, shape (8, n)."""
    units = step / noise[:, None]
    steps = np.linalg.norm(units, axis=2).sum(axis=1)
    found: F64 = np.linalg.norm(units.sum(axis=1), axis=1) / np.maximum(steps, 1e-9)
    return found


def _goes_on(whole: F64, way: F64, span: F64, error: F64, speed: F64) -> Mask:
    """Whether the motion of the longest scales still shows in the newest bins, shape (8, n)."""
    newest = len(SIZES)
    recent = (whole[newest] * way).sum(axis=1) / span[newest]
    slack = 2.0 * np.sqrt(2.0) * error[newest] / span[newest]
    found: Mask = recent + slack >= GOES_ON_SHARE * speed
    found[: newest + 1] = True
    return found


def _level(batch: Round, speed: F64, share: float) -> U8:
    """Level of a speed, shape (8, n); ``share`` scales the limits."""
    level = np.zeros(speed.shape, np.uint8)
    for colour in _COLOURS:
        level += speed >= share * batch.limits[f"velocity_{colour}_mm_per_day"]
    return level


DETECTOR = Direction()

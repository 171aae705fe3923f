"""From the motion of a receiver along its own direction to a level, at eight time scales."""

from dataclasses import dataclass

import numpy as np

from detectors.base import Verdict
from detectors.failure_time.joint_record import ASKED_FROM
from detectors.motion.levels import CLAIM_RESTLESS, STAY_SIGMA_SHARE, SURE_RESTLESS, chances
from detectors.scores import score_of_sigmas
from detectors.state.blocks import SIZES, block_values, theil_sen
from detectors.state.columns import F32, F64, U8, Mask
from detectors.state.tracks import DAY_MS, RING, Round

COLOURS = ("blue", "yellow", "orange", "red")
STRAIGHT, VERY_STRAIGHT = 0.75, 0.92
"""Least straightness of a motion that counts; and of one that counts sooner."""

SOONER = 0.9
CHOICE_SIGMA = 0.5
"""What choosing the direction by the motion itself adds to the displacement of noise."""

ALONE_SHARE = 0.15
"""Share of the motion across an axis below which that axis moves alone."""

OUT_OF_STEP = 15.0
"""Sum of squares across the way from which a motion is no line: chi-square of four, 1 in 200."""

OUT_OF_STEP_SHARE = 0.1
"""Least departure across the way, as a share of it, that matters."""

GOES_ON_SHARE = 0.2
ORANGE, RED = 3, 4
SCALES = 2 * len(SIZES)
_HOUR_MS = 3_600_000.0
_SLOPE_ERROR = 3.0 / np.sqrt(5.0)


@dataclass(frozen=True)
class Ways:
    """Motion from the first of four blocks to the last, at eight scales; shape (8, n) each.

    Attributes
    ----------
    known
        Whether there are so many positions.
    way
        Unit vectors, shape (8, 3, n).
    length, error
        Of the motion, and the standard deviation of a block along it.
    least
        Smallest of the three steps along it.
    straight
        Length against the sum of the steps, in units of noise.
    in_step
        Whether all axes share in every step: one that drifts and one that jumps do not.
    alone, shared
        Whether one axis moves and the others rest; whether they surely do not.
    span
        Days from the first block to the last.
    speed, low
        Velocity along the way per day, and its lower bound (two standard errors).
    goes_on
        Whether the motion still shows in the newest bins.
    """

    known: Mask
    way: F64
    length: F64
    error: F64
    least: F64
    straight: F64
    in_step: Mask
    alone: Mask
    shared: Mask
    span: F64
    speed: F64
    low: F64
    goes_on: Mask

    @property
    def sigmas(self) -> F64:
        """Length in units of its standard error, less what choosing the direction adds."""
        found: F64 = self.length / (np.sqrt(2.0) * self.error) - CHOICE_SIGMA
        return found

    @classmethod
    def of(cls, batch: Round, track: F32, noise: F64) -> "Ways":
        """Measure; ``noise`` has shape (n, 3, 8)."""
        table, rows = batch.table, batch.series
        values, times = _blocks(batch, track)
        counts = table["track_count"][rows], table["joint_count"][rows]
        step = np.diff(values, axis=1)
        whole = values[:, 3] - values[:, 0]
        length = np.maximum(np.linalg.norm(whole, axis=1), 1e-9)
        way = whole / length[:, None]
        error = np.sqrt((way**2 * noise.transpose(2, 1, 0) ** 2).sum(axis=1))
        units = step / noise.transpose(2, 1, 0)[:, None]
        across = length[:, None] * np.sqrt(np.maximum(1.0 - way**2, 0.0))
        others = across - ALONE_SHARE * length[:, None]
        span = times[:, 3] - times[:, 0]
        along = (values * way[:, None]).sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = np.stack([theil_sen(p, t) for p, t in zip(along, times, strict=True)])
            low = speed - 2.0 * _SLOPE_ERROR * error / span
            goes_on = _goes_on(whole, way, span, error, speed)
        return cls(
            known=np.concatenate([count >= 4 * np.array(SIZES)[:, None] for count in counts]),
            way=way,
            length=length,
            error=error,
            least=(step * way[:, None]).sum(axis=2).min(axis=1),
            straight=_straightness(units),
            in_step=in_step(units),
            alone=(others < 0.0).any(axis=1),
            shared=(others >= np.sqrt(2.0) * error[:, None]).all(axis=1),
            span=span,
            speed=speed,
            low=low,
            goes_on=goes_on,
        )


def judge(batch: Round, track: F32, noise: F64) -> tuple[Verdict, F64, Mask]:
    """Judge all scales.

    Positions ``track`` have shape (n, 3, LENGTH), noise of a block of each axis (n, 3, 8).

    Returns
    -------
    tuple
        The verdict; the way of the telling scale, shape (n, 3); where the time of failure is to be
        asked for, shape (n,): motion that would support yellow, held back or not.
    """
    ways = Ways.of(batch, track, noise)
    claims, certain, half = _counts(batch, ways)
    level, level_at_half = _level(batch, ways.low, 1.0), _level(batch, ways.speed, 0.5)
    asked: Mask = np.any(half & (level_at_half >= ASKED_FROM), axis=0)
    fails = batch.table["joint_fails"][batch.series]
    tertiary = asked & (fails > batch.time_ms) & (ways.in_step | ~half).all(axis=0)
    heard = ~(ways.alone & ~tertiary)
    claim, sure = np.where(claims & heard, level, 0), np.where(certain & heard, level, 0)
    stay = np.maximum(np.where(half & heard, level_at_half, 0), claim)
    rank = claim * 10_000.0 + sure * 1000.0 + stay * 100.0 + np.clip(ways.sigmas, 0.0, 99.0)
    best = np.where(ways.known, rank, -1.0).argmax(axis=0)
    pick = best, np.arange(len(batch))
    verdict = Verdict.silent(len(batch))
    left_h = np.where(tertiary, (fails - batch.time_ms) / _HOUR_MS, np.nan)
    lifted = _tertiary_level(batch, ways.low[pick], left_h)
    for name, levels in (("claim", claim), ("sure", sure), ("stay", stay)):
        getattr(verdict, name)[:] = np.maximum(levels.max(axis=0), lifted)
    east, north, up = way = ways.way.transpose(1, 0, 2)[(slice(None), *pick)]
    shown = (
        ways.length[pick],
        ways.sigmas[pick],
        ways.speed[pick],
        ways.low[pick],
        np.degrees(np.arctan2(east, north)) % 360.0,
        np.degrees(np.arcsin(np.clip(-up, -1.0, 1.0))),
        ways.straight[pick],
        24.0 * ways.span[pick],
    )
    verdict.features[:, : len(shown)] = np.nan_to_num(np.stack(shown, axis=1))
    verdict.features[:, len(shown)] = left_h
    told = verdict.stay > 0
    verdict.score[told] = score_of_sigmas(ways.sigmas[pick])[told]
    return verdict, way.T, asked


def _counts(batch: Round, ways: Ways) -> tuple[Mask, Mask, Mask]:
    """Which motions count, which are beyond doubt, and which keep a level up, shape (8, n)."""
    steady = ways.known & (ways.least >= 0.1 * ways.length) & (ways.straight >= STRAIGHT)
    steady &= ways.length >= batch.limits["motion_least_mm"]
    chance = chances(batch.interval_ms) * np.where(ways.straight >= VERY_STRAIGHT, SOONER, 1.0)
    needed = chance * batch.limits["motion_claim_sigma"]
    restless = np.maximum.accumulate(ways.error[::-1])[::-1]
    step = np.sqrt(2.0) * ways.error
    claims = steady & ways.goes_on & (ways.sigmas >= needed)
    claims &= (ways.least >= step) & (ways.length >= CLAIM_RESTLESS * restless)
    certain = claims & (ways.sigmas >= chance * batch.limits["motion_sure_sigma"])
    certain &= (ways.least >= 2.0 * step) & (ways.length >= SURE_RESTLESS * restless)
    certain &= ways.in_step & ways.shared
    certain[:2] = False
    return claims, certain, steady & (ways.sigmas >= STAY_SIGMA_SHARE * needed)


def _tertiary_level(batch: Round, speed: F64, left_h: F64) -> U8:
    """Level of a motion whose time of failure is warranted; 0 of all others."""
    limits = batch.limits
    near = left_h <= limits["runaway_time_left_red_hours"]
    near &= speed >= limits["runaway_velocity_red_mm_per_day"]
    return np.where(np.isnan(left_h), 0, np.where(near, RED, ORANGE)).astype(np.uint8)


def _blocks(batch: Round, track: F32) -> tuple[F64, F64]:
    """Blocks of positions, shape (8, 4, 3, n), and their times in days, shape (8, 4, n)."""
    table, rows = batch.table, batch.series
    fine = np.concatenate((2.0 * batch.times[:1] - batch.times[1:2], batch.times[:-1]))
    slow = (table["joint_time"][rows].T - batch.time_ms) / DAY_MS
    ring = table["joint_value"][rows].reshape(len(rows), 3, RING)
    values = np.empty((SCALES, 4, 3, len(rows)))
    times = np.empty((SCALES, 4, len(rows)))
    for half, (positions, at) in enumerate(((track, fine), (ring, slow))):
        mine = slice(4 * half, 4 * half + 4)
        for axis in range(3):
            part = np.ascontiguousarray(positions[:, axis].T)
            values[mine, :, axis], times[mine] = block_values(part, at)
    return values, times


def _straightness(units: F64) -> F64:
    """Length of the way against the sum of its steps, both in units of noise, shape (8, n)."""
    steps = np.linalg.norm(units, axis=2).sum(axis=1)
    found: F64 = np.linalg.norm(units.sum(axis=1), axis=1) / np.maximum(steps, 1e-9)
    return found


def in_step(units: F64) -> Mask:
    """Whether the three steps lie on one line, shape (8, n)."""
    whole = units.sum(axis=1)
    length = np.maximum(np.linalg.norm(whole, axis=1), 1e-9)
    way = whole / length[:, None]
    across = units - (units * way[:, None]).sum(axis=2)[:, :, None] * way[:, None]
    squares = (across**2).sum(axis=2)
    far = np.sqrt(squares.max(axis=1)) > OUT_OF_STEP_SHARE * length
    # A step is the difference of two blocks.
    found: Mask = ~(far & (0.5 * squares.sum(axis=1) > OUT_OF_STEP))
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
    for colour in COLOURS:
        level += speed >= share * batch.limits[f"velocity_{colour}_mm_per_day"]
    return level

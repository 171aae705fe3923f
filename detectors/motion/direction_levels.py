"""From the motion of a receiver along its own direction to a level, at eight time scales."""

import numpy as np

from detectors.base import Verdict
from detectors.failure_time.joint_record import ASKED_FROM
from detectors.motion.levels import CLAIM_RESTLESS, STAY_SIGMA_SHARE, SURE_RESTLESS, chances
from detectors.motion.one_step import goes_on
from detectors.motion.stopped import LEAST_KEPT, newest_at_most
from detectors.motion.ways import Ways, times_of
from detectors.scores import score_of_sigmas
from detectors.state.blocks import SIZES
from detectors.state.columns import F32, F64, U8, Mask
from detectors.state.tracks import Round

COLOURS = ("blue", "yellow", "orange", "red")
STRAIGHT, VERY_STRAIGHT = 0.75, 0.92
"""Least straightness of a motion that counts; and of one that counts sooner."""

SOONER = 0.9
ORANGE, RED = 3, 4
_HOUR_MS = 3_600_000.0


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
    stepped = _steps_only(batch, track, noise, ways, claims)
    claims[: len(SIZES)] &= ~stepped
    certain[: len(SIZES)] &= ~stepped
    level, level_at_half = _level(batch, ways.low, 1.0), _level(batch, ways.speed, 0.5)
    asked: Mask = np.any(half & (level_at_half >= ASKED_FROM), axis=0)
    fails = batch.table["joint_fails"][batch.series]
    tertiary = asked & (fails > batch.time_ms) & (ways.in_step | ~half).all(axis=0)
    heard = ~(ways.alone & ~tertiary)
    newest = newest_at_most(
        batch.table["track_count"][batch.series], ways.speed, ways.speed - ways.low
    )
    most = np.maximum(_level(batch, newest, 0.5), LEAST_KEPT)
    level[len(SIZES) :] = np.minimum(level[len(SIZES) :], most)
    kept = level_at_half.copy()
    kept[len(SIZES) :] = np.minimum(kept[len(SIZES) :], most)
    claim, sure = np.where(claims & heard, level, 0), np.where(certain & heard, level, 0)
    stay = np.maximum(np.where(half & heard, kept, 0), claim)
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
    claims = steady & ways.goes_on & ways.in_step & (ways.sigmas >= needed)
    claims &= (ways.least >= step) & (ways.length >= CLAIM_RESTLESS * restless)
    certain = claims & (ways.sigmas >= chance * batch.limits["motion_sure_sigma"])
    certain &= (ways.least >= 2.0 * step) & (ways.length >= SURE_RESTLESS * restless)
    certain &= ways.in_step & ways.shared
    certain[:2] = False
    return claims, certain, steady & (ways.sigmas >= STAY_SIGMA_SHARE * needed)


def _steps_only(batch: Round, track: F32, noise: F64, ways: Ways, claims: Mask) -> Mask:
    """Receivers whose newest positions claim motion and are one step, shape (n,)."""
    fine = claims[: len(SIZES)]
    found: Mask = np.any(fine, axis=0)
    if found.any():
        scale = np.where(fine, ways.sigmas[: len(SIZES)], -1.0).argmax(axis=0)
        way = ways.way[scale, :, np.arange(len(batch))][found]
        line = (track[found].astype(np.float64) * way[:, :, None]).sum(axis=1).T
        error = np.sqrt((way**2 * noise[found][:, :, 0] ** 2).sum(axis=1))
        count = batch.table["track_count"][batch.series[found]]
        found[found] = ~goes_on(count, line, times_of(batch)[:, found], error)
    return found


def _tertiary_level(batch: Round, speed: F64, left_h: F64) -> U8:
    """Level of a motion whose time of failure is warranted; 0 of all others."""
    limits = batch.limits
    near = left_h <= limits["runaway_time_left_red_hours"]
    near &= speed >= limits["runaway_velocity_red_mm_per_day"]
    return np.where(np.isnan(left_h), 0, np.where(near, RED, ORANGE)).astype(np.uint8)


def _level(batch: Round, speed: F64, share: float) -> U8:
    """Level of a speed, shape (8, n); ``share`` scales the limits."""
    level = np.zeros(speed.shape, np.uint8)
    for colour in COLOURS:
        level += speed >= share * batch.limits[f"velocity_{colour}_mm_per_day"]
    return level

"""From motion at eight scales to a level: absolute velocity, and velocity against the own past."""

import numpy as np

from detectors.motion.acceleration import Rings, accelerations
from detectors.motion.evidence import Evidence
from detectors.motion.flows import flows
from detectors.motion.one_step import steps_only
from detectors.motion.onset import onset_hours
from detectors.motion.runaway import Runaway, runaway
from detectors.motion.runaway_levels import lift
from detectors.motion.scales import Scales
from detectors.motion.speed_levels import level_of_speed
from detectors.motion.stopped import LEAST_KEPT, newest_at_most
from detectors.rules import FAMILIES
from detectors.state.blocks import SIZES, theil_sen
from detectors.state.columns import F64, Array, Mask, Rows
from detectors.state.tracks import DAY_MS, Round

CLAIM_RESTLESS, SURE_RESTLESS = 4.0, 6.0
"""Least displacement against the noise of the same and of all longer scales."""

GOES_ON_SHARE = 0.2
"""Least velocity of the newest bins against that of the longer coarse scales."""

YEAR_MS = 365.25 * 86_400_000.0
STAY_SIGMA_SHARE = 0.7
"""Share of the sigmas of a claim at which a motion still keeps a level up."""

_LONGER = slice(5, 8)
"""Coarse scales beyond the shortest."""
_TILT = FAMILIES.index("tilt")


def levels_of(batch: Round, rings: Rings, seen: Scales, counts: Array) -> Evidence:
    """Judge all scales and keep the one that supports most.

    Parameters
    ----------
    rings
        Values and times of the fine and of the coarse ring, shape (32, n) each.
    counts
        Readings and coarse bins so far, shape (2, n).
    """
    tilt = batch.family == _TILT
    constant = np.abs(batch.table["constant"][batch.series].astype(np.float64))
    claims, certain, half = _counting(batch, seen, tilt)
    grows = runaway(batch, *rings[1], seen.noise, counts)
    _step_aside(batch, seen, claims, certain, grows)
    level, absolute = level_of_speed(batch, seen.low, constant, tilt, 1.0)
    at_half = level_of_speed(batch, seen.speed, constant, tilt, 0.5)[0]
    claim, stay = np.where(claims, level, 0), np.where(half, at_half, 0)
    # A drifting sensor leaves its own past as a slope does: only the velocity itself is sure.
    sure = np.where(certain, absolute, 0)
    newest = newest_at_most(counts[0], seen.speed, seen.speed - seen.low)
    most = np.maximum(level_of_speed(batch, newest[None], constant, tilt, 0.5)[0], LEAST_KEPT)
    for levels in (claim, sure, stay):
        levels[len(SIZES) :] = np.minimum(levels[len(SIZES) :], most)
    evidence, scale = _telling(batch, seen, (claim, sure, stay), constant)
    found = accelerations(rings, scale, seen.noise, counts)
    evidence.acceleration, evidence.acceleration_error = found
    lift(evidence, batch, grows, tilt)
    _date(evidence, batch, rings, seen.noise, counts)
    return evidence


def _counting(batch: Round, seen: Scales, tilt: Mask) -> tuple[Mask, Mask, Mask]:
    """Which motions count, which are beyond doubt, and which keep a level up, shape (8, n)."""
    smallest = np.where(tilt, batch.limits["motion_least_deg"], batch.limits["motion_least_mm"])
    size = np.abs(seen.whole)
    large = seen.steady & (size >= smallest)
    chance = chances(batch.interval_ms)
    needed = chance * batch.limits["motion_claim_sigma"]
    claims = large & (seen.sigmas >= needed) & (seen.least >= seen.error)
    claims[1:4] &= flows(batch, seen.noise[0], seen.whole[1:4], (2, 4, 8), 4)
    needed_to_be_sure = chance * batch.limits["motion_sure_sigma"]
    certain = claims & (seen.sigmas >= needed_to_be_sure) & (seen.least >= 2.0 * seen.error)
    # What the series does anyway in longer times (tides of heat, flicker) is no motion either.
    restless = np.maximum.accumulate(seen.noise[::-1])[::-1]
    claims &= size >= CLAIM_RESTLESS * restless
    certain &= size >= SURE_RESTLESS * restless
    goes_on = _goes_on(seen)
    claims[_LONGER] &= goes_on
    certain[_LONGER] &= goes_on
    return claims, certain, large & (seen.sigmas >= STAY_SIGMA_SHARE * needed)


def _step_aside(batch: Round, seen: Scales, claims: Mask, certain: Mask, grows: Runaway) -> None:
    """Take back what the newest readings show where it is one step of a receiver and then rest."""
    asked = np.any(claims[:4], axis=0) | np.any(grows.claims[:3], axis=0)
    goes_on = ~steps_only(batch, seen.noise[0], np.asarray(asked))
    claims[:4] &= goes_on
    certain[:4] &= goes_on
    grows.claims[:3] &= goes_on
    grows.certain[:3] &= goes_on


def _date(evidence: Evidence, batch: Round, rings: Rings, noise: F64, counts: Array) -> None:
    """Tell of the constant stage, and since when the motion has left it."""
    claimed = np.flatnonzero(evidence.stay > 0)
    if not len(claimed):
        return
    table, rows = batch.table, batch.series[claimed]
    begins, ends = (
        (table[name][rows] - batch.time_ms[claimed]) / DAY_MS
        for name in ("constant_from", "constant_to")
    )
    evidence.constant_days[claimed] = ends - begins
    evidence.onset_hours[claimed] = onset_hours(
        (_of(rings[0], claimed), _of(rings[1], claimed)),
        counts[:, claimed],
        (begins, ends),
        np.sign(evidence.displacement[claimed]),
        noise[[0, 4]][:, claimed],
    )


def _of(ring: tuple[Array, F64], rows: Rows) -> tuple[Array, F64]:
    values, times = ring
    return values[:, rows], times[:, rows]


def _goes_on(seen: Scales) -> Mask:
    """Whether the motion of the longest scales still shows in the newest bins, shape (3, n).

    Days after a slope has failed and come to rest, the failure lies across the blocks of a long
    window and looks like steady motion through all of it.
    """
    newest = _LONGER.start - 1
    recent = seen.whole[newest] * np.sign(seen.whole[_LONGER]) / seen.span[newest]
    error = np.sqrt(2.0) * seen.noise[newest] / seen.span[newest]
    found: Mask = recent + 2.0 * error >= GOES_ON_SHARE * seen.speed[_LONGER]
    return found


def _telling(
    batch: Round, seen: Scales, levels: tuple[Array, Array, Array], constant: F64
) -> tuple[Evidence, Array]:
    """Pick each reading's scale: highest claim, then sure level, then stay, then most sigmas."""
    claim, sure, stay = levels
    rank = claim * 10_000.0 + sure * 1000.0 + stay * 100.0 + np.minimum(seen.sigmas, 99.0)
    best = rank.argmax(axis=0)
    pick = best, np.arange(len(batch))
    values, times = (blocks[best, :, pick[1]].T for blocks in (seen.values, seen.times))
    velocity = theil_sen(values, times)
    angle = np.degrees(np.arctan(np.abs(velocity) / constant))
    evidence = Evidence(
        claim=claim.max(axis=0).astype(np.uint8),
        sure=sure.max(axis=0).astype(np.uint8),
        stay=np.maximum(stay.max(axis=0), claim.max(axis=0)).astype(np.uint8),
        displacement=seen.whole[pick],
        sigmas=seen.sigmas[pick],
        velocity=velocity,
        velocity_low=seen.low[pick],
        angle=np.where(batch.family == _TILT, np.nan, angle),
        constant=constant,
        window_hours=24.0 * (times[3] - times[0]),
    )
    return evidence, best


def chances(interval_ms: F64) -> F64:
    """Factor on the sigmas: a series read more often has more chances to be wrong in a year.

    The largest of N draws of noise grows as the root of log N; 1 at ten minutes.

    Examples
    --------
    >>> import numpy as np
    >>> chances(np.array([1e3, 600e3, 86_400e3])).round(2).tolist()
    [1.26, 1.0, 0.74]
    """
    draws = np.maximum(YEAR_MS / interval_ms, 12.0)
    factor: F64 = np.clip(np.sqrt(np.log(draws) / np.log(YEAR_MS / 600_000.0)), 0.7, 1.3)
    return factor

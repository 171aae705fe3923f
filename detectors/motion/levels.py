"""From motion at eight scales to a level: absolute velocity, and velocity against the own past."""

import numpy as np

from detectors.motion.acceleration import Rings, accelerations
from detectors.motion.evidence import Evidence
from detectors.motion.flows import flows
from detectors.motion.one_step import steps_only
from detectors.motion.onset import onset_hours
from detectors.motion.runaway import runaway
from detectors.motion.runaway_levels import lift
from detectors.motion.speed_levels import level_of_speed
from detectors.rules import FAMILIES
from detectors.state.blocks import theil_sen
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
_SIZES = np.array([1, 2, 4, 8])[:, None]
_SLOPE_ERROR = 3.0 / np.sqrt(5.0)
"""Standard error of a slope through four equally spaced values, times span over noise."""
_TILT = FAMILIES.index("tilt")


def levels_of(
    batch: Round, rings: Rings, values: F64, times: F64, noise: F64, counts: Array
) -> Evidence:
    """Judge all scales and keep the one that supports most.

    Parameters
    ----------
    rings
        Values and times of the fine and of the coarse ring, shape (32, n) each.
    values, times
        Blocks, shape (8, 4, n).
    noise
        Standard deviation of a block at each scale, shape (8, n).
    counts
        Readings and coarse bins so far, shape (2, n).
    """
    known = np.concatenate((counts[0] >= 4 * _SIZES, counts[1] >= 4 * _SIZES))
    times = np.where(known[:, None], times, np.arange(4.0)[:, None])
    values = np.where(known[:, None], values, 0.0)
    step = values[:, 1:] - values[:, :-1]
    whole = values[:, 3] - values[:, 0]
    least = np.abs(step).min(axis=1)
    error = np.sqrt(2.0) * noise
    sigmas = np.abs(whole) / error
    steady = known & (step[:, 0] * step[:, 1] > 0) & (step[:, 1] * step[:, 2] > 0)
    steady &= least >= 0.1 * np.abs(whole)
    span = times[:, 3] - times[:, 0]
    speed = np.abs(_quick_slope(values, times))
    low = speed - 2.0 * _SLOPE_ERROR * noise / span
    tilt = batch.family == _TILT
    smallest = np.where(tilt, batch.limits["motion_least_deg"], batch.limits["motion_least_mm"])
    large = steady & (np.abs(whole) >= smallest)
    constant = np.abs(batch.table["constant"][batch.series].astype(np.float64))
    level, absolute = level_of_speed(batch, low, constant, tilt, 1.0)
    chance = chances(batch.interval_ms)
    needed = chance * batch.limits["motion_claim_sigma"]
    claims = large & (sigmas >= needed) & (least >= error)
    claims[1:4] &= flows(batch, noise[0], whole[1:4], (2, 4, 8), 4)
    needed_to_be_sure = chance * batch.limits["motion_sure_sigma"]
    certain = claims & (sigmas >= needed_to_be_sure) & (least >= 2.0 * error)
    # What the series does anyway in longer times (tides of heat, flicker) is no motion either.
    restless = np.maximum.accumulate(noise[::-1])[::-1]
    claims &= np.abs(whole) >= CLAIM_RESTLESS * restless
    certain &= np.abs(whole) >= SURE_RESTLESS * restless
    still = _goes_on(whole, span, speed, noise)
    claims[_LONGER] &= still
    certain[_LONGER] &= still
    grows = runaway(batch, *rings[1], noise, counts)
    asked = claims[:4].any(axis=0) | grows.claims[:3].any(axis=0)
    goes_on = ~steps_only(batch, noise[0], asked)
    claims[:4] &= goes_on
    certain[:4] &= goes_on
    grows.claims[:3] &= goes_on
    grows.certain[:3] &= goes_on
    half = large & (sigmas >= STAY_SIGMA_SHARE * needed)
    claim = np.where(claims, level, 0)
    # A drifting sensor leaves its own past as a slope does: only the velocity itself is sure.
    sure = np.where(certain, absolute, 0)
    stay = np.where(half, level_of_speed(batch, speed, constant, tilt, 0.5)[0], 0)
    evidence, scale = _telling(
        batch, values, times, claim, sure, stay, sigmas, low, whole, constant
    )
    found = accelerations(rings, scale, noise, counts)
    evidence.acceleration, evidence.acceleration_error = found
    lift(evidence, batch, grows, tilt)
    _date(evidence, batch, rings, noise, counts)
    return evidence


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


def _goes_on(whole: F64, span: F64, speed: F64, noise: F64) -> Mask:
    """Whether the motion of the longest scales still shows in the newest bins, shape (3, n).

    Days after a slope has failed and come to rest, the failure lies across the blocks of a long
    window and looks like steady motion through all of it.
    """
    newest = _LONGER.start - 1
    recent = whole[newest] * np.sign(whole[_LONGER]) / span[newest]
    error = np.sqrt(2.0) * noise[newest] / span[newest]
    found: Mask = recent + 2.0 * error >= GOES_ON_SHARE * speed[_LONGER]
    return found


def _telling(
    batch: Round,
    values: F64,
    times: F64,
    claim: Array,
    sure: Array,
    stay: Array,
    sigmas: F64,
    low: F64,
    whole: F64,
    constant: F64,
) -> tuple[Evidence, Array]:
    """Pick each reading's scale: highest claim, then sure level, then stay, then most sigmas."""
    rank = claim * 10_000.0 + sure * 1000.0 + stay * 100.0 + np.minimum(sigmas, 99.0)
    best = rank.argmax(axis=0)
    column = np.arange(len(batch))
    own_values, own_times = values[best, :, column].T, times[best, :, column].T
    velocity = theil_sen(own_values, own_times)
    nothing = np.full((5, len(batch)), np.nan)
    angle = np.degrees(np.arctan(np.abs(velocity) / constant))
    evidence = Evidence(
        claim=claim.max(axis=0).astype(np.uint8),
        sure=sure.max(axis=0).astype(np.uint8),
        stay=np.maximum(stay.max(axis=0), claim.max(axis=0)).astype(np.uint8),
        displacement=whole[best, column],
        sigmas=sigmas[best, column],
        velocity=velocity,
        velocity_low=low[best, column],
        acceleration=nothing[0],
        acceleration_error=nothing[1],
        angle=np.where(batch.family == _TILT, np.nan, angle),
        constant=constant,
        constant_days=nothing[2],
        onset_hours=nothing[3],
        left_hours=nothing[4],
        window_hours=24.0 * (own_times[3] - own_times[0]),
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


def _quick_slope(values: F64, times: F64) -> F64:
    """Median of the three longest slopes of four blocks, at every scale."""
    one = (values[:, 3] - values[:, 0]) / (times[:, 3] - times[:, 0])
    two = (values[:, 2] - values[:, 0]) / (times[:, 2] - times[:, 0])
    three = (values[:, 3] - values[:, 1]) / (times[:, 3] - times[:, 1])
    return np.maximum(np.minimum(one, two), np.minimum(np.maximum(one, two), three))

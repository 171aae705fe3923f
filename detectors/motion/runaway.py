"""Runaway motion: four successive steps that grow, each longer than the one before it.

Velocity over a window tells late of a motion whose velocity doubles within it. Here the newest
step speaks, once growth is beyond doubt. Five blocks of 1, 2 or 4 readings (then of as many bins of
the coarse ring) make four steps. They count as a runaway when all have one direction, each step is
longer by an eighth of the whole growth or more, the last increment is no smaller than the one
before it, and the growth stands far above the noise. Two readings in a row must show it.

What does not pass: a motion that begins at any time and then keeps its rate (a drifting sensor, a
slope that begins to creep) has its largest increment in the middle or leaves one of less than an
eighth, wherever its beginning lies within a block; so does a single jump; a motion that slows has
an increment of the other sign. A surge that later comes to rest does pass while it grows: nobody
can tell. But its velocity grows by even steps and then by smaller ones, where that of a slope about
to fail grows by ever larger ones: it *steepens*.

The time left is Fukuzono's: where 1/v falls on a straight line to zero it is v / a. Its upper bound
is told, by the acceleration's lower bound.
"""

from dataclasses import dataclass, replace

import numpy as np

from detectors.motion.flows import flows
from detectors.state.blocks import block_values
from detectors.state.columns import F64, Array, Mask
from detectors.state.tracks import Round

SIZES = (1, 2, 4)
BLOCKS = 5
SCALES = 2 * len(SIZES)
LEAST_INCREMENT = 0.125
LAST_SHARE = 0.8
"""Least size of the last increment against the one before it."""

CLAIM_GROWTH, SURE_GROWTH = 4.0, 6.0
"""Growth from the first step to the last, in standard errors."""

RESTLESS = 6.0
"""Least displacement against the noise of the same and of all longer scales."""

STEEPENS = 1.25
"""Least size of the last increment against the one before it where failure may be near."""

_FOURTH = np.sqrt(70.0)
"""Standard error of the difference of two increments, in noise of a block."""

LEAST_SHARE = 0.5
"""Share of the rules' least motion that is enough: its form tells more than its size."""

_NOISE = [0, 1, 2, 4, 5, 6]
"""Noise scale of each of the six sizes of blocks."""


@dataclass(frozen=True)
class Runaway:
    """What grows, at six scales; shape (6, n) each.

    Attributes
    ----------
    claims, certain
        Whether the motion grows, and whether that is beyond doubt: twice in a row.
    steepens
        Whether the acceleration itself grows.
    moved, sigmas
        Displacement over the four steps, and against its noise.
    speed, speed_low
        Velocity of the newest step per day, and the lower bound of its size (two standard errors).
    acceleration, error
        Per day squared, signed as the motion; and its standard error.
    window_days
        From the first block to the last.
    left_days
        Upper bound of the time left by the inverse velocity.
    """

    claims: Mask
    certain: Mask
    steepens: Mask
    moved: F64
    sigmas: F64
    speed: F64
    speed_low: F64
    acceleration: F64
    error: F64
    window_days: F64
    left_days: F64


def runaway(batch: Round, coarse: Array, coarse_times: F64, noise: F64, counts: Array) -> Runaway:
    """Look for growing motion.

    Parameters
    ----------
    coarse, coarse_times
        Coarse rings, shape (32, n), times in days before the reading.
    noise
        Standard deviation of a block at each of the eight scales, shape (8, n).
    counts
        Readings and coarse bins so far, shape (2, n).
    """
    fine = block_values(batch.values, batch.times, SIZES, BLOCKS)
    slow = block_values(coarse, coarse_times, SIZES, BLOCKS)
    values, times = (np.concatenate(pair) for pair in zip(fine, slow, strict=True))
    needed = BLOCKS * np.array(SIZES)[:, None]
    known = np.concatenate((counts[0] >= needed, counts[1] >= needed))
    times = np.where(known[:, None], times, np.arange(float(BLOCKS))[:, None])
    found = grown(np.where(known[:, None], values, 0.0), times, noise[_NOISE])
    restless = np.maximum.accumulate(noise[::-1])[::-1][_NOISE]
    claims = found.claims & known & (np.abs(found.moved) >= RESTLESS * restless)
    claims[1:3] &= flows(batch, noise[0], found.moved[1:3], SIZES[1:], BLOCKS)
    before = batch.table["grew"][batch.series]
    bits = np.uint8(1) << np.arange(SCALES, dtype=np.uint8)[:, None]
    # At the same scale or a longer one: a beginning is seen at the short scales first.
    again = before >= bits
    batch.table["grew"][batch.series] = np.where(claims, bits, np.uint8(0)).sum(axis=0)
    return replace(found, claims=claims, certain=claims & found.certain & again)


def grown(values: F64, times: F64, noise: F64) -> Runaway:
    """Judge five blocks by themselves.

    Parameters
    ----------
    values, times
        Shape (m, 5, n), times in days, increasing.
    noise
        Standard deviation of a block, shape (m, n).

    Examples
    --------
    A reading every half hour, failure 45 minutes after the newest; and a sensor that begins to
    drift between the second reading and the third:

    >>> hours = np.arange(5) / 2.0
    >>> left = np.array([[-10.0 * np.log(2.75 - hours), np.maximum(hours - 0.7, 0.0)]])
    >>> found = grown(left.transpose(0, 2, 1), hours[None, :, None] / 24.0, np.full((1, 2), 0.05))
    >>> found.certain.tolist(), (24.0 * found.left_days[0, 0]).round(1).tolist()
    ([[True, False]], 2.6)
    """
    days = np.diff(times, axis=1)
    rate = np.diff(values, axis=1) / days
    moved = values[:, -1] - values[:, 0]
    rate = rate * np.where(moved < 0.0, -1.0, 1.0)[:, None]
    increments = np.diff(rate, axis=1)
    growth = rate[:, -1] - rate[:, 0]
    growth_error = np.sqrt(2.0) * noise * np.hypot(1.0 / days[:, 0], 1.0 / days[:, -1])
    grows = (rate[:, 0] > 0.0) & (increments.min(axis=1) >= LEAST_INCREMENT * growth)
    grows &= increments[:, 2] >= LAST_SHARE * increments[:, 1]
    bend = (increments[:, 2] - STEEPENS * increments[:, 1]) * days[:, -1]
    span = 0.5 * (times[:, -1] + times[:, -2] - times[:, 1] - times[:, 0])
    slowest = np.maximum(growth - 2.0 * growth_error, 1e-9 * np.abs(rate[:, -1]) + 1e-300) / span
    sign = np.where(moved < 0.0, -1.0, 1.0)
    return Runaway(
        claims=grows & (growth >= CLAIM_GROWTH * growth_error),
        certain=grows & (growth >= SURE_GROWTH * growth_error),
        steepens=bend >= _FOURTH * noise,
        moved=moved,
        sigmas=np.abs(moved) / (np.sqrt(2.0) * noise),
        speed=sign * rate[:, -1],
        speed_low=rate[:, -1] - 2.0 * np.sqrt(2.0) * noise / days[:, -1],
        acceleration=sign * growth / span,
        error=growth_error / span,
        window_days=times[:, -1] - times[:, 0],
        left_days=rate[:, -1] / slowest,
    )

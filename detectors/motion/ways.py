"""Motion of a receiver as a line in space: from the first of four blocks to the last."""

from dataclasses import dataclass

import numpy as np

from detectors.state.blocks import SIZES, block_values, theil_sen
from detectors.state.columns import F32, F64, Mask
from detectors.state.tracks import DAY_MS, RING, Round

CHOICE_SIGMA = 0.5
"""What choosing the direction by the motion itself adds to the displacement of noise."""

ALONE_SHARE, ALONE_SIGMA = 0.2, 0.5
"""Share of the motion across an axis below which that axis moves alone; and what noise may add."""

OUT_OF_STEP = 15.0
"""Sum of squares across the way from which a motion is no line: chi-square of four, 1 in 200."""

OUT_OF_STEP_SHARE = 0.1
"""Least departure across the way, as a share of it, that matters."""

GOES_ON_SHARE = 0.2
SCALES = 2 * len(SIZES)
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
        squares = noise.transpose(2, 1, 0) ** 2
        error = np.sqrt((way**2 * squares).sum(axis=1))
        units = step / noise.transpose(2, 1, 0)[:, None]
        across = length[:, None] * np.sqrt(np.maximum(1.0 - way**2, 0.0))
        others = across - ALONE_SHARE * length[:, None]
        beside = np.sqrt(squares.sum(axis=1, keepdims=True) - squares)
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
            alone=(others < ALONE_SIGMA * beside).any(axis=1),
            shared=(others >= np.sqrt(2.0) * error[:, None]).all(axis=1),
            span=span,
            speed=speed,
            low=low,
            goes_on=goes_on,
        )


def times_of(batch: Round) -> F64:
    """Days of the positions, shape (LENGTH, n): each is that of the message before."""
    times: F64 = np.concatenate((2.0 * batch.times[:1] - batch.times[1:2], batch.times[:-1]))
    return times


def _blocks(batch: Round, track: F32) -> tuple[F64, F64]:
    """Blocks of positions, shape (8, 4, 3, n), and their times in days, shape (8, 4, n)."""
    table, rows = batch.table, batch.series
    fine = times_of(batch)
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

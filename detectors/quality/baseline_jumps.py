"""Baseline jumps of GNSS receivers: the solution moves at one instant, in all axes, and rests.

A baseline solved anew, an antenna put back, a reference station changed. A slide accelerates and
goes on. Positions before and after are held against each other in all axes at once; the sum of
squares in units of their noise (chi-square) sees jumps of a few times the scatter that no single
axis shows. Along the direction of the jump a *step* must then explain the record better than a
steady motion, or one that began lately, does; and a crack or tilt meter of the same logger must
not have moved with it. Large jumps are known by three positions after them, small ones by eight.

Then the reading is noted as `Test.JUMP`, and the jump is taken out of all that lies before it: no
window of any length takes it for motion.
"""

from dataclasses import dataclass

import numpy as np

from detectors.quality import returns, steps
from detectors.quality.limits import LEAST_JUMP
from detectors.state import receiver_bins
from detectors.state.columns import F64, Columns, Mask, Rows
from detectors.state.partners import Partners
from detectors.state.receiver import LENGTH, PARTS, Positions, contrasts, follow

AFTER = (3, 8)
BEFORE = 12
"""Positions on either side."""

CHI_SQUARE = 36.0
"""Of three degrees of freedom: white noise reaches it once in ten million."""

WANDER = 0.5
"""What the mean of any number of positions still wanders, in units of the noise of one."""

BETTER = 6.0
"""By how much of the chi-square a step must explain more than any motion."""

OWN_SIGMA = 2.0
"""Least share of an axis in a jump, in units of its own error: the others did not jump."""

MOST_MM = 200.0
"""What moves further at once has failed."""

WITNESS_SIGMA = 6.0
_MEDIAN = np.pi / 2.0
_PRESCREEN = 0.5


def _means(after: int) -> F64:
    weights = np.zeros(LENGTH)
    weights[-after:] = 1.0 / after
    weights[-after - BEFORE : -after] = -1.0 / BEFORE
    return weights


_CONTRASTS = np.stack([_means(after) for after in AFTER], axis=1)


@dataclass(frozen=True)
class Joint:
    """What receivers say of the readings of a round, shape (n,).

    Attributes
    ----------
    watched
        Axes whose receiver is known well enough to tell jumps by all axes together.
    jumped
        Readings at which a jump before them has become sure; it has been taken out.
    """

    watched: Mask
    jumped: Mask


def look(beside: Partners, interval_ms: F64) -> Joint:
    """Follow the receivers of a round; take out the jumps that have become sure."""
    watched, jumped = np.zeros((2, len(beside.series)), bool)
    now = follow(beside)
    if now is not None:
        enough = (now.count >= AFTER[0] + BEFORE) & (now.known[:, :3].sum(axis=1) >= 2)
        enough &= interval_ms[now.place] <= steps.OFTEN_MS
        watched[now.place] = enough
        time_ms = beside.time_ms[now.place].astype(np.float64)
        receiver_bins.accumulate(beside.table, now, time_ms, interval_ms[now.place])
        found, size, since = find(now)
        found &= enough
        if found.any():
            take_out(beside.table, now.select(found), size[found], since[found])
            jumped[now.place] = found
    return Joint(watched, jumped)


def find(now: Positions) -> tuple[Mask, F64, Rows]:
    """Jumps that the newest positions have made sure of.

    Returns
    -------
    tuple of arrays
        Where there is one; its size in each part, shape (n, PARTS); positions since then.
    """
    jumped = np.zeros(len(now.series), bool)
    size, since = np.zeros((len(now.series), PARTS)), np.zeros(len(now.series), np.intp)
    moved = contrasts(now.track[:, :3], _CONTRASTS) / now.noise[:, :3, None]
    moved[~now.known[:, :3]] = 0.0
    chi = (moved**2).sum(axis=1)
    for column, after in enumerate(AFTER):
        spread = 1.0 / after + 1.0 / BEFORE + WANDER**2
        maybe = ~jumped & (now.count >= after + BEFORE)
        maybe &= chi[:, column] > _PRESCREEN * CHI_SQUARE * spread
        if maybe.any():
            place = np.flatnonzero(maybe)
            sure, leap = _is_step(now.select(maybe), after)
            jumped[place[sure]] = True
            size[place], since[place[sure]] = leap, after
    return jumped, size, since


def _is_step(now: Positions, after: int) -> tuple[Mask, F64]:
    recent = now.track[:, :, -after - BEFORE :].astype(np.float64)
    before = np.median(recent[:, :, :BEFORE], axis=2)
    leap = np.median(recent[:, :, BEFORE:], axis=2) - before
    noise = np.where(now.known[:, :3], now.noise[:, :3], np.inf)
    units = leap[:, :3] / noise
    length = np.sqrt((units**2).sum(axis=1))
    spread = _MEDIAN * (1.0 / after + 1.0 / BEFORE) + WANDER**2
    found = length**2 > CHI_SQUARE * spread
    own = np.arange(len(leap)), now.axis
    found &= np.abs(units[own]) > OWN_SIGMA * np.sqrt(spread)
    found &= np.linalg.norm(leap[:, :3], axis=1) < MOST_MM
    along = units / noise / np.maximum(length, 1e-9)[:, None]
    line = ((recent[:, :3] - before[:, :3, None]) * along[:, :, None]).sum(axis=1)
    line = np.clip(line, -3.0, length[:, None] + 3.0)
    found &= _explains(line, after)
    witness = np.where(now.known[:, 3], np.abs(leap[:, 3]), 0.0)
    found &= ~(witness > WITNESS_SIGMA * np.maximum(now.noise[:, 3], 1e-9))
    return found, leap


def _explains(line: F64, after: int) -> Mask:
    """Whether a step at that place explains more than motion does, shape (n,)."""
    shapes = _shapes(after)
    explained = contrasts(line[:, None], shapes)[:, 0] ** 2
    step, beside, motion = explained[:, 0], explained[:, 1:3], explained[:, 3:]
    found: Mask = (step > motion.max(axis=1) + BETTER) & (step > beside.max(axis=1))
    return found


def _shapes(after: int) -> F64:
    """Stack a step, one on either side, and motions that begin anywhere; centred, unit length."""
    size = after + BEFORE
    at = np.arange(size, dtype=np.float64)
    shapes = [at >= BEFORE, at >= BEFORE - 1, at >= BEFORE + 1]
    shapes += [np.maximum(at - begin, 0.0) for begin in range(size - 2)]
    stack = np.stack([shape - np.mean(shape) for shape in shapes], axis=1)
    unit: F64 = stack / np.sqrt((stack**2).sum(axis=0))
    return unit


def take_out(table: Columns, now: Positions, size: F64, since: Rows) -> None:
    """Shift what lies before each jump to where it lies after it."""
    own = size[np.arange(len(now.series)), now.axis].astype(np.float32)
    after = table["value"][now.series, -2:].astype(np.float64).mean(axis=1)
    returns.note(table, now.series, own.astype(np.float64), after)
    held = (np.abs(own) > LEAST_JUMP[table["channel"][now.series]]).astype(np.intp)
    steps.take_out(table, now.series, own, since, held)
    receiver_bins.take_out(table, now.series, size[:, :3], since)
    before = np.arange(LENGTH) < LENGTH - since[:, None]
    now.track[:, :3] += np.where(before[:, None, :], size[:, :3, None], 0.0).astype(np.float32)
    table["track"][now.series] = now.track.reshape(-1, PARTS * LENGTH)

"""One axis of a receiver moves alone, the others rest: more likely a drift than a slide.

A slope slides in a direction of its own, and that has a dip: seldom does it lie within some
degrees of one axis. Instruments drift, and solutions wander, axis by axis. So motion of one axis
that the two others do not bear out supports blue only, until they do, until it is too fast for
doubt (the point's limit for orange), until it has gone too far, or until it runs away so that a
time of failure is warranted: drifts keep their rate. Sinking ground moves in height
alone: that is never held back.
"""

import numpy as np

from detectors.base import Verdict
from detectors.quality import returns
from detectors.state.columns import F64, Array, Mask
from detectors.state.noise import SCALE_SHARE
from detectors.state.receiver import AXES, FIRST_AXIS, LENGTH, PARTS
from detectors.state.tracks import RING, Round

LEAST_ACROSS = 0.2
"""Share of a slide that the two other axes see at least, together."""

LENIENT, FIRM = 0.5, -1.0
"""Errors by which the others' motion may pass that share, to be doubted and to be named."""

MOST_MM = 100.0
LATELY_INTERVALS = 3.5
_SIZES = (1, 2, 4, 8)
_ORANGE = 3
_UP = len(AXES) - 1


def hold(batch: Round, best: Verdict) -> Mask:
    """Hold back claims above blue of axes that move alone, in place.

    Returns
    -------
    Mask
        Readings whose axis drifts beyond doubt, shape (n,).
    """
    axis = batch.channel.astype(np.intp) - FIRST_AXIS
    asked = (axis >= 0) & (axis < len(AXES)) & (best.stay > 1)
    asked &= batch.table["track_count"][batch.series] >= 4 * _SIZES[-1]
    asked[asked] = _heard(batch.select(asked), axis[asked])
    drifts = np.zeros(len(batch), bool)
    if not asked.any():
        return drifts
    place = np.flatnonzero(asked)
    doubted, firm = _alone(batch.select(asked), axis[place])
    slow = best.sure[place] < _ORANGE
    slow &= ~(batch.table["joint_fails"][batch.series[place]] > batch.time_ms[place])
    back = returns.looks_back(batch.table, batch.series[place]).any(axis=1)
    named = place[firm & slow & ~back]
    drifts[named] = best.claim[named] > 1
    held = place[doubted & slow]
    for levels in (best.claim, best.sure, best.stay):
        levels[held] = np.minimum(levels[held], 1)
    return drifts


def _heard(batch: Round, axis: Array) -> Mask:
    """Whether both other axes spoke with each one's last: one that is silent bears no witness."""
    seen = [batch.partners.of(name) for name in AXES]
    newest = np.fmax.reduce([view.time_ms for view in seen])
    heard = np.ones(len(batch), bool)
    for place, view in enumerate(seen):
        lately = newest - view.time_ms <= LATELY_INTERVALS * batch.interval_ms
        heard &= (view.known & lately) | (axis == place)
    return heard


def _alone(batch: Round, axis: Array) -> tuple[Mask, Mask]:
    """Whether each axis seems to move alone, and whether it surely does, at its telling scale."""
    moved, noise = _displacements(batch)
    row = np.arange(len(axis))
    units = np.abs(moved[row, axis]) / noise[row, axis]
    scale = units.argmax(axis=1)
    moved, noise = moved[row, :, scale], noise[row, :, scale]
    own = moved[row, axis]
    others = np.arange(len(AXES)) != axis[:, None]
    across = np.sqrt(np.where(others, moved**2, 0.0).sum(axis=1))
    error = np.sqrt(2.0) * np.sqrt(np.where(others, noise**2, 0.0).sum(axis=1) / 2.0)
    sinks = (axis == _UP) & (own < 0.0)
    judged = ~sinks & (np.abs(own) < MOST_MM)
    share = LEAST_ACROSS * np.abs(own)
    return judged & (across < share + LENIENT * error), judged & (across < share + FIRM * error)


def _displacements(batch: Round) -> tuple[F64, F64]:
    """Newest block less the oldest, and a block's noise, at eight scales; shape (n, 3, 8)."""
    table, rows = batch.table, batch.series
    fine = table["track"][rows].reshape(-1, PARTS, LENGTH)[:, : len(AXES)]
    slow = table["joint_value"][rows].reshape(-1, len(AXES), RING)
    known = table["joint_count"][rows]
    moved = np.zeros((len(rows), len(AXES), 2 * len(_SIZES)))
    for scale, size in enumerate(_SIZES):
        for ring, at in ((fine, scale), (slow, scale + len(_SIZES))):
            newest = ring[:, :, -size:].mean(axis=2)
            moved[:, :, at] = newest - ring[:, :, -4 * size : ring.shape[2] - 3 * size].mean(axis=2)
        moved[known < 4 * size, :, scale + len(_SIZES)] = 0.0
    moved[:, :, :2] = 0.0
    one = table["track_noise"][rows, : len(AXES)].astype(np.float64)
    return moved, one[:, :, None] * SCALE_SHARE

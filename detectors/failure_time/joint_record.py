"""The record of a receiver along its own direction, for the time of failure.

An axis shows its share of a motion with its own noise. Along the direction in which the receiver
moves stands the whole of it; each axis counts by what it sees of that direction against its noise,
which is the least noise that three axes together can have. Positions of a message of which any axis
was held as suspect are left out.
"""

import numpy as np

from detectors.failure_time.history import History, history_of
from detectors.state.columns import F64, Field
from detectors.state.noise import PRIOR, SCALE_SHARE, floored
from detectors.state.receiver import FIRST_AXIS, LENGTH, PARTS
from detectors.state.tracks import BIN_INTERVALS, BIN_LEAST_MS, RING, Round

FIELDS = (
    # Unit vector along which the receiver is asked for its time of failure; 0 where it is not.
    Field("joint_way", "f4", 3),
    # That time, if it is warranted.
    Field("joint_fails", "f8", fill=float("nan")),
)
AXES = 3
ASKED_FROM = 2
"""Level that a motion must support, or let stay, for its time of failure to be asked."""

LEAST_SIGMAS_ALONG = 15.0
"""Displacement along the way against the noise of a position, for a time of failure.

Flicker and surges below it look like the onset of a failure within hours.
"""

PRIOR_OF_AXES = PRIOR[FIRST_AXIS : FIRST_AXIS + AXES, None] * SCALE_SHARE
"""Of each axis at each scale, shape (3, 8)."""

_BIN_SCALE = 4


def record_along(batch: Round, place: int) -> History | None:
    """Positions of one receiver along its way, and means of its older bins.

    Parameters
    ----------
    place
        Of a reading of the receiver's first axis.
    """
    table, row = batch.table, batch.series[place]
    way = table["joint_way"][row].astype(np.float64)
    noise = floored(table["joint_noise"][row].reshape(AXES, -1).astype(np.float64), PRIOR_OF_AXES)
    share, error = weights(way, noise[:, 0])
    bin_error = float(np.sqrt((share**2 * noise[:, _BIN_SCALE] ** 2).sum()))
    # The positions are those of the messages before this one.
    count = min(int(table["track_count"][row]), int(table["count"][row]) - 1, RING - 1)
    fine = table["track"][row].reshape(PARTS, LENGTH)[:AXES, LENGTH - count :].astype(np.float64)
    good = (int(table["track_good"][row]) >> np.arange(count)[::-1]) & 1 > 0
    bins = RING - min(int(table["joint_count"][row]), RING)
    slow = table["joint_value"][row].reshape(AXES, RING)[:, bins:].astype(np.float64)
    return history_of(
        table["time"][row, RING - 1 - count : RING - 1][good],
        (share[:, None] * fine).sum(axis=0)[good],
        error,
        bin_time_ms=table["joint_time"][row, bins:].astype(np.int64),
        bin_value=(share[:, None] * slow).sum(axis=0),
        bin_noise=bin_error,
        bin_ms=max(float(batch.interval_ms[place]) * BIN_INTERVALS, BIN_LEAST_MS),
    )


def weights(way: F64, noise: F64) -> tuple[F64, float]:
    """Weights of the axes that give the displacement along a way with least noise, and that noise.

    Parameters
    ----------
    way
        Unit vector, shape (3,).
    noise
        Standard deviation of each axis, shape (3,).

    Examples
    --------
    >>> import numpy as np
    >>> share, error = weights(np.array([0.6, 0.0, -0.8]), np.array([3.0, 3.0, 4.0]))
    >>> share.round(3).tolist(), round(error, 3)
    ([0.833, 0.0, -0.625], 3.536)
    """
    seen = way / noise**2
    known = float((way * seen).sum())
    return seen / known, known**-0.5

"""A GNSS receiver as what it is: one position with three axes.

Each axis keeps the recent positions of its receiver, as they were before its own newest reading
(`detectors.state.partners`): all axes keep the same, and each comes to the same conclusions by
itself. Beside the position stands one witness of the same logger, a crack or tilt meter, if there
is one. Values are the readings as they came, relative to each axis' first; what lies absurdly far
from the last good value is drawn near, so that one wild value cannot fill a sum.
"""

from dataclasses import dataclass

import numpy as np

from detectors.state.columns import F32, F64, Array, Columns, Field, Mask, Rows
from detectors.state.noise import PRIOR, floored, learn
from detectors.state.partners import Partners, look
from detectors.state.tracks import RING, Round
from domain.channels import CHANNEL_NAMES

LENGTH = 32
"""Messages that are kept."""

AXES = ("gnss_e", "gnss_n", "gnss_u")
PARTS = len(AXES) + 1
"""East, north, up, witness."""

FIELDS = (
    Field("track", "f4", PARTS * LENGTH),
    Field("track_count", "i4"),
    Field("track_origin", "f8", PARTS, fill=float("nan")),
    Field("track_noise", "f4", PARTS),
    # A bit for each of the last `LENGTH` positions, newest lowest: whether every axis was good.
    Field("track_good", "u4"),
    # Means over bins of time (`detectors.state.receiver_bins`).
    Field("joint_sum", "f8", len(AXES)),
    Field("joint_in_bin", "i4"),
    Field("joint_value", "f4", len(AXES) * RING),
    Field("joint_time", "f8", RING),
    Field("joint_count", "i4"),
    Field("joint_closed", "u1"),
)

FIRST_AXIS = CHANNEL_NAMES.index(AXES[0])
_WITNESSES = ("crack", "tilt_x")
HELD_MM = 1e-3
"""Least difference between a position as it came and as kinematics used it."""

_FAR = 500.0
"""In the channel's unit, from the last good value."""

_PRIOR = np.array([PRIOR[CHANNEL_NAMES.index(name)] for name in AXES])


@dataclass(frozen=True)
class Positions:
    """Recent positions of the receivers of n readings, before these readings.

    Attributes
    ----------
    place
        Position of each in its round.
    series
        Their rows.
    axis
        0 east, 1 north, 2 up.
    track
        Shape (n, PARTS, LENGTH), newest last.
    count
        Messages so far.
    noise
        Standard deviation of one value of each part, shape (n, PARTS).
    known
        Parts that the receiver has, shape (n, PARTS).
    clean
        Newest position as kinematics used it, shape (n, 3).
    """

    place: Rows
    series: Rows
    axis: Rows
    track: F32
    count: Rows
    noise: F64
    known: Mask
    clean: F64

    def select(self, mask: Mask) -> "Positions":
        """Keep those of a mask."""
        names = ("place", "series", "axis", "track", "count", "noise", "known", "clean")
        return Positions(*(getattr(self, name)[mask] for name in names))


def follow(beside: Partners) -> Positions | None:
    """Append what each receiver had before these readings; nothing if there are no receivers.

    Parameters
    ----------
    beside
        Of the readings of a round.
    """
    table = beside.table
    axis = table["channel"][beside.series].astype(np.intp) - FIRST_AXIS
    mine = (axis >= 0) & (axis < len(AXES))
    if not mine.any():
        return None
    place = np.flatnonzero(mine)
    own, series = beside.select(mine), beside.series[mine]
    value, clean, known, good = _newest(table, own)
    count = table["track_count"][series]
    track = table["track"][series].reshape(len(series), PARTS, LENGTH)
    last = np.where(count[:, None] > 0, track[:, :, -1], np.float32(0.0))
    track[:, :, :-1] = track[:, :, 1:].copy()
    track[:, :, -1] = np.where(np.isnan(value), last, value)
    begun = known.any(axis=1)
    table["track"][series[begun]] = track[begun].reshape(-1, PARTS * LENGTH)
    count = count + begun
    table["track_count"][series] = count
    bits = (table["track_good"][series] << np.uint32(1)) | good
    table["track_good"][series] = np.where(begun, bits, table["track_good"][series])
    noise = _noise(table, own, track, count)
    clean = np.where(np.isnan(clean), last[:, :3], clean)
    return Positions(place, series, axis[mine], track, count, noise, known, clean)


def receivers(beside: Partners) -> Rows:
    """Rows of each reading's receiver and its witness, shape (n, PARTS); 0 for none."""
    table, series = beside.table, beside.series
    rows = np.stack([beside.rows(name) for name in (*AXES, *_WITNESSES)], axis=1)
    instrument = table["instrument"]
    rows[:, :3][instrument[rows[:, :3]] != instrument[series][:, None]] = 0
    rows[:, 3] = np.where(rows[:, 3] > 0, rows[:, 3], rows[:, 4])
    return rows[:, :PARTS]


def complete(batch: Round) -> Mask:
    """Axes of receivers that have all three, shape (n,)."""
    axis: Mask = (batch.channel >= FIRST_AXIS) & (batch.channel < FIRST_AXIS + len(AXES))
    if axis.any():
        for name in AXES:
            axis &= batch.partners.rows(name) > 0
    return axis


def _newest(table: Columns, own: Partners) -> tuple[F32, F64, Mask, Mask]:
    """Values of the message before, relative to the first, clean ones, known parts, good ones."""
    rows = receivers(own)
    seen = look(table, rows, own.time_ms[:, None], own.told_ms[:, None])
    origin = table["track_origin"][own.series]
    origin = np.where(np.isnan(origin), seen.clean, origin)
    table["track_origin"][own.series] = origin
    near = np.clip(seen.raw, seen.clean - _FAR, seen.clean + _FAR)
    value: F32 = (near - origin).astype(np.float32)
    # What was held as suspect stands there with the last good value in its place.
    held = np.abs(seen.raw - seen.clean)[:, :3] > HELD_MM
    good: Mask = np.all(seen.known[:, :3] & ~held, axis=1)
    return value, (seen.clean - origin)[:, :3], ~np.isnan(origin) & (rows > 0), good


# Middle of the three newest against the mean of its neighbours.
_DEPARTURE = np.zeros((LENGTH, 1))
_DEPARTURE[-3:, 0] = (-0.5, 1.0, -0.5)


def contrasts(track: Array, weights: F64) -> F64:
    """Weighted sums over each part's values, shape (n, parts, columns of ``weights``).

    Added one after another: a matrix product may differ in its last bit with the size of a batch.
    """
    values = np.ascontiguousarray(track.reshape(-1, track.shape[-1]).T).astype(np.float64)
    found = np.zeros((weights.shape[1], values.shape[1]))
    for column in range(weights.shape[1]):
        for place in np.flatnonzero(weights[:, column]).tolist():
            found[column] += weights[place, column] * values[place]
    return found.T.reshape(*track.shape[:2], -1)


def _noise(table: Columns, own: Partners, track: F32, count: Rows) -> F64:
    """Learn each part's noise, as `detectors.state.noise` does for series."""
    noise = table["track_noise"][own.series].astype(np.float64)
    prior = np.zeros(noise.shape)
    prior[:, :3] = _PRIOR
    distance = np.abs(contrasts(track, _DEPARTURE)[:, :, 0])
    noise[:, :3] = np.where(noise[:, :3] > 0.0, noise[:, :3], _PRIOR)
    ready = (count >= 3)[:, None]
    updates = (count - 3.0)[:, None].astype(np.float64)
    learned = np.where(ready, learn(noise, distance, updates, prior), noise)
    table["track_noise"][own.series] = learned
    return floored(learned, prior)

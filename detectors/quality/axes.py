"""Exchanged axes of a tilt meter: x tells what y should, and y what x should.

A sensor turned in its mount, or two wires or registers exchanged at a service or an update. Either
axis leaves its own level at once for the one that the other had, and later comes back. An axis sees
the other as it was before the message (`detectors.state.partners`), so its first exchanged reading
is SUSPECT and its last good value stands for it. From the next on, both must have done it: then the
other's reading of the message before is this axis' own value, a reading late, and the motion goes
on. An axis that moves away from the other's level is not exchanged, and nothing hides it.

A sensor that stays so was mounted anew: after a day its readings count as they come.
"""

import numpy as np

from detectors.state.columns import F64, I64, U8, Columns, Field, Mask, Rows
from detectors.state.partners import Partners, View
from domain.channels import CHANNEL_NAMES

FIELDS = (Field("exchanged", "i8"),)
"""When it began; 0 while the axes are as they should be."""

_X, _Y = CHANNEL_NAMES.index("tilt_x"), CHANNEL_NAMES.index("tilt_y")
SIGMA = 8.0
LEAST_DEG = 0.02
APART = 4.0
"""Least distance of the two levels, against how closely they must be met."""

LONGEST_MS = 24 * 3_600_000


def untangle(beside: Partners, channel: U8, value: F64, noise: F64) -> tuple[Mask, Mask, F64]:
    """Find exchanged readings and what their axes measured.

    Parameters
    ----------
    value
        Readings as they came, shape (n,).
    noise
        Standard deviation of a single reading.

    Returns
    -------
    tuple of arrays
        Exchanged readings; those of them for which it is sure; the values with those of exchanged
        axes put back, or the last good one where it is not sure.
    """
    mask = np.zeros(len(value), bool)
    tilts = np.flatnonzero((channel == _X) | (channel == _Y))
    if not tilts.size:
        return mask, mask, value
    mask[tilts] = True
    part, own = beside.select(mask), value[tilts]
    other = _other(part, channel[tilts])
    table, rows = beside.table, part.series
    last = table["value"][rows, -1].astype(np.float64) + table["origin"][rows]
    near = np.maximum(SIGMA * noise[tilts], LEAST_DEG)
    with np.errstate(invalid="ignore"):
        apart = np.abs(last - other.clean) > APART * near
        gone = (np.abs(own - other.clean) <= near) & apart & (table["count"][rows] > 8)
        both = np.abs(other.raw - last) <= near
    began = table["exchanged"][rows]
    exchanged = gone & np.where(began > 0, both, True)
    exchanged &= (began == 0) | (part.time_ms - began <= LONGEST_MS)
    _note(table, rows, part.time_ms, gone, began)
    mended = value.copy()
    mended[tilts[exchanged]] = np.where(both, other.raw, last)[exchanged]
    sure = np.zeros(len(value), bool)
    mask[tilts], sure[tilts] = exchanged, exchanged & both
    return mask, sure, mended


def _other(part: Partners, channel: U8) -> View:
    """See the other axis of each reading's tilt meter."""
    x, y = part.of("tilt_x"), part.of("tilt_y")
    is_x = channel == _X
    return View(
        *(np.where(is_x, getattr(y, n), getattr(x, n)) for n in ("time_ms", "raw", "clean"))
    )


def _note(table: Columns, rows: Rows, time_ms: I64, gone: Mask, began: I64) -> None:
    table["exchanged"][rows] = np.where(gone, np.where(began > 0, began, time_ms), 0)

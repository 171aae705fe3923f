"""Which readings of a batch may move their point, and those in turns.

Most points rest: none of their series supports anything. Their readings pass through in one sweep.
Those of *active* points go in turns, the k-th reading of each point together, so that each point
sees its readings one after another.
"""

from dataclasses import dataclass

import numpy as np

from detectors.screened import Screened
from detectors.series import SeriesBook
from detectors.state.columns import F64, I64, Mask, Rows


@dataclass(frozen=True)
class Batch:
    """Readings in order of arrival, shape (n,), with what screening made of them."""

    series: Rows
    points: Rows
    time_ms: I64
    value: F64
    heard_ms: I64
    result: Screened
    together: Mask
    followed: F64


def speaking(batch: Batch, rows: Rows) -> Rows:
    """Pick out readings that support a level, of those in ascending ``rows``."""
    return rows[batch.result.live[rows] & (batch.result.stay[rows] > 0)]


def part(book: SeriesBook, batch: Batch, rows: Rows) -> tuple[Rows, Rows, Rows]:
    """Part readings into those of points at rest before, those that go in turns, and those after.

    A point is active if it was, or from the first reading that supports a level; and up to the
    reading with which it, or the last of its instruments, ends a silence.

    Parameters
    ----------
    rows
        Readings that are used, ascending.
    """
    table, points = book.points, batch.points[rows]
    wakes = np.full(table.size, len(batch.points))
    speaks = speaking(batch, rows)
    np.minimum.at(wakes, batch.points[speaks], speaks)
    active = (table["active"][points] > 0) | (rows >= wakes[points])
    returned = _returns(book, batch, rows)
    if returned is None:
        return rows[~active], rows[active], rows[:0]
    upto = returned[points]
    active |= (rows <= upto) | ((upto >= 0) & (wakes[points] < len(batch.points)))
    after = ~active & (upto >= 0)
    return rows[~active & ~after], rows[active], rows[after]


def _returns(book: SeriesBook, batch: Batch, rows: Rows) -> Rows | None:
    """Last reading with which each point ends a silence, -1 for none; ``None`` if no point does."""
    live = rows[batch.result.live[rows]]
    silent = live[book.points["silent"][batch.points[live]] > 0]
    mute = live[book.fused["mute"][batch.series[live]] > 0]
    if not len(silent) + len(mute):
        return None
    last = np.full(book.points.size, -1)
    for ends, whose in ((silent, batch.points), (mute, batch.series)):
        first = ends[np.unique(whose[ends], return_index=True)[1]]
        np.maximum.at(last, batch.points[first], first)
    return last


def turns_of(points: Rows, rows: Rows) -> list[Rows]:
    """Split rows so that each part holds each point at most once, in order.

    Examples
    --------
    >>> turns = turns_of(np.array([7, 8, 7, 7]), np.array([0, 1, 2, 3]))
    >>> [rows.tolist() for rows in turns]
    [[0, 1], [2], [3]]
    """
    if not len(rows):
        return []
    order = np.argsort(points[rows], kind="stable")
    ordered = points[rows][order]
    first: Mask = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    starts = np.flatnonzero(first)
    sizes = np.diff(np.append(starts, len(rows)))
    return [rows[order[starts[sizes > turn] + turn]] for turn in range(int(sizes.max()))]

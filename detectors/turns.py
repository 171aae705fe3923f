"""Readings in turns: each point's one after another, those of all points side by side."""

import numpy as np

from detectors.columns import Mask, Rows


def turns_of(points: Rows, rows: Rows) -> list[Rows]:
    """Split rows so that each part holds each point at most once, in order."""
    if not len(rows):
        return []
    order = np.argsort(points[rows], kind="stable")
    ordered = points[rows][order]
    first: Mask = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    starts = np.flatnonzero(first)
    sizes = np.diff(np.append(starts, len(rows)))
    return [rows[order[starts[sizes > turn] + turn]] for turn in range(int(sizes.max()))]

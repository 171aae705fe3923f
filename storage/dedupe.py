"""Which rows of a batch come twice, and which come late. Pure functions on arrays."""

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.bool_]


def first_of_each(ids: npt.NDArray[np.integer[Any]], event_ms: npt.NDArray[np.int64]) -> Rows:
    """Mark the first row of each (id, event time).

    Examples
    --------
    >>> first_of_each(np.array([7, 7, 8, 7]), np.array([5, 6, 5, 5])).tolist()
    [True, True, True, False]
    """
    order = np.lexsort((event_ms, ids))
    repeats = (np.diff(ids[order]) == 0) & (np.diff(event_ms[order]) == 0)
    first = np.ones(len(ids), np.bool_)
    first[order[1:]] = ~repeats
    return first


def late_rows(
    ids: npt.NDArray[np.integer[Any]],
    event_ms: npt.NDArray[np.int64],
    latest_ms: npt.NDArray[np.int64],
) -> Rows:
    """Mark the rows that are older than a row of the same id which arrived before.

    Parameters
    ----------
    ids, event_ms
        Rows in the order of their arrival, shape (n,).
    latest_ms
        For each row, the newest event time of its id before this batch.

    Examples
    --------
    >>> late_rows(np.array([7, 7, 7, 8]), np.array([5, 9, 6, 1]), np.array([0, 0, 0, 3])).tolist()
    [False, False, True, True]
    """
    order = np.argsort(ids, kind="stable")
    # Ranks instead of times, each id above the one before: one running maximum serves all ids.
    ranks = np.unique(event_ms, return_inverse=True)[1][order]
    group = np.concatenate(([0], np.cumsum(np.diff(ids[order]) != 0))) if len(ids) else ranks
    keys = group * len(ids) + ranks
    late = np.zeros(len(ids), np.bool_)
    late[order] = keys < np.maximum.accumulate(keys)
    return late | (event_ms < latest_ms)

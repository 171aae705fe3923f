"""Several columns of text as one key a row."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from domain.frames import Names


def distinct_keys(
    columns: Sequence[Names],
) -> tuple[list[tuple[str, ...]], npt.NDArray[np.intp]]:
    """Find the distinct combinations of texts, in an order of their own.

    Returns
    -------
    keys
        A tuple of texts for each combination that occurs.
    rows
        For each row the position of its key, shape (n,).

    Examples
    --------
    >>> keys, rows = distinct_keys([Names.of("aab"), Names.of("xyx")])
    >>> [keys[row] for row in rows]
    [('a', 'x'), ('a', 'y'), ('b', 'x')]
    """
    shape = tuple(max(len(column.names), 1) for column in columns)
    joint = np.ravel_multi_index(tuple(column.codes for column in columns), shape)
    distinct, rows = np.unique(joint, return_inverse=True)
    codes = np.unravel_index(distinct, shape)
    texts = (
        [column.names[code] for code in part.tolist()]
        for column, part in zip(columns, codes, strict=True)
    )
    return list(zip(*texts, strict=True)), rows

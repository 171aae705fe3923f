"""An anomaly has a beginning and an end: spells of high scores, each told once.

A spell begins where the score rises to `BEGINS` (p = 1e-3), and ends with the last reading of at
least `GOES_ON` (1e-2) after which `QUIET` readings stay below: two limits and a time of rest, so
that what flickers about one limit is one thing that happens. That time is the one within which
nothing is its own precedent (`detectors.score.seen`).
"""

from typing import NamedTuple

import numpy as np

from detectors.score.seen import SPELL
from detectors.state.columns import F64

BEGINS, GOES_ON = 0.5, 0.25
QUIET = SPELL


class Spell(NamedTuple):
    """First and last reading of a spell, as rows, and its highest score."""

    first: int
    last: int
    score: float


def spells_of(scores: F64) -> list[Spell]:
    """Spells of one series' scores, in order; NaN counts as 0.

    Parameters
    ----------
    scores
        Shape (n,), in order of time.

    Examples
    --------
    >>> scores = np.zeros(200)
    >>> scores[[20, 24, 30]] = 0.6, 0.9, 0.3
    >>> scores[120] = 0.4
    >>> scores[150] = 0.5
    >>> for spell in spells_of(scores):
    ...     print(*spell)
    20 30 0.9
    150 150 0.5
    """
    told = np.nan_to_num(scores, nan=0.0)
    high = np.flatnonzero(told >= GOES_ON)
    parts = np.split(high, np.flatnonzero(np.diff(high) > QUIET) + 1)
    found = []
    for part in parts:
        begun = part[np.argmax(told[part] >= BEGINS) :] if len(part) else part
        if len(begun) and told[begun[0]] >= BEGINS:
            found.append(Spell(int(begun[0]), int(begun[-1]), float(told[begun].max())))
    return found

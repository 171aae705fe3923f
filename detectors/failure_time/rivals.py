"""Motions that do not fail, as rivals of tertiary creep.

A forecast is warranted only if tertiary creep explains the record clearly better than each of
these. A wet-season or drawdown step first accelerates like a failure: as long as a step that comes
to rest explains the record as well, nobody can tell, and nobody should say.
"""

import numpy as np

from detectors.failure_time.curves import RIVALS_FROM_START, averaged, misfit, nodes, onsets
from detectors.failure_time.history import History
from detectors.state.columns import F64

STEP_LASTS = np.array([0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.3, 2.6, 3.0, 4.0, 6.0, 20.0])
"""Duration of a step against the time since its onset; above 1 it still moves."""

GROWTH = np.array([1.0, 2.0, 3.0, 5.0])
"""Exponents of exponential growth since the onset."""


def misfits(history: History) -> dict[str, float]:
    """Least misfit of each rival, in variances.

    Examples
    --------
    >>> import numpy as np
    >>> from detectors.failure_time.history import history_of
    >>> made = history_of(np.arange(30) * 3_600_000, np.sqrt(np.arange(30.0)), 0.01)
    >>> found = misfits(made)
    >>> min(found, key=found.get)
    'slowing'
    """
    since = np.maximum(nodes(history) - onsets(history, RIVALS_FROM_START)[:, None], 0.0)
    share = since / since[:, -1:]
    done = np.minimum(share / STEP_LASTS[:, None, None], 1.0)
    curves: dict[str, F64] = {
        "constant": share,
        "slowing": np.sqrt(share),
        "exponential": np.expm1(GROWTH[:, None, None] * share),
        "step": 0.5 - 0.5 * np.cos(np.pi * done),
    }
    left = {name: misfit(history, averaged(history, curve)) for name, curve in curves.items()}
    return {name: float(misfits.min()) for name, misfits in left.items()}

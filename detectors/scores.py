"""Anomaly scores from p-values, so that a score means the same on every channel."""

import numpy as np
from scipy.special import stdtr

from detectors.columns import F64

FREEDOM = 5.0
"""Student's t with five degrees of freedom: instruments have heavier tails than a normal law."""


def score_of_sigmas(sigmas: F64) -> F64:
    """Score of a departure, in standard deviations.

    Returns
    -------
    array
        ``(-log10(p) - 1) / 4`` within [0, 1], p two-sided.

    Examples
    --------
    >>> import numpy as np
    >>> score_of_sigmas(np.array([0.0, 2.0, 7.0, 50.0])).round(2).tolist()
    [0.0, 0.0, 0.51, 1.0]
    """
    away = np.abs(sigmas)
    score: F64 = np.zeros(len(away))
    odd = away > 2.0
    if odd.any():
        p_value = 2.0 * stdtr(FREEDOM, -away[odd])
        surprise = -np.log10(np.maximum(p_value, 1e-12))
        score[odd] = np.clip((surprise - 1.0) / 4.0, 0.0, 1.0)
    return score

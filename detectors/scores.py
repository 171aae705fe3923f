"""One scale of anomaly scores, and how p-values become one.

A score is ``(-log10(p) - 1) / 4`` within [0, 1]: 0 for p of 0.1 or more, 0.25 at a hundredth, 0.5
at a thousandth, 1 at 1e-5 or less. So a score means the same on every channel.
"""

import numpy as np
from scipy.special import stdtr

from detectors.state.columns import F64

FREEDOM = 5.0
"""Student's t with five degrees of freedom: instruments have heavier tails than a normal law."""


def score_of_p_value(p_value: F64) -> F64:
    """Score of a p-value; NaN stays NaN.

    Examples
    --------
    >>> score_of_p_value(np.array([0.5, 0.1, 1e-2, 1e-3, 1e-5, 1e-9])).tolist()
    [0.0, 0.0, 0.25, 0.5, 1.0, 1.0]
    """
    surprise = -np.log10(np.maximum(p_value, 1e-12))
    score: F64 = np.clip((surprise - 1.0) / 4.0, 0.0, 1.0)
    return score


def p_value_of_score(score: F64) -> F64:
    """P-value that a score stands for; one half for score 0, which says 0.1 or more; NaN stays NaN.

    Examples
    --------
    >>> p_value_of_score(np.array([0.0, 0.25, 0.5, 1.0])).round(9).tolist()
    [0.5, 0.01, 0.001, 1e-05]
    """
    p_value: F64 = np.where(score == 0.0, 0.5, 10.0 ** -(1.0 + 4.0 * score))
    return p_value


def score_of_sigmas(sigmas: F64) -> F64:
    """Score of a departure in standard deviations of a law with Student's tails, two-sided.

    Examples
    --------
    >>> score_of_sigmas(np.array([0.0, 2.0, 7.0, 50.0])).round(2).tolist()
    [0.0, 0.0, 0.51, 1.0]
    """
    away = np.abs(sigmas)
    score: F64 = np.zeros(len(away))
    odd = away > 2.0
    if odd.any():
        score[odd] = score_of_p_value(2.0 * stdtr(FREEDOM, -away[odd]))
    return score


def combined_p_value(p_values: F64) -> F64:
    """One p-value for many, however they depend on each other (Cauchy combination).

    A few very small ones decide, as with Bonferroni, but many that agree count for more. The
    statistic is the mean of ``tan((0.5 - p) pi)``; its tail is that of a Cauchy law whatever the
    correlation (Liu and Xie 2020, J. Am. Stat. Assoc. 115). Close to the harmonic mean p-value
    (Wilson 2019), in closed form. Fisher's and Brown's rules need independence, or its measure.

    Parameters
    ----------
    p_values
        Shape (k, …); NaN where one is not known. Values above one half count as one half, so that
        nothing can speak against an anomaly.

    Returns
    -------
    array
        Shape (…); NaN where none is known.

    Examples
    --------
    >>> combined_p_value(np.array([[1e-5, 0.02], [0.5, 0.02], [np.nan, 0.02]])).round(6).tolist()
    [2e-05, 0.02]
    """
    known = ~np.isnan(p_values)
    bounded = np.clip(np.where(known, p_values, 0.5), 1e-15, 0.5)
    count = known.sum(axis=0)
    mean = (1.0 / np.tan(np.pi * bounded)).sum(axis=0) / np.maximum(count, 1)
    combined: F64 = np.where(count > 0, np.arctan2(1.0, mean) / np.pi, np.nan)
    return combined


def point_score(scores: F64) -> F64:
    """Score of a point from its channels' scores: that of their combined p-value.

    So it stands for the same rarity whether a point has one channel or twenty; the largest score
    would be high the more often the more channels there are. One channel of k that stands at the
    scale's end, 1e-5, is worth k times 1e-5.

    Parameters
    ----------
    scores
        Shape (k, …), a row for each channel; NaN where a channel has none.

    Returns
    -------
    array
        Shape (…); 0 where no channel has one.

    Examples
    --------
    One odd channel of five, and five that are a little odd:

    >>> point_score(np.array([[0.75, 0.4]] + 4 * [[0.0, 0.4]])).round(2).tolist()
    [0.58, 0.4]
    """
    p_values = p_value_of_score(np.asarray(scores, np.float64))
    return np.nan_to_num(score_of_p_value(combined_p_value(p_values)), nan=0.0)

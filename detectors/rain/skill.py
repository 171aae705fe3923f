"""How well rain thresholds tell storms that did something from those that did not, unseen."""

from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from detectors.rain.fit import Scores
from detectors.state.columns import F64, Array, Mask

FOLDS = 5


def cross_validated(
    groups: Array, predict: Callable[[Mask], F64], *, folds: int = FOLDS, seed: int = 1
) -> F64:
    """Predict each storm by a fit to others.

    Parameters
    ----------
    groups
        Storms of equal value fall into one fold, shape (n,).
    predict
        Takes the storms to fit to; gives a number for each storm and duration, shape (n, k).

    Returns
    -------
    array
        Numbers of the storms that were not fitted to, shape (n, k); NaN where no fit was possible.

    Raises
    ------
    ValueError
        If there are fewer groups than folds.

    Examples
    --------
    >>> means = lambda train: np.full((4, 1), np.arange(4.0)[train].mean())
    >>> cross_validated(np.array([1, 1, 2, 2]), means, folds=2).ravel().tolist()
    [2.5, 2.5, 0.5, 0.5]
    """
    names, group = np.unique(groups, return_inverse=True)
    if folds < 2 or len(names) < folds:
        msg = f"{folds} folds want as many groups (two at least); found {len(names)}"
        raise ValueError(msg)
    fold = np.random.default_rng([seed, 11]).permutation(len(names)) % folds
    given = [predict(fold[group] != number) for number in range(folds)]
    found: F64 = np.stack(given)[fold[group], np.arange(len(group))]
    return found


def area_under_roc(score: F64, response: Mask) -> float:
    """Chance that a storm with a response scores higher than one without; ties count half.

    Examples
    --------
    >>> area_under_roc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    known = np.isfinite(score)
    rank, hit = rankdata(score[known]), response[known]
    hits, others = int(hit.sum()), int((~hit).sum())
    if not hits or not others:
        return float("nan")
    return float((rank[hit].sum() - hits * (hits + 1) / 2.0) / (hits * others))


def skill(exceeded: Mask, score: F64, response: Mask) -> dict[str, float | None]:
    """Scores of one duration: threat score, true skill statistic, shares, area under the ROC.

    The area is ``None`` where all storms had a response, or none.
    """
    known = np.isfinite(score)
    counts = Scores.of(exceeded[known], response[known])
    area = area_under_roc(score, response)
    return {
        "threat_score": round(counts.threat, 3),
        "true_skill": round(counts.true_skill, 3),
        "detected": round(counts.detected, 3),
        "false_alarm_share": round(counts.false_share, 3),
        "area_under_roc": None if np.isnan(area) else round(area, 3),
        "storms": int(known.sum()),
        "responses": int(response[known].sum()),
    }

"""Peers for `bench_skab`: what else one would try. Needs the extra ``peers``.

Each gets the first 400 rows to learn from, and its threshold from them alone: the usual 99th
percentile of its own training scores, and scikit-learn's `contamination` as SKAB's notebook has it.
"""

import numpy as np
from river import anomaly, compose, preprocessing
from scipy.ndimage import uniform_filter1d
from scipy.special import ndtr
from sklearn.ensemble import IsolationForest

from benchmarks.public_data import F64, I64, Mask
from detectors.scores import combined_p_value

TRAINING = 400
WINDOW = 64


def rolling_z(times_ms: I64, values: F64) -> Mask:
    """Departure from the mean of the 64 rows before, in their standard deviations; SciPy only."""
    before = np.concatenate((np.repeat(values[:1], 1, axis=0), values[:-1]))
    mean = uniform_filter1d(before, WINDOW, axis=0, origin=WINDOW // 2 - 1, mode="nearest")
    square = uniform_filter1d(before**2, WINDOW, axis=0, origin=WINDOW // 2 - 1, mode="nearest")
    spread = np.sqrt(np.maximum(square - mean**2, 1e-12))
    p_values = 2.0 * ndtr(-np.abs(values - mean) / spread)
    said: Mask = combined_p_value(p_values.T) <= 1e-2
    return said


def hotelling(times_ms: I64, values: F64) -> Mask:
    """Hotelling's T-squared of the training rows."""
    mean = values[:TRAINING].mean(axis=0)
    inverse = np.linalg.pinv(np.cov(values[:TRAINING].T))
    away = values - mean
    distance = np.einsum("ij,jk,ik->i", away, inverse, away)
    said: Mask = distance > np.quantile(distance[:TRAINING], 0.99)
    return said


def isolation_forest(times_ms: I64, values: F64) -> Mask:
    """Isolation forest with the settings of SKAB's notebook."""
    forest = IsolationForest(random_state=0, contamination=0.0005).fit(values[:TRAINING])
    return _median_of_three(forest.predict(values) < 0)


def half_space_trees(times_ms: I64, values: F64) -> Mask:
    """Half-space trees, learning on as a stream does."""
    model = compose.Pipeline(
        preprocessing.MinMaxScaler(), anomaly.HalfSpaceTrees(n_trees=25, seed=1)
    )
    scores = np.zeros(len(values))
    for place, row in enumerate(values.tolist()):
        named = dict(enumerate(row))
        scores[place] = model.score_one(named)
        model.learn_one(named)
    # The trees say nothing before their first window of 250 is full.
    return scores > np.quantile(scores[250:TRAINING], 0.99)


def _median_of_three(said: Mask) -> Mask:
    padded = np.concatenate(([False, False], said)).astype(int)
    found: Mask = padded[2:] + padded[1:-1] + padded[:-2] >= 2
    return found


PEERS = {
    "rolling z, 64 rows": rolling_z,
    "Hotelling T2": hotelling,
    "IsolationForest": isolation_forest,
    "HalfSpaceTrees": half_space_trees,
}

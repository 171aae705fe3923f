"""The score of the Numenta Anomaly Benchmark for detections in labelled windows.

Lavin and Ahmad 2015 (arXiv 1510.03336), profile "standard": the best detection in each window
earns up to one, the earlier the more; a window without one costs one; a detection outside costs
up to 0.11, less just after a window. The first 15 % of a file, 750 rows at most, are not judged.
100 is perfect, 0 is silence. A method has one threshold for all files, the one that is best for
it: this is the benchmark's rule for every entry.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from benchmarks.public_data import F64, Mask

FALSE_COST = 0.11
PROBATION, PROBATION_ROWS = 0.15, 5_000

Windows = list[tuple[int, int]]
"""First and last row of each labelled window of a file."""


@dataclass(frozen=True)
class Found:
    """Result of one method at one threshold.

    Attributes
    ----------
    score
        Of the benchmark: 100 perfect, 0 silence.
    windows_found
        Windows with a detection.
    false_runs
        Runs of detections outside all windows: what an operator would call one false alarm.
    """

    threshold: float
    score: float
    windows_found: int
    false_runs: int


def weights(rows: int, windows: Windows) -> tuple[F64, F64, Mask]:
    """Worth of a detection at each row, number of its window (-1 outside), and what is judged."""
    place = np.arange(rows)
    worth, window = np.full(rows, -FALSE_COST), np.full(rows, -1.0)
    for number, (first, last) in enumerate(windows):
        width = last - first + 1
        after = (place > last) & (window < 0)
        away = (place - last) / max(width - 1, 1)
        worth = np.where(after, FALSE_COST * np.where(away > 3.0, -1.0, _sigmoid(away)), worth)
        inside = (place >= first) & (place <= last)
        worth = np.where(inside, _sigmoid((place - last - 1) / width) / _sigmoid(-1.0), worth)
        window = np.where(inside, number, window)
    judged: Mask = place >= min(int(PROBATION * rows), PROBATION * PROBATION_ROWS)
    return worth, window, judged


def best(files: list[tuple[F64, Windows]], total: int) -> Found:
    """Judge a method's scores at the threshold that is best for it.

    Parameters
    ----------
    files
        Anomaly scores, shape (rows,), and labelled windows of each file.
    total
        Windows of all files.
    """
    parts = [_judged(scores, windows, number) for number, (scores, windows) in enumerate(files)]
    scores, worth, window = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(-scores, kind="stable")
    gain = np.where(window < 0, worth, 0.0)[order]
    have: dict[float, float] = {}
    for place in np.flatnonzero(window[order] >= 0).tolist():
        key, new = float(window[order[place]]), float(worth[order[place]])
        old = have.get(key, -1.0)
        gain[place] = max(new - old, 0.0)
        have[key] = max(new, old)
    ends = np.flatnonzero(np.diff(scores[order], append=-np.inf) != 0)
    sums = np.cumsum(gain)[ends]
    place = int(np.argmax(sums))
    return at(files, total, float(scores[order][ends[place]]))


def at(files: list[tuple[F64, Windows]], total: int, threshold: float) -> Found:
    """Judge a method's scores at a threshold: a detection is a score of as much or more."""
    score, found, runs = -float(total), 0, 0
    for number, (scores, windows) in enumerate(files):
        told, worth, window = _judged(scores, windows, number)
        said = told >= threshold
        score += float(worth[said & (window < 0)].sum())
        for one in np.unique(window[said & (window >= 0)]):
            score += 1.0 + float(worth[said & (window == one)].max())
            found += 1
        false = said & (window < 0)
        runs += int((false[1:] & ~false[:-1]).sum()) + int(false[:1].sum())
    return Found(threshold, 50.0 * (score + total) / total, found, runs)


def _judged(scores: F64, windows: Windows, number: int) -> tuple[F64, F64, F64]:
    worth, window, judged = weights(len(scores), windows)
    told = np.nan_to_num(scores, nan=0.0)
    return told[judged], worth[judged], np.where(window >= 0, window + 1000.0 * number, -1)[judged]


def _sigmoid(position: F64 | float) -> F64:
    found: F64 = 2.0 * expit(-5.0 * np.asarray(position)) - 1.0
    return found

"""Series in which nothing happens, of every kind that fools a detector; and their scores.

`NULLS` are single series, `TOGETHER` points with channels that move alike. Used by
`bench_calibration` and by the tests: under these the share of scores above s must be what s
promises.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from detectors.engine import Engine
from detectors.score.baseline import DETECTOR
from detectors.scores import point_score
from domain.frames import Names, Readings
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id

F64 = npt.NDArray[np.float64]
Null = Callable[[np.random.Generator, int, int], F64]

STEP_MS = 600_000
START_MS = 1_780_000_000_000
SHIFT_EVERY = 1_500
CHANNELS = 8


def _white(rng: np.random.Generator, series: int, length: int) -> F64:
    return rng.normal(size=(series, length))


def _autoregressive(share: float) -> Null:
    def made(rng: np.random.Generator, series: int, length: int) -> F64:
        found: F64 = lfilter([1.0], [1.0, -share], _white(rng, series, length), axis=1)
        return found

    return made


def _student(freedom: float) -> Null:
    return lambda rng, series, length: rng.standard_t(freedom, size=(series, length))


def _log_normal(rng: np.random.Generator, series: int, length: int) -> F64:
    return rng.lognormal(size=(series, length))


def _trend(rng: np.random.Generator, series: int, length: int) -> F64:
    slope = rng.uniform(-1.0, 1.0, size=(series, 1))
    return _white(rng, series, length) + slope * np.arange(length)


def _season(rng: np.random.Generator, series: int, length: int) -> F64:
    phase = rng.uniform(0.0, 2.0 * np.pi, size=(series, 1))
    return _white(rng, series, length) + 10.0 * np.sin(
        2.0 * np.pi * np.arange(length) / 144 + phase
    )


def _quantised(rng: np.random.Generator, series: int, length: int) -> F64:
    return np.round(0.4 * _white(rng, series, length))


def _coarse_swing(rng: np.random.Generator, series: int, length: int) -> F64:
    return np.round(0.1 * _autoregressive(0.98)(rng, series, length))


def _bursts(rng: np.random.Generator, series: int, length: int) -> F64:
    loud = np.where(np.arange(length) // 400 % 2, 3.0, 1.0)
    return _white(rng, series, length) * loud


def _shifts(rng: np.random.Generator, series: int, length: int) -> F64:
    """Take a new level every `SHIFT_EVERY` readings; judged again 600 readings after each."""
    levels = np.cumsum(rng.choice([-1.0, 1.0], (series, 99)) * rng.uniform(3, 20, (series, 99)), 1)
    return _white(rng, series, length) + levels[:, np.arange(length) // SHIFT_EVERY]


NULLS: dict[str, Null] = {
    "white": _white,
    "AR(1) 0.5": _autoregressive(0.5),
    "AR(1) 0.9": _autoregressive(0.9),
    "AR(1) 0.98": _autoregressive(0.98),
    "random walk": _autoregressive(1.0),
    "Student t, 3": _student(3.0),
    "Student t, 2": _student(2.0),
    "log-normal": _log_normal,
    "trend": _trend,
    "daily season": _season,
    "quantised": _quantised,
    "coarse swing": _coarse_swing,
    "bursts": _bursts,
    "level shifts": _shifts,
}


def _alike(share: float) -> Null:
    """Noise of which every channel has that share of variance in common with the others."""

    def made(rng: np.random.Generator, points: int, length: int) -> F64:
        common = rng.normal(size=(points, 1, length))
        own = rng.normal(size=(points, CHANNELS, length))
        found: F64 = np.sqrt(share) * common + np.sqrt(1.0 - share) * own
        return found

    return made


def _one_season(rng: np.random.Generator, points: int, length: int) -> F64:
    phase = rng.uniform(0.0, 2.0 * np.pi, size=(points, 1, 1))
    wave = 10.0 * np.sin(2.0 * np.pi * np.arange(length) / 144 + phase)
    return rng.normal(size=(points, CHANNELS, length)) + wave


TOGETHER: dict[str, Null] = {
    "alike 0.5": _alike(0.5),
    "alike 0.9": _alike(0.9),
    "one season": _one_season,
}
"""Points of `CHANNELS` channels: shape (points, channels, length)."""


def scores_side_by_side(values: Mapping[str, F64]) -> dict[str, F64]:
    """Scores of many nulls in one engine: of series, or of points where there are channels.

    Parameters
    ----------
    values
        Each of shape (series, length), or (points, channels, length); all of one length.

    Returns
    -------
    dict
        Each of shape (series, length) or (points, length).
    """
    rows = [found.reshape(-1, found.shape[-1]) for found in values.values()]
    parts = np.split(scores_of(np.concatenate(rows)), np.cumsum([len(r) for r in rows])[:-1])
    found = {}
    for (name, given), part in zip(values.items(), parts, strict=True):
        shaped = part.reshape(given.shape)
        found[name] = shaped if given.ndim == 2 else point_score(shaped.swapaxes(0, 1))
    return found


def settled(name: str, length: int) -> npt.NDArray[np.bool_]:
    """Tell at which readings of a null nothing has just happened; shape (length,)."""
    place = np.arange(length)
    if name != "level shifts":
        return np.ones(length, bool)
    return (place < SHIFT_EVERY) | (place % SHIFT_EVERY >= 600)


def scores_of(values: F64) -> F64:
    """Scores of the baseline alone by the engine, shape (series, length); NaN where not judged."""
    series, length = values.shape
    ids = tuple(make_point_id("500235", HazardType.LANDSLIDE, i) for i in range(series))
    devices = tuple(f"d{i}" for i in range(series))
    points = {
        name: Point(
            name,
            name,
            HazardType.LANDSLIDE,
            30.0,
            108.0,
            devices=(Device(device, ("generic",), STEP_MS / 1000),),
        )
        for name, device in zip(ids, devices, strict=True)
    }
    engine = Engine(points, methods=(DETECTOR,))
    code, zero = np.arange(series, dtype=np.int32), np.zeros(series, np.int32)
    scores: F64 = np.empty((series, length))
    for step in range(length):
        times = np.full(series, START_MS + step * STEP_MS, np.int64)
        readings = Readings(
            Names(ids, code),
            Names(devices, code),
            Names(("generic",), zero),
            times,
            times,
            np.ascontiguousarray(values[:, step]),
            Names(("senml",), zero),
        )
        scores[:, step] = engine.process(readings).features.anomaly_score
    return scores

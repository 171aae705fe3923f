"""One series alone through the engine, and of which readings a test spoke."""

import numpy as np

from detectors.engine import Engine, Outcome
from domain.quality import Test
from tests.detectors.worlds import START_MS, STEP_MS, Row, feed, one_point


def rows(
    channel: str, values: np.ndarray, ahead_ms: np.ndarray | int = 0, lag_ms: np.ndarray | int = 300
) -> list[Row]:
    """Build readings that are received a little after they were made."""
    made = START_MS + STEP_MS * np.arange(len(values))
    told, received = made + ahead_ms, made + lag_ms
    return [
        ("500235010007", "d1", channel, int(t), int(r), float(v), "senml")
        for t, r, v in zip(told, received, values, strict=True)
    ]


def run(channel: str, rows: list[Row]) -> Outcome:
    return feed(Engine(one_point(channel)), rows)[0]


def where(outcome: Outcome, test: Test) -> list[int]:
    """Rows of which a test spoke; all rows must have been used."""
    return np.flatnonzero(outcome.tests & np.uint16(test)).tolist()


def quiet(size: int, level: float, sigma: float, digits: int, seed: int = 1) -> np.ndarray:
    return np.round(level + sigma * np.random.default_rng(seed).normal(size=size), digits)

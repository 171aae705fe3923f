"""Many small worlds in one engine: a batch of thirty series costs little more than one series.

Points do not see each other here: they lie a degree apart, and what they share (silence, outages)
is no part of what these tests look at. That a point alone gives what it gives among others is
proved in `test_batching`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from detectors.engine import Engine, Outcome
from domain.frames import Readings
from domain.points import Point
from tests.detectors.worlds import POINT_ID, Row

World = tuple[dict[str, Point], Sequence[Row]]
"""One point, and its readings in order of time."""


def judged_together(worlds: Sequence[World]) -> list[Outcome]:
    """Run worlds of one point each through one engine, in one batch; an outcome for each."""
    points, rows = {}, []
    for number, (known, readings) in enumerate(worlds):
        (made,) = known.values()
        name = _name(number)
        points[name] = replace(made, point_id=name, lat=float(number))
        rows += [(name, *row[1:]) for row in readings]
    rows.sort(key=lambda row: row[3])
    together = Engine(points).process(Readings.of_rows(rows))
    return [_of(together, _name(number)) for number in range(len(worlds))]


def _name(number: int) -> str:
    return f"{POINT_ID[:8]}{number:04d}"


def _of(outcome: Outcome, name: str) -> Outcome:
    own = np.array([held == name for held in outcome.features.point_id.to_list()])
    warned = [i for i, w in enumerate(outcome.warnings) if w.point_id == name]
    return replace(
        outcome,
        features=outcome.features.take(np.flatnonzero(own)),
        feature_rows=outcome.feature_rows[own],
        warnings=tuple(outcome.warnings[i] for i in warned),
        warning_rows=tuple(outcome.warning_rows[i] for i in warned),
    )

"""What a detector is: one file with a class of these methods and one instance, `DETECTOR`.

The engine finds every module of this package that has a `DETECTOR` (`detectors.discovery`), gives
its state columns a place beside each series, calls `update` once a round with the readings of its
families, and keeps, explains and snapshots what it says. Nothing else needs to be written.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from detectors.state.columns import F64, U8, Columns, Field
from detectors.state.tracks import Round

FEATURES = 12
"""Numbers a detector may give as evidence with a claim."""


@dataclass
class Verdict:
    """What a detector says of each reading of a round; every array has shape (n,).

    Attributes
    ----------
    claim
        Level that the reading supports, were it confirmed by the next.
    sure
        Level that it supports beyond doubt.
    stay
        Level that it still supports once raised: the same at half the thresholds.
    score
        Anomaly score in [0, 1]; NaN where it cannot judge.
    velocity, acceleration, angle
        As in `domain.frames.Features`; NaN where they make no sense.
    features
        Evidence, shape (n, FEATURES), named by `Detector.feature_names`.
    shift
        As in `detectors.state.shifts`, shape (n, WIDTH); only methods for motion give it.
    soil_water, rain_ratio
        As in `domain.frames.Features`; only methods for rain give them.
    way
        Unit vector along which a receiver is to be asked for its time of failure, shape (n, 3); 0
        where it is not. Only methods for receivers give it.
    """

    claim: U8
    sure: U8
    stay: U8
    score: F64
    velocity: F64
    acceleration: F64
    angle: F64
    features: F64
    shift: F64 | None = None
    soil_water: F64 | None = None
    rain_ratio: F64 | None = None
    way: F64 | None = None

    @classmethod
    def silent(cls, size: int) -> "Verdict":
        """Nothing to say."""
        claim, sure, stay = np.zeros((3, size), np.uint8)
        score, velocity, acceleration, angle = np.full((4, size), np.nan)
        features = np.zeros((size, FEATURES))
        return cls(claim, sure, stay, score, velocity, acceleration, angle, features)


class Detector(Protocol):
    """One method.

    Attributes
    ----------
    name
        Of the method, as it stands in warnings.
    families
        Families of channels that it judges (`detectors.rules.FAMILIES`).
    fields
        Its own columns in the table of series.
    feature_names
        Of the evidence; ``{unit}`` stands for the channel's unit.
    """

    name: str
    families: tuple[str, ...]
    fields: tuple[Field, ...]
    feature_names: tuple[str, ...]

    def thresholds(self, family: str) -> tuple[str, ...]:
        """Names of the rule thresholds that it holds a family's readings against."""
        ...

    def begin(self, table: Columns, series: int, channel: int) -> None:
        """Prepare the row of a new series."""
        ...

    def update(self, batch: Round) -> Verdict:
        """Judge one reading of each of n series and move its own state on.

        A reading whose flag is SUSPECT or worse (`Round.good`) must not make the method claim
        anything; `Round.value` is then the last good value.
        """
        ...

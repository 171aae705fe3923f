"""Frames: many rows of one kind in one Kafka record, as an Arrow IPC stream with zstd.

Three kinds: readings (`Readings`), what the detectors made of them (`Features`), and the state of
whole points (`States`). Text columns are dictionaries, times are UTC milliseconds. A reader takes
columns by name and ignores those it does not know (docs/contracts.md has the evolution rules).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from domain.frame import Frame, Names

__all__ = ["Features", "Names", "Readings", "States"]


@dataclass(frozen=True)
class Readings(Frame):
    """Readings in the order of their arrival.

    Attributes
    ----------
    point_id, device_id, channel, dialect
        Text columns; ``device_id`` is ``logger/2`` for a logger's second instrument of a kind.
    event_ms
        When it was measured, by the instrument's clock: UTC milliseconds, shape (n,).
    received_ms
        When ingest received it.
    value
        In the channel's unit (`domain.channels`); always finite.

    Examples
    --------
    >>> one = Readings.of_rows([("500235010007", "d1", "crack", 1000, 1500, 12.5, "senml")])
    >>> Readings.decode(one.encode()).value.tolist()
    [12.5]
    """

    KIND: ClassVar[str] = "readings"

    point_id: Names
    device_id: Names
    channel: Names
    event_ms: npt.NDArray[np.int64]
    received_ms: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    dialect: Names

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[str, str, str, int, int, float, str]]) -> "Readings":
        """Build from rows of (point, device, channel, event, received, value, dialect)."""
        columns = list(zip(*rows, strict=True)) or [()] * 7
        return cls(
            Names.of(columns[0]),
            Names.of(columns[1]),
            Names.of(columns[2]),
            np.array(columns[3], np.int64),
            np.array(columns[4], np.int64),
            np.array(columns[5], np.float64),
            Names.of(columns[6]),
        )


@dataclass(frozen=True)
class Features(Frame):
    """What the detectors made of readings, a row for each reading that they used.

    Attributes
    ----------
    flag
        QARTOD flag (`domain.levels.Flag`), shape (n,).
    anomaly_score
        In [0, 1]; 0 unremarkable; NaN where no detector could judge.
    velocity, acceleration
        In the channel's unit per day, and per day squared; NaN for other channels.
    tangential_angle
        Degrees, improved tangential angle; NaN where no constant-rate stage is known.
    level
        Level of the whole point after this reading.
    soil_water_index
        Water in the soil after this reading of a rain gauge, in mm (`detectors.rain.soil_water`);
        NaN for other channels.
    rain_ratio
        Largest ratio of measured rain to the intensity-duration threshold in force, over windows
        of half an hour to six days that end with this reading of a rain gauge; from 1 the threshold
        is exceeded; 0 between rain events. NaN for other channels.
    tests
        Which quality tests spoke of the reading: bits of `domain.quality.Test`; 0 for none, and in
        frames of releases that did not say.
    """

    KIND: ClassVar[str] = "features"
    ADDED: ClassVar[Mapping[str, np.generic]] = {
        "soil_water_index": np.float64(np.nan),
        "rain_ratio": np.float64(np.nan),
        "tests": np.uint32(0),
    }

    point_id: Names
    device_id: Names
    channel: Names
    event_ms: npt.NDArray[np.int64]
    flag: npt.NDArray[np.uint8]
    anomaly_score: npt.NDArray[np.float64]
    velocity: npt.NDArray[np.float64]
    acceleration: npt.NDArray[np.float64]
    tangential_angle: npt.NDArray[np.float64]
    level: npt.NDArray[np.uint8]
    soil_water_index: npt.NDArray[np.float64]
    rain_ratio: npt.NDArray[np.float64]
    tests: npt.NDArray[np.uint32]


@dataclass(frozen=True)
class States(Frame):
    """State of whole points: written on change and as a heartbeat, also for silent points.

    Attributes
    ----------
    level
        Warning level 0-4; a silent point keeps its level.
    score
        Anomaly score of its channels together, in [0, 1]: that of their combined p-value.
    silent
        1 if the point has stopped reporting.
    age_s
        Seconds between its last reading and ``event_ms``.
    """

    KIND: ClassVar[str] = "states"

    point_id: Names
    event_ms: npt.NDArray[np.int64]
    level: npt.NDArray[np.uint8]
    score: npt.NDArray[np.float64]
    silent: npt.NDArray[np.uint8]
    age_s: npt.NDArray[np.float64]

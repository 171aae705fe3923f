"""The record through the live engine, as it would have arrived.

Readings come in the order of the files: backlogs when their device returns, repetitions as they
were sent. They pass ingest's door and go to an engine for each partition, by Kafka's hash of the
point, so levels, warnings and their ids are those of the live pipeline with as many partitions.
Memory is bounded by a batch, the engines and the warnings.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detectors.engine import Engine, Outcome
from detectors.rules import DEFAULT_RULES, Rules
from domain.frames import Readings
from domain.topics import partition_of
from domain.warnings import Forecast, WarningEvent
from evaluation.data_set import DataSet
from evaluation.door import Door


@dataclass(frozen=True)
class Known:
    """A warning, and when the system knew: as its last reading was received, UTC milliseconds."""

    event: WarningEvent
    known_ms: int


@dataclass(frozen=True)
class Issued:
    """A forecast that a reading of a point gave, and when that reading was received."""

    point_id: str
    forecast: Forecast
    known_ms: int


@dataclass
class Record:
    """What the detectors made of a record.

    Attributes
    ----------
    warnings, forecasts
        In the order in which each partition gave them.
    heard
        First and last time (ms) at which a reading of each point was received.
    engine_s
        CPU seconds spent in the engines.
    """

    warnings: list[Known] = field(default_factory=list)
    forecasts: list[Issued] = field(default_factory=list)
    heard: dict[str, tuple[int, int]] = field(default_factory=dict)
    readings: int = 0
    refused: int = 0
    duplicates: int = 0
    late: int = 0
    engine_s: float = 0.0

    def take(self, readings: Readings, outcome: Outcome) -> None:
        """Take what one engine made of a batch."""
        received = readings.received_ms
        for event, row in zip(outcome.warnings, outcome.warning_rows, strict=True):
            self.warnings.append(Known(event, int(received[row])))
        for forecast, row in zip(outcome.forecasts, outcome.forecast_rows, strict=True):
            point_id = readings.point_id.names[readings.point_id.codes[row]]
            self.forecasts.append(Issued(point_id, forecast, int(received[row])))
        self.duplicates += outcome.duplicates
        self.late += outcome.late
        self._hear(readings)

    def _hear(self, readings: Readings) -> None:
        codes = readings.point_id.codes
        size = len(readings.point_id.names)
        first = np.full(size, np.iinfo(np.int64).max)
        last = np.full(size, np.iinfo(np.int64).min)
        np.minimum.at(first, codes, readings.received_ms)
        np.maximum.at(last, codes, readings.received_ms)
        for code in np.flatnonzero(first <= last).tolist():
            name, start, end = readings.point_id.names[code], int(first[code]), int(last[code])
            before = self.heard.get(name, (start, end))
            self.heard[name] = (min(start, before[0]), max(end, before[1]))


class Source(Protocol):
    """Gives readings in order of arrival; may look at what came of the last before the next."""

    def batches(self) -> Iterator[Readings]:
        """Give batch after batch."""


class Watcher(Protocol):
    """Looks at every batch as it passes and keeps counts of its own."""

    def refuse(self, readings: Readings) -> None:
        """Take readings that the door refused."""

    def see(self, readings: Readings, outcome: Outcome) -> None:
        """Take a batch of one partition and what its engine made of it."""


def replay(
    data: DataSet,
    *,
    rules: Rules = DEFAULT_RULES,
    partitions: int,
    door: Door,
    watchers: Sequence[Watcher] = (),
    source: Source | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Record:
    """Run a record through the detectors.

    Parameters
    ----------
    source
        Where the readings come from; the record's files if not given.
    partitions
        Partitions of the topic of readings; silence is judged in each by itself.
    on_progress
        Called with the number of readings of each batch that is done.

    Raises
    ------
    GeohazardError
        If a file of readings is damaged.
    """
    engines = [Engine(data.registry.points, rules) for _ in range(partitions)]
    home: dict[str, int] = {}
    record = Record()
    for batch in (source or data).batches():
        admitted = door.admits(batch)
        if not admitted.all():
            refused = batch.take(~admitted)
            record.refused += len(refused)
            for watcher in watchers:
                watcher.refuse(refused)
        numbers = _partitions(batch, home, partitions)
        for number, engine in enumerate(engines):
            part = batch.take(np.flatnonzero(admitted & (numbers == number)))
            began = time.process_time()
            outcome = engine.process(part)
            record.engine_s += time.process_time() - began
            record.take(part, outcome)
            for watcher in watchers:
                watcher.see(part, outcome)
        record.readings += len(batch)
        if on_progress is not None:
            on_progress(len(batch))
    return record


def _partitions(batch: Readings, home: dict[str, int], count: int) -> npt.NDArray[np.int64]:
    names = batch.point_id.names
    for name in names:
        if name not in home:
            home[name] = partition_of(name, count)
    return np.array([home[name] for name in names], np.int64)[batch.point_id.codes]


def levels_of(warnings: Sequence[Known]) -> Mapping[str, tuple[Known, ...]]:
    """Sort out the changes of level of each point, in order."""
    found: dict[str, list[Known]] = {}
    for known in warnings:
        if known.event.level != known.event.previous_level:
            found.setdefault(known.event.point_id, []).append(known)
    return {point: tuple(changes) for point, changes in found.items()}

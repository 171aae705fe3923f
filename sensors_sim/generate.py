"""The file outlet: the same model, written as Parquet for evaluation.

A folder holds ``registry.csv``, ``readings/<day>.parquet`` (a file for each UTC day),
``truth.parquet`` and, last, ``run.json``: a folder without it is not complete. What the live outlet
publishes as good messages stands in the readings with the same values; what it publishes malformed
is missing.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from domain.channels import CHANNEL_NAMES
from domain.errors import GeohazardError
from domain.points import Point
from domain.registry import save_registry
from domain.times import iso
from sensors_sim.faults import FaultKind
from sensors_sim.model import Model, Step
from sensors_sim.plans import Scenario
from sensors_sim.truth import Truth

_ROWS_A_GROUP = 1_000_000
_TEXT = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("ms", tz="UTC")

SCHEMA = pa.schema(
    [
        ("point_id", _TEXT),
        ("device_id", _TEXT),
        ("channel", _TEXT),
        ("event_ms", _TIME),
        ("received_ms", _TIME),
        ("value", pa.float64()),
    ]
)
"""Columns of the readings, in the order in which they arrive; a repetition stands twice."""

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class GenerateConfig:
    """What to write.

    Attributes
    ----------
    points
        The registry; all devices with the same interval.
    days
        Length of the record.
    start_ms
        Event time of the start, milliseconds since the epoch.
    on_step
        Called after each step with its number and the number of steps.
    """

    points: list[Point]
    scenario: Scenario
    seed: int
    start_ms: int
    days: float
    out: Path
    on_step: Callable[[int, int], None] | None = None


class Generated(msgspec.Struct, frozen=True, kw_only=True):
    """What was written; the content of ``run.json``."""

    scenario: str
    seed: int
    points: int
    start: str
    interval_s: float
    steps: int
    rows: int
    events: int
    wall_s: float


def generate(config: GenerateConfig) -> Generated:
    """Write a record.

    Raises
    ------
    GeohazardError
        If the folder is not empty, or the devices' intervals differ.
    """
    interval_s = _interval_s(config.points)
    steps = int(config.days * 86_400 // interval_s)
    if steps < 1:
        msg = f"{config.days:g} days are shorter than one interval of {interval_s:g} s"
        raise GeohazardError(msg)
    if config.out.exists() and any(config.out.iterdir()):
        msg = f"{config.out} is not empty; name another folder"
        raise GeohazardError(msg)
    (config.out / "readings").mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    save_registry(config.points, config.out / "registry.csv")
    interval_ms = round(interval_s * 1000)
    model = Model(config.points, config.scenario, config.seed, config.start_ms, interval_ms)
    truth = Truth(model)
    with _Files(config.out / "readings", model) as files:
        for number in range(steps):
            step = model.advance()
            truth.note(step)
            files.add(step)
            if config.on_step:
                config.on_step(number + 1, steps)
    table = truth.table()
    parquet.write_table(table, config.out / "truth.parquet", compression="zstd")
    result = Generated(
        scenario=config.scenario.name,
        seed=config.seed,
        points=len(config.points),
        start=iso(config.start_ms),
        interval_s=interval_s,
        steps=steps,
        rows=files.rows,
        events=table.num_rows,
        wall_s=round(time.monotonic() - began, 1),
    )
    (config.out / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    return result


def _interval_s(points: list[Point]) -> float:
    intervals = {device.interval_s for point in points for device in point.devices}
    if len(intervals) != 1:
        msg = f"the file outlet wants one interval for all devices, found {sorted(intervals)}"
        raise GeohazardError(msg)
    return intervals.pop()


class _Files:
    """Readings on their way into one Parquet file a day."""

    def __init__(self, folder: Path, model: Model) -> None:
        sites = model.sites
        self._folder = folder
        self._start_ms = model.start_ms
        self._interval_ms = model.interval_ms
        widths = np.array([len(device.channels) for device in sites.devices])
        self._row, self._slot = np.nonzero(np.arange(sites.width) < widths[:, None])
        codes = np.zeros((len(sites), sites.width), np.int32)
        for code, name in enumerate(CHANNEL_NAMES):
            if name in sites.rows:
                codes[sites.rows[name], sites.slots[name]] = code
        self._channel = codes[self._row, self._slot]
        self._ids = (
            pa.array([point.point_id for point in sites.points]),
            pa.array([device.device_id for device in sites.devices]),
            pa.array(CHANNEL_NAMES),
        )
        self._late: defaultdict[int, list[tuple[int, Array]]] = defaultdict(list)
        self._first = np.searchsorted(self._row, np.arange(len(sites)))
        self._width = widths
        self._waiting: list[tuple[Rows, Rows, Rows, Array]] = []
        self._day = ""
        self._writer: parquet.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *_: object) -> None:
        self._close_day()

    def add(self, step: Step) -> None:
        """Take a step."""
        day = iso(self._start_ms + step.number * self._interval_ms)[:10]
        if day != self._day:
            self._close_day()
            self._day = day
        faults, told_ms = step.faults, step.event_ms + step.faults.skew_ms
        silent = faults.offline | faults.active[FaultKind.DESTROYED]
        sends = ~silent & ~faults.active[FaultKind.MALFORMED]
        again = sends & faults.active[FaultKind.DUPLICATE] & (faults.skew_ms == 0)
        for devices in (sends, again):
            cells = np.flatnonzero(devices[self._row])
            self._take(cells, told_ms, step.event_ms, step.values)
        self._keep_back(step, told_ms)
        if sum(len(cells) for cells, *_ in self._waiting) >= _ROWS_A_GROUP:
            self._write()

    def _take(self, cells: Rows, told_ms: Rows, received_ms: Rows, values: Array) -> None:
        rows = self._row[cells]
        taken = values[rows, self._slot[cells]]
        self._waiting.append((cells, told_ms[rows], received_ms[rows], taken))

    def _keep_back(self, step: Step, told_ms: Rows) -> None:
        """Hold the messages of devices that are offline, and give them out when they return."""
        offline = step.faults.offline
        for row in np.flatnonzero(offline).tolist():
            self._late[row].append((int(told_ms[row]), step.values[row].copy()))
        gone = step.faults.active[FaultKind.DESTROYED]
        for row in [row for row in self._late if not offline[row]]:
            late = self._late.pop(row)
            if not gone[row]:
                width = int(self._width[row])
                cells = np.tile(self._first[row] + np.arange(width), len(late))
                told = np.repeat(np.array([at_ms for at_ms, _ in late]), width)
                received = np.full(len(told), step.event_ms[row])
                values = np.concatenate([values[:width] for _, values in late])
                self._waiting.append((cells, told, received, values))

    def _write(self) -> None:
        if not self._waiting:
            return
        cells, told, received, values = map(np.concatenate, zip(*self._waiting, strict=True))
        self._waiting = []
        rows = pa.array(self._row[cells].astype(np.int32))
        points, devices, channels = self._ids
        columns = [
            pa.DictionaryArray.from_arrays(rows, points),
            pa.DictionaryArray.from_arrays(rows, devices),
            pa.DictionaryArray.from_arrays(pa.array(self._channel[cells]), channels),
            pa.array(told).cast(_TIME),
            pa.array(received).cast(_TIME),
            pa.array(values),
        ]
        if self._writer is None:
            path = self._folder / f"{self._day}.parquet"
            self._writer = parquet.ParquetWriter(path, SCHEMA, compression="zstd")
        self._writer.write_table(pa.table(columns, schema=SCHEMA), row_group_size=_ROWS_A_GROUP * 2)
        self.rows += len(cells)

    def _close_day(self) -> None:
        self._write()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

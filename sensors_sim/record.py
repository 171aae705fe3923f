"""The readings of a record on their way into Parquet: one file for each UTC day.

They stand in the order in which they arrive: by device as devices speak, a repetition after its
reading, a backlog before or after the reading of the step in which it is sent.
"""

from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from domain.channels import CHANNEL_NAMES
from domain.times import iso
from sensors_sim.backlog import Backlogs
from sensors_sim.fault_kinds import FaultKind
from sensors_sim.model import Model, Step

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
"""Columns of the readings."""

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_LATE_FIRST, _OWN, _AGAIN, _LATE_LAST = range(4)
"""Places of a device's messages within a step."""


class ReadingFiles:
    """Writes ``<day>.parquet`` files; a context manager that ends the last one properly.

    Attributes
    ----------
    rows
        Readings written so far.
    """

    def __init__(self, folder: Path, model: Model) -> None:
        sites = model.sites
        self._folder = folder
        self._start_ms = model.start_ms
        self._interval_ms = model.interval_ms
        order = np.argsort(sites.phase, kind="stable")
        self._rank = np.argsort(order)
        self._width = np.array([len(device.channels) for device in sites.devices])
        spoken, self._slot = np.nonzero(np.arange(sites.width) < self._width[order][:, None])
        self._row = order[spoken]
        self._first = np.searchsorted(spoken, self._rank)
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
        self._backlogs = Backlogs(sites)
        self._kept: defaultdict[int, list[tuple[int, Array]]] = defaultdict(list)
        self._waiting: list[tuple[Rows, Rows, Rows, Array]] = []
        self._waiting_rows = 0
        self._day = ""
        self._writer: parquet.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> "ReadingFiles":
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
        silent = faults.offline | faults.dead
        sends = ~silent & ~faults.active[FaultKind.MALFORMED]
        again = sends & faults.active[FaultKind.DUPLICATE] & (faults.skew_ms == 0)
        own = self._spoken(sends, told_ms, step)
        others = [self._spoken(again, told_ms, step)] if again.any() else []
        places = [_AGAIN] * len(others)
        for first, late in self._backlog(step, told_ms):
            others.append(late)
            places.append(_LATE_FIRST if first else _LATE_LAST)
        self._take(_merged(self._rank[self._row], own, others, places) if others else own)
        if self._waiting_rows >= _ROWS_A_GROUP:
            self._write()

    def _spoken(
        self, devices: npt.NDArray[np.bool_], told_ms: Rows, step: Step
    ) -> tuple[Rows, Rows, Rows, Array]:
        cells = np.flatnonzero(devices[self._row])
        rows = self._row[cells]
        values = step.values[rows, self._slot[cells]]
        return cells, told_ms[rows], step.event_ms[rows], values

    def _backlog(
        self, step: Step, told_ms: Rows
    ) -> list[tuple[bool, tuple[Rows, Rows, Rows, Array]]]:
        """Keep the messages of devices that are offline; give them out when they return.

        Returns
        -------
        list
            Whether it comes before the device's own reading, and the readings.
        """
        offline, dead = step.faults.offline, step.faults.dead
        for row in np.flatnonzero(offline).tolist():
            self._kept[row].append((int(told_ms[row]), step.values[row].copy()))
        for row in np.flatnonzero(step.faults.active[FaultKind.DESTROYED]).tolist():
            self._kept.pop(row, None)
        found = []
        for row in [row for row in self._kept if not offline[row] and not dead[row]]:
            kept = self._kept.pop(row)
            late = [kept[i] for i in self._backlogs.order(row, step.number, len(kept))]
            width = int(self._width[row])
            cells = np.tile(self._first[row] + np.arange(width), len(late))
            told = np.repeat(np.array([at_ms for at_ms, _ in late]), width)
            received = np.full(len(told), step.event_ms[row])
            values = np.concatenate([values[:width] for _, values in late])
            found.append((self._backlogs.comes_first(row), (cells, told, received, values)))
        return found

    def _take(self, part: tuple[Rows, Rows, Rows, Array]) -> None:
        self._waiting.append(part)
        self._waiting_rows += len(part[0])

    def _write(self) -> None:
        if not self._waiting:
            return
        cells, told, received, values = map(np.concatenate, zip(*self._waiting, strict=True))
        self._waiting, self._waiting_rows = [], 0
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


def _merged(
    rank: Rows,
    own: tuple[Rows, Rows, Rows, Array],
    others: list[tuple[Rows, Rows, Rows, Array]],
    places: list[int],
) -> tuple[Rows, Rows, Rows, Array]:
    """Put the messages of a step into the order in which they are sent.

    Parameters
    ----------
    rank
        When a cell's device speaks, by cell.
    places
        Place of each of the others among its device's messages.
    """
    parts = [own, *others]
    cells, told, received, values = map(np.concatenate, zip(*parts, strict=True))
    place = np.repeat([_OWN, *places], [len(part[0]) for part in parts])
    order = np.argsort(rank[cells] * 4 + place, kind="stable")
    return cells[order], told[order], received[order], values[order]

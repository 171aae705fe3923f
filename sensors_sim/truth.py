"""The truth: what really happened, written apart from the readings and never published.

A row for each failure and for each occurrence of a fault. No code but the simulator's and the
evaluation's reads it.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from sensors_sim.faults import ON_A_CHANNEL, ONCE, FaultKind
from sensors_sim.model import Model, Step

FAILURE, SURGE, EARTHQUAKE = "failure", "surge", "earthquake"
_FELT = 0.1

Row = tuple[str, str, str, str, int, int]

SCHEMA = pa.schema(
    [
        ("point_id", pa.string()),
        ("device_id", pa.string()),
        ("kind", pa.string()),
        ("channel", pa.string()),
        ("start_ms", pa.int64()),
        ("end_ms", pa.int64()),
    ]
)
"""Columns of ``truth.parquet``: a fault's first and last reading that is touched (true event time);
of a failure the onset of tertiary creep and the failure; ``channel`` is empty where a fault touches
the whole device."""

_OPEN = np.iinfo(np.int64).min


class Truth:
    """Collects what happens in a run.

    Examples
    --------
    >>> from sensors_sim.province import build_points
    >>> from sensors_sim.scenario import load_scenario
    >>> points = build_points(60, seed=1, interval_s=600.0)
    >>> model = Model(points, load_scenario("demo"), 1, 1_780_000_000_000, 600_000)
    >>> truth = Truth(model)
    >>> for _ in range(12):
    ...     truth.note(model.advance())
    >>> table = truth.table()
    >>> table.column("kind").to_pylist().count("failure")
    1
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._rows: list[Row] = []
        n = len(model.sites)
        lasting = [kind for kind in FaultKind if kind not in ONCE]
        self._start = {kind: np.full(n, _OPEN) for kind in lasting}
        self._slot = {kind: np.zeros(n, np.int64) for kind in lasting}
        self._last = np.full(n, _OPEN)

    def note(self, step: Step) -> None:
        """Take a step; to be called for each, in order."""
        faults = step.faults
        for kind in ONCE:
            for row in np.flatnonzero(faults.active[kind]).tolist():
                at_ms = int(step.event_ms[row])
                slot = int(faults.channel[kind][row]) if kind in ON_A_CHANNEL else None
                self._rows.append(self._row(row, kind, slot, at_ms, at_ms))
        for kind, start in self._start.items():
            struck = faults.active[kind]
            if kind in ON_A_CHANNEL:
                # One episode may follow another at once, on another channel.
                moved = struck & (start != _OPEN) & (faults.since[kind] == step.number)
                self._end(kind, np.flatnonzero(moved))
            self._end(kind, np.flatnonzero((start != _OPEN) & ~struck))
            begun = struck & (start == _OPEN)
            start[begun] = step.event_ms[begun]
            if kind in ON_A_CHANNEL:
                self._slot[kind][begun] = faults.channel[kind][begun]
        self._last = step.event_ms

    def table(self) -> pa.Table:
        """Everything so far, by start; what still lasts ends with the latest step."""
        rows = list(self._rows)
        for kind, start in self._start.items():
            rows += [self._episode(kind, row) for row in np.flatnonzero(start != _OPEN).tolist()]
        rows += self._events(int(self._last.max()))
        rows.sort(key=lambda row: (row[4], row[0], row[2]))
        columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
        return pa.table([list(column) for column in columns], schema=SCHEMA)

    def write(self, path: Path) -> None:
        """Write ``truth.parquet``."""
        parquet.write_table(self.table(), path, compression="zstd")

    def _events(self, until_ms: int) -> list[Row]:
        """Tell what befell slopes up to a time, each of its point's first device."""
        model = self._model
        first = {
            point.point_id: row for row, point in reversed(list(enumerate(model.sites.points)))
        }
        found = [
            (first[failure.point_id], FAILURE, failure.onset_ms, failure.failure_ms)
            for failure in model.truth(until_ms + 1)
        ]
        primary = set(first.values())
        found += [
            (row, SURGE, start, end) for row, start, end in model.surges.begun if row in primary
        ]
        at_ms = model.quake.time_ms
        if at_ms is not None and at_ms <= until_ms:
            felt = np.flatnonzero(model.quake.felt >= _FELT).tolist()
            found += [(row, EARTHQUAKE, at_ms, at_ms) for row in felt if row in primary]
        return [self._named(row, kind, "", start, end) for row, kind, start, end in found]

    def _end(self, kind: FaultKind, rows: npt.NDArray[np.int64]) -> None:
        """End episodes at the step before this one."""
        self._rows += [self._episode(kind, row) for row in rows.tolist()]
        self._start[kind][rows] = _OPEN

    def _episode(self, kind: FaultKind, row: int) -> Row:
        slot = int(self._slot[kind][row]) if kind in ON_A_CHANNEL else None
        return self._row(row, kind, slot, int(self._start[kind][row]), int(self._last[row]))

    def _row(self, row: int, kind: FaultKind, slot: int | None, start_ms: int, end_ms: int) -> Row:
        channel = "" if slot is None else self._model.sites.devices[row].channels[slot]
        return self._named(row, kind.value, channel, start_ms, end_ms)

    def _named(self, row: int, kind: str, channel: str, start_ms: int, end_ms: int) -> Row:
        sites = self._model.sites
        ids = sites.points[row].point_id, sites.devices[row].device_id
        return (*ids, kind, channel, start_ms, end_ms)

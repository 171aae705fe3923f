"""The truth: what really happened, written apart from the readings and never published.

A row for each event that befell a slope and for each occurrence of a fault. No code but the
simulator's and the evaluation's reads it.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from sensors_sim.axes import axes_of, gnss_slots
from sensors_sim.backlog import Backlogs
from sensors_sim.fault_kinds import OF_GNSS, ON_A_CHANNEL, ONCE, FaultKind
from sensors_sim.malformed import damage_of
from sensors_sim.model import Model, Step
from sensors_sim.occurrences import occurrences

Rows = npt.NDArray[np.int64]

_PHASE = pa.struct([("name", pa.string()), ("start_ms", pa.int64())])

SCHEMA = pa.schema(
    [
        ("point_id", pa.string()),
        ("device_id", pa.string()),
        ("kind", pa.string()),
        ("channel", pa.string()),
        ("start_ms", pa.int64()),
        ("end_ms", pa.int64()),
        ("category", pa.string()),
        ("detail", pa.string()),
        ("size", pa.float64()),
        ("failure_ms", pa.int64()),
        ("stops", pa.bool_()),
        ("phases", pa.list_(_PHASE)),
    ]
)
"""Columns of ``truth.parquet``; docs/simulator.md says what each holds for each kind."""

_OPEN = np.iinfo(np.int64).min
_OFFLINE = (FaultKind.DROPOUT, FaultKind.DISTRICT_OUTAGE)
_SIZED = (FaultKind.DRIFT, FaultKind.STUCK, FaultKind.WRONG_UNIT, FaultKind.SWAPPED_AXES)
_GOES = (FaultKind.SPIKE, FaultKind.OUTLIER)
"""Kinds of one message that leave no error behind."""


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
        self._backlogs = Backlogs(model.sites)
        self._rows: list[dict[str, Any]] = []
        n = len(model.sites)
        lasting = [kind for kind in FaultKind if kind not in ONCE]
        self._start = {kind: np.full(n, _OPEN) for kind in lasting}
        self._slot = {kind: np.zeros(n, np.int64) for kind in ON_A_CHANNEL}
        self._size = {kind: np.zeros(n) for kind in _SIZED}
        shape = (n, model.sites.width)
        # The error that other faults have left on each channel: no part of a new one's size.
        self._left = np.zeros(shape)
        self._found = {kind: np.zeros(shape) for kind in _SIZED}
        self._pairs = np.array([axes_of(d.channels) or (0, 0) for d in model.sites.devices])
        self._last = np.full(n, _OPEN)

    def note(self, step: Step) -> None:
        """Take a step; to be called for each, in order."""
        for kind in ONCE:
            for row in np.flatnonzero(step.faults.active[kind]).tolist():
                self._note_once(kind, row, step)
        for kind in self._start:
            self._follow(kind, step)
        self._leave(step)
        self._last = step.event_ms

    def table(self) -> pa.Table:
        """Everything so far, by start; what still lasts ends with the latest step."""
        rows = list(self._rows)
        for kind, start in self._start.items():
            for row in np.flatnonzero(start != _OPEN).tolist():
                rows += self._episode(kind, row)
        rows += self._events(int(self._last.max()))
        rows.sort(key=lambda r: (r["start_ms"], r["point_id"], r["kind"], r["channel"]))
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    def write(self, path: Path) -> None:
        """Write ``truth.parquet``."""
        parquet.write_table(self.table(), path, compression="zstd")

    def _note_once(self, kind: FaultKind, row: int, step: Step) -> None:
        at_ms = int(step.event_ms[row])
        if kind is FaultKind.MALFORMED:
            share = self._model.scenario.faults.oversized_share
            damage = damage_of(self._model.sites.device, step.number, row, share)
            self._rows.append(self._fault(row, kind, None, at_ms, at_ms, detail=damage.value))
            return
        slots: list[int | None] = [*self._struck(kind, row, step)] or [None]
        for slot in slots:
            size = None
            if slot is not None:
                error = step.values[row, slot] - step.exact[row, slot]
                size = float(error - self._left[row, slot])
            self._rows.append(self._fault(row, kind, slot, at_ms, at_ms, size=size))

    def _struck(self, kind: FaultKind, row: int, step: Step) -> list[int]:
        """Slots that a kind of one message strikes; none if it is the message itself."""
        if kind in OF_GNSS:
            return gnss_slots(self._model.sites.devices[row].channels)
        return [int(step.faults.channel[kind][row])] if kind in ON_A_CHANNEL else []

    def _follow(self, kind: FaultKind, step: Step) -> None:
        """Begin, go on with and end the episodes of a kind that lasts."""
        faults, start = step.faults, self._start[kind]
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
        if kind in _SIZED:
            self._measure(kind, begun, np.flatnonzero(struck), step)

    def _measure(
        self, kind: FaultKind, begun: npt.NDArray[np.bool_], rows: Rows, step: Step
    ) -> None:
        """Keep the largest error of a kind that lasts, beyond what it found."""
        self._size[kind][begun] = 0.0
        self._found[kind][begun] = self._left[begun]
        own = self._slot[kind][rows, None] if kind in self._slot else self._pairs[rows]
        error = (step.values - step.exact - self._found[kind])[rows[:, None], own]
        largest = error[np.arange(len(rows)), np.abs(error).argmax(axis=1)]
        larger = np.abs(largest) > np.abs(self._size[kind][rows])
        self._size[kind][rows[larger]] = largest[larger]

    def _leave(self, step: Step) -> None:
        """Keep the errors of a step, but of what strikes one message."""
        left, before = step.values - step.exact, self._left
        for kind in _GOES:
            for row in np.flatnonzero(step.faults.active[kind]).tolist():
                slots = self._struck(kind, row, step)
                left[row, slots] = before[row, slots]
        self._left = left

    def _end(self, kind: FaultKind, rows: Rows) -> None:
        """End episodes at the step before this one."""
        for row in rows.tolist():
            self._rows += self._episode(kind, row)
        self._start[kind][rows] = _OPEN

    def _episode(self, kind: FaultKind, row: int) -> list[dict[str, Any]]:
        span = int(self._start[kind][row]), int(self._last[row])
        if kind is FaultKind.SWAPPED_AXES:
            pair = axes_of(self._model.sites.devices[row].channels) or ()
            change = float(self._size[kind][row])
            return [self._fault(row, kind, slot, *span, size=change) for slot in pair]
        if kind in ON_A_CHANNEL:
            size = float(self._size[kind][row]) if kind in _SIZED else None
            return [self._fault(row, kind, int(self._slot[kind][row]), *span, size=size)]
        detail = self._backlogs.of[row].value if kind in _OFFLINE else ""
        return [self._fault(row, kind, None, *span, detail=detail)]

    def _fault(
        self,
        row: int,
        kind: FaultKind,
        slot: int | None,
        start_ms: int,
        end_ms: int,
        *,
        detail: str = "",
        size: float | None = None,
    ) -> dict[str, Any]:
        channel = "" if slot is None else self._model.sites.devices[row].channels[slot]
        span = {"kind": kind.value, "channel": channel, "start_ms": start_ms, "end_ms": end_ms}
        more = {"category": "fault", "detail": detail, "size": _rounded(size)}
        return self._ids(row) | span | more

    def _events(self, until_ms: int) -> list[dict[str, Any]]:
        """Tell what befell slopes up to a time, each of its point's first device."""
        return [
            self._ids(one.row)
            | {
                "kind": one.kind,
                "channel": "",
                "start_ms": one.start_ms,
                "end_ms": one.end_ms,
                "category": "event",
                "detail": one.detail,
                "size": one.size_mm,
                "failure_ms": one.failure_ms,
                "stops": one.stops,
                "phases": [{"name": name, "start_ms": at_ms} for name, at_ms in one.phases],
            }
            for one in occurrences(self._model, until_ms)
        ]

    def _ids(self, row: int) -> dict[str, Any]:
        sites = self._model.sites
        return {
            "point_id": sites.points[row].point_id,
            "device_id": sites.devices[row].device_id,
        }


def _rounded(size: float | None) -> float | None:
    return None if size is None else round(size, 4)

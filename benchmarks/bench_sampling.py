"""What reading more often under warning brings for fast failures: the closed loop, against none.

Two detectors see the same simulated slopes. One gets the regular readings; the other also those
that the devices make between them once a warning has asked for more (`ingest.sampling`), so its
own warnings decide what it sees next. Only points that fail or accelerate are run.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyarrow import parquet

from detectors.engine import Engine
from domain.frames import Names, Readings
from domain.points import Point
from domain.registry import Registry
from domain.settings import SamplingSettings
from evaluation.failures import CLASSES, FailureFound, Warned, by_duration, judge_failures
from evaluation.replay import Known, levels_of
from evaluation.truth import FAILURE, MOVING, Truth, read_truth
from ingest.sampling import SamplingPlan
from sensors_sim.fault_kinds import FaultKind
from sensors_sim.model import Model, Step
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario
from sensors_sim.truth import Truth as Record

SCENARIO = "many-failures"
START_MS = 1_780_272_000_000
Rows = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Plans = dict[str, SamplingSettings | None]


@dataclass
class Centre:
    """A detector, what it warned of, and what it asked its devices for."""

    points: dict[str, Point]
    plan: SamplingPlan | None
    warnings: list[Known] = field(default_factory=list)
    every_ms: dict[str, int] = field(default_factory=dict)
    readings: int = 0
    extra: int = 0
    asked: int = 0
    told_mm: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))

    def __post_init__(self) -> None:
        self.engine = Engine(self.points)

    def hear(self, readings: Readings) -> None:
        """Take readings, and let their warnings ask for more or less."""
        outcome = self.engine.process(readings)
        self.readings += len(readings)
        for event, row in zip(outcome.warnings, outcome.warning_rows, strict=True):
            self.warnings.append(Known(event, int(readings.received_ms[row])))
            if self.plan is None:
                continue
            point = self.points[event.point_id]
            for request in self.plan.requests(event, point):
                self.asked += 1
                device = next(d for d in point.devices if d.device_id == request.device_id)
                self.every_ms.pop(device.device_id, None)
                if request.interval_s < device.interval_s:
                    self.every_ms[device.device_id] = round(request.interval_s * 1000)


class World:
    """The simulated fleet as both centres see it."""

    def __init__(self, points: list[Point], seed: int, interval_ms: int) -> None:
        self.model = Model(points, load_scenario(SCENARIO), seed, START_MS, interval_ms)
        self.sites = self.model.sites
        self._rain = {
            row: slot
            for row, slot in zip(
                self.sites.rows["rain"].tolist(), self.sites.slots["rain"].tolist(), strict=True
            )
        }
        self._turn = 0

    def regular(self, step: Step, rows: Rows, told_mm: dict[int, float]) -> Readings:
        """Give what devices send of a step; what was read while offline is lost to all."""
        faults = step.faults
        silent = faults.offline | faults.dead | faults.active[FaultKind.MALFORMED]
        rows = rows[~silent[rows]]
        rows = rows[np.argsort(step.event_ms[rows], kind="stable")]
        values = step.values[rows].copy()
        for place, row in enumerate(rows.tolist()):
            told = told_mm.pop(row, 0.0)
            if told:
                slot = self._rain[row]
                values[place, slot] = max(values[place, slot] - told, 0.0)
        return self._readings(rows, step.event_ms[rows], step.faults.skew_ms[rows], values)

    def between(self, step: Step, centre: Centre) -> Iterator[Readings]:
        """Give what devices that were asked read until the next step, moment by moment."""
        row_of = {device.device_id: row for row, device in enumerate(self.sites.devices)}
        number = 0
        while True:
            number += 1
            faults = step.faults
            due = {
                row_of[name]: number * every
                for name, every in centre.every_ms.items()
                if number * every <= self.model.interval_ms - every // 2
            }
            rows = np.array(
                [r for r in sorted(due) if not (faults.offline[r] or faults.dead[r])], np.int64
            )
            if not due:
                return
            if not len(rows):
                continue
            at_ms = step.event_ms[rows] + np.array([due[row] for row in rows.tolist()])
            values = self.model.between(rows, at_ms, self._turn)
            self._turn += 1
            for place, row in enumerate(rows.tolist()):
                if row in self._rain:
                    slot = self._rain[row]
                    fresh = round(max(values[place, slot] - centre.told_mm[row], 0.0), 1)
                    centre.told_mm[row] += fresh
                    values[place, slot] = fresh
            yield self._readings(rows, at_ms, faults.skew_ms[rows], values)

    def _readings(self, rows: Rows, at_ms: Rows, skew_ms: Rows, values: Array) -> Readings:
        width = [len(self.sites.devices[row].channels) for row in rows.tolist()]
        spoken = np.repeat(np.arange(len(rows)), width)
        names = [
            (self.sites.points[row].point_id, device.device_id, channel)
            for row in rows.tolist()
            for device in [self.sites.devices[row]]
            for channel in device.channels
        ]
        columns = list(zip(*names, strict=True)) or [(), (), ()]
        slots = np.concatenate([np.arange(n) for n in width]) if width else np.empty(0, int)
        return Readings(
            *(Names.of(column) for column in columns),
            event_ms=(at_ms + skew_ms)[spoken],
            received_ms=at_ms[spoken],
            value=values[spoken, slots],
            dialect=Names.of(["senml"] * len(spoken)),
        )


def truth_of(points: list[Point], seed: int, days: float, ms: int) -> Truth:
    """Run the model alone and keep what befell its slopes."""
    model = Model(points, load_scenario(SCENARIO), seed, START_MS, ms)
    record = Record(model)
    for _ in range(int(days * 86_400_000 // ms)):
        record.note(model.advance())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "truth.parquet"
        parquet.write_table(record.table(), path)
        return read_truth(path)


def measure(
    seed: int, count: int, days: float, interval_s: float, plans: Plans
) -> tuple[dict[str, list[FailureFound]], dict[str, Centre]]:
    """Run one seed with each plan; all centres see the same world."""
    points = build_points(count, seed, interval_s)
    interval_ms = round(interval_s * 1000)
    truth = truth_of(points, seed, days, interval_ms)
    moving = {
        point
        for point, events in truth.slopes.items()
        if any(event.kind in (FAILURE, *MOVING) for event in events)
    }
    watched = {point.point_id: point for point in points if point.point_id in moving}
    rows = np.array([row for row, point in enumerate(points) if point.point_id in watched])
    centres = {name: Centre(watched, plan and SamplingPlan(plan)) for name, plan in plans.items()}
    world = World(points, seed, interval_ms)
    for _ in range(int(days * 86_400_000 // interval_ms)):
        step = world.model.advance()
        for centre in centres.values():
            centre.hear(world.regular(step, rows, centre.told_mm))
            for extra in world.between(step, centre):
                centre.extra += len(extra)
                centre.hear(extra)
    end_ms = START_MS + round(days * 86_400_000)
    heard = {point: (START_MS, end_ms) for point in watched}
    registry = Registry.of(points)
    return {
        name: judge_failures(truth, registry, levels_of(centre.warnings), heard, end_ms)
        for name, centre in centres.items()
    }, centres


def main() -> None:
    """Print failures warned and leads by class, with each plan."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sampling", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11])
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--days", type=float, default=25.0)
    parser.add_argument("--interval", type=float, default=1800.0, metavar="SECONDS")
    options = parser.parse_args()
    plans: Plans = {"regular": None, "asked": SamplingSettings(enabled=True)}
    found: dict[str, list[FailureFound]] = {name: [] for name in plans}
    for seed in options.seeds:
        own, centres = measure(seed, options.points, options.days, options.interval, plans)
        for name, centre in centres.items():
            found[name] += own[name]
            share = centre.extra / max(centre.readings - centre.extra, 1)
            print(
                f"seed {seed}, {name}: {len(centre.points)} points that move, "
                f"{centre.asked} requests, {share:.1%} more readings",
                flush=True,
            )
    for name, _ in CLASSES:
        for colour in ("yellow", "orange", "red"):
            print(_line(name, colour, {plan: by_duration(found[plan]) for plan in plans}))


def _line(name: str, colour: str, counts: dict[str, dict[str, dict[str, Warned]]]) -> str:
    parts = [f"{name:14} {colour:7}"]
    for plan, table in counts.items():
        warned, lead = table[name][colour].warned, table[name][colour].lead_h
        parts.append(f"{plan} {warned.count:3}/{warned.of:3} median lead {lead.median or 0:5.2f} h")
    return "  ".join(parts)


if __name__ == "__main__":
    main()

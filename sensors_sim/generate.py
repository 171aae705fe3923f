"""The file outlet: the same model, written as Parquet for evaluation.

A folder holds ``registry.csv``, ``readings/<day>.parquet`` (a file for each UTC day),
``truth.parquet`` and, last, ``run.json``: a folder without it is not complete. What the live outlet
publishes as good messages stands in the readings with the same values; what it publishes malformed
is missing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from pyarrow import parquet

from domain.errors import GeohazardError
from domain.points import Point
from domain.registry import save_registry
from domain.times import iso
from sensors_sim.model import Model
from sensors_sim.plans import Scenario
from sensors_sim.record import ReadingFiles
from sensors_sim.truth import Truth


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
    if config.out.exists() and not config.out.is_dir():
        msg = f"{config.out} is no folder; name another"
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
    with ReadingFiles(config.out / "readings", model) as files:
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

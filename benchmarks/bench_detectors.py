"""Cost of the engine, and of each detector, per reading; bytes of state per channel.

    python -m benchmarks detectors [--points N] [--steps N]

One core, CPU time. Most points are slopes with six channels; the costs of `shaking` and `surge`
come from gullies, a tenth as many, with four.
"""

import argparse
import platform
import resource
import sys
import time

import numpy as np
import psutil

from detectors.base import Verdict
from detectors.discovery import find_detectors
from detectors.engine import Engine
from detectors.series import FUSION_FIELDS, SERIES_FIELDS
from detectors.state.tracks import Round
from domain.frames import Names, Readings
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id

CHANNELS = ("crack", "gnss_e", "gnss_n", "gnss_u", "tilt_x", "rain")
SIGMA = {"crack": 0.3, "gnss_e": 3.0, "gnss_n": 3.0, "gnss_u": 5.0, "tilt_x": 0.01}
GULLY = ("vibration", "infrasound", "mud_level", "rain")
SIGMA |= {"vibration": 0.2, "infrasound": 0.3, "mud_level": 0.01}
START_MS = 1_780_000_000_000
STEP_MS = 600_000


class Timed:
    """A detector with a stopwatch."""

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self.seconds = 0.0
        self.readings = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def update(self, batch: Round) -> Verdict:
        """Judge, and add the time that it took."""
        began = time.process_time()
        verdict: Verdict = self._inner.update(batch)  # type: ignore[attr-defined]
        self.seconds += time.process_time() - began
        self.readings += len(batch)
        return verdict


def make_points(
    count: int,
    channels: tuple[str, ...] = CHANNELS,
    hazard: HazardType = HazardType.LANDSLIDE,
) -> dict[str, Point]:
    """Points with one device each."""
    ids = [make_point_id(f"5002{i // 9999:02d}", hazard, i % 9999) for i in range(count)]
    return {i: Point(i, i, hazard, 30.0, 108.0, devices=(Device(f"d{i}", channels),)) for i in ids}


def make_frame(
    ids: list[str], step: int, rng: np.random.Generator, channels: tuple[str, ...] = CHANNELS
) -> Readings:
    """One message of every point: noise about 1, some rain."""
    size = len(ids) * len(channels)
    sigma = np.array([SIGMA.get(name, 0.0) for name in channels])
    values = 1.0 + rng.normal(size=(len(ids), len(channels))) * sigma
    values[:, channels.index("rain")] = np.where(rng.random(len(ids)) < 0.1, 0.4, 0.0)
    point = np.repeat(np.arange(len(ids), dtype=np.int32), len(channels))
    times = np.full(size, START_MS + step * STEP_MS, np.int64)
    return Readings(
        Names(tuple(ids), point),
        Names(tuple(f"d{i}" for i in ids), point),
        Names(channels, np.tile(np.arange(len(channels), dtype=np.int32), len(ids))),
        times,
        times,
        values.ravel(),
        Names(("senml",), np.zeros(size, np.int32)),
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=11_000)
    parser.add_argument("--steps", type=int, default=48)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    points = make_points(options.points)
    ids = list(points)
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    before_mb = psutil.Process().memory_info().rss / 2**20
    engine = _measure(points, CHANNELS, options.steps, rng)
    series = len(ids) * len(CHANNELS)
    rss_mb = psutil.Process().memory_info().rss / 2**20
    print(f"memory over the start: {rss_mb - before_mb:.0f} MB for {series:,} series")
    gullies = make_points(options.points // 10, GULLY, HazardType.DEBRIS_FLOW)
    _measure(gullies, GULLY, options.steps, rng)
    _state()
    _small_frames(engine, ids[:50], options.steps, rng)
    _snapshots(points, ids[:1400], rng)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 / 2**10)
    print(f"peak {peak_mb:.0f} MB", file=sys.stderr)


def _measure(
    points: dict[str, Point], channels: tuple[str, ...], steps: int, rng: np.random.Generator
) -> Engine:
    """Print what a reading costs the engine, and each detector's part in it."""
    methods = tuple(Timed(detector) for detector in find_detectors())
    engine = Engine(points, methods=methods)  # type: ignore[arg-type]
    ids = list(points)
    engine.process(make_frame(ids, 0, rng, channels))
    for method in methods:
        method.seconds, method.readings = 0.0, 0
    spent, readings = 0.0, 0
    for step in range(1, steps):
        frame = make_frame(ids, step, rng, channels)
        began = time.process_time()
        engine.process(frame)
        spent += time.process_time() - began
        readings += len(frame)
    series = len(ids) * len(channels)
    print(f"{series:,} series, batches of {series:,}: {spent / readings * 1e6:.2f} us a reading")
    for method in methods:
        if method.readings:
            share = method.seconds / readings * 1e6
            own = method.seconds / method.readings * 1e6
            name = method.name
            print(f"  {name:10} {share:6.3f} us a reading of all, {own:6.3f} of its own channels")
    rest = spent - sum(method.seconds for method in methods)
    print(f"  arrival, quality, rings, levels: {rest / readings * 1e6:.3f} us a reading of all")
    return engine


def _state() -> None:
    """Print the bytes of state that each channel has, whoever uses them."""
    total = state_bytes()
    print(f"state of a channel: {sum(total.values()):,} bytes")
    print("  " + ", ".join(f"{name} {size}" for name, size in total.items()))


def state_bytes() -> dict[str, int]:
    """Bytes of state of one channel, by who owns them; every channel has all of them."""
    owned = {d.name: sum(f.row_bytes for f in d.fields) for d in find_detectors()}
    shared = sum(f.row_bytes for f in SERIES_FIELDS)
    fusion = sum(f.row_bytes for f in FUSION_FIELDS)
    return {"rings, quality and noise": shared, "fusion": fusion, **owned}


def _small_frames(engine: Engine, ids: list[str], step: int, rng: np.random.Generator) -> None:
    frames = [make_frame(ids, step + i, rng) for i in range(100)]
    took, spent = [], []
    for frame in frames:
        began, busy = time.perf_counter(), time.process_time()
        engine.process(frame)
        took.append(time.perf_counter() - began)
        spent.append(time.process_time() - busy)
    middle, worst = np.percentile(took, [50, 99]) * 1e3
    cpu = np.median(spent) * 1e3
    print(f"frame of 300 readings: median {middle:.1f} ms ({cpu:.1f} of CPU), p99 {worst:.1f} ms")


def _snapshots(points: dict[str, Point], ids: list[str], rng: np.random.Generator) -> None:
    engine = Engine(points)
    for step in range(3):
        engine.process(make_frame(ids, step, rng))
    began = time.perf_counter()
    blob = engine.snapshot()
    wrote = time.perf_counter() - began
    began = time.perf_counter()
    Engine(points).restore(blob)
    read = time.perf_counter() - began
    size = len(blob) / (len(ids) * len(CHANNELS))
    print(
        f"snapshot of {len(ids)} points x {len(CHANNELS)}: {wrote * 1e3:.0f} ms,"
        f" {size:.0f} bytes a series; restore {read * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    main()

"""Speed and memory of both stores: readings and feature rows of 11,000 points, batch by batch.

    python -m benchmarks.bench_storage [duckdb|influxdb] [--seconds 600]

Without a name both are measured, each in a process of its own.

A batch is what a second brings at 11,000 points x 6 channels every 10 s: 6,600 readings in eight
frames, and a feature row for each. Every 20th batch is a backlog, hours old. DuckDB writes into a
temporary folder; InfluxDB 1.x is started behind nginx, if both are installed.
"""

import argparse
import contextlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
from pydantic import SecretStr

from domain.frames import Features, Names, Readings
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id
from domain.registry import Registry
from domain.settings import InfluxSettings
from domain.topics import partition_of
from storage.base import Store
from storage.duck import DuckStore
from storage.influx import InfluxStore
from tests.storage.servers import TOKEN, Gateway, Influx

STORES = ("duckdb", "influxdb")
POINTS = 11_000
CHANNELS = ("crack", "tilt_x", "tilt_y", "rain", "battery", "rssi")
INTERVAL_S = 10
PARTITIONS = 8
START_MS = 1_790_000_000_000
HOUR_MS = 3_600_000

Batch = tuple[list[Readings], list[Features]]


class Load:
    """Makes batches; the same in every run."""

    def __init__(self) -> None:
        serials = divmod(np.arange(POINTS), 9999)
        self.points = tuple(
            make_point_id(f"5002{35 + area}", HazardType.LANDSLIDE, int(serial) + 1)
            for area, serial in zip(*serials, strict=True)
        )
        self.devices = tuple(f"d{i}" for i in range(POINTS))
        self.partition = np.array([partition_of(p, PARTITIONS) for p in self.points])
        self._random = np.random.default_rng(7)

    def registry(self) -> Registry:
        """Every point with one device."""
        places = ((p, Device(d, CHANNELS)) for p, d in zip(self.points, self.devices, strict=True))
        kind = HazardType.LANDSLIDE
        return Registry.of(Point(p, p, kind, 30.0, 108.0, devices=(d,)) for p, d in places)

    def batch(self, second: int, age_ms: int = 0, spread_ms: int = 1000) -> Batch:
        """Make what one second brings; a frame of readings and of features for each partition."""
        points = np.arange(second % INTERVAL_S, POINTS, INTERVAL_S)
        jitter = self._random.integers(0, spread_ms, len(points))
        times = START_MS - age_ms + second * 1000 + jitter
        shares = [points[self.partition[points] == p] for p in range(PARTITIONS)]
        frames = [self._readings(s, times[np.isin(points, s)]) for s in shares]
        return frames, [self._features(frame) for frame in frames]

    def _readings(self, points: np.ndarray, times: np.ndarray) -> Readings:
        rows = len(points) * len(CHANNELS)
        codes = np.repeat(np.arange(len(points), dtype=np.int32), len(CHANNELS))
        channels = np.tile(np.arange(len(CHANNELS), dtype=np.int32), len(points))
        return Readings(
            Names(tuple(self.points[i] for i in points), codes),
            Names(tuple(self.devices[i] for i in points), codes),
            Names(CHANNELS, channels),
            np.repeat(times, len(CHANNELS)),
            np.repeat(times + 50, len(CHANNELS)),
            self._random.normal(size=rows),
            Names(("senml",), np.zeros(rows, np.int32)),
        )

    def _features(self, frame: Readings) -> Features:
        rows = len(frame)
        moving = frame.channel.codes == 0
        velocity = np.where(moving, self._random.normal(size=rows), np.nan)
        names = (frame.point_id, frame.device_id, frame.channel)
        flag, level = np.ones(rows, np.uint8), np.zeros(rows, np.uint8)
        score = self._random.random(rows)
        motion = (velocity, velocity * 0.1, velocity * 10)
        water = np.where(frame.channel.codes == 1, self._random.random(rows), np.nan)
        tests = np.zeros(rows, np.uint32)
        rain = (water, water / 100)
        return Features(*names, frame.event_ms, flag, score, *motion, level, *rain, tests)


def measure(name: str, store: Store, load: Load, seconds: int) -> None:
    """Write batches as fast as the store takes them, and print what it cost."""
    times: dict[str, list[float]] = {"readings": [], "features": [], "backlog": []}
    rows = 0
    for second in range(seconds):
        readings, features = load.batch(second)
        rows += _timed(times["readings"], lambda r=readings: store.write_readings(r).rows)
        _timed(times["features"], lambda f=features: store.write_features(f).rows)
        if second % 20 == 19:
            late, _ = load.batch(second, age_ms=5 * HOUR_MS, spread_ms=2 * HOUR_MS)
            rows += _timed(times["backlog"], lambda r=late: store.write_readings(r).rows)
    again, _ = load.batch(0)
    _timed(times.setdefault("repeated", []), lambda: store.write_readings(again).rows)
    rss_mb = psutil.Process().memory_info().rss >> 20
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{name}: {seconds} batches, {rows:,} readings and as many feature rows")
    for what, spent in times.items():
        p50, p99, worst = np.percentile(spent, [50, 99, 100]) * 1000 if spent else [np.nan] * 3
        print(f"  {what:9s} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  max {worst:6.1f} ms a batch")
    written = rows / (sum(times["readings"]) + sum(times["backlog"]))
    print(f"  {written:,.0f} readings/s; RSS {rss_mb} MB, peak {peak_mb} MB")


def _timed(spent: list[float], call: Callable[[], int]) -> int:
    start = time.perf_counter()
    rows = call()
    spent.append(time.perf_counter() - start)
    return rows


@contextlib.contextmanager
def duckdb_store(folder: Path) -> Iterator[Store]:
    """Open a new embedded store."""
    store = DuckStore(folder / "record.duckdb")
    yield store
    store.close()
    print(f"  file {(folder / 'record.duckdb').stat().st_size >> 20} MB")


@contextlib.contextmanager
def influxdb_store(folder: Path, load: Load) -> Iterator[Store]:
    """Start InfluxDB and nginx, and open a store on them."""
    influx = Influx(folder / "influx")
    influx.start()
    gateway = Gateway(folder / "nginx", influx)
    try:
        gateway.start()
        influx.query("CREATE DATABASE geohazard")
        known = load.registry()
        settings = InfluxSettings(url=f"http://{gateway.address}", token=SecretStr(TOKEN))
        store = InfluxStore(settings, lambda: known, partitions=PARTITIONS)
        yield store
        store.close()
    finally:
        gateway.stop()
        influx.stop()


def main() -> None:
    """Measure one store or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", nargs="?", choices=STORES)
    parser.add_argument("--seconds", type=int, default=600)
    asked = parser.parse_args()
    if asked.store is None:
        for name in STORES:
            command = [sys.executable, "-m", __spec__.name, name, "--seconds", str(asked.seconds)]
            subprocess.run(command, check=True)
        return
    load = Load()
    if asked.store == "influxdb" and not (Influx.program() and Gateway.program()):
        print("influxdb: influxd or nginx is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        opened = (
            duckdb_store(Path(folder))
            if asked.store == "duckdb"
            else influxdb_store(Path(folder), load)
        )
        with opened as store:
            measure(asked.store, store, load, asked.seconds)


if __name__ == "__main__":
    main()

"""What a reading costs the engine by the size of the batch, with a record that passes many minutes.

    python -m benchmarks batches [--points N] [--readings N]

Readings of an offline record come in large batches, and its watermark passes a minute every few
dozen of them. The cost must not grow with what else stands in the batch. One core, CPU time.
"""

import argparse
import time

import numpy as np

from detectors.engine import Engine
from domain.frames import Names, Readings
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id

CHANNELS = ("crack", "tilt_x", "tilt_y", "rain", "battery", "rssi")
LEVELS = np.array([5.0, 1.0, 1.0, 0.0, 12.0, -80.0])
STEP_MS = 1_800_000
START_MS = 1_780_000_000_000
SIZES = (4_096, 16_384, 65_536, 262_144)


def make_record(ids: list[str], readings: int) -> Readings:
    """Points at rest, each at its own moment of the half hour."""
    rng = np.random.default_rng(1)
    width = len(CHANNELS)
    steps = -(-readings // (len(ids) * width))
    moment = np.sort(rng.integers(0, STEP_MS, len(ids)))
    times = START_MS + STEP_MS * np.arange(steps)[:, None, None] + moment[:, None]
    times = np.broadcast_to(times, (steps, len(ids), width)).ravel()[:readings]
    row = np.arange(readings)
    channel = row % width
    value = LEVELS[channel] + np.where(LEVELS[channel] > 0, 0.1, 0.0) * rng.normal(size=readings)
    device = Names(("d1",), np.zeros(readings, np.int32))
    return Readings(
        Names(tuple(ids), (row // width % len(ids)).astype(np.int32)),
        device,
        Names(CHANNELS, channel.astype(np.int32)),
        times,
        times,
        value,
        Names(("senml",), device.codes),
    )


def part_of(record: Readings, rows: slice) -> Readings:
    """Cut a batch out."""
    return Readings(
        record.point_id.take(rows),
        record.device_id.take(rows),
        record.channel.take(rows),
        record.event_ms[rows],
        record.received_ms[rows],
        record.value[rows],
        record.dialect.take(rows),
    )


def main() -> None:
    """Print the cost by size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=900)
    parser.add_argument("--readings", type=int, default=262_144)
    options = parser.parse_args()
    ids = [make_point_id("500235", HazardType.LANDSLIDE, i + 1) for i in range(options.points)]
    device = Device("d1", CHANNELS, STEP_MS / 1000.0)
    points = {i: Point(i, i, HazardType.LANDSLIDE, 30.0, 108.0, devices=(device,)) for i in ids}
    record = make_record(ids, options.readings)
    for size in SIZES:
        engine = Engine(points)
        began = time.process_time()
        for start in range(0, options.readings, size):
            engine.process(part_of(record, slice(start, start + size)))
        spent = time.process_time() - began
        print(f"batches of {size:7,}: {spent / options.readings * 1e6:.2f} us a reading")


if __name__ == "__main__":
    main()

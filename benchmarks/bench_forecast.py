"""Forecasts of the time of failure: what a call costs, and how wide a window must be.

Run ``python -m benchmarks forecast`` for the cost, and ``... forecast --calibrate SEED [SEED ...]``
to count again, on simulated failures, the factors ``EARLIER`` and ``LATER`` of
`detectors.failure_time.ensemble`.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from detectors.engine import Engine
from detectors.failure_time.ensemble import COVERAGE, EARLIER, LATER, UNSEEN_INTERVALS
from detectors.failure_time.forecast import forecast
from detectors.failure_time.history import history_of
from detectors.state.columns import F64
from domain.warnings import Forecast
from evaluation.data_set import DataSet, open_data_set
from sensors_sim.generate import GenerateConfig, generate
from sensors_sim.province import build_points
from sensors_sim.scenario import parse_scenario

HOUR_MS = 3_600_000
POINTS, DAYS, INTERVAL_S = 200, 11.0, 600.0
START_MS = 1_780_000_000_000
SCENARIO = """
description = "Many slopes fail, after hours or days, with everyday faults."
[weather]
showers_per_hour = 2.0
shower_peak_mm_h = [2.0, 40.0]
fronts_per_day = 3.0
[failures]
first_per_points = 5
first_onset_h = [48.0, 140.0]
tertiary_h = [6.0, 120.0]
onset_mm_per_h = [0.5, 4.0]
[surges]
per_1000_points_per_day = 0.1
[faults]
spike_per_day = 0.02
stuck_per_day = 0.002
drift_per_day = 0.001
step_per_day = 0.0005
dropout_per_day = 0.02
dropout_h = [0.5, 24.0]
duplicate_per_day = 0.05
clock_skew_per_day = 0.0005
"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--calibrate", type=int, nargs="+", metavar="SEED")
    options = parser.parse_args()
    if options.calibrate:
        calibrate(options.calibrate)
    else:
        cost(options.calls)


def cost(calls: int) -> None:
    """CPU time of a call: a failing crack, a step on a receiver, and noise."""
    hours = np.arange(32.0) / 6.0
    bins = np.arange(-122.0, 0.0, 4.0)
    failing = -60.0 * np.log1p(-np.maximum(hours, 0.0) / 8.0)
    rng = np.random.default_rng(1)
    shapes = {
        "failing crack": (failing, np.zeros(len(bins)), 0.1),
        "moving receiver": (200.0 + 5.0 * hours, 200.0 + 1.5 * bins, 3.0),
        "noise": (np.zeros(32), np.zeros(len(bins)), 3.0),
    }
    for name, (fine, coarse, noise) in shapes.items():
        history = history_of(
            np.round(hours * HOUR_MS).astype(np.int64),
            fine + noise * rng.normal(size=32),
            noise,
            bin_time_ms=np.round(bins * HOUR_MS).astype(np.int64),
            bin_value=coarse + 0.6 * noise * rng.normal(size=len(bins)),
            bin_noise=0.6 * noise,
            bin_ms=4.0 * HOUR_MS,
        )
        began = time.process_time()
        for _ in range(calls):
            made = forecast(history, floor_per_day=10.0, interval_days=1 / 144)
        spent = (time.process_time() - began) / calls
        said = "a window" if made.forecast else f"refused: {made.refused}"
        print(f"{name:16} {spent * 1e6:7.0f} us CPU a call ({said})")


def calibrate(seeds: list[int]) -> None:
    """Count on simulated failures; a point that fails has the same weight as any other."""
    rows: list[tuple[str, float, float, float, float]] = []
    unfounded = 0
    for seed in seeds:
        with TemporaryDirectory() as folder:
            record = _record(seed, Path(folder))
            ends = {event.point_id: event for event in record.truth.failures}
            for point_id, made in _forecasts(record):
                end = ends.get(point_id)
                if end is None or not end.start_ms <= made.made_at_ms <= end.end_ms:
                    unfounded += 1
                    continue
                rows.append((f"{seed}/{point_id}", *_hours(made, end.end_ms)))
    weight = _weights([row[0] for row in rows])
    left, ahead, early, late = np.array([row[1:] for row in rows]).T
    held = (early <= left) & (left <= late)
    step = INTERVAL_S / 3600.0
    # Half widths that were used, without the slack; the later one is LATER / EARLIER times longer.
    half = np.log((late - step) / ahead) / LATER
    away = np.where(left > ahead, np.log(np.maximum(left - step, ahead) / ahead) / LATER, 0.0)
    soon = np.log(ahead / np.minimum(left + UNSEEN_INTERVALS * step, ahead)) / EARLIER
    away = np.where(left < ahead, soon, away)
    order = np.argsort(away / half)
    share = np.cumsum(weight[order])
    print(f"{len(rows)} forecasts at {len(set(r[0] for r in rows))} failures, seeds {seeds}")
    print(f"unfounded: {unfounded}")
    print(f"held by the window: {held.mean():.3f}, by failure {float(weight @ held):.3f}")
    print(f"width against the time left, median {np.median((late - early) / left):.2f}")
    for wanted in (COVERAGE, 0.95):
        factor = float((away / half)[order][np.searchsorted(share, wanted)])
        print(f"{wanted:.0%}: EARLIER {factor * EARLIER:.2f}, LATER {factor * LATER:.2f}")


def _record(seed: int, folder: Path) -> DataSet:
    config = GenerateConfig(
        points=build_points(POINTS, seed, INTERVAL_S),
        scenario=parse_scenario(SCENARIO, "benchmark", "many-failures"),
        seed=seed,
        start_ms=START_MS,
        days=DAYS,
        out=folder / "record",
    )
    generate(config)
    return open_data_set(folder / "record")


def _forecasts(record: DataSet) -> Iterator[tuple[str, Forecast]]:
    engine = Engine(record.registry.points)
    for readings in record.batches(6 * POINTS):
        outcome = engine.process(readings)
        names = readings.point_id.to_list()
        for row, made in zip(outcome.forecast_rows, outcome.forecasts, strict=True):
            yield names[row], made


def _hours(made: Forecast, end_ms: int) -> tuple[float, float, float, float]:
    now = made.made_at_ms
    times = (end_ms, made.failure_ms, made.earliest_ms, made.latest_ms)
    left, ahead, early, late = ((at - now) / HOUR_MS for at in times)
    return left, ahead, early, late


def _weights(keys: list[str]) -> F64:
    count = Counter(keys)
    return np.array([1.0 / (count[key] * len(count)) for key in keys])


if __name__ == "__main__":
    main()

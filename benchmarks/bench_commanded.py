"""Processor time of readings between the regular ones, against the number of devices asked.

Some devices of a fleet are told to sample each second, the others go on each ten seconds. Model and
sampling run as in the live outlet, by a clock of their own and without a broker; the figure holds
the looks at the model and the messages made of them.
"""

import argparse
import time

from sensors_sim.fleet import Fleet
from sensors_sim.flow import Flow, Schedule
from sensors_sim.model import Model
from sensors_sim.province import build_points
from sensors_sim.sampling import Sampling
from sensors_sim.scenario import load_scenario

START_MS = 1_780_000_000_000
INTERVAL_MS = 10_000
EVERY_MS = 1_000


def measure(points: int, asked: int, seconds: int) -> tuple[int, float]:
    """Return how many extra readings were made, and the processor time that they took."""
    scenario = load_scenario("plum-rain")
    model = Model(build_points(points, 1, INTERVAL_MS / 1000), scenario, 1, START_MS, INTERVAL_MS)
    fleet = Fleet(model, scenario, "$dp")
    schedule = Schedule(START_MS, START_MS, 1.0)
    sampling = Sampling(model, fleet, schedule)
    begin_ms = START_MS + INTERVAL_MS
    made, cpu_s, told = 0, 0.0, False
    for item in Flow(model, fleet, schedule, begin_ms + seconds * 1000):
        if item.due_ms < begin_ms:
            continue
        if not told:
            told = True
            for row in range(0, points, points // asked)[:asked]:
                sampling.every(row, EVERY_MS, begin_ms)
        began_s = time.process_time()
        made += len(sampling.due(item.row, item.due_ms))
        cpu_s += time.process_time() - began_s
    return made, cpu_s


def main() -> None:
    """Measure a few devices, some, and thousands."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks commanded")
    parser.add_argument("--points", type=int, default=11_000)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    print(f"{options.points:,} points each 10 s, plum-rain; some told to sample each second")
    for asked in (1, 10, 100, 1_000, 5_000):
        made, cpu_s = measure(options.points, asked, options.seconds)
        print(
            f"  {asked:5,} devices: {made:6,} extra readings, {1e6 * cpu_s / max(made, 1):6.0f} us "
            f"each, {cpu_s / options.seconds:.3f} of a core"
        )


if __name__ == "__main__":
    main()

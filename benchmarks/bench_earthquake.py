"""Cost of an earthquake: every point of a partition shakes at once.

    python -m benchmarks earthquake

1,400 points (an eighth of 11,000) with six channels each, a reading every ten seconds; all shake
for a minute. CPU time of the engine a batch, before, during and after, and the warnings raised.
"""

import time

import numpy as np

from detectors.engine import Engine
from domain.frames import Names, Readings
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id

POINTS = 1400
CHANNELS = ("crack", "tilt_x", "vibration", "infrasound", "rain", "mud_level")
START_MS, STEP_MS = 1_780_000_000_000, 10_000
QUIET_STEPS, SHAKEN_STEPS, AFTER_STEPS = 120, 6, 40


def make_points(rng: np.random.Generator) -> dict[str, Point]:
    """Points of all kinds over the province."""
    kinds, found = list(HazardType), {}
    for number in range(POINTS):
        hazard = kinds[number % len(kinds)]
        point_id = make_point_id("500235", hazard, number)
        lat, lon = 28.5 + 3.0 * rng.random(), 105.5 + 4.0 * rng.random()
        device = Device(f"d{number}", CHANNELS, STEP_MS / 1000.0)
        found[point_id] = Point(point_id, "", hazard, lat, lon, devices=(device,))
    return found


def make_frame(ids: tuple[str, ...], step: int, shaken: bool, rng: np.random.Generator) -> Readings:
    """One reading of every channel."""
    sigma = np.array([0.02, 0.003, 0.1, 0.05, 0.0, 0.01])
    values = np.abs(sigma * rng.normal(size=(POINTS, len(CHANNELS))))
    values += np.array([0.0, 0.0, 20.0, 5.0, 0.0, 0.0]) * shaken
    rows = values.size
    points = np.repeat(np.arange(POINTS), len(CHANNELS)).astype(np.int32)
    channels = np.tile(np.arange(len(CHANNELS)), POINTS).astype(np.int32)
    times = np.full(rows, START_MS + step * STEP_MS)
    return Readings(
        Names(ids, points),
        Names(tuple(f"d{i}" for i in range(POINTS)), points),
        Names(CHANNELS, channels),
        times,
        times,
        values.ravel(),
        Names(("senml",), np.zeros(rows, np.int32)),
    )


def main() -> None:
    """Print the cost of a batch in each phase."""
    rng = np.random.default_rng(1)
    points = make_points(rng)
    engine, step = Engine(points), 0
    for phase, steps in (
        ("quiet", QUIET_STEPS),
        ("shaken", SHAKEN_STEPS),
        ("after", AFTER_STEPS),
    ):
        took, raised = [], 0
        for _ in range(steps):
            frame = make_frame(tuple(points), step, phase == "shaken", rng)
            began = time.process_time()
            outcome = engine.process(frame)
            took.append(time.process_time() - began)
            raised += sum(w.level > 0 for w in outcome.warnings)
            step += 1
        middle, worst = 1e3 * np.median(took), 1e3 * max(took)
        each = 1e6 * np.median(took) / (POINTS * len(CHANNELS))
        cost = f"{middle:5.0f} ms a batch, at most {worst:.0f}; {each:.1f} us a reading"
        print(f"{phase:6s} {cost}; {raised} of {POINTS} points warned of")


if __name__ == "__main__":
    main()

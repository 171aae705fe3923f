"""Quality flags against the faults that there were, test by test.

Run ``python -m benchmarks quality DIR`` on a record of ``geohazard sim generate``. Recall is by
occurrence, among those that can be seen: large enough (`SEEN`), and for stuck sensors long enough.
Precision is by reading, among those of which the test spoke: right if the fault is there, or has
ended within `AFTER` intervals (the way back is a jump as well).
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detectors.engine import Engine
from domain.frames import Readings
from domain.quality import Test
from evaluation.data_set import DataSet, open_data_set
from evaluation.spans import SeriesKeys, Spans
from evaluation.truth import Event

AFTER = 4
STUCK_READINGS = 12
SEEN = {
    "crack": 2.5,
    "gnss_e": 25.0,
    "gnss_n": 25.0,
    "gnss_u": 40.0,
    "tilt_x": 0.12,
    "tilt_y": 0.12,
    "soil_moisture": 5.5,
    "pore_pressure": 3.5,
    "groundwater": 0.35,
    "mud_level": 0.35,
    "battery": 1.1,
    "rssi": 16.0,
    "rain": 17.0,
    "acceleration": np.inf,
    "vibration": np.inf,
    "infrasound": np.inf,
}
"""Smallest jump that the spike test asks about (`detectors.quality.limits`), and a little more: six
times the noise of an ordinary instrument. One reading of shaking may be the whole event."""

JUMPS = (
    "spike",
    "outlier",
    "step",
    "baseline_jump",
    "wrong_unit",
    "swapped_axes",
    "drift",
    "stuck",
)
CLOCKS = ("clock_skew", "clock_drift")


@dataclass(frozen=True)
class Question:
    """One kind of fault: what finds it, and what else its test may rightly speak of."""

    faults: tuple[str, ...]
    tests: Test
    right: tuple[str, ...]


QUESTIONS = {
    "spike": Question(
        ("spike", "outlier"), Test.SPIKE | Test.GROSS_RANGE | Test.CLIMATOLOGY, JUMPS
    ),
    "stuck": Question(("stuck",), Test.FLAT_LINE | Test.ATTENUATED, ("stuck", "wrong_unit")),
    "jump": Question(("step", "baseline_jump"), Test.SPIKE | Test.JUMP, JUMPS),
    "unit": Question(("wrong_unit",), Test.UNIT, ("wrong_unit",)),
    "clock": Question(CLOCKS, Test.CLOCK, CLOCKS),
}


def asked(event: Event, interval_ms: int) -> bool:
    """Whether a fault can be seen in the values at all."""
    if event.kind in CLOCKS:
        return True
    if event.kind == "stuck":
        long = event.end_ms - event.start_ms >= (STUCK_READINGS - 1) * interval_ms
        return long and event.channel != "rain"
    return abs(event.size or 0.0) >= SEEN.get(event.channel, 0.0)


class Tally:
    """Counts one question over the batches of a record."""

    def __init__(self, question: Question, data: DataSet, keys: SeriesKeys) -> None:
        interval_ms = round(1000 * data.info.interval_s)
        mine = [e for e in data.truth.faults if e.kind in question.faults]
        self.events = [e for e in mine if asked(e, interval_ms)]
        self.unseen = len(mine) - len(self.events)
        late = AFTER * interval_ms
        self.spans = Spans(keys, self.events, after_ms=late if "step" in question.faults else 0)
        right = [e for e in data.truth.faults if e.kind in question.right]
        self.near = Spans(keys, right, after_ms=late)
        self.clocks = Spans(keys, [e for e in data.truth.faults if e.kind in CLOCKS])
        self.bits = np.uint16(question.tests)
        self.by_receipt = question.faults == CLOCKS
        self.heard, self.found = np.zeros((2, len(self.events)), bool)
        self.spoke = self.right = self.touched = self.touched_spoke = 0

    def see(self, key: np.ndarray, readings: Readings, tests: np.ndarray) -> None:
        """Take a batch."""
        # Readings of a wrong clock happened when they were received.
        wrong = self.clocks.find(key, readings.received_ms) >= 0
        at_ms = np.where(self.by_receipt | wrong, readings.received_ms, readings.event_ms)
        spoke = (tests & self.bits) > 0
        place = self.spans.find(key, at_ms)
        inside = place >= 0
        self.heard[place[inside]] = True
        self.found[place[inside & spoke]] = True
        self.touched += int(inside.sum())
        self.touched_spoke += int((inside & spoke).sum())
        self.spoke += int(spoke.sum())
        self.right += int((spoke & (self.near.find(key, at_ms) >= 0)).sum())

    def line(self, name: str) -> str:
        """Write the result."""
        heard = int(self.heard.sum())
        recall = self.found.sum() / max(heard, 1)
        share = self.touched_spoke / max(self.touched, 1)
        precision = self.right / max(self.spoke, 1)
        return (
            f"{name:6} {heard:6} seen, {self.unseen:5} cannot be seen   recall {recall:.3f}"
            f"   readings {share:.3f}   precision {precision:.3f} of {self.spoke}"
        )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    data = open_data_set(parser.parse_args().folder)
    keys = SeriesKeys({d: pair[1] for d, pair in data.registry.devices.items()})
    tallies = {name: Tally(question, data, keys) for name, question in QUESTIONS.items()}
    engine = Engine(data.registry.points)
    for batch in data.batches():
        outcome = engine.process(batch)
        used = batch.take(outcome.feature_rows)
        key = keys.of(used)
        for tally in tallies.values():
            tally.see(key, used, outcome.tests)
    print(f"{data.info.scenario}, seed {data.info.seed}, {data.info.points} points")
    for name, tally in tallies.items():
        print(tally.line(name))


if __name__ == "__main__":
    main()

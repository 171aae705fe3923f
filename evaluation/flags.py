"""Quality flags against the faults that there were.

Counted by occurrence (was any reading of the fault flagged?) and by reading. *Flagged* is SUSPECT
or FAIL, or refused at ingest's door. Three things keep it fair:

- A flag within `AFTER_INTERVALS` readings after a fault is neither right nor wrong: instruments
  come back with a jump. A step or a jump, which stays, may be caught within `STAY_INTERVALS`: a
  small one shows only when several readings have come after it.
- Faults that leave the values as they are (a message repeated, a device offline) are not asked of
  the flags; `evaluation.silence` looks at them.
- A fault smaller than `flag_counts.SEEN_LEAST` of its channel changes nothing that anyone could
  see or that could mislead; it is counted apart (``unseen``), if the truth tells its size. A value
  that is stuck shows by what is missing: it is seen if the channel would have moved by a fifth of
  that meanwhile (`flag_counts.STUCK_LEAST`: a rain gauge by all of it, a crack by half), and if it
  stands for `STUCK_READINGS` or more. A single high reading of shaking or sound is what a real
  event looks like, so a spike there is unseen.

Each test that spoke is judged by itself, too (`domain.quality.Test`): of the readings that it
named, how many did a fault touch, and how many one of the kinds that it is for? A jump that is
noted and taken out of the motion is caught, though its readings stay good. A fault that lasts ends
with a jump: one that is named within `STAY_INTERVALS` after it is neither right nor wrong, for it
is as hard to make sure of as any other. A note of a low battery is held against the power losses
of the `BEFORE_H` hours after it.

Clock faults are found by the time of receipt, for their readings carry the wrong time.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from detectors.engine import Outcome
from domain.frames import Readings
from domain.levels import Flag
from domain.quality import Test
from domain.registry import Registry
from evaluation.failures import HOUR_MS
from evaluation.fault_kind import U16, FaultKind, Mask
from evaluation.flag_counts import (
    CLAIMS,
    CLOCKS,
    NAMED_BY,
    POWER_LOSS,
    STAY,
    FlagCount,
    NamedCount,
)
from evaluation.intervals import Share
from evaluation.spans import SeriesKeys, Spans
from evaluation.truth import FAILURE, HARMLESS, MOVING, OFFLINE, Truth

AFTER_INTERVALS = 4
STAY_INTERVALS = 12
BEFORE_H = 24.0


@dataclass
class _Named:
    """Readings that one test named."""

    of_fault: int = 0
    of_own: int = 0
    wrong: int = 0
    faults: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, count: int) -> None:
        if count:
            self.faults[kind] = self.faults.get(kind, 0) + count


@dataclass
class FlagTally:
    """Counts flags as batches pass (`evaluation.replay.Watcher`)."""

    registry: Registry
    truth: Truth
    interval_ms: int
    kinds: dict[str, FaultKind] = field(default_factory=dict)
    right: int = 0
    wrong: int = 0
    wrong_by_channel: dict[str, int] = field(default_factory=dict)
    wrong_on_moving: int = 0
    named: dict[Test, _Named] = field(default_factory=lambda: {test: _Named() for test in Test})

    def __post_init__(self) -> None:
        self._keys = SeriesKeys({d: pair[1] for d, pair in self.registry.devices.items()})
        seen = [e for e in self.truth.faults if e.kind not in (*OFFLINE, *HARMLESS)]
        after_ms = AFTER_INTERVALS * self.interval_ms
        for kind in sorted({event.kind for event in seen}):
            events = [event for event in seen if event.kind == kind]
            longer = STAY_INTERVALS * self.interval_ms if kind in STAY else 0
            spans = Spans(self._keys, events, after_ms=longer)
            self.kinds[kind] = FaultKind(
                events, spans, by_receipt=kind in CLOCKS, stays=kind in STAY
            )
        before = [
            replace(e, start_ms=e.start_ms - round(BEFORE_H * HOUR_MS), end_ms=e.start_ms)
            for e in self.truth.faults
            if e.kind == POWER_LOSS
        ]
        if before:
            self.kinds[POWER_LOSS] = FaultKind(before, Spans(self._keys, before), aside=True)
        stay_ms = (STAY_INTERVALS - AFTER_INTERVALS) * self.interval_ms
        values = [
            replace(e, end_ms=e.end_ms + stay_ms) if e.kind in STAY else e
            for e in seen
            if e.kind not in CLOCKS
        ]
        clocks = [e for e in seen if e.kind in CLOCKS]
        self._near_values = Spans(self._keys, values, after_ms=after_ms)
        self._near_clocks = Spans(self._keys, clocks, after_ms=after_ms)
        lasting = [e for e in seen if e.kind not in CLOCKS and e.end_ms > e.start_ms]
        longest_ms = STAY_INTERVALS * self.interval_ms
        self._near_returns = Spans(self._keys, lasting, after_ms=longest_ms)

    def refuse(self, readings: Readings) -> None:
        """Take readings that the door refused: as good as flagged."""
        ahead = readings.event_ms > readings.received_ms
        tests = np.where(ahead, Test.CLOCK, Test.GROSS_RANGE).astype(np.uint16)
        self._count(readings, np.ones(len(readings), np.bool_), tests)

    def see(self, readings: Readings, outcome: Outcome) -> None:
        """Take a batch and its flags."""
        used = readings.take(outcome.feature_rows)
        flag = outcome.features.flag
        bad = (flag == Flag.SUSPECT) | (flag == Flag.FAIL)
        self._count(used, bad, outcome.tests)

    def result(self) -> FlagCount:
        """Everything so far."""
        by_test = {
            test.names[0]: self._named_count(test, named)
            for test, named in self.named.items()
            if named.of_fault + named.wrong
        }
        return FlagCount(
            kinds={name: kind.count() for name, kind in self.kinds.items() if not kind.aside},
            right=Share.of_counts(self.right, self.right + self.wrong),
            false_by_channel=dict(sorted(self.wrong_by_channel.items())),
            false_on_moving=self.wrong_on_moving,
            tests={
                name: count.of_fault
                for name, count in by_test.items()
                if any(name == test.names[0] for test in CLAIMS)
            },
            by_test=by_test,
        )

    def _count(self, readings: Readings, flagged: Mask, tests: U16) -> None:
        key = self._keys.of(readings)
        near_value = self._near_values.find(key, readings.event_ms) >= 0
        near_clock = self._near_clocks.find(key, readings.received_ms) >= 0
        near = near_value | near_clock
        inside = np.zeros(len(near), np.bool_)
        own = np.zeros(len(near), np.uint16)
        for name, kind in self.kinds.items():
            rows = np.arange(len(near)) if kind.aside else np.flatnonzero(near)
            at = (readings.received_ms if kind.by_receipt else readings.event_ms)[rows]
            place = kind.spans.find(key[rows], at)
            rows, at, place = rows[place >= 0], at[place >= 0], place[place >= 0]
            answer = NAMED_BY.get(name, Test(0))
            own[rows] |= np.uint16(answer)
            if not kind.aside:
                inside[rows] = True
            hint = answer if kind.aside else Test.JUMP if kind.stays else Test(0)
            kind.note(place, at, flagged[rows] | (tests[rows] & hint > 0), tests[rows])
            for test, named in self.named.items():
                if not kind.aside or test == answer:
                    named.add(name, int((tests[rows] & test > 0).sum()))
        self.right += int((flagged & inside).sum())
        returns = self._near_returns.find(key, readings.event_ms) >= 0
        self._count_named(tests, inside, {Test.JUMP: near | returns}, near, own)
        self._note_wrong(readings.take(np.flatnonzero(flagged & ~near)))

    def _count_named(
        self, tests: U16, inside: Mask, near_of: dict[Test, Mask], near: Mask, own: U16
    ) -> None:
        for test, named in self.named.items():
            spoke = tests & test > 0
            if not spoke.any():
                continue
            answered = own & test > 0
            named.of_fault += int((spoke & (inside | answered)).sum())
            named.of_own += int((spoke & answered).sum())
            none = int((spoke & ~near_of.get(test, near) & ~answered).sum())
            named.wrong += none
            named.add("none", none)

    def _named_count(self, test: Test, named: _Named) -> NamedCount:
        total = named.of_fault + named.wrong
        own = [kind for name, kind in self.kinds.items() if NAMED_BY.get(name) == test]
        caught = [k.judged() & (k.named.get(test, np.zeros(len(k.events))) > 0) for k in own]
        return NamedCount(
            named=total,
            of_fault=Share.of_counts(named.of_fault, total),
            of_own=Share.of_counts(named.of_own, total),
            recall=Share.of_counts(
                sum(int(c.sum()) for c in caught), sum(int(k.judged().sum()) for k in own)
            ),
            faults=dict(sorted(named.faults.items())),
        )

    def _note_wrong(self, readings: Readings) -> None:
        self.wrong += len(readings)
        counts = np.bincount(readings.channel.codes, minlength=len(readings.channel.names))
        for name, count in zip(readings.channel.names, counts.tolist(), strict=True):
            if count:
                self.wrong_by_channel[name] = self.wrong_by_channel.get(name, 0) + count
        for point_id, at_ms in zip(
            readings.point_id.to_list(), readings.event_ms.tolist(), strict=True
        ):
            self.wrong_on_moving += any(
                event.start_ms <= at_ms <= event.end_ms
                for event in self.truth.of_kind(point_id, FAILURE, *MOVING)
            )

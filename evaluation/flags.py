"""Quality flags against the faults that there were.

Counted by occurrence (was any reading of the fault flagged?) and by reading. *Flagged* is SUSPECT
or FAIL, or refused at ingest's door. Three things keep it fair:

- A flag within `AFTER_INTERVALS` readings after a fault is neither right nor wrong: instruments
  come back with a jump. A step, which stays, may be caught in that time.
- Faults that leave the values as they are (a message repeated, a device offline) are not asked of
  the flags; `evaluation.silence` looks at them.
- A fault smaller than `SEEN_LEAST` of its channel changes nothing that anyone could see or that
  could mislead; it is counted apart (``unseen``), if the truth tells its size. A value that is
  stuck shows by what is missing: it is seen if the channel would have moved by a fifth of that
  meanwhile (a rain gauge: by all of it), and if it stands for `STUCK_READINGS` or more. A single
  high reading of shaking or sound is what a real event looks like, so a spike there is unseen.

Each test that spoke is judged by itself, too (`domain.quality.Test`): of the readings that it
named, how many did a fault touch? A jump that is noted and taken out of the motion is caught,
though its readings stay good.

Clock faults are found by the time of receipt, for their readings carry the wrong time.
"""

from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt

from detectors.engine import Outcome
from domain.channels import CHANNELS
from domain.frames import Readings
from domain.levels import Flag
from domain.quality import Test
from domain.registry import Registry
from evaluation.intervals import Share
from evaluation.spans import I64, SeriesKeys, Spans
from evaluation.truth import FAILURE, HARMLESS, MOVING, OFFLINE, Event, Truth

CLOCKS = frozenset(("clock_skew", "clock_drift"))
AFTER_INTERVALS = 4
STUCK_READINGS = 6
STAY = frozenset(("step", "baseline_jump"))
SEEN_LEAST = {
    "crack": 1.0,
    "gnss_e": 15.0,
    "gnss_n": 15.0,
    "gnss_u": 30.0,
    "tilt_x": 0.05,
    "tilt_y": 0.05,
    "acceleration": 30.0,
    "vibration": 3.0,
    "rain": 2.0,
    "soil_moisture": 3.0,
    "pore_pressure": 2.0,
    "groundwater": 0.2,
    "mud_level": 0.2,
    "infrasound": 0.5,
    "battery": 0.5,
    "rssi": 10.0,
}
"""In the channel's unit: several times the scatter and the daily swing of a good instrument."""

Mask = npt.NDArray[np.bool_]
JUDGED = tuple(test for test in Test if test not in (Test.GAP, Test.BATTERY, Test.THERMAL))
"""Tests that claim a fault of the value; the others note what may well be so."""

U16 = npt.NDArray[np.uint16]


class KindCount(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of fault: shares of occurrences and of readings that were flagged.

    Attributes
    ----------
    unheard
        Occurrences of which no reading arrived.
    unseen
        Occurrences too small or too short to be seen, by the truth; not among the others.
    """

    occurrences: Share
    readings: Share
    unheard: int
    unseen: int


class FlagCount(msgspec.Struct, frozen=True, kw_only=True):
    """All flags of a run.

    Attributes
    ----------
    right
        Flagged readings of a fault among all that were flagged (those shortly after a fault left
        out): the precision of a flag.
    false_by_channel
        Flagged readings without a fault, by channel.
    false_on_moving
        Of these, the ones at a point that was failing or accelerating: flags that could hide it.
    tests
        By test: readings of a fault among all that it named.
    """

    kinds: dict[str, KindCount]
    right: Share
    false_by_channel: dict[str, int]
    false_on_moving: int
    tests: dict[str, Share] = {}


@dataclass
class _Kind:
    events: list[Event]
    spans: Spans
    by_receipt: bool
    stays: bool
    seen: I64
    flagged: I64
    readings: int = 0
    readings_flagged: int = 0


@dataclass
class FlagTally:
    """Counts flags as batches pass (`evaluation.replay.Watcher`)."""

    registry: Registry
    truth: Truth
    interval_ms: int
    kinds: dict[str, _Kind] = field(default_factory=dict)
    right: int = 0
    wrong: int = 0
    wrong_by_channel: dict[str, int] = field(default_factory=dict)
    wrong_on_moving: int = 0
    named: dict[Test, list[int]] = field(default_factory=lambda: {test: [0, 0] for test in JUDGED})

    def __post_init__(self) -> None:
        self._keys = SeriesKeys({d: pair[1] for d, pair in self.registry.devices.items()})
        visible = [e for e in self.truth.faults if e.kind not in (*OFFLINE, *HARMLESS)]
        after_ms = AFTER_INTERVALS * self.interval_ms
        for kind in sorted({event.kind for event in visible}):
            events = [event for event in visible if event.kind == kind]
            longer = after_ms if kind in STAY else 0
            spans = Spans(self._keys, events, after_ms=longer)
            zero = np.zeros(len(events), np.int64)
            self.kinds[kind] = _Kind(events, spans, kind in CLOCKS, kind in STAY, zero, zero.copy())
        values = [e for e in visible if e.kind not in CLOCKS]
        clocks = [e for e in visible if e.kind in CLOCKS]
        self._near_values = Spans(self._keys, values, after_ms=after_ms)
        self._near_clocks = Spans(self._keys, clocks, after_ms=after_ms)

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
        return FlagCount(
            kinds={name: _kind_count(kind) for name, kind in self.kinds.items()},
            right=Share.of_counts(self.right, self.right + self.wrong),
            false_by_channel=dict(sorted(self.wrong_by_channel.items())),
            false_on_moving=self.wrong_on_moving,
            tests={
                test.names[0]: Share.of_counts(right, right + wrong)
                for test, (right, wrong) in self.named.items()
                if right + wrong
            },
        )

    def _count(self, readings: Readings, flagged: Mask, tests: U16) -> None:
        key = self._keys.of(readings)
        near_value = self._near_values.find(key, readings.event_ms) >= 0
        near_clock = self._near_clocks.find(key, readings.received_ms) >= 0
        near = near_value | near_clock
        rows = np.flatnonzero(near)
        inside = np.zeros(len(rows), np.bool_)
        for kind in self.kinds.values():
            at = readings.received_ms if kind.by_receipt else readings.event_ms
            place = kind.spans.find(key[rows], at[rows])
            hit = place >= 0
            inside |= hit
            caught = flagged[rows] | (kind.stays & (tests[rows] & Test.JUMP > 0))
            _note(kind, place[hit], at[rows][hit], caught[hit])
        self.right += int((flagged[rows] & inside).sum())
        for test, counts in self.named.items():
            counts[0] += int((tests[rows][inside] & test > 0).sum())
            counts[1] += int((tests[~near] & test > 0).sum())
        self._note_wrong(readings.take(np.flatnonzero(flagged & ~near)))

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


def _note(kind: _Kind, place: I64, at_ms: I64, flagged: Mask) -> None:
    """Count readings of one kind of fault; ``place`` names the occurrence of each."""
    size = len(kind.events)
    kind.seen += np.bincount(place, minlength=size)
    kind.flagged += np.bincount(place[flagged], minlength=size)
    ends = np.array([event.end_ms for event in kind.events], np.int64)
    touched = at_ms <= ends[place]
    kind.readings += int(touched.sum())
    kind.readings_flagged += int((touched & flagged).sum())


def _kind_count(kind: _Kind) -> KindCount:
    visible = np.array(
        [_visible(event, n) for event, n in zip(kind.events, kind.seen.tolist(), strict=True)],
        np.bool_,
    )
    heard = kind.seen > 0
    judged = visible & heard
    return KindCount(
        occurrences=Share.of_counts(int((judged & (kind.flagged > 0)).sum()), int(judged.sum())),
        readings=Share.of_counts(kind.readings_flagged, kind.readings),
        unheard=int((~heard).sum()),
        unseen=int((~visible & heard).sum()),
    )


def _visible(event: Event, readings: int) -> bool:
    if event.kind == "stuck" and readings < STUCK_READINGS:
        return False
    if event.size is None or event.kind in CLOCKS:
        return True
    if event.kind == "spike" and CHANNELS[event.channel].family == "dynamic":
        return False
    least = SEEN_LEAST.get(event.channel, 0.0)
    if event.kind == "stuck" and event.channel != "rain":
        least /= 5.0
    return abs(event.size) >= least

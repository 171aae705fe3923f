"""One kind of fault: how much of it was heard, flagged and named."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from domain.quality import Test
from evaluation.flag_counts import KindCount, visible
from evaluation.intervals import Share
from evaluation.spans import I64, Spans
from evaluation.truth import Event

Mask = npt.NDArray[np.bool_]
U16 = npt.NDArray[np.uint16]


@dataclass
class FaultKind:
    """Occurrences of one kind; ``aside``: known of beforehand only, and no excuse for a flag."""

    events: list[Event]
    spans: Spans
    by_receipt: bool = False
    stays: bool = False
    aside: bool = False
    readings: int = 0
    readings_flagged: int = 0
    named: dict[Test, I64] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seen, self.flagged = np.zeros((2, len(self.events)), np.int64)

    def note(self, place: I64, at_ms: I64, caught: Mask, tests: U16) -> None:
        """Count readings of this kind; ``place`` names the occurrence of each."""
        size = len(self.events)
        self.seen += np.bincount(place, minlength=size)
        self.flagged += np.bincount(place[caught], minlength=size)
        ends = np.array([event.end_ms for event in self.events], np.int64)
        touched = at_ms <= ends[place]
        self.readings += int(touched.sum())
        self.readings_flagged += int((touched & caught).sum())
        for test in Test:
            spoke = tests & test > 0
            if spoke.any():
                counts = self.named.setdefault(test, np.zeros(size, np.int64))
                counts += np.bincount(place[spoke], minlength=size)

    def judged(self) -> Mask:
        """Occurrences that were heard and could be seen, shape (occurrences,)."""
        pairs = zip(self.events, self.seen.tolist(), strict=True)
        could = np.array([visible(event, readings) for event, readings in pairs], np.bool_)
        judged: Mask = could & (self.seen > 0)
        return judged

    def count(self) -> KindCount:
        """Everything of this kind so far."""
        heard, judged = self.seen > 0, self.judged()
        return KindCount(
            occurrences=Share.of_counts(
                int((judged & (self.flagged > 0)).sum()), int(judged.sum())
            ),
            readings=Share.of_counts(self.readings_flagged, self.readings),
            unheard=int((~heard).sum()),
            unseen=int((heard & ~judged).sum()),
            tests={t.names[0]: int((judged & (n > 0)).sum()) for t, n in self.named.items()},
        )

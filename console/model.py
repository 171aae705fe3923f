"""What the page shows now: every point's state, the last warnings, each process's figures.

Bounded whatever comes: an entry for each registered point, the last `MOST_WARNINGS` changes of
level and `MOST_SILENCES` of silence (which come by the hundred and must not push a red one out),
one standing warning for each point, `MOST_SEEN` ids. Everything carries the revision in which it
changed, so that each browser is sent only what it has not seen, without a buffer of its own.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.frames import States
from domain.registry import Registry
from domain.warnings import WarningEvent, WarningKind
from storage.histories import LatestStates, Produced

MOST_WARNINGS = 500
MOST_SILENCES = 250
MOST_SEEN = 20_000
SILENCE = (WarningKind.SILENT, WarningKind.REPORTING)
_NEVER = -1


@dataclass(frozen=True)
class Entry:
    """A warning in the list, and the revision in which it came or was acknowledged."""

    event: WarningEvent
    produced_ms: int
    revision: int


class Model:
    """The state of the province.

    Parameters
    ----------
    registry
        Its points, in the order in which arrays hold them.

    Attributes
    ----------
    ids
        Point ids, in the order of the arrays.
    level, silent, event_ms
        Of each point; ``event_ms`` is -1 for a point of which nothing is known.
    revision
        Grows with every change.
    edition
        Grows with every new registry: rows have moved.
    """

    def __init__(self, registry: Registry) -> None:
        self.revision = 0
        self.edition = 0
        self._levels: deque[Entry] = deque(maxlen=MOST_WARNINGS)
        self._silences: deque[Entry] = deque(maxlen=MOST_SILENCES)
        self.standing: dict[str, WarningEvent] = {}
        self._acknowledged: OrderedDict[str, WarningEvent] = OrderedDict()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._place(registry)

    def set_registry(self, registry: Registry) -> None:
        """Take a new registry; what is known of points that stay is kept."""
        index, before = self._index, (self.level, self.silent, self.event_ms)
        self._place(registry)
        stay = [(self._index[p], i) for p, i in index.items() if p in self._index]
        to, source = np.array(stay, np.intp).reshape(-1, 2).T
        self.level[to], self.silent[to], self.event_ms[to] = (old[source] for old in before)
        self.standing = {p: w for p, w in self.standing.items() if p in self._index}
        self.revision += 1
        self.edition += 1

    def take_states(self, frame: States | LatestStates) -> None:
        """Note states; one that is older than what is known of its point changes nothing."""
        if isinstance(frame, LatestStates):
            columns = zip(frame.point_id, frame.event_ms, frame.level, frame.silent, strict=True)
        else:
            numbers = (frame.event_ms, frame.level, frame.silent)
            columns = zip(frame.point_id.to_list(), *(n.tolist() for n in numbers), strict=True)
        self.revision += 1
        for point_id, event_ms, level, silent in columns:
            row = self._index.get(point_id)
            if row is not None and event_ms >= self.event_ms[row]:
                self._set(row, event_ms, level, silent)

    def take_warning(self, event: WarningEvent, produced_ms: int) -> bool:
        """Note a warning; returns whether it is new."""
        if event.id in self._seen:
            return False
        self._seen[event.id] = None
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        self.revision += 1
        entry = Entry(event, produced_ms, self.revision)
        if event.acknowledgement is not None:
            self._acknowledge(event, event.acknowledgement.about)
        else:
            self._apply(event)
        _insert(self._silences if event.kind in SILENCE else self._levels, entry)
        return True

    @property
    def warnings(self) -> list[Entry]:
        """Warnings that are held, newest first."""
        both = (*self._levels, *self._silences)
        return sorted(both, key=lambda entry: entry.produced_ms, reverse=True)

    def find(self, warning_id: str) -> WarningEvent | None:
        """Find a warning among those that are held."""
        held = (entry.event for entry in self.warnings)
        standing = iter(self.standing.values())
        return next((w for source in (held, standing) for w in source if w.id == warning_id), None)

    def acknowledgement(self, warning_id: str) -> WarningEvent | None:
        """Return the event that acknowledged a warning."""
        return self._acknowledged.get(warning_id)

    def row(self, point_id: str) -> int | None:
        """Place of a point in the arrays."""
        return self._index.get(point_id)

    def newest_ms(self) -> int:
        """How far event time has come at any point; 0 if nothing is known."""
        return max(0, int(self.event_ms.max(initial=0)))

    def changed_points(self, since: int) -> npt.NDArray[np.intp]:
        """Rows of the points that changed after a revision."""
        return np.flatnonzero(self._changed > since)

    def changed_warnings(self, since: int) -> Iterator[Entry]:
        """Warnings that came, or were acknowledged, after a revision; oldest first."""
        return (entry for entry in reversed(self.warnings) if entry.revision > since)

    def _place(self, registry: Registry) -> None:
        self.registry = registry
        self.ids = list(registry.points)
        self._index = {point_id: i for i, point_id in enumerate(self.ids)}
        n = len(self.ids)
        self.level = np.zeros(n, np.uint8)
        self.silent = np.zeros(n, np.uint8)
        self.event_ms = np.full(n, _NEVER, np.int64)
        self._changed = np.zeros(n, np.int64)

    def _set(self, row: int, event_ms: int, level: int, silent: int) -> None:
        known = self.event_ms[row] != _NEVER
        if not known or self.level[row] != level or self.silent[row] != silent:
            self.level[row], self.silent[row] = level, silent
            self._changed[row] = self.revision
        self.event_ms[row] = event_ms

    def _apply(self, event: WarningEvent) -> None:
        """Let a change of level be seen at once; the state that says the same follows."""
        standing = self.standing.get(event.point_id)
        if standing is None or event.event_ms >= standing.event_ms:
            self.standing[event.point_id] = event
        row = self._index.get(event.point_id)
        if row is None or event.event_ms < self.event_ms[row]:
            return
        quiet = {WarningKind.SILENT: 1, WarningKind.REPORTING: 0}
        known = int(self.silent[row])
        silent = known if event.of_instrument else quiet.get(event.kind, known)
        self._set(row, event.event_ms, event.level, silent)

    def _acknowledge(self, event: WarningEvent, about: str) -> None:
        self._acknowledged.setdefault(about, event)
        if len(self._acknowledged) > MOST_SEEN:
            self._acknowledged.popitem(last=False)
        for held in (self._levels, self._silences):
            for i, entry in enumerate(held):
                if entry.event.id == about:
                    held[i] = Entry(entry.event, entry.produced_ms, self.revision)


def load_warnings(model: Model, last: list[Produced]) -> None:
    """Note warnings of the record, oldest first, so that each point's newest stands."""
    for produced in sorted(last, key=lambda p: p.produced_ms):
        model.take_warning(produced.event, produced.produced_ms)


def _insert(held: deque[Entry], entry: Entry) -> None:
    """Put an entry at its place by time of production, newest first."""
    later = (i for i, other in enumerate(held) if other.produced_ms <= entry.produced_ms)
    at = next(later, len(held))
    if len(held) == held.maxlen:
        if at == len(held):
            return
        held.pop()
    held.insert(at, entry)

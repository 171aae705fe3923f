"""The truth of a record: what befell slopes, and what befell instruments.

Written by the simulator beside the readings (`truth.parquet`); read here and nowhere else. Columns
are taken by name and kinds that are not known are kept, so that a richer truth does no harm.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from domain.errors import GeohazardError

FAILURE, EARTHQUAKE, CREEP = "failure", "earthquake", "creep"
MOVING = ("surge", "arrest")
"""Accelerations that stop, and runaways that stop before they fail."""
SLOPE_KINDS = (FAILURE, *MOVING, CREEP, EARTHQUAKE)
OFFLINE = ("dropout", "district_outage", "power_loss", "destroyed")
"""Faults in which a device says nothing."""
HARMLESS = ("duplicate", "malformed")
"""Faults of messages that leave values as they are."""
COLUMNS = ("point_id", "device_id", "kind", "channel", "start_ms", "end_ms")


@dataclass(frozen=True)
class Event:
    """One occurrence; times are true event times, UTC milliseconds.

    Attributes
    ----------
    channel
        Empty where a whole device or point is meant.
    start_ms, end_ms
        Of a failure the onset of tertiary creep and the failure; of a fault the first and the last
        reading that is touched.
    size
        Of a fault, the largest departure of a reading from what it should have been, in the
        channel's unit; ``None`` where the truth does not tell.
    """

    point_id: str
    device_id: str
    kind: str
    channel: str
    start_ms: int
    end_ms: int
    size: float | None = None


@dataclass(frozen=True)
class Truth:
    """All occurrences, those of slopes by point and those of instruments in order.

    Examples
    --------
    >>> truth = Truth.of([Event("p", "d", "failure", "", 0, 10), Event("p", "d", "spike", "crack",
    ...     5, 5)])
    >>> [e.kind for e in truth.slopes["p"]], [e.kind for e in truth.faults]
    (['failure'], ['spike'])
    """

    slopes: Mapping[str, tuple[Event, ...]]
    faults: tuple[Event, ...]

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Truth":
        """Sort occurrences by what they befell."""
        slopes: defaultdict[str, list[Event]] = defaultdict(list)
        faults = []
        for event in sorted(events, key=lambda e: (e.start_ms, e.point_id, e.kind, e.channel)):
            if event.kind in SLOPE_KINDS:
                slopes[event.point_id].append(event)
            else:
                faults.append(event)
        return cls({point: tuple(found) for point, found in slopes.items()}, tuple(faults))

    def of_kind(self, point_id: str, *kinds: str) -> tuple[Event, ...]:
        """List what befell a point, of some kinds, by start."""
        return tuple(e for e in self.slopes.get(point_id, ()) if e.kind in kinds)

    @property
    def failures(self) -> tuple[Event, ...]:
        """All failures, by onset."""
        found = [e for events in self.slopes.values() for e in events if e.kind == FAILURE]
        return tuple(sorted(found, key=lambda e: (e.start_ms, e.point_id)))


def read_truth(path: Path) -> Truth:
    """Read ``truth.parquet``.

    Raises
    ------
    GeohazardError
        If the file is missing, damaged, or lacks a column.
    """
    try:
        table = parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        msg = f"cannot read the truth {path}: {str(error).splitlines()[0]}"
        raise GeohazardError(msg) from error
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        msg = f"the truth {path} has no column {missing[0]!r}; needed: {', '.join(COLUMNS)}"
        raise GeohazardError(msg)
    names = [*COLUMNS, "size"] if "size" in table.column_names else list(COLUMNS)
    return Truth.of(Event(**row) for row in table.select(names).to_pylist())

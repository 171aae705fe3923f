"""Counts of points by level for each area, from the states that pass by.

A store process sees the points of its own Kafka partitions only, so counts are kept for each area
and partition; whoever asks adds them up. A process that has just started knows few points: an area
is reported once the states of half of its registered points are known.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from domain.frames import States
from domain.measurements import AREA_STATE
from domain.registry import Registry
from domain.topics import partition_of
from storage.escape import escape_name
from storage.lines import Line

Shard = tuple[str, int]
"""Area and partition."""


class AreaCounts:
    """The latest state of every point that was seen.

    Parameters
    ----------
    registry
        Returns the registry in force.
    partitions
        Number of Kafka partitions of the topics by point.
    """

    def __init__(self, registry: Callable[[], Registry], partitions: int) -> None:
        self._registry = registry
        self._partitions = partitions
        self._states: dict[Shard, dict[str, tuple[int, int, int]]] = {}
        self._counted: Registry | None = None
        self._registered: Counter[Shard] = Counter()

    def update(self, frames: Sequence[States]) -> list[Line]:
        """Take states in, and write the counts of the areas that they touch."""
        touched: set[Shard] = set()
        for frame in frames:
            columns = (frame.event_ms.tolist(), frame.level.tolist(), frame.silent.tolist())
            for point_id, *state in zip(frame.point_id.to_list(), *columns, strict=True):
                shard = self._shard(point_id)
                known = self._states.setdefault(shard, {})
                if state[0] >= known.get(point_id, (state[0],))[0]:
                    known[point_id] = (state[0], state[1], state[2])
                touched.add(shard)
        self._count_registered()
        return [self._line(shard) for shard in sorted(touched) if self._is_known(shard)]

    def _shard(self, point_id: str) -> Shard:
        return point_id[:6], partition_of(point_id, self._partitions)

    def _count_registered(self) -> None:
        registry = self._registry()
        if registry is not self._counted:
            self._counted = registry
            self._registered = Counter(map(self._shard, registry.points))

    def _is_known(self, shard: Shard) -> bool:
        return 2 * len(self._states[shard]) >= self._registered[shard]

    def _line(self, shard: Shard) -> Line:
        states = self._states[shard].values()
        levels = Counter(level for _, level, _ in states)
        fields = {f"n{level}": levels[level] for level in range(5)}
        fields |= {"n": len(states), "silent": sum(silent for *_, silent in states)}
        fields["worst"] = max(levels)
        time_ms = max(event_ms for event_ms, *_ in states)
        area, partition = shard
        tags = f",area={escape_name(area)},partition={partition}"
        text = ",".join(f"{name}={value}i" for name, value in fields.items())
        return Line(f"{AREA_STATE}{tags} {text} {time_ms}000000", 0)

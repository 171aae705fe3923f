"""What the registry says of each point, beside its states: name, people, nearest neighbours.

Written with a point's first state that this process sees, when its entry in the registry changes,
and twice a day, so that a dashboard that looks back a day finds it.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.spatial import cKDTree

from domain.frames import States
from domain.measurements import NEIGHBOURS, POINT_INFO, neighbour_field
from domain.points import Point
from domain.registry import Registry
from storage.escape import quote_text
from storage.lines import Line, Series

AGAIN_MS = 12 * 3_600_000
KM_PER_DEGREE = 111.2


class PointInfo:
    """Remembers which points were described, and when.

    Parameters
    ----------
    registry
        Returns the registry in force.
    """

    def __init__(self, registry: Callable[[], Registry]) -> None:
        self._registry = registry
        self._known: Registry | None = None
        self._neighbours: dict[str, list[str]] = {}
        self._written: dict[str, tuple[Point, int]] = {}
        self._pending: dict[str, tuple[Point, int]] = {}

    def lines(self, frames: Sequence[States], series: Series) -> list[Line]:
        """Describe the points of some states where it is due, at the time of their state.

        They count as described once `confirm` is called: a write that fails is repeated whole.
        """
        self._pending = {}
        found: list[Line] = []
        for frame in frames:
            rows = zip(frame.point_id.to_list(), frame.event_ms.tolist(), strict=True)
            described = (self._line(point_id, ms, series) for point_id, ms in rows)
            found += [line for line in described if line is not None]
        return found

    def confirm(self) -> None:
        """Take note that the lines of the last call are written."""
        self._written |= self._pending
        self._pending = {}

    def _line(self, point_id: str, event_ms: int, series: Series) -> Line | None:
        registry = self._registry()
        point = registry.points.get(point_id)
        if point is None:
            return None
        before = self._pending.get(point_id) or self._written.get(point_id)
        if before is not None and before[0] == point and abs(event_ms - before[1]) < AGAIN_MS:
            return None
        self._pending[point_id] = (point, event_ms)
        if registry is not self._known:
            self._known, self._neighbours = registry, nearest(registry)
        fields = [
            f"name={quote_text(point.name)}",
            f"people={point.people_threatened}i",
            f"lat={float(point.lat)!r}",
            f"lon={float(point.lon)!r}",
        ]
        for rank, text in enumerate(self._neighbours.get(point_id, []), start=1):
            fields.append(f"{neighbour_field(rank)}={quote_text(text)}")
        tags = series.tags(point_id)
        return Line(f"{POINT_INFO}{tags} {','.join(fields)} {event_ms}000000", 0)


def nearest(registry: Registry) -> dict[str, list[str]]:
    """Find each point's nearest others, nearest first.

    Distances are on a plane, good to a few per cent within a province.
    """
    points = list(registry.points.values())
    if len(points) < 2:
        return {}
    places = np.array([(p.lat, p.lon) for p in points], np.float64) * KM_PER_DEGREE
    places[:, 1] *= np.cos(np.radians(np.mean([p.lat for p in points])))
    wanted = min(NEIGHBOURS + 1, len(points))
    _, found = cKDTree(places).query(places, k=wanted)
    return {
        point.point_id: [points[j].point_id for j in row if j != i][:NEIGHBOURS]
        for i, (point, row) in enumerate(zip(points, found.tolist(), strict=True))
    }

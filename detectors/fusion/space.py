"""Where the points of an engine lie: neighbours within a distance, and how far a group reaches.

Positions come from the registry. An engine sees the points of one Kafka partition, which are a
uniform sample of the province (docs/decisions/0021); its neighbours are those of the sample. A
point that the registry does not know has no position and no neighbours.
"""

import numpy as np
from scipy.spatial import cKDTree

from detectors.series import SeriesBook
from detectors.state.columns import F64, Rows

EARTH_KM = 6371.0


def on_the_globe(lat: F64, lon: F64) -> F64:
    """Positions in km from the centre of the earth, shape (n, 3): distances are chords.

    Examples
    --------
    >>> import numpy as np
    >>> here, there = on_the_globe(np.array([30.0, 30.0]), np.array([107.0, 107.1]))
    >>> round(float(np.linalg.norm(here - there)), 2)
    9.63
    """
    north, east = np.radians(lat), np.radians(lon)
    flat = np.cos(north)
    found: F64 = EARTH_KM * np.stack(
        (flat * np.cos(east), flat * np.sin(east), np.sin(north)), axis=-1
    )
    return found


class Neighbours:
    """Neighbours among the points that an engine has seen; made anew when the points change."""

    def __init__(self, book: SeriesBook) -> None:
        self._book = book
        self._known = -1
        self._registry: object = None
        self._places = np.zeros((0, 3))
        self._rows = np.zeros(0, np.intp)
        self._tree: cKDTree | None = None

    def within(self, point: int, distance_km: float) -> Rows:
        """Rows of other points within a distance, ascending."""
        self._refresh()
        place = self._places[point]
        if self._tree is None or np.isnan(place[0]):
            return np.zeros(0, np.intp)
        found = self._rows[self._tree.query_ball_point(place, distance_km)]
        others: Rows = np.sort(found[found != point])
        return others

    def place(self, point: int) -> F64:
        """Position as in `on_the_globe`; NaN if unknown."""
        self._refresh()
        found: F64 = self._places[point]
        return found

    def _refresh(self) -> None:
        book = self._book
        if self._known == len(book.point_ids) and self._registry is book.registry:
            return
        points = [book.registry.get(point_id) for point_id in book.point_ids]
        lat = np.array([p.lat if p else np.nan for p in points])
        lon = np.array([p.lon if p else np.nan for p in points])
        self._places = on_the_globe(lat, lon)
        self._rows = np.flatnonzero(~np.isnan(lat))
        self._tree = cKDTree(self._places[self._rows]) if len(self._rows) else None
        self._known, self._registry = len(book.point_ids), book.registry

"""Runaway failures: which slopes run away and when, and which of them stop again.

How they move is in `sensors_sim.runaway`. A rockfall gives little warning, a debris flow an hour or
two between the storm and the surge; landslides creep for as long as the scenario says.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.hazards import HazardType
from sensors_sim.part import PerDevice
from sensors_sim.plans import FailurePlan
from sensors_sim.runaway import Runaway
from sensors_sim.sites import Sites
from sensors_sim.storms import BEFORE_H, Storms
from sensors_sim.weather import HOUR_MS, Cell

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

MIN_POINTS = 50
"""A fleet of at least so many points has a first failure when the scenario asks for any."""

_FIRST_KINDS = (
    HazardType.LANDSLIDE,
    HazardType.ROCKFALL,
    HazardType.LANDSLIDE,
    HazardType.DEBRIS_FLOW,
    HazardType.COLLAPSE,
    HazardType.UNSTABLE_SLOPE,
)
_QUICK: dict[HazardType, tuple[float, float, float]] = {
    HazardType.ROCKFALL: (0.2, 0.7, 6.0),
    HazardType.DEBRIS_FLOW: (0.2, 0.7, 2.0),
}
"""Kinds that give little warning: share of the scenario's hours, least and most hours."""

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Failure:
    """The truth of one failure; times in milliseconds since the epoch."""

    point_id: str
    hazard_type: str
    onset_ms: int
    failure_ms: int


class Failures(PerDevice):
    """All runaways of a run; new ones begin as it goes on.

    Attributes
    ----------
    onset_ms
        Event time of the onset by row, shape (n,); the largest integer where none is planned.
    failure_ms
        The same for the failure; the largest integer also for runaways that stop again.
    destroyed
        Whether the failure destroys the device, shape (n,).
    """

    def __init__(self, sites: Sites, plan: FailurePlan, start_ms: int) -> None:
        n, slope = len(sites), sites.slope
        self._sites = sites
        self._plan = plan
        self._start_ms = start_ms
        self.onset_ms = np.full(n, _NEVER)
        self.failure_ms = np.full(n, _NEVER)
        self._hours = _hours(sites, plan)
        self._speed = slope.between("onset velocity", *plan.onset_mm_per_h)
        self._power = 1.0 / (slope.between("alpha", 1.7, 2.2) - 1.0)
        self._plunge_mm = slope.between("plunge", 300.0, 2_000.0)
        halts = slope.uniform("arrest") < plan.arrest_share
        halts &= ~sites.of_kind(HazardType.DEBRIS_FLOW)
        self._halt_share = np.where(halts, slope.between("arrest at", 0.2, 0.7), 0.0)
        self._rest_h = self._hours * slope.between("arrest rest", 0.05, 0.2)
        self._storms = Storms(sites, self._hours)
        self._weight = np.array([getattr(plan.kinds, p.hazard_type) for p in sites.points])
        self._dry = sites.of_kind(HazardType.COLLAPSE, HazardType.GROUND_FISSURE)
        self.destroyed = slope.uniform("destroyed") < plan.destroyed_share
        self._begin(*self._first())

    def extend(self, step: int, event_ms: Rows, dt_h: float) -> list[Cell]:
        """Plan further runaways, to begin an hour after the step; return the storms before them."""
        chance = self._plan.per_1000_points_per_day / 1_000.0 * dt_h / 24.0
        if not chance:
            return []
        strikes = self._sites.slope.uniform("failure", step) < chance * self._weight
        rows = np.flatnonzero(strikes & (self.onset_ms == _NEVER))
        self._begin(rows, event_ms[rows] + HOUR_MS)
        return self.storms(rows)

    def storms(self, rows: Rows | None = None) -> list[Cell]:
        """Cells of the storms before runaways: those of some rows, or all that are planned."""
        chosen = self.planned() if rows is None else rows
        return [cell for row in chosen.tolist() for cell in self._storm(row)]

    def storm_before_ms(self, row: int) -> int | None:
        """When the storm before a runaway begins; ``None`` if it has none."""
        if not self._plan.storm or self._dry[row]:
            return None
        return int(self.onset_ms[row]) - round(BEFORE_H * HOUR_MS)

    def planned(self) -> Rows:
        """Rows whose runaway is planned or has begun."""
        return np.flatnonzero(self.onset_ms != _NEVER)

    def course(self, rows: Rows) -> Runaway:
        """How some rows run away."""
        return Runaway(
            self.onset_ms[rows],
            self._hours[rows],
            self._speed[rows],
            self._power[rows],
            self._plunge_mm[rows],
            self._halt_share[rows],
            self._rest_h[rows],
        )

    def slip_mm(self, event_ms: Rows) -> tuple[Array, Array]:
        """Displacement by runaways in mm, and its velocity in mm/h, each of shape (n,)."""
        slip, speed = np.zeros(len(event_ms)), np.zeros(len(event_ms))
        rows = np.flatnonzero(self.onset_ms < event_ms)
        if rows.size:
            slip[rows], speed[rows] = self.course(rows).slip_mm(event_ms[rows])
        return slip, speed

    def failing(self, event_ms: Rows) -> npt.NDArray[np.bool_]:
        """Which rows stand between onset and an hour after failure or halt, shape (n,)."""
        failing = np.zeros(len(event_ms), np.bool_)
        rows = np.flatnonzero(self.onset_ms < event_ms)
        failing[rows] = event_ms[rows] < self.course(rows).halt_ms + HOUR_MS
        return failing

    def silenced(self, event_ms: Rows) -> npt.NDArray[np.bool_]:
        """Which rows lie destroyed, shape (n,)."""
        silent: npt.NDArray[np.bool_] = self.destroyed & (self.failure_ms <= event_ms)
        return silent

    def truth(self, until_ms: int) -> list[Failure]:
        """Failures that began before a time, by onset; runaways that stop again are left out."""
        found = {}
        for row in np.flatnonzero(
            (self.onset_ms < until_ms) & (self.failure_ms != _NEVER)
        ).tolist():
            point = self._sites.points[row]
            onset, failure = int(self.onset_ms[row]), int(self.failure_ms[row])
            found[point.point_id] = Failure(point.point_id, point.hazard_type, onset, failure)
        return sorted(found.values(), key=lambda f: (f.onset_ms, f.point_id))

    def _first(self) -> tuple[Rows, Rows]:
        """Choose who fails early: by turns of the kinds, so that a run shows several."""
        per = self._plan.first_per_points
        points = len({point.point_id for point in self._sites.points})
        count = max(round(points / per), 1) if per and points >= MIN_POINTS else 0
        order = np.argsort(self._sites.slope.uniform("who fails"), kind="stable").tolist()
        chosen: list[int] = []
        for turn in range(count):
            kind = _FIRST_KINDS[turn % len(_FIRST_KINDS)]
            free = [row for row in order if row not in chosen]
            chosen.append(
                next((r for r in free if self._sites.points[r].hazard_type == kind), free[0])
            )
        self._halt_share[chosen] = 0.0
        ids = {self._sites.points[row].point_id for row in chosen}
        rows = np.flatnonzero([point.point_id in ids for point in self._sites.points])
        hours = self._sites.slope.between("first onset", *self._plan.first_onset_h)[rows]
        return rows, self._start_ms + np.round(hours * HOUR_MS).astype(np.int64)

    def _begin(self, rows: Rows, onset_ms: Rows) -> None:
        self.onset_ms[rows] = onset_ms
        course = self.course(rows)
        self.failure_ms[rows] = np.where(course.halt_share > 0, _NEVER, course.failure_ms)

    def _storm(self, row: int) -> list[Cell]:
        if self.storm_before_ms(row) is None:
            return []
        return self._storms.before(row, (int(self.onset_ms[row]) - self._start_ms) / HOUR_MS)


def _hours(sites: Sites, plan: FailurePlan) -> Array:
    """Hours from onset to failure of each row, by what it is and how brittle."""
    slope = sites.slope
    hours = slope.between("tertiary hours", *plan.tertiary_h)
    brittle = slope.uniform("brittle") < plan.fast_share
    hours = np.where(brittle, slope.between("fast hours", *plan.fast_h), hours)
    for kind, (share, least, most) in _QUICK.items():
        hours = np.where(sites.of_kind(kind), np.clip(share * hours, least, most), hours)
    return hours

"""Runaway failures: which slopes fail, when, and how they accelerate.

Tertiary creep follows Voight (1989, doi 10.1126/science.243.4888.200): dv/dt = A v^alpha, so the
velocity at the share tau of the time left is ``v_onset * tau ** (-1 / (alpha - 1))``. Failures of
soil and rock are fitted with alpha between about 1.7 and 2.2 (alpha = 2: inverse velocity falls on
a straight line, Fukuzono 1985).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.hazards import HazardType
from sensors_sim.plans import FailurePlan
from sensors_sim.sites import Sites
from sensors_sim.weather import HOUR_MS, Cell

Array = npt.NDArray[np.float64]

MIN_POINTS = 50
"""A fleet of at least so many points has a first failure when the scenario asks for any."""

_LONGEST_STORM_H = 4.0

_LAST_H = 1.0 / 60.0
"""Within the last minute the mass is moving: the velocity no longer grows."""

_FIRST_KINDS = (
    HazardType.LANDSLIDE,
    HazardType.ROCKFALL,
    HazardType.LANDSLIDE,
    HazardType.DEBRIS_FLOW,
    HazardType.COLLAPSE,
    HazardType.UNSTABLE_SLOPE,
)
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Failure:
    """The truth of one failure; times in milliseconds since the epoch."""

    point_id: str
    hazard_type: str
    onset_ms: int
    failure_ms: int


class Failures:
    """All failures of a run; new ones begin as it goes on.

    Attributes
    ----------
    onset_ms, failure_ms
        Event times by row, shape (n,); the largest integer where none is planned.
    destroyed
        Whether the failure destroys the device, shape (n,).
    """

    def __init__(self, sites: Sites, plan: FailurePlan, start_ms: int) -> None:
        n = len(sites)
        self._sites = sites
        self._plan = plan
        self._start_ms = start_ms
        self.onset_ms = np.full(n, _NEVER)
        self.failure_ms = np.full(n, _NEVER)
        slope = sites.slope
        self._hours = slope.between("tertiary hours", *plan.tertiary_h)
        self._speed = slope.between("onset velocity", *plan.onset_mm_per_h)
        self._power = 1.0 / (slope.between("alpha", 1.7, 2.2) - 1.0)
        self._plunge_mm = slope.between("plunge", 300.0, 2_000.0)
        self.destroyed = slope.uniform("destroyed") < plan.destroyed_share
        self._begin(*self._first())

    def extend(self, step: int, event_ms: npt.NDArray[np.int64], dt_h: float) -> list[Cell]:
        """Plan further failures, to begin an hour after the step; return the storms before them."""
        chance = self._plan.per_1000_points_per_day / 1_000.0 * dt_h / 24.0
        if not chance:
            return []
        drawn = (self._sites.slope.uniform("failure", step) < chance) & (self.onset_ms == _NEVER)
        rows = np.flatnonzero(drawn)
        self._begin(rows, event_ms[rows] + HOUR_MS)
        return self.storms(rows)

    def storms(self, rows: npt.NDArray[np.int64] | None = None) -> list[Cell]:
        """Storms that go before failures: those of some rows, or all that are planned."""
        if not self._plan.storm:
            return []
        chosen = np.flatnonzero(self._planned()) if rows is None else rows
        dry = self._sites.of_kind(HazardType.COLLAPSE, HazardType.GROUND_FISSURE)
        return [self._storm(row) for row in chosen.tolist() if not dry[row]]

    def slip_mm(self, event_ms: npt.NDArray[np.int64]) -> tuple[Array, Array]:
        """Displacement by failure in mm, and its velocity in mm/h, each of shape (n,)."""
        slip, speed = np.zeros(len(event_ms)), np.zeros(len(event_ms))
        rows = np.flatnonzero(self.onset_ms < event_ms)
        if rows.size:
            left_h = (self.failure_ms[rows] - event_ms[rows]) / HOUR_MS
            hours, v, p = self._hours[rows], self._speed[rows], self._power[rows]
            tau = np.maximum(left_h, _LAST_H) / hours
            slip[rows] = v * hours * _integral(tau, p)
            speed[rows] = np.where(left_h > 0, v * tau**-p, 0.0)
            slip[rows] += np.where(left_h > 0, 0.0, self._plunge_mm[rows])
        return slip, speed

    def failing(self, event_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which rows stand between onset and an hour after the failure, shape (n,)."""
        after = np.where(self.failure_ms == _NEVER, 0, self.failure_ms) + HOUR_MS
        failing: npt.NDArray[np.bool_] = (self.onset_ms < event_ms) & (event_ms < after)
        return failing

    def silenced(self, event_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which rows lie destroyed, shape (n,)."""
        silent: npt.NDArray[np.bool_] = self.destroyed & (self.failure_ms <= event_ms)
        return silent

    def truth(self, until_ms: int) -> list[Failure]:
        """Failures that began before a time, by onset."""
        found = {}
        for row in np.flatnonzero(self.onset_ms < until_ms).tolist():
            point = self._sites.points[row]
            onset, failure = int(self.onset_ms[row]), int(self.failure_ms[row])
            found[point.point_id] = Failure(point.point_id, point.hazard_type, onset, failure)
        return sorted(found.values(), key=lambda f: (f.onset_ms, f.point_id))

    def _first(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Choose who fails early: by turns of the kinds, so that a run shows several."""
        per = self._plan.first_per_points
        points = len({point.point_id for point in self._sites.points})
        count = round(points / per) if per and points >= MIN_POINTS else 0
        count = max(count, 1) if per and points >= MIN_POINTS else count
        order = np.argsort(self._sites.slope.uniform("who fails"), kind="stable").tolist()
        chosen: list[int] = []
        for turn in range(count):
            kind = _FIRST_KINDS[turn % len(_FIRST_KINDS)]
            free = [row for row in order if row not in chosen]
            chosen.append(
                next((r for r in free if self._sites.points[r].hazard_type == kind), free[0])
            )
        ids = {self._sites.points[row].point_id for row in chosen}
        rows = np.flatnonzero([point.point_id in ids for point in self._sites.points])
        hours = self._sites.slope.between("first onset", *self._plan.first_onset_h)[rows]
        return rows, self._start_ms + np.round(hours * HOUR_MS).astype(np.int64)

    def _begin(self, rows: npt.NDArray[np.int64], onset_ms: npt.NDArray[np.int64]) -> None:
        self.onset_ms[rows] = onset_ms
        lasting = np.round(self._hours[rows] * HOUR_MS).astype(np.int64)
        self.failure_ms[rows] = onset_ms + lasting

    def _planned(self) -> npt.NDArray[np.bool_]:
        planned: npt.NDArray[np.bool_] = self.onset_ms != _NEVER
        return planned

    def _storm(self, row: int) -> Cell:
        onset_h = (int(self.onset_ms[row]) - self._start_ms) / HOUR_MS
        hours = float(self._hours[row])
        lat, lon = float(self._sites.lat[row]), float(self._sites.lon[row])
        life_h = min(hours + 1.2, _LONGEST_STORM_H)
        return Cell(onset_h - 0.6, life_h, lat, lon, 0.0, 0.0, 5.0, 60.0)


def _integral(tau: Array, power: Array) -> Array:
    """Integral of ``tau ** -power`` from ``tau`` to 1; a logarithm where the power is 1."""
    straight = np.abs(power - 1.0) < 1e-6
    bent = np.where(straight, 2.0, power)
    area: Array = np.where(straight, -np.log(tau), (tau ** (1.0 - bent) - 1.0) / (bent - 1.0))
    return area

"""What runaways and earthquakes do besides displacement: shaking, and the flow down the channel.

Rockfalls crack and spit stones before they come down, in bursts that grow more frequent (as
precursory rockfalls do, Rosser et al. 2007, doi 10.1029/2006JF000642). A debris flow is heard
before it is seen: ground vibration and infrasound grow while it comes down the channel (Hürlimann
et al. 2019, doi 10.1016/j.earscirev.2019.102981), then the surge passes the mud-level gauge.
"""

import numpy as np
import numpy.typing as npt

from domain.hazards import HazardType
from sensors_sim.failures import Failures
from sensors_sim.part import PerDevice
from sensors_sim.sites import Sites
from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_GRINDING_MM_PER_H = 150.0
"""Velocity at which a sliding mass shakes its instruments in full."""

_FADES_H = 0.3


class Motion(PerDevice):
    """Shaking and surge of all slopes."""

    def __init__(self, sites: Sites, failures: Failures) -> None:
        self._slope = sites.slope
        self._failures = failures
        self._rockfall = sites.of_kind(HazardType.ROCKFALL)
        self._flow = sites.of_kind(HazardType.DEBRIS_FLOW)
        self._passes_h = sites.slope.between("surge passes", 0.4, 2.0)

    def at(self, step: int, event_ms: Rows, dt_h: float, speed: Array) -> tuple[Array, Array]:
        """Shaking and height of the surge, 0 to 1 each, shape (n,).

        Parameters
        ----------
        speed
            Velocity of the runaways in mm/h.
        """
        shaking = np.minimum(speed / _GRINDING_MM_PER_H, 1.0)
        rows = np.flatnonzero((self._failures.onset_ms < event_ms) & (speed > 0))
        if rows.size:
            before = self._before(rows, step, event_ms[rows], dt_h)
            shaking[rows] = np.maximum(shaking[rows], before)
        surge = np.zeros(len(event_ms))
        gone = np.flatnonzero(self._failures.failure_ms <= event_ms)
        after_h = (event_ms[gone] - self._failures.failure_ms[gone]) / HOUR_MS
        shaking[gone] = np.exp(-after_h / _FADES_H)
        surge[gone] = np.exp(-after_h / self._passes_h[gone])
        return shaking, surge

    def _before(self, rows: Rows, step: int, event_ms: Rows, dt_h: float) -> Array:
        """Shaking before the failure, of rows that run away."""
        course = self._failures.course(rows)
        done = np.clip((event_ms - course.onset_ms) / HOUR_MS / course.hours, 0.0, 1.0)
        bursts_per_h = 0.5 + 6.0 * done**2
        burst = self._slope.uniform("burst", step)[rows] < -np.expm1(-bursts_per_h * dt_h)
        stones = np.where(burst, self._slope.between("stones", 0.03, 0.4, step)[rows], 0.0)
        roar = 0.6 * done**2
        before = np.where(self._rockfall[rows], stones, np.where(self._flow[rows], roar, 0.0))
        before[event_ms >= course.halt_ms] = 0.0
        return before

"""How a slope runs away: the kinematics of tertiary creep, to the failure or to a halt before it.

Tertiary creep follows Voight (1989, doi 10.1126/science.243.4888.200): dv/dt = A v^alpha, so the
velocity at the share tau of the time left is ``v_onset * tau ** (-1 / (alpha - 1))``. Failures of
soil and rock are fitted with alpha between about 1.7 and 2.2 (alpha = 2: inverse velocity falls on
a straight line, Fukuzono 1985).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_LAST_H = 1.0 / 60.0
"""Within the last minute the mass is moving: the velocity no longer grows."""

_AT_REST = 5.0
"""Time constants after which a halted mass lies still."""


@dataclass(frozen=True)
class Runaway:
    """Courses of some runaways; every array has the shape (rows,).

    Attributes
    ----------
    onset_ms
        Event time of the onset of tertiary creep.
    hours
        From the onset to the failure, also where it is never reached.
    onset_mm_per_h
        Velocity at the onset.
    power
        ``1 / (alpha - 1)``.
    plunge_mm
        Displacement by the failure itself.
    halt_share
        Share of the time left at which the mass begins to halt; 0 if it fails.
    rest_h
        Time constant of the halt.
    """

    onset_ms: Rows
    hours: Array
    onset_mm_per_h: Array
    power: Array
    plunge_mm: Array
    halt_share: Array
    rest_h: Array

    @property
    def failure_ms(self) -> Rows:
        """Event time of the failure, also where it is never reached."""
        return self.onset_ms + np.round(self.hours * HOUR_MS).astype(np.int64)

    @property
    def halt_ms(self) -> Rows:
        """Event time at which the velocity begins to fall; the failure's where nothing halts."""
        until_h = self.hours * (1.0 - self.halt_share)
        return self.onset_ms + np.round(until_h * HOUR_MS).astype(np.int64)

    @property
    def rest_ms(self) -> Rows:
        """Event time at which a halted mass lies still; the failure's where nothing halts."""
        rest_h = np.where(self.halt_share > 0, _AT_REST * self.rest_h, 0.0)
        return self.halt_ms + np.round(rest_h * HOUR_MS).astype(np.int64)

    def slip_mm(self, event_ms: Rows) -> tuple[Array, Array]:
        """Displacement in mm and velocity in mm/h at times after the onset, each (rows,).

        Examples
        --------
        >>> one = lambda value: np.array([value])
        >>> course = Runaway(one(0), one(10.0), one(2.0), one(1.0), one(500.0), one(0.0), one(1.0))
        >>> [course.slip_mm(one(hour * HOUR_MS))[1].round(1).item() for hour in (0, 5, 9)]
        [2.0, 4.0, 20.0]
        """
        left = (self.failure_ms - event_ms) / HOUR_MS / self.hours
        halts = self.halt_share > 0
        tau = np.maximum(left, np.where(halts, self.halt_share, _LAST_H / self.hours))
        slip = self.onset_mm_per_h * self.hours * _integral(tau, self.power)
        speed = self.onset_mm_per_h * tau**-self.power
        halting_h = np.maximum(self.halt_share - left, 0.0) * self.hours
        fading = np.exp(-halting_h / self.rest_h)
        slip += np.where(halts, speed * self.rest_h * (1.0 - fading), 0.0)
        slip += np.where(halts | (left > 0), 0.0, self.plunge_mm)
        return slip, np.where(halts, speed * fading, np.where(left > 0, speed, 0.0))


def _integral(tau: Array, power: Array) -> Array:
    """Integral of ``tau ** -power`` from ``tau`` to 1; a logarithm where the power is 1."""
    straight = np.abs(power - 1.0) < 1e-6
    bent = np.where(straight, 2.0, power)
    area: Array = np.where(straight, -np.log(tau), (tau ** (1.0 - bent) - 1.0) / (bent - 1.0))
    return area

"""Power: solar panel and battery of each device, which run down in long rain.

A battery lasts some days without sun; a clear day gives back one and a half to four days' use. At
the charge at which a logger cuts off, the device falls silent and measures nothing until the sun
has given it a reserve.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensors_sim.part import PerDevice
from sensors_sim.plans import FleetPlan
from sensors_sim.sites import Sites
from sensors_sim.weather import HOUR_MS

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_LOCAL_MS = 8 * HOUR_MS
_DAYLIGHT_H = 12.0
_CUT_OFF, _BACK_AT = 0.05, 0.2
_CLOUDS_LAST_H, _CLOUDY_MM = 8.0, 1.5
_THROUGH_CLOUDS = 0.08


@dataclass(frozen=True)
class Charge(PerDevice):
    """State of all batteries; every array has the shape (n,).

    Attributes
    ----------
    share
        Charge, 0 empty to 1 full.
    clouds_mm
        Rain of the last hours, which stands for the clouds.
    flat
        Whether the device is cut off.
    sun
        Power of the panel against its best, 0 to 1.
    """

    share: Array
    clouds_mm: Array
    flat: npt.NDArray[np.bool_]
    sun: Array


class Power(PerDevice):
    """Batteries and panels of a fleet."""

    def __init__(self, sites: Sites, plan: FleetPlan) -> None:
        own = sites.device
        worn = own.uniform("worn battery") < plan.weak_battery_share
        lasts = own.between("battery days", *plan.battery_days)
        lasts = np.where(worn, own.between("weak battery days", *plan.weak_battery_days), lasts)
        self._use_per_h = 1.0 / (24.0 * lasts)
        surplus = own.between("panel", 1.5, 4.0)
        self._best_per_h = self._use_per_h * surplus * 24.0 * np.pi / 2.0 / _DAYLIGHT_H
        self._full_v = own.between("full", 12.4, 13.2)
        n = len(sites)
        nothing = np.zeros(n)
        share = own.between("first charge", 0.6, 1.0)
        self.charge = Charge(share, nothing, np.zeros(n, np.bool_), nothing)

    def advance(self, event_ms: Rows, rain_mm: Array, dt_h: float) -> None:
        """Go on by one interval that ends at each row's event time."""
        before = self.charge
        clouds = before.clouds_mm * np.exp(-dt_h / _CLOUDS_LAST_H) + rain_mm
        clear = np.maximum(np.exp(-clouds / _CLOUDY_MM), _THROUGH_CLOUDS)
        sun = clear * _height_of_sun(event_ms)
        # A device that is cut off uses next to nothing.
        use = np.where(before.flat, 0.1, 1.0) * self._use_per_h
        share = np.clip(before.share + (self._best_per_h * sun - use) * dt_h, 0.0, 1.0)
        flat = np.where(before.flat, share < _BACK_AT, share < _CUT_OFF)
        self.charge = Charge(share, clouds, flat, sun)

    def volts(self) -> Array:
        """Voltage of each battery at its terminals, in V, shape (n,)."""
        charge = self.charge
        volts: Array = self._full_v - 1.7 * (1.0 - charge.share) ** 1.5 + 0.6 * charge.sun
        return volts


def _height_of_sun(event_ms: Rows) -> Array:
    """Power of a clear sky against noon's: half a sine from 6 to 18 h local time.

    Examples
    --------
    >>> _height_of_sun(np.array([4 * HOUR_MS, 16 * HOUR_MS])).round(2).tolist()
    [1.0, 0.0]
    """
    local_h = ((event_ms + _LOCAL_MS) % (24 * HOUR_MS)) / HOUR_MS
    height: Array = np.maximum(np.sin(np.pi * (local_h - 6.0) / _DAYLIGHT_H), 0.0)
    return height

"""What faults do to the values of an instrument.

Each fault leaves the other channels of the device as they are; what is sent keeps the channel's
digits and gross range, for a faulty instrument still writes numbers.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS
from sensors_sim.axes import axes_of, gnss_slots
from sensors_sim.fault_kinds import ONCE, FaultKind, FaultStep
from sensors_sim.instruments import DECIMALS
from sensors_sim.noise import Noise
from sensors_sim.part import PerDevice
from sensors_sim.sites import Sites

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_SCALE = {"displacement": 60.0, "tilt": 8.0, "dynamic": 90.0, "rain": 25.0, "water": 12.0}
"""Size of a large error by the channel's family, in its unit."""

_OTHER_SCALE = 3.0
_DRIFT_PER_H = 0.03

_OUTLIER_MM, _JUMP_MM = 25.0, 12.0
"""Median size of a wrong fix, and of a jump of the baseline after maintenance."""

_WRONG_UNIT = {"displacement": 0.1, "tilt": np.pi / 180.0, "water": 1 / 9.80665}
"""A value in cm, rad, cm or m of water that claims to be in the channel's own unit."""


class Spoiler(PerDevice):
    """Spoils the values of a fleet, step by step.

    Parameters
    ----------
    interval_h
        Hours between two readings.
    """

    def __init__(self, sites: Sites, interval_h: float) -> None:
        shape = (len(sites), sites.width)
        self._interval_h = interval_h
        self._noise: Noise = sites.device
        self._held = np.zeros(len(sites))
        self._offset = np.zeros(shape)
        self._scale = np.zeros(shape)
        self._factor = np.ones(shape)
        self._low, self._high = np.full(shape, -np.inf), np.full(shape, np.inf)
        self._power = np.ones(shape)
        for name, rows in sites.rows.items():
            family, slots = CHANNELS[name].family, sites.slots[name]
            self._low[rows, slots] = CHANNELS[name].low
            self._high[rows, slots] = CHANNELS[name].high
            self._power[rows, slots] = 10.0 ** DECIMALS[name]
            self._scale[rows, slots] = _SCALE.get(family, _OTHER_SCALE)
            self._factor[rows, slots] = _WRONG_UNIT.get(family, 1.0)
        channels = [device.channels for device in sites.devices]
        self._axes = np.array([gnss_slots(names) or [-1, -1, -1] for names in channels])
        self._pairs = np.array([axes_of(names) or (-1, -1) for names in channels])

    def spoil(self, number: int, exact: Array, faults: FaultStep) -> Array:
        """Return the values as the devices send them, shape (n, width)."""
        values = exact.copy()
        touched = [
            self._step(number, values, faults),
            self._outlier(number, values, faults),
            self._drift(number, values, faults),
            self._swap(values, faults),
            self._wrong_unit(values, faults),
            self._stick(number, values, faults),
            self._spike(number, values, faults),
        ]
        rows = np.unique(np.concatenate(touched))
        inside = np.clip(values[rows], self._low[rows], self._high[rows])
        values[rows] = np.rint(inside * self._power[rows]) / self._power[rows] + 0.0
        return values

    def spoil_between(self, number: int, exact: Array, faults: FaultStep) -> Array:
        """Return the values of readings near a step: what lasts spoils them, what strikes once not.

        No later reading is changed by it.
        """
        nobody = np.zeros(len(exact), np.bool_)
        lasting = dict.fromkeys(ONCE, nobody)
        # What begins with the step's own reading has not begun before it.
        begun = faults.active[FaultKind.STUCK] & (faults.since[FaultKind.STUCK] < number)
        active = faults.active | lasting | {FaultKind.STUCK: begun}
        return self.spoil(number, exact, replace(faults, active=active))

    def _step(self, number: int, values: Array, faults: FaultStep) -> Rows:
        """Shift a channel after a visit, for good."""
        rows, slots = _struck(faults, FaultKind.STEP)
        if rows.size:
            share = self._noise.between("step size", -0.8, 0.8, number)[rows]
            self._offset[rows, slots] += share * self._scale[rows, slots]
        for row in np.flatnonzero(faults.active[FaultKind.BASELINE_JUMP]).tolist():
            self._offset[row, self._axes[row]] += self._wrong_mm(row, number, "jump", _JUMP_MM)
        values += self._offset
        return np.flatnonzero(self._offset.any(axis=1))

    def _outlier(self, number: int, values: Array, faults: FaultStep) -> Rows:
        """Give a wrong fix: all axes of a receiver miss together, the height the most."""
        rows = np.flatnonzero(faults.active[FaultKind.OUTLIER])
        for row in rows.tolist():
            values[row, self._axes[row]] += self._wrong_mm(row, number, "wrong fix", _OUTLIER_MM)
        return rows

    def _wrong_mm(self, row: int, number: int, what: str, median_mm: float) -> Array:
        own = self._noise.take(np.array([row]))
        miss = np.array([own.normal(f"{what} {axis}", number)[0] for axis in "enu"])
        size = median_mm * float(own.lognormal(what, 1.0, 0.6, number)[0])
        wrong: Array = np.array([1.0, 1.0, 2.0]) * miss / np.hypot(miss[0], miss[1]) * size
        return wrong

    def _drift(self, number: int, values: Array, faults: FaultStep) -> Rows:
        rows, slots = _struck(faults, FaultKind.DRIFT)
        hours = (number - faults.since[FaultKind.DRIFT][rows] + 1) * self._interval_h
        values[rows, slots] += _DRIFT_PER_H * self._scale[rows, slots] * hours
        return rows

    def _swap(self, values: Array, faults: FaultStep) -> Rows:
        rows = np.flatnonzero(faults.active[FaultKind.SWAPPED_AXES])
        for row in rows.tolist():
            pair = self._pairs[row]
            values[row, pair] = values[row, pair[::-1]]
        return rows

    def _wrong_unit(self, values: Array, faults: FaultStep) -> Rows:
        rows, slots = _struck(faults, FaultKind.WRONG_UNIT)
        values[rows, slots] *= self._factor[rows, slots]
        return rows

    def _stick(self, number: int, values: Array, faults: FaultStep) -> Rows:
        rows, slots = _struck(faults, FaultKind.STUCK)
        fresh = faults.since[FaultKind.STUCK][rows] == number
        self._held[rows[fresh]] = values[rows[fresh], slots[fresh]]
        values[rows, slots] = self._held[rows]
        return rows

    def _spike(self, number: int, values: Array, faults: FaultStep) -> Rows:
        rows, slots = _struck(faults, FaultKind.SPIKE)
        if rows.size:
            size = self._noise.between("spike size", 0.7, 2.0, number)[rows]
            up = self._noise.uniform("spike sign", number)[rows] < 0.5
            jump = size * self._scale[rows, slots]
            # Down is no way for a quantity that rests at zero.
            low = values[rows, slots] - jump < self._low[rows, slots]
            values[rows, slots] += np.where(up | low, jump, -jump)
        return rows


def _struck(faults: FaultStep, kind: FaultKind) -> tuple[Rows, Rows]:
    rows = np.flatnonzero(faults.active[kind])
    return rows, faults.channel[kind][rows]

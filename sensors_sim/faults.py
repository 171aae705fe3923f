"""Faults: what a field technician finds. Drawn for each device and step, kept in the truth."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS
from sensors_sim.instruments import written
from sensors_sim.scenario import FaultPlan
from sensors_sim.sites import Sites

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SKEW_MS = 8 * 3_600_000
"""A clock set to local time while its stamps claim UTC: eight hours ahead."""

_SPIKE = {"displacement": 60.0, "tilt": 8.0, "dynamic": 90.0, "rain": 25.0, "water": 12.0}
_HEALTHY_SPIKE = 3.0


class FaultKind(StrEnum):
    """Kinds of fault."""

    SPIKE = "spike"
    STUCK = "stuck"
    DROPOUT = "dropout"
    DUPLICATE = "duplicate"
    CLOCK_SKEW = "clock_skew"
    MALFORMED = "malformed"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class FaultStep:
    """What goes wrong in one step; masks and arrays of shape (n,).

    Attributes
    ----------
    values
        Values with spikes and stuck channels, shape (n, width).
    channel
        Slot of the channel that a spike or a stuck value hits.
    skew_ms
        How far the device's clock runs ahead.
    destroyed
        The device is gone; it will never send again.
    """

    values: Array
    spike: Mask
    stuck: Mask
    channel: npt.NDArray[np.int64]
    offline: Mask
    duplicate: Mask
    skew_ms: npt.NDArray[np.int64]
    malformed: Mask
    destroyed: Mask


class Faults:
    """All faults of a run, advanced step by step."""

    def __init__(self, sites: Sites, plan: FaultPlan, interval_ms: int) -> None:
        n = len(sites)
        self._sites = sites
        self._plan = plan
        self._days = interval_ms / 86_400_000
        self._interval_ms = interval_ms
        self._until = {kind: np.zeros(n, np.int64) for kind in FaultKind}
        self._held = np.zeros(n)
        self._skew = np.zeros(n, np.int64)
        self._counts = np.array([len(device.channels) for device in sites.devices])
        self._slot = np.zeros(n, np.int64)

    def advance(self, number: int, exact: Array, failing: Mask, destroyed: Mask) -> FaultStep:
        """Draw the faults of a step.

        Parameters
        ----------
        exact
            What the instruments read, shape (n, width).
        failing
            Points that fail right now, which a scenario may spare.
        destroyed
            Devices that a failure has destroyed.
        """
        plan = self._plan
        able = ~failing if plan.spare_failing else np.ones(len(failing), np.bool_)
        stuck = self._episode(FaultKind.STUCK, number, plan.stuck_per_day, plan.stuck_h, exact)
        spike = self._once(FaultKind.SPIKE, number, plan.spike_per_day) & ~stuck
        away = self._episode(FaultKind.DROPOUT, number, plan.dropout_per_day, plan.dropout_h, exact)
        skewed = self._episode(
            FaultKind.CLOCK_SKEW, number, plan.clock_skew_per_day, plan.clock_skew_h, exact
        )
        step = FaultStep(
            values=exact,
            spike=spike & able,
            stuck=stuck & able,
            channel=np.where(stuck, self._slot, self._pick(number)),
            offline=away & able & ~destroyed,
            duplicate=self._once(FaultKind.DUPLICATE, number, plan.duplicate_per_day),
            skew_ms=np.where(skewed & able, self._skew, 0),
            malformed=self._once(FaultKind.MALFORMED, number, plan.malformed_per_day)
            & able
            & ~away,
            destroyed=destroyed,
        )
        return replace(step, values=self._spoil(number, step))

    def _once(self, kind: FaultKind, number: int, per_day: float) -> Mask:
        if not per_day:
            return np.zeros(len(self._sites), np.bool_)
        return self._sites.device.uniform(kind, number) < per_day * self._days

    def _episode(
        self, kind: FaultKind, number: int, per_day: float, hours: tuple[float, float], exact: Array
    ) -> Mask:
        """Begin and go on with faults that last; an episode never begins in the first step."""
        until = self._until[kind]
        if number and per_day:
            begins = self._once(kind, number, per_day) & (until <= number)
            rows = np.flatnonzero(begins)
            if rows.size:
                lasting_h = self._sites.device.between(f"{kind} hours", *hours, number)[rows]
                steps = np.ceil(lasting_h * 3_600_000 / self._interval_ms).astype(np.int64)
                until[rows] = number + np.maximum(steps, 1)
                self._remember(kind, number, rows, exact)
        return until > number

    def _remember(
        self, kind: FaultKind, number: int, rows: npt.NDArray[np.int64], exact: Array
    ) -> None:
        if kind is FaultKind.STUCK:
            self._slot[rows] = self._pick(number)[rows]
            self._held[rows] = exact[rows, self._slot[rows]]
        elif kind is FaultKind.CLOCK_SKEW:
            # A few seconds besides: two readings of a device never share an event time.
            limit = min(30_000, self._interval_ms)
            own = self._sites.device.between("skew", 1.0, limit, number)[rows]
            self._skew[rows] = SKEW_MS + np.floor(own).astype(np.int64)

    def _pick(self, number: int) -> npt.NDArray[np.int64]:
        """Choose a channel of each device."""
        share = self._sites.device.uniform("which channel", number)
        slots: npt.NDArray[np.int64] = np.floor(share * self._counts).astype(np.int64)
        return slots

    def _spoil(self, number: int, step: FaultStep) -> Array:
        values = step.values.copy()
        rows = np.flatnonzero(step.stuck)
        values[rows, self._slot[rows]] = self._held[rows]
        signs = self._sites.device.uniform("spike sign", number)
        size = self._sites.device.between("spike size", 0.7, 2.0, number)
        for row in np.flatnonzero(step.spike).tolist():
            slot = int(step.channel[row])
            name = self._sites.devices[row].channels[slot]
            jump = _SPIKE.get(CHANNELS[name].family, _HEALTHY_SPIKE) * size[row]
            jump = jump if signs[row] < 0.5 or name == "rain" else -jump
            values[row, slot] = written(name, np.array([values[row, slot] + jump]))[0]
        return values

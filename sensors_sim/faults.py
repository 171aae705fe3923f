"""Faults: what a field technician finds. Drawn for each device and step, kept in the truth.

Two sorts: some strike a single message, others last for hours. Which device, when, how long and
which channel follow from the seed alone.
"""

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS
from sensors_sim.axes import axes_of, gnss_slots, slots_of_families
from sensors_sim.fault_kinds import (
    LASTING,
    OF_GNSS,
    ON_A_CHANNEL,
    ONCE,
    SKEW_MS,
    FaultKind,
    FaultStep,
)
from sensors_sim.instruments import BEST_DBM, WORST_DBM, link_dbm
from sensors_sim.noise import Noise
from sensors_sim.plans import FaultPlan
from sensors_sim.sites import Sites

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

_SLOW_ONLY = (FaultKind.DRIFT, FaultKind.STEP, FaultKind.WRONG_UNIT)
_SLOW = ("displacement", "tilt", "water")
"""Families of channels that drift, shift after a visit, or come in another unit."""


class Faults:
    """All faults of a run, advanced step by step."""

    def __init__(self, sites: Sites, plan: FaultPlan, seed: int, interval_ms: int) -> None:
        n = len(sites)
        self._plan = plan
        self._noise = sites.device
        self._interval_ms = interval_ms
        codes = sorted({point.district for point in sites.points})
        self._district = np.array([codes.index(point.district) for point in sites.points])
        self._areas = Noise(seed, codes)
        self._area_until = np.zeros(len(codes), np.int64)
        self._any_slot = slots_of_families(sites, tuple({c.family for c in CHANNELS.values()}))
        self._slow_slot = slots_of_families(sites, _SLOW)
        self._has_axes = np.array(
            [axes_of(device.channels) is not None for device in sites.devices]
        )
        self._has_gnss = np.array([bool(gnss_slots(d.channels)) for d in sites.devices])
        # The weaker a link, the oftener it fails: from never to twice the rate.
        self._fragile = 2.0 * (BEST_DBM - link_dbm(sites.device)) / (BEST_DBM - WORST_DBM)
        self._until = {kind: np.zeros(n, np.int64) for kind in LASTING}
        self._since = {kind: np.zeros(n, np.int64) for kind in LASTING}
        self._slot = {kind: np.zeros(n, np.int64) for kind in ON_A_CHANNEL}
        self._ahead_ms = np.zeros(n, np.int64)

    def advance(self, number: int, failing: Mask, destroyed: Mask, flat: Mask) -> FaultStep:
        """Draw the faults of a step.

        Parameters
        ----------
        failing
            Points that fail right now, which a scenario may spare.
        destroyed
            Devices that a failure has destroyed.
        flat
            Devices whose battery has run down.
        """
        dead = destroyed | flat
        able = ~dead & ~failing if self._plan.spare_failing else ~dead
        active: dict[FaultKind, Mask]
        active = {kind: self._strikes(kind, number) & able for kind in ONCE}
        active |= {kind: self._lasts(kind, number) & able for kind in LASTING}
        active[FaultKind.DISTRICT_OUTAGE] = self._outage(number) & able
        active[FaultKind.DESTROYED] = destroyed
        active[FaultKind.POWER_LOSS] = flat & ~destroyed
        for kind in OF_GNSS:
            active[kind] &= self._has_gnss
        active[FaultKind.SWAPPED_AXES] &= self._has_axes
        for kind in _SLOW_ONLY:
            active[kind] &= self._slow_slot[1] > 0
        away = active[FaultKind.DROPOUT] | active[FaultKind.DISTRICT_OUTAGE]
        for kind in (FaultKind.DUPLICATE, FaultKind.MALFORMED):
            active[kind] &= ~away
        channel = {kind: slots.copy() for kind, slots in self._slot.items()}
        since = {kind: steps.copy() for kind, steps in self._since.items()}
        return FaultStep(active, channel, since, self._skew(number, active))

    def set_clock(self, row: int, number: int) -> None:
        """End what is wrong with a device's clock before a step."""
        for kind in (FaultKind.CLOCK_SKEW, FaultKind.CLOCK_DRIFT):
            self._until[kind][row] = min(int(self._until[kind][row]), number)

    def _strikes(self, kind: FaultKind, number: int) -> Mask:
        strikes = self._drawn(self._noise, kind, number)
        if kind in self._slot and strikes.any():
            self._slot[kind][strikes] = self._pick(kind, number)[strikes]
        return strikes

    def _lasts(self, kind: FaultKind, number: int) -> Mask:
        """Begin and go on with faults that last; none begins in the first step."""
        until = self._until[kind]
        begins = self._drawn(self._noise, kind, number) & (until <= number) & (number > 0)
        rows = np.flatnonzero(begins)
        if rows.size:
            until[rows] = number + self._lasting(self._noise, kind, number)[rows]
            self._since[kind][rows] = number
            if kind in self._slot:
                self._slot[kind][rows] = self._pick(kind, number)[rows]
            if kind is FaultKind.CLOCK_SKEW:
                # A few seconds besides: two readings of a device never share an event time.
                limit = min(30_000, self._interval_ms)
                own = self._noise.between("skew", 1.0, limit, number)[rows]
                self._ahead_ms[rows] = SKEW_MS + np.floor(own).astype(np.int64)
        return until > number

    def _outage(self, number: int) -> Mask:
        """Whole districts that are cut off."""
        kind, until = FaultKind.DISTRICT_OUTAGE, self._area_until
        begins = self._drawn(self._areas, kind, number) & (until <= number) & (number > 0)
        until[begins] = number + self._lasting(self._areas, kind, number)[begins]
        cut: Mask = (until > number)[self._district]
        return cut

    def _drawn(self, noise: Noise, kind: FaultKind, number: int) -> Mask:
        rate: float = getattr(self._plan, f"{kind}_per_day")
        if not rate:
            return np.zeros(len(noise), np.bool_)
        chance = rate * self._interval_ms / 86_400_000
        share = noise.uniform(kind, number)
        drawn: Mask = share < (chance * self._fragile if kind is FaultKind.DROPOUT else chance)
        return drawn

    def _lasting(self, noise: Noise, kind: FaultKind, number: int) -> Rows:
        """Draw how many steps an episode lasts."""
        low, high = getattr(self._plan, f"{kind}_h")
        hours = noise.between(f"{kind} hours", low, high, number)
        steps = np.ceil(hours * 3_600_000 / self._interval_ms)
        return np.maximum(steps, 1.0).astype(np.int64)

    def _pick(self, kind: FaultKind, number: int) -> Rows:
        """Choose a channel of each device, among those that can have the fault."""
        slots, count = self._slow_slot if kind in _SLOW_ONLY else self._any_slot
        share = self._noise.uniform(f"{kind} channel", number)
        which = np.floor(share * count).astype(np.int64)
        return slots[np.arange(len(slots)), which]

    def _skew(self, number: int, active: dict[FaultKind, Mask]) -> Rows:
        """Add clocks that are eight hours ahead and clocks that lose seconds every hour."""
        kind = FaultKind.CLOCK_DRIFT
        elapsed_h = (number - self._since[kind] + 1) * self._interval_ms / 3_600_000
        lost = np.floor(self._noise.between("lost", 500.0, 5_000.0) * elapsed_h)
        behind = -np.clip(lost, 1, self._interval_ms - 1).astype(np.int64)
        skew = np.where(active[kind], behind, 0)
        return np.where(active[FaultKind.CLOCK_SKEW], self._ahead_ms, skew)

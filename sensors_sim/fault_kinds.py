"""Kinds of fault, and what goes wrong in one step."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from sensors_sim.part import PerDevice

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

SKEW_MS = 8 * 3_600_000
"""A clock set to local time while its stamps claim UTC: eight hours ahead."""


class FaultKind(StrEnum):
    """Kinds of fault; a scenario gives each its rate by this name."""

    SPIKE = "spike"
    OUTLIER = "outlier"
    BASELINE_JUMP = "baseline_jump"
    STUCK = "stuck"
    DRIFT = "drift"
    STEP = "step"
    WRONG_UNIT = "wrong_unit"
    SWAPPED_AXES = "swapped_axes"
    DROPOUT = "dropout"
    DISTRICT_OUTAGE = "district_outage"
    DUPLICATE = "duplicate"
    CLOCK_SKEW = "clock_skew"
    CLOCK_DRIFT = "clock_drift"
    MALFORMED = "malformed"
    POWER_LOSS = "power_loss"
    DESTROYED = "destroyed"


DRAWN = tuple(kind for kind in FaultKind if kind not in (FaultKind.POWER_LOSS, FaultKind.DESTROYED))
"""Kinds that a scenario gives a rate; the others follow from the weather and from failures."""

ONCE = (
    FaultKind.SPIKE,
    FaultKind.OUTLIER,
    FaultKind.BASELINE_JUMP,
    FaultKind.STEP,
    FaultKind.DUPLICATE,
    FaultKind.MALFORMED,
)
"""Kinds that strike one message (a step and a baseline jump stay afterwards)."""

OF_GNSS = (FaultKind.OUTLIER, FaultKind.BASELINE_JUMP)
"""Kinds that hit all axes of a GNSS receiver."""

LASTING = (
    FaultKind.STUCK,
    FaultKind.DRIFT,
    FaultKind.WRONG_UNIT,
    FaultKind.SWAPPED_AXES,
    FaultKind.DROPOUT,
    FaultKind.CLOCK_SKEW,
    FaultKind.CLOCK_DRIFT,
)
"""Kinds that last for hours."""

ON_A_CHANNEL = (
    FaultKind.SPIKE,
    FaultKind.STUCK,
    FaultKind.DRIFT,
    FaultKind.STEP,
    FaultKind.WRONG_UNIT,
)
"""Kinds that hit one channel of a device."""


@dataclass(frozen=True)
class FaultStep(PerDevice):
    """What goes wrong in one step.

    Attributes
    ----------
    active
        Which devices each kind strikes, shape (n,) each.
    channel
        For kinds that hit one channel: its slot, shape (n,).
    since
        For kinds that last: the step in which the episode began, shape (n,).
    skew_ms
        How far each device's clock runs ahead, shape (n,).
    """

    active: dict[FaultKind, Mask]
    channel: dict[FaultKind, Rows]
    since: dict[FaultKind, Rows]
    skew_ms: Rows

    @property
    def offline(self) -> Mask:
        """Devices that keep their messages for later."""
        return self.active[FaultKind.DROPOUT] | self.active[FaultKind.DISTRICT_OUTAGE]

    @property
    def dead(self) -> Mask:
        """Devices that measure nothing."""
        return self.active[FaultKind.POWER_LOSS] | self.active[FaultKind.DESTROYED]

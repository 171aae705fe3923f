"""Which of a device's channels belong together."""

import numpy as np
import numpy.typing as npt

from domain.channels import CHANNELS
from sensors_sim.sites import Sites

Rows = npt.NDArray[np.int64]


def axes_of(channels: tuple[str, ...]) -> tuple[int, int] | None:
    """Slots of the two horizontal axes of an instrument, which can be swapped.

    Examples
    --------
    >>> axes_of(("crack", "tilt_x", "tilt_y")), axes_of(("crack",))
    ((1, 2), None)
    """
    for one, other in (("gnss_e", "gnss_n"), ("tilt_x", "tilt_y")):
        if one in channels and other in channels:
            return channels.index(one), channels.index(other)
    return None


def gnss_slots(channels: tuple[str, ...]) -> list[int]:
    """Slots of a receiver's three axes, in the order e, n, u; none where one is missing.

    Examples
    --------
    >>> gnss_slots(("rain", "gnss_e", "gnss_n", "gnss_u")), gnss_slots(("rain",))
    ([1, 2, 3], [])
    """
    axes = ("gnss_e", "gnss_n", "gnss_u")
    return [channels.index(axis) for axis in axes] if set(axes) <= set(channels) else []


def slots_of_families(sites: Sites, families: tuple[str, ...]) -> tuple[Rows, Rows]:
    """Slots of each device's channels of some families, shape (n, width), and their number."""
    slots = np.zeros((len(sites), sites.width), np.int64)
    counts = np.zeros(len(sites), np.int64)
    for row, device in enumerate(sites.devices):
        fit = [i for i, name in enumerate(device.channels) if CHANNELS[name].family in families]
        slots[row, : len(fit)] = fit
        counts[row] = len(fit)
    return slots, counts

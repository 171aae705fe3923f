"""In which order a device sends what it kept while it was offline."""

from enum import StrEnum

import numpy as np

from sensors_sim.sites import Sites


class Order(StrEnum):
    """Orders of a backlog; each device's logger always keeps to its own."""

    IN_ORDER = "in_order"
    NEWEST_FIRST = "newest_first"
    SHUFFLED = "shuffled"


_SHARES = (0.5, 0.75)
"""Half send in order, a quarter newest first, a quarter as the file system gives it."""


class Backlogs:
    """The orders of all devices of a fleet.

    Attributes
    ----------
    of
        Order of each row's logger.
    """

    def __init__(self, sites: Sites) -> None:
        which = np.searchsorted(_SHARES, sites.device.uniform("backlog order"))
        self.of = [list(Order)[code] for code in which.tolist()]
        self._seeds = np.floor(sites.device.uniform("shuffle") * 2**32).astype(np.int64)

    def comes_first(self, row: int) -> bool:
        """Whether a device sends its backlog before the reading of now."""
        return self.of[row] is Order.IN_ORDER

    def order(self, row: int, step: int, count: int) -> list[int]:
        """Positions of the kept messages, in the order in which they are sent.

        Parameters
        ----------
        step
            Step in which they are sent.
        count
            How many were kept.
        """
        if self.of[row] is Order.SHUFFLED:
            rng = np.random.default_rng([int(self._seeds[row]), step])
            return [int(position) for position in rng.permutation(count)]
        return list(range(count)) if self.comes_first(row) else list(range(count - 1, -1, -1))

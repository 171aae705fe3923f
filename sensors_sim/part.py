"""A few devices of what holds a whole fleet, so that a look at a few costs the price of a few."""

from copy import copy
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sensors_sim.noise import Noise

Rows = npt.NDArray[np.int64]


class PerDevice:
    """What has a row for each device on the first axis of every array that it holds.

    Random numbers, other such objects and tables of these are by device too; what else it holds is
    common to all.

    Examples
    --------
    >>> class Speeds(PerDevice):
    ...     def __init__(self) -> None:
    ...         self.mm_per_day, self.unit = np.array([1.0, 2.0, 3.0]), "mm/day"
    >>> some = Speeds().take(np.array([2, 0]))
    >>> some.mm_per_day.tolist(), some.unit
    ([3.0, 1.0], 'mm/day')
    """

    def take(self, rows: Rows) -> Self:
        """Copy some rows, to be read from; the whole is not touched by what befalls the copy.

        Parameters
        ----------
        rows
            Positions on the first axis, in the order wanted.
        """
        part = copy(self)
        vars(part).update({name: _taken(value, rows) for name, value in vars(self).items()})
        return part


def _taken(value: Any, rows: Rows) -> Any:
    if isinstance(value, np.ndarray):
        return value[rows]
    if isinstance(value, dict):
        return {key: _taken(each, rows) for key, each in value.items()}
    return value.take(rows) if isinstance(value, PerDevice | Noise) else value

"""Low batteries: a note on every reading of a device whose supply is nearly empty.

With a sagging supply radios, analogue converters and excited sensors give odd readings, often at
night, when no sun lifts the voltage. It explains them and suppresses nothing. What counts as low
is `battery_low_v` for a lead battery of 12 V, as most loggers in the field have; the first reading
of the battery tells which kind of supply it is, and the limit goes with it. A site whose supply is
another sets its own.
"""

import numpy as np

from detectors.state.columns import F64, Mask
from detectors.state.partners import Partners
from domain.channels import CHANNEL_NAMES

BATTERY = CHANNEL_NAMES.index("battery")

_BEGINS_V = np.array([5.0, 9.0, 18.0])
_SHARE = np.array([3.4 / 11.5, 0.5, 1.0, 2.0])
"""Limits of one lithium cell, and of 6, 12 and 24 V, against that of 12 V."""


def limit_v(first_v: F64, low_v: F64) -> F64:
    """Voltage below which a supply is low, in V.

    Parameters
    ----------
    first_v
        First voltage that its battery told.
    low_v
        Limit of a battery of 12 V.

    Examples
    --------
    >>> import numpy as np
    >>> limit_v(np.array([4.1, 6.4, 12.9, 25.8]), np.full(4, 11.5)).round(2).tolist()
    [3.4, 5.75, 11.5, 23.0]
    """
    found: F64 = low_v * _SHARE[np.searchsorted(_BEGINS_V, first_v, side="right")]
    return found


def look(beside: Partners, low_v: F64, raw: F64) -> Mask:
    """Whether each reading's device had a low battery before it, or is one that tells of it.

    Parameters
    ----------
    low_v
        Limit of each reading's point, shape (n,).
    raw
        The readings themselves.
    """
    rows = beside.rows("battery")
    some = np.flatnonzero(rows > 0)
    low = np.zeros(len(rows), bool)
    if not some.size:
        return low
    mine = np.zeros(len(rows), bool)
    mine[some] = True
    own = rows[some] == beside.series[some]
    volts = np.where(own, raw[some], beside.select(mine).of("battery").clean)
    first = beside.table["origin"][rows[some]]
    low[some] = volts < limit_v(first, low_v[some])
    return low


def low_battery_v(first_v: float, latest_v: float, low_v: float) -> float | None:
    """Give the voltage of a battery as last heard if it is low, else nothing.

    Examples
    --------
    >>> low_battery_v(12.8, 10.9, 11.5), low_battery_v(12.8, 12.1, 11.5)
    (10.9, None)
    """
    limit = float(limit_v(np.array([first_v]), np.array([low_v]))[0])
    return latest_v if latest_v < limit else None

"""What is plausible for a season and a duration (QARTOD's climatology test).

Only rain has a climate that holds for a whole province: its limit is a share of the world's record
for the interval, smaller in the dry half of the year. Everything else that follows the seasons
(groundwater, soil moisture, temperature's share in a crack) differs from site to site by more than
from month to month; for water the comparison is with the series' own months
(`detectors.quality.seasons`), for what moves with that of `detectors.motion.kinematics`.
"""

import numpy as np

from detectors.state.columns import F64, I64, Array, Mask

HOUR_MS = 3_600_000
LOCAL_MS = 8 * HOUR_MS
"""China's time zone: months are local."""

SEASON_SHARE = np.array([0.1, 0.1, 0.15, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.2, 0.15, 0.1])
"""January to December: share of the world's record above which rain is suspect. [P] judgement of
this project: thunderstorms of the region come from April to October."""


def record_rain_mm(interval_ms: F64) -> F64:
    """World's largest rain in an interval, mm (Jennings 1950: 422 D^0.475, D in hours).

    Examples
    --------
    >>> import numpy as np
    >>> record_rain_mm(np.array([600e3, 3600e3])).round().tolist()
    [180.0, 422.0]
    """
    record: F64 = 422.0 * (interval_ms / HOUR_MS) ** 0.475
    return record


def month(time_ms: I64) -> Array:
    """Month of local time, 0 to 11.

    Examples
    --------
    >>> month(np.array([0, 31 * 86_400_000 - LOCAL_MS])).tolist()
    [0, 1]
    """
    months = (time_ms + LOCAL_MS).astype("datetime64[ms]").astype("datetime64[M]")
    found: Array = months.astype(np.int64) % 12
    return found


def unseasonable(time_ms: I64, mm: F64, interval_ms: F64) -> Mask:
    """Whether rain exceeds what its month may bring in one interval.

    Examples
    --------
    >>> january, july = 1_768_000_000_000, 1_783_500_000_000
    >>> unseasonable(np.array([january, july]), np.full(2, 30.0), np.full(2, 600e3)).tolist()
    [True, False]
    """
    heavy: Mask = mm > SEASON_SHARE.min() * record_rain_mm(interval_ms)
    if not heavy.any():
        return heavy
    found: Mask = mm > SEASON_SHARE[month(time_ms)] * record_rain_mm(interval_ms)
    return found

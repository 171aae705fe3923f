"""How unusual wet soil is at a place: the share of its own past days that were drier.

Each gauge keeps a histogram of its daily maxima of the soil water index, in classes a factor of
`STEP` apart, with a memory of about `MEMORY_DAYS`. Until it knows `LEAST_DAYS` the place has no
history and the share is unknown (NaN).
"""

import numpy as np

from detectors.state.columns import F64, I64, Columns, Field, Rows

DAY_MS = 86_400_000
CLASSES = 24
LOWEST_MM = 2.0
STEP = 1.25
MEMORY_DAYS = 1500.0
LEAST_DAYS = 60.0

FIELDS = (
    Field("rain_day", "i4"),
    Field("rain_day_most", "f4"),
    Field("rain_days", "f4", CLASSES),
)


def learn(table: Columns, rows: Rows, time_ms: I64, soil_water_mm: F64) -> None:
    """Note the index; a day is entered when the next one begins."""
    day = (time_ms // DAY_MS).astype(np.int32)
    over = (day > table["rain_day"][rows]) & (table["rain_day"][rows] > 0)
    if over.any():
        done = rows[over]
        table["rain_days"][done] *= np.float32(1.0 - 1.0 / MEMORY_DAYS)
        table["rain_days"][done, _class(table["rain_day_most"][done].astype(np.float64))] += 1.0
    begins = day > table["rain_day"][rows]
    most = np.where(begins, 0.0, table["rain_day_most"][rows])
    table["rain_day_most"][rows] = np.maximum(most, soil_water_mm)
    table["rain_day"][rows] = np.maximum(day, table["rain_day"][rows])


def share_of_drier_days(table: Columns, rows: Rows, soil_water_mm: F64) -> F64:
    """Share of the days on record whose maximum lay in a lower class, shape (n,); NaN if few."""
    days = table["rain_days"][rows].astype(np.float64)
    known = days.sum(axis=1)
    lower = np.cumsum(days, axis=1) - days
    below = lower[np.arange(len(rows)), _class(soil_water_mm)]
    return np.where(known >= LEAST_DAYS, below / np.maximum(known, 1.0), np.nan)


def _class(soil_water_mm: F64) -> Rows:
    steps = np.log(np.maximum(soil_water_mm, LOWEST_MM) / LOWEST_MM) / np.log(STEP)
    found: Rows = np.minimum(steps, CLASSES - 1).astype(np.intp)
    return found

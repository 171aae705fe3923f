"""How much rain fell in the last half hour to six days, at every reading, from a few kept totals.

A gauge's running total is kept as it stood at the last twelve half hours and the last twelve half
days. The rain of a window is the total now less the total at its beginning; the windows are those
that begin at these marks: 24 durations, closely spaced where intensity changes fast. Rain of one
reading is taken to have fallen evenly over its interval, so a mark inside an interval stands where
a straight line through it does.
"""

import numpy as np

from detectors.state.columns import F64, I64, Columns, Field, Rows

HOUR_MS = 3_600_000
MARKS = 12
SCALES_MS = (HOUR_MS // 2, 12 * HOUR_MS)
SHORTEST_H = 0.5

FIELDS = (
    Field("rain_total", "f8"),
    Field("rain_marks", "f8", 2 * MARKS),
    Field("rain_slot", "i8", 2),
)


def advance(table: Columns, rows: Rows, time_ms: I64, interval_ms: F64, amount_mm: F64) -> None:
    """Add the rain of one interval that ends at each time, shape (n,)."""
    before = table["rain_total"][rows]
    for scale, width_ms in enumerate(SCALES_MS):
        slot = time_ms // width_ms
        moved = slot - table["rain_slot"][rows, scale]
        on = np.flatnonzero(moved > 0)
        if len(on):
            part = rows[on], moved[on], time_ms[on], interval_ms[on]
            _move(table, scale, *part, before[on], amount_mm[on])
            table["rain_slot"][rows[on], scale] = slot[on]
    table["rain_total"][rows] = before + amount_mm


def _move(
    table: Columns,
    scale: int,
    rows: Rows,
    moved: I64,
    time_ms: I64,
    interval_ms: F64,
    before: F64,
    amount_mm: F64,
) -> None:
    """Shift the marks of a scale and set the new ones."""
    columns = slice(scale * MARKS, (scale + 1) * MARKS)
    old = table["rain_marks"][rows, columns]
    place = np.arange(MARKS) + moved[:, None]
    age_ms = _ages_ms(scale, time_ms)
    share = np.clip(1.0 - age_ms / interval_ms[:, None], 0.0, 1.0)
    fresh = before[:, None] + amount_mm[:, None] * share
    kept = np.take_along_axis(old, np.minimum(place, MARKS - 1), axis=1)
    table["rain_marks"][rows, columns] = np.where(place < MARKS, kept, fresh)


def _ages_ms(scale: int, time_ms: I64) -> F64:
    """How far each mark of a scale lies behind, oldest first, shape (n, MARKS)."""
    width_ms = SCALES_MS[scale]
    newest = time_ms % width_ms
    ages: F64 = newest[:, None] + width_ms * np.arange(MARKS - 1.0, -1.0, -1.0)
    return ages


def windows(table: Columns, rows: Rows, time_ms: I64) -> tuple[F64, F64]:
    """Windows that end now.

    Returns
    -------
    tuple of arrays
        Their lengths in hours (NaN if shorter than half an hour) and their rain in mm, each of
        shape (n, 2 * MARKS).
    """
    hours = np.concatenate([_ages_ms(scale, time_ms) for scale in (0, 1)], axis=1) / HOUR_MS
    fell = table["rain_total"][rows][:, None] - table["rain_marks"][rows]
    hours[hours < SHORTEST_H] = np.nan
    return hours, fell

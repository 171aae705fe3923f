"""Thermal artefacts: what the day's warmth does to an instrument, noted where it shows.

Steel, masts and walls grow and shrink with the day. No point has a thermometer, but the day itself
is one: each day's readings give the daily wave of the series (a lock-in at 24 h, the slope's own
trend and curvature taken out by the means of the days around it), and a wave that comes back day
after day in the same phase is the sun's. Slopes do not: their waves average out, and a slope that
runs away scatters so much that nothing is called thermal. The note suppresses nothing; that
motion must stand out of what a series does anyway is `motion`'s business (its noise is learned at
every scale). It says which readings the day alone has moved, so that nobody takes a warm afternoon
for a start.
"""

import numpy as np

from detectors.quality.sample import Sample
from detectors.state.columns import F32, F64, I64, Columns, Field, Mask, Rows
from domain.channels import CHANNELS

FIELDS = (
    Field("wave_day", "i4"),
    Field("wave_count", "i4"),
    # Of 1, cos, sin, each times 1 (but the first), the hour as a share of the day, its square, and
    # the value.
    Field("wave_sums", "f8", 11),
    # Mean of the day before yesterday; of yesterday: mean, and the waves of value, hour, square.
    Field("wave_past", "f8", 8, fill=float("nan")),
    Field("wave_days", "u1"),
    Field("wave", "f8", 2),
    Field("wave_scatter", "f8"),
)

BENT = np.array([c.family in ("displacement", "tilt") for c in CHANNELS.values()])
"""Channels that stand on ground or on a mast."""

DAYS_LEAST, DAYS_KEPT = 7, 15
READINGS_LEAST = 12
"""A day: of interval two hours or less."""

HEARD_SHARE = 0.9
SURE = 4.0
"""Standard errors by which the mean wave must exceed nothing."""

NOTED = 3.0
"""Standard deviations of a single reading from which its daily part is noted."""

_DAY_MS = 86_400_000
_ANGLE = 2.0 * np.pi * np.arange(1440) / 1440.0
_COS, _SIN = np.cos(_ANGLE), np.sin(_ANGLE)


def look(sample: Sample, clean: F32, good: Mask) -> Mask:
    """Note readings that the day bends; learn the wave.

    Parameters
    ----------
    clean
        What stands for the reading in kinematics, relative to its series' origin, shape (n,).
    good
        Readings that no test doubts: these teach.

    Returns
    -------
    Mask
        Where what the wave adds is more than `NOTED` of the noise.
    """
    bent = np.zeros(len(sample), bool)
    place = np.flatnonzero(BENT[sample.channel])
    if not place.size:
        return bent
    table, rows, time_ms = sample.table, sample.series[place], sample.time_ms[place]
    day, minute = (time_ms // _DAY_MS).astype(np.int32), time_ms % _DAY_MS // 60_000
    over = day != table["wave_day"][rows]
    if over.any():
        _close(table, rows[over], day[over], sample.interval_ms[place[over]])
    _add(table, rows, clean[place].astype(np.float64), minute, good[place])
    wave = table["wave"][rows]
    part = wave[:, 0] * _COS[minute] + wave[:, 1] * _SIN[minute]
    bent[place] = known(table, rows) & (np.abs(part) > NOTED * sample.noise[place])
    return bent


def known(table: Columns, rows: Rows) -> Mask:
    """Whether a series' daily wave is beyond doubt."""
    days = np.minimum(table["wave_days"][rows], DAYS_KEPT)
    wave = table["wave"][rows]
    power = wave[:, 0] ** 2 + wave[:, 1] ** 2
    error = SURE**2 * table["wave_scatter"][rows] / np.maximum(days, 1)
    sure: Mask = (days >= DAYS_LEAST) & (power > error)
    return sure


def _add(table: Columns, rows: Rows, value: F64, minute: I64, good: Mask) -> None:
    rows, value, minute = rows[good], value[good], minute[good]
    hour = minute / 1440.0
    cos, sin = _COS[minute], _SIN[minute]
    terms = [cos, sin]
    for term in (hour, hour * hour, value):
        terms += [term, term * cos, term * sin]
    table["wave_count"][rows] += 1
    table["wave_sums"][rows] += np.stack(terms, axis=1)


def _close(table: Columns, rows: Rows, day: Rows, interval_ms: F64) -> None:
    """End the day of series whose next one has begun."""
    count, sums = table["wave_count"][rows], table["wave_sums"][rows]
    whole = (count >= HEARD_SHARE * _DAY_MS / interval_ms) & (count >= READINGS_LEAST)
    past = table["wave_past"][rows]
    per = np.maximum(count, 1).astype(np.float64)
    mean = sums[:, 8] / per
    learned = whole & np.isfinite(past).all(axis=1)
    if learned.any():
        _learn(table, rows[learned], past[learned], mean[learned])
    # A day that is missing or not whole breaks the chain of three.
    waves = [w for start in (8, 2, 5) for w in _wave(sums, per, start)]
    next_day = whole & (day == table["wave_day"][rows] + 1)
    now = np.stack([past[:, 1], mean, *waves], axis=1)
    table["wave_past"][rows] = np.where(next_day[:, None], now, np.nan)
    table["wave_day"][rows] = day
    table["wave_count"][rows] = 0
    table["wave_sums"][rows] = 0.0


def _wave(sums: F64, per: F64, start: int) -> tuple[F64, F64]:
    """Parts of the wave of a quantity about its mean, from the sums that begin at a column."""
    mean = sums[:, start] / per
    cos = 2.0 * (sums[:, start + 1] - mean * sums[:, 0]) / per
    sin = 2.0 * (sums[:, start + 2] - mean * sums[:, 1]) / per
    return cos, sin


def _learn(table: Columns, rows: Rows, past: F64, mean: F64) -> None:
    """Take the slope's own motion out of yesterday's wave, and average the wave.

    Over one day the ground moves by a trend and a curvature about the middle of the day, which the
    means of the days around it give; what these make of the same hours is known exactly.
    """
    trend = 0.5 * (mean - past[:, 0])
    curve = 0.5 * (mean - 2.0 * past[:, 1] + past[:, 0])
    off = [
        past[:, 2 + part]
        - trend * past[:, 4 + part]
        - curve * (past[:, 6 + part] - past[:, 4 + part])
        - table["wave"][rows, part]
        for part in (0, 1)
    ]
    days = np.minimum(table["wave_days"][rows] + 1, DAYS_KEPT)
    share = 1.0 / days
    for part in (0, 1):
        table["wave"][rows, part] += share * off[part]
    scatter = table["wave_scatter"][rows]
    spread = (1.0 - share) * (off[0] ** 2 + off[1] ** 2)
    table["wave_scatter"][rows] = scatter + share * (spread - scatter)
    table["wave_days"][rows] = days

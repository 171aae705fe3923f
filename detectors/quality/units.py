"""Swapped units: a series that at once reads a known ratio of what it read before.

A logger that was set up anew sends centimetres that claim to be millimetres, radians as degrees,
metres of water as kPa. The mark: the level jumps from L to r L with r a ratio of two units, to
within the noise and what it moves in an interval anyway, and goes on there as it did before. From
the first such reading on the readings are SUSPECT, and kinematics get them mended (divided by r).
The series leaves the state when a reading fits the level before in its own unit; when two readings
running, mended, lie off that level, though it may move on at the pace that it had: then the jump
was real (a slope that slipped from 5 to 50 mm goes on moving), and no reading is held back any
longer; and after three days, for then nobody will change it back and the new unit is its own.

What jumps to within half of the level from which it came is back in its own unit.

A larger unit's number scatters more, by the same ratio. So a series that after a jump to 10 L
scatters as it did before, has a new level (a mast that was pushed over), and `SCATTER_AFTER`
readings later the state is left. With a smaller unit the same shows by readings that do not fit.

A value near zero reads the same in every unit: there is nothing to see, and no harm.
"""

from dataclasses import dataclass

import numpy as np

from detectors.quality.limits import LEAST_JUMP, RESOLUTION, RISES_WITH_RAIN, RUNS_AWAY
from detectors.quality.sample import Before, Sample
from detectors.state.columns import F32, F64, U8, Columns, Field, Mask, Rows
from domain.channels import CHANNELS

FIELDS = (
    Field("unit", "u1"),
    Field("unit_level", "f4", fill=float("nan")),
    Field("unit_since", "i8"),
    Field("unit_age", "u1"),
    Field("unit_pace", "f4"),
)

_DOUBT, _INDEX = np.uint8(128), np.uint8(127)
"""The state of a series: a ratio's index, and whether its last reading did not fit."""

_G = 9.80665
_RATIOS = {
    "displacement": (0.1, 0.01, 0.001, 10.0, 100.0, 1000.0, 25.4, 1 / 25.4),
    "tilt": (np.pi / 180, 180 / np.pi, np.tan(np.pi / 180), 17.453, 60.0, 3600.0),
    "water": (1 / _G, _G, 0.1, 0.01, 0.001, 10.0, 100.0, 1000.0),
    "flow": (0.1, 0.01, 0.001, 10.0, 100.0, 1000.0),
    "dynamic": (0.001, 1000.0, _G, 1 / _G, _G / 1000, 1000 / _G),
    "health": (0.001, 1000.0),
}
"""Value received over value meant: mm/cm/m/inch; deg/rad/mm a metre/arc minute/second;
kPa/m of water/bar/hPa, %/share, m/cm/mm; mg/g/(m/s2); V/mV."""

_MOST = max(len(ratios) for ratios in _RATIOS.values())
RATIO = np.ones((len(CHANNELS), _MOST + 1))
"""By channel's code and state of the series; 1.0 in state 0 and where a family has fewer."""
for _row, _channel in enumerate(CHANNELS.values()):
    _ratios = _RATIOS.get(_channel.family, ())
    RATIO[_row, 1 : len(_ratios) + 1] = _ratios

ENTER_SIGMA, STAY_SIGMA = 4.0, 8.0
FOLLOW_SIGMA, FOLLOW_PACE, MOVES_SIGMA = 1.0, 2.0, 6.0
"""How fast the level may creep, in noise a reading and in paces that it had before; pace is what
moves that far in three readings."""

DISTINCT = 6.0
"""Level over tolerance from which a ratio can be told: near zero every unit reads the same."""

RAIN_PACE = 0.5
"""Pace that rain may give water at any time, in least jumps of its channel."""

NEAR_FACTOR = 1.5
"""Factor within which a level is the one before the last jump: no two units are so near."""

LONGEST_MS = 3 * 86_400_000

_GAP = 10.0
"""Intervals of a gap over which a level is thought to go on at its pace."""

LEAST_COUNT = 4
"""Readings before a level is known."""

SCATTER_AFTER, SCATTER_RATIO, SCATTER_RANGE = 8, 4.0, 2.8
"""Readings, the last included, whose range tells a unit's scatter; ratios that are judged so; range
of so many readings of white noise, in standard deviations."""


@dataclass(frozen=True)
class Mended:
    """What is known of the units of readings, shape (n,) each.

    Attributes
    ----------
    wrong
        Readings in a wrong unit.
    misfit
        Those among them that do not fit the level, though the series has not left the state yet.
    value, raw
        Readings in the channel's own unit: relative to the origin, and whole.
    """

    wrong: Mask
    misfit: Mask
    value: F32
    raw: F64


def judge(sample: Sample, before: Before, allowed: F64) -> Mended:
    """Tell which readings come in a wrong unit, and mend them.

    Parameters
    ----------
    allowed
        Change between two readings that is no jump, shape (n,).
    """
    table, series = sample.table, sample.series
    state = table["unit"][series]
    wrong = misfit = np.zeros(len(sample), bool)
    if state.any():
        wrong, misfit = _keep(sample, allowed, before.intervals)
    leaves = (np.abs(sample.value.astype(np.float64) - before.last) > allowed) & (state == 0)
    leaves &= (before.count >= LEAST_COUNT) & np.isnan(table["held"][series])
    if leaves.any():
        wrong = wrong | _recognise(sample, before.last, np.flatnonzero(leaves))
    if not wrong.any():
        return Mended(wrong, misfit, sample.value, sample.raw)
    ratio = np.where(wrong, RATIO[sample.channel, table["unit"][series] & _INDEX], 1.0)
    raw = sample.raw / ratio
    fixed = (raw - table["origin"][series]).astype(np.float32)
    return Mended(wrong, misfit, np.where(wrong, fixed, sample.value), raw)


def tolerance(channel: U8, unit: U8, noise: F64, sigmas: float) -> F64:
    """How far a mended reading may lie from the level: noise, and the digits that were lost."""
    lost = RESOLUTION[channel] / np.minimum(RATIO[channel, unit], 1.0)
    found: F64 = sigmas * noise + 0.6 * lost
    return found


def _keep(sample: Sample, allowed: F64, intervals: F64) -> tuple[Mask, Mask]:
    """Tell which series stay in their wrong unit; one reading that does not fit may be a spike."""
    table, series, channel = sample.table, sample.series, sample.channel
    state = table["unit"][series]
    unit, doubted = state & _INDEX, state >= _DOUBT
    level = table["unit_level"][series].astype(np.float64)
    fixed = sample.raw / RATIO[channel, unit] - table["origin"][series]
    away = np.abs(fixed - level)
    away_as_it_came = np.abs(sample.value - level)
    pace = FOLLOW_PACE * table["unit_pace"][series] * np.clip(intervals, 1.0, _GAP)
    rests = away <= tolerance(channel, unit, sample.noise, STAY_SIGMA) + pace
    back = (away_as_it_came <= allowed) & (away_as_it_came <= away)
    ours = sample.time_ms - table["unit_since"][series] > LONGEST_MS
    stays = (unit > 0) & ~back & ~ours & (rests | ~doubted)
    stays &= ~_scatters_as_before(table, series, channel, unit, fixed)
    misfit = stays & ~rests
    new = np.where(misfit, unit | _DOUBT, unit)
    reach = np.maximum(FOLLOW_SIGMA * sample.noise / np.maximum(RATIO[channel, unit], 1.0), pace)
    level += np.where(stays & rests, np.clip(fixed - level, -reach, reach), 0.0)
    table["unit_level"][series] = np.where(unit > 0, level, table["unit_level"][series])
    table["unit"][series] = np.where(stays, new, 0)
    return stays, misfit


def _scatters_as_before(table: Columns, series: Rows, channel: U8, unit: U8, fixed: F64) -> Mask:
    """Whether readings in a larger unit have no larger numbers' scatter."""
    age = np.minimum(table["unit_age"][series] + 1, 250)
    table["unit_age"][series] = np.where(unit > 0, age, 0)
    ratio = RATIO[channel, unit]
    found: Mask = (unit > 0) & (age == SCATTER_AFTER) & (ratio >= SCATTER_RATIO)
    place = np.flatnonzero(found)
    if place.size:
        rows = series[place]
        recent = np.column_stack((table["value"][rows, 1 - SCATTER_AFTER :], fixed[place]))
        spread = recent.max(axis=1) - recent.min(axis=1)
        noise = table["noise"][rows, 0].astype(np.float64)
        found[place] = spread < SCATTER_RANGE * noise / np.sqrt(ratio[place])
    return found


def _recognise(sample: Sample, last: F32, asked: Rows) -> Mask:
    """Find jumps that a change of unit explains, at the places asked, and enter the state."""
    table, rows, code = sample.table, sample.series[asked], sample.channel[asked]
    level = last[asked].astype(np.float64)
    pace = _pace(table["value"][rows, -LEAST_COUNT:], code, sample.noise[asked])
    best, hit = _closest(sample, asked, level, pace)
    own, kind = rows[hit], code[hit]
    table["unit"][own] = best[hit] + 1
    table["unit_level"][own] = level[hit]
    table["unit_since"][own] = sample.time_ms[asked[hit]]
    table["unit_age"][own] = 1
    goes_on = RUNS_AWAY[kind] & (RATIO[kind, best[hit] + 1] < 1.0)
    least = np.where(RISES_WITH_RAIN[kind], RAIN_PACE * LEAST_JUMP[kind], 0.0)
    table["unit_pace"][own] = np.where(goes_on, np.maximum(pace[hit], least), 0.0)
    found = np.zeros(len(sample), bool)
    found[asked[hit]] = True
    return found


def _closest(sample: Sample, asked: Rows, level: F64, pace: F64) -> tuple[Rows, Mask]:
    """Ratio that brings each reading nearest to its level, and whether it explains the jump."""
    table, rows, code = sample.table, sample.series[asked], sample.channel[asked]
    raw, ratio = sample.raw[asked], RATIO[code][:, 1:]
    whole = (level + table["origin"][rows])[:, None]
    away = np.abs(raw[:, None] / ratio - whole)
    lost = RESOLUTION[code][:, None] / np.minimum(ratio, 1.0)
    near = ENTER_SIGMA * sample.noise[asked, None] + 0.6 * lost
    moves = np.where((ratio < 1.0) & RUNS_AWAY[code, None], FOLLOW_PACE * pace[:, None], 0.0)
    fits = (ratio != 1.0) & (away <= near + moves) & (np.abs(whole) >= DISTINCT * near)
    fits &= ~_goes_back(table, rows, raw)[:, None]
    return np.where(fits, away, np.inf).argmin(axis=1), fits.any(axis=1)


def _goes_back(table: Columns, rows: Rows, raw: F64) -> Mask:
    """Whether a jump leads to the level from which the last one came: that explains itself."""
    least = LEAST_JUMP[table["channel"][rows]]
    before = table["unit_level"][rows] + table["origin"][rows]
    share = raw / before
    found: Mask = (share < NEAR_FACTOR) & (share > 1.0 / NEAR_FACTOR)
    found |= np.abs(raw - before) <= least
    return found


def _pace(recent: F32, channel: U8, noise: F64) -> F64:
    """Longest of three steps that go one way beyond the noise, 0 where one is a jump; (n,)."""
    steps = np.diff(recent.astype(np.float64), axis=1)
    longest, far = np.abs(steps).max(axis=1), np.abs(recent[:, -1] - recent[:, 0])
    goes = (np.abs(np.sign(steps).sum(axis=1)) == steps.shape[1]) & (far > MOVES_SIGMA * noise)
    found: F64 = np.where(goes & (longest <= LEAST_JUMP[channel]), longest, 0.0)
    return found

"""Quality before meaning: every fresh reading is flagged before a method sees it (docs/quality.md).

Flags gate what follows: a SUSPECT or FAIL reading never moves a level, and its place in the ring
is taken by the last good value, or by the reading itself in its own unit where the fault is known
and can be mended. All comparisons are strict, as in QARTOD. Each test is a file of its own; this
one says in which order they speak.
"""

from dataclasses import dataclass

import numpy as np

from detectors.quality import axes, flat, seasons, spikes, units, wrong_fixes
from detectors.quality.climatology import record_rain_mm, unseasonable
from detectors.quality.limits import (
    FAIL_HIGH,
    FAIL_LOW,
    LEAST_JUMP,
    RAIN,
    RATE_PER_S,
    SPIKE_TESTED,
    SUSPECT_HIGH,
    SUSPECT_LOW,
)
from detectors.state.columns import F32, F64, I64, U8, Array, Columns, Mask, Rows
from detectors.state.partners import newest_raw
from detectors.state.tracks import RING
from domain.channels import CHANNEL_NAMES
from domain.levels import Flag
from domain.quality import Test

FIELDS = (*spikes.FIELDS, *flat.FIELDS, *units.FIELDS, *axes.FIELDS, *seasons.FIELDS)

RAIN_SUSPECT_SHARE = 0.3
"""Rain above this share of the world's record for its interval is suspect."""

GAP_INTERVALS = 2.5

SUSPECTING = (
    Test.GROSS_RANGE
    | Test.RATE_OF_CHANGE
    | Test.SPIKE
    | Test.FLAT_LINE
    | Test.ATTENUATED
    | Test.CLIMATOLOGY
    | Test.UNIT
).value
"""Tests that make a reading SUSPECT; the others only note something."""

_REPLACED = np.uint16(SUSPECTING & ~(Test.ATTENUATED | Test.UNIT))
"""Tests that put the last good value in the reading's place."""

_NAMES = CHANNEL_NAMES


@dataclass
class Judged:
    """What the tests make of readings, shape (n,).

    Attributes
    ----------
    flag, tests
        QARTOD flag, and the bits of `domain.quality.Test` that led to it.
    value
        What kinematics may use, relative to the origin.
    raw
        The reading in the channel's unit, mended where that is possible.
    confirmed, leap
        Where the reading confirmed a jump, and the jump's size.
    """

    flag: U8
    tests: Array
    value: F32
    raw: F64
    confirmed: Mask
    leap: F64


def gross_range(channel: U8, value: F64, interval_ms: F64) -> U8:
    """Flag values outside what the channel can be.

    Examples
    --------
    >>> import numpy as np
    >>> rain = np.full(4, _NAMES.index("rain"), np.uint8)
    >>> gross_range(rain, np.array([0.0, 54.0, 54.1, 300.1]), np.full(4, 6e5)).tolist()
    [1, 1, 3, 4]
    """
    low, high = SUSPECT_LOW[channel], SUSPECT_HIGH[channel]
    high = np.where(channel == RAIN, np.minimum(high, _rain_limit(interval_ms)), high)
    suspect = (value < low) | (value > high)
    fail = (value < FAIL_LOW[channel]) | (value > FAIL_HIGH[channel])
    flags: U8 = np.where(fail, Flag.FAIL, np.where(suspect, Flag.SUSPECT, Flag.GOOD)).astype("u1")
    return flags


def _rain_limit(interval_ms: F64) -> F64:
    return RAIN_SUSPECT_SHARE * record_rain_mm(interval_ms)


def judge(
    table: Columns,
    series: Rows,
    channel: U8,
    time_ms: I64,
    value: F32,
    raw: F64,
    interval_ms: F64,
    noise: F64,
) -> Judged:
    """Flag one fresh reading of each series.

    Parameters
    ----------
    value
        Reading relative to the series' origin, shape (n,).
    raw
        Reading as it came, in the channel's unit.
    noise
        Standard deviation of a single reading, in the channel's unit.
    """
    count = table["count"][series]
    known = count > 0
    recent = table["value"][series, -5:]
    last = recent[:, -1]
    gap_ms = np.where(known, time_ms - table["time"][series, -1], interval_ms)
    intervals = gap_ms / interval_ms
    came = np.where(known, value.astype(np.float64) - last, 0.0)
    run = spikes.one_way(recent, came)
    allowed = spikes.allowed_jump(recent, count, channel, noise, intervals, came, run)
    flag = gross_range(channel, raw, interval_ms)
    tests = np.where(flag > Flag.GOOD, Test.GROSS_RANGE, 0).astype(np.uint16)
    _mark(tests, Test.GAP, intervals > GAP_INTERVALS)
    wrong_unit, misfit, value, raw = units.judge(
        table, series, channel, time_ms, value, raw, last, allowed, noise
    )
    jump = np.where(known, value.astype(np.float64) - last, 0.0)
    _mark(tests, Test.RATE_OF_CHANGE, np.abs(jump) > RATE_PER_S[channel] * gap_ms / 1000.0)
    may_be = known & ~wrong_unit & (flag < Flag.FAIL)
    far = may_be & (np.abs(jump) > allowed)
    axes = np.flatnonzero(wrong_fixes.is_axis(channel))
    if axes.size:
        recent = table["value"][series[axes], -wrong_fixes.RECENT :]
        here = (count[axes], value[axes], noise[axes], intervals[axes])
        known_axis, far_axis = wrong_fixes.far(recent, *here)
        far_axis &= ~spikes.runs_away(recent[:, -5:], count[axes], noise[axes], run[axes])
        far[axes] = np.where(known_axis, far_axis & may_be[axes], far[axes])
    held, confirmed, leap = spikes.hold(table, series, channel, value, last, jump, far)
    if confirmed.any():
        table["unit_level"][series[confirmed]] = last[confirmed]
    _judge_rain(table, series, channel, time_ms, raw, interval_ms, tests)
    _mark(tests, Test.SPIKE, held | misfit)
    _mark(tests, Test.UNIT, wrong_unit)
    _mark(tests, Test.ATTENUATED, flat.attenuated(table, series, jump, noise) & ~wrong_unit)
    stuck = flat.flat_line(table, series, channel, jump, known, run, interval_ms)
    _mark(tests, Test.FLAT_LINE, stuck > Flag.GOOD)
    undoubted = (tests & np.uint16(SUSPECTING)) == 0
    too_low = seasons.too_low(table, series, channel, time_ms, value, undoubted)
    _mark(tests, Test.CLIMATOLOGY, too_low)
    flag = np.maximum(
        np.maximum(flag, stuck), np.where(tests & np.uint16(SUSPECTING), Flag.SUSPECT, 0)
    )
    usable = (tests & _REPLACED == 0) & (flag < Flag.FAIL) | (wrong_unit & ~misfit) | ~known
    clean: F32 = np.where(usable, value, last).astype(np.float32)
    return Judged(flag.astype(np.uint8), tests, clean, raw, confirmed, leap)


def judge_late(
    table: Columns,
    series: Rows,
    time_ms: I64,
    value: F32,
    raw: F64,
    interval_ms: F64,
    noise: F64,
) -> tuple[U8, Array]:
    """Flag readings that come late, between two neighbours of their series' ring.

    Here QARTOD's own spike test can be done: the distance from the mean of both neighbours.

    Returns
    -------
    tuple of arrays
        Flags (UNKNOWN where no test speaks) and tests, shape (n,).
    """
    channel = table["channel"][series]
    flag = gross_range(channel, raw, interval_ms)
    tests = np.where(flag > Flag.GOOD, Test.GROSS_RANGE, 0).astype(np.uint16)
    times, values = table["time"][series], table["value"][series]
    after = (times < time_ms[:, None]).sum(axis=1)
    row = np.arange(len(series))
    inside = (after < RING) & (after > RING - np.minimum(table["count"][series], RING))
    right = values[row, np.minimum(after, RING - 1)]
    # The newest may be held still: what was said is the neighbour, not what stands in its place.
    held = table["held"][series]
    right = np.where((after == RING - 1) & ~np.isnan(held), held, right)
    left = values[row, np.maximum(after - 1, 0)]
    distance = np.abs(value.astype(np.float64) - 0.5 * (left.astype(np.float64) + right))
    allowed = np.maximum(spikes.HOLD_SIGMA * noise, LEAST_JUMP[channel])
    allowed = np.maximum(allowed, np.abs(right.astype(np.float64) - left))
    spike = inside & SPIKE_TESTED[channel] & (distance > allowed)
    _mark(tests, Test.SPIKE, spike)
    flag = np.maximum(flag, np.where(spike, Flag.SUSPECT, Flag.UNKNOWN))
    return flag.astype(np.uint8), tests


def _mark(tests: Array, test: Test, spoke: Mask | Rows) -> None:
    tests[spoke] |= np.uint16(test)


def _judge_rain(
    table: Columns,
    series: Rows,
    channel: U8,
    time_ms: I64,
    raw: F64,
    interval_ms: F64,
    tests: Array,
) -> None:
    """Add what the tests of rain alone say."""
    place = np.flatnonzero(channel == RAIN)
    if not place.size:
        return
    mm, span = raw[place], interval_ms[place]
    # As it came: a cloudburst whose first reading was held goes on, and is none the less one.
    before = newest_raw(table, series[place])
    _mark(tests, Test.CLIMATOLOGY, place[unseasonable(time_ms[place], mm, span)])
    _mark(tests, Test.SPIKE, place[spikes.sudden_rain(mm, before, span)])

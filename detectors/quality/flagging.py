"""Quality before meaning: every fresh reading is flagged before a method sees it (docs/quality.md).

Flags gate what follows: a SUSPECT or FAIL reading never moves a level, and its place in the ring
is taken by the last good value, or by the reading itself in its own unit where the fault is known
and can be mended. All comparisons are strict, as in QARTOD. Each test is a file of its own; this
one says in which order they speak.
"""

from dataclasses import dataclass, replace

import numpy as np

from detectors.quality import axes, flat, seasons, spikes, units, wrong_fixes
from detectors.quality.climatology import record_rain_mm, unseasonable
from detectors.quality.limits import (
    FAIL_HIGH,
    FAIL_LOW,
    RAIN,
    RATE_PER_S,
    SUSPECT_HIGH,
    SUSPECT_LOW,
)
from detectors.quality.sample import Before, Sample
from detectors.state.columns import F32, F64, U8, Array, Mask, Rows
from detectors.state.partners import newest_raw
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


def judge(sample: Sample) -> Judged:
    """Flag one fresh reading of each series."""
    flag = gross_range(sample.channel, sample.raw, sample.interval_ms)
    tests = np.where(flag > Flag.GOOD, Test.GROSS_RANGE, 0).astype(np.uint16)
    before = Before.of(sample)
    _mark(tests, Test.GAP, before.intervals > GAP_INTERVALS)
    moved = _step(sample, before, flag, tests)
    _judge_rain(moved.sample, tests)
    flag = np.maximum(flag, _rest(moved, before, tests))
    flag = np.maximum(flag, np.where(tests & np.uint16(SUSPECTING), Flag.SUSPECT, 0))
    mended = moved.unit.wrong & ~moved.unit.misfit
    usable = (tests & _REPLACED == 0) & (flag < Flag.FAIL) | mended | ~before.known
    clean: F32 = np.where(usable, moved.sample.value, before.last).astype(np.float32)
    raw = moved.sample.raw
    return Judged(flag.astype(np.uint8), tests, clean, raw, moved.confirmed, moved.leap)


@dataclass(frozen=True)
class _Step:
    """From the last good value to the reading; shape (n,) each.

    Attributes
    ----------
    sample
        The readings, mended where their unit is wrong.
    unit
        Where that is so.
    jump, run
        From the last good value, and whether it goes on in one direction.
    confirmed, leap
        As in `Judged`.
    """

    sample: Sample
    unit: units.Mended
    jump: F64
    run: Mask
    confirmed: Mask
    leap: F64


def _step(sample: Sample, before: Before, flag: U8, tests: Array) -> _Step:
    """Judge how far the reading lies from the last one: in its own unit, then as a spike."""
    came = before.change(sample.value)
    run = spikes.one_way(before.recent, came)
    allowed = spikes.allowed_jump(
        before.recent, before.count, sample.channel, sample.noise, before.intervals, came, run
    )
    unit = units.judge(sample, before, allowed)
    sample = replace(sample, value=unit.value, raw=unit.raw)
    jump = before.change(sample.value)
    fastest = RATE_PER_S[sample.channel] * before.gap_ms / 1000.0
    _mark(tests, Test.RATE_OF_CHANGE, np.abs(jump) > fastest)
    may_be = before.known & ~unit.wrong & (flag < Flag.FAIL)
    far = may_be & _far(sample, before, np.abs(jump) > allowed, run)
    held, confirmed, leap = spikes.hold(
        sample.table, sample.series, sample.channel, sample.value, before.last, jump, far
    )
    if confirmed.any():
        sample.table["unit_level"][sample.series[confirmed]] = before.last[confirmed]
    _mark(tests, Test.SPIKE, held | unit.misfit)
    _mark(tests, Test.UNIT, unit.wrong)
    return _Step(sample, unit, jump, run, confirmed, leap)


def _far(sample: Sample, before: Before, beyond: Mask, run: Mask) -> Mask:
    """Whether readings leave their neighbour; a receiver's axes are held against their median."""
    axis = np.flatnonzero(wrong_fixes.is_axis(sample.channel))
    if not axis.size:
        return beyond
    recent = sample.table["value"][sample.series[axis], -wrong_fixes.RECENT :]
    count, noise = before.count[axis], sample.noise[axis]
    known, far = wrong_fixes.far(recent, count, sample.value[axis], noise, before.intervals[axis])
    far &= ~spikes.runs_away(recent[:, -5:], count, noise, run[axis])
    beyond[axis] = np.where(known, far, beyond[axis])
    return beyond


def _rest(moved: _Step, before: Before, tests: Array) -> U8:
    """Judge what does not move, or lies lower than its season; flags of stuck values."""
    sample, jump = moved.sample, moved.jump
    table, series, channel = sample.table, sample.series, sample.channel
    attenuated = flat.attenuated(table, series, jump, sample.noise, sample.interval_ms)
    _mark(tests, Test.ATTENUATED, attenuated & ~moved.unit.wrong)
    stuck = flat.flat_line(
        table, series, channel, jump, before.known, moved.run, sample.interval_ms
    )
    _mark(tests, Test.FLAT_LINE, stuck > Flag.GOOD)
    undoubted = (tests & np.uint16(SUSPECTING)) == 0
    too_low = seasons.too_low(table, series, channel, sample.time_ms, sample.value, undoubted)
    _mark(tests, Test.CLIMATOLOGY, too_low)
    return stuck


def _mark(tests: Array, test: Test, spoke: Mask | Rows) -> None:
    tests[spoke] |= np.uint16(test)


def _judge_rain(sample: Sample, tests: Array) -> None:
    """Add what the tests of rain alone say."""
    place = np.flatnonzero(sample.channel == RAIN)
    if not place.size:
        return
    mm, span = sample.raw[place], sample.interval_ms[place]
    # As it came: a cloudburst whose first reading was held goes on, and is none the less one.
    before = newest_raw(sample.table, sample.series[place])
    _mark(tests, Test.CLIMATOLOGY, place[unseasonable(sample.time_ms[place], mm, span)])
    _mark(tests, Test.SPIKE, place[spikes.sudden_rain(mm, before, span)])

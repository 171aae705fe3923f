"""Quality flags as readings come (QARTOD): gross range, rate of change, spike, flat line.

Flags gate what follows: a SUSPECT or FAIL reading never moves a level, and its place in the ring
is taken by the last good value. All comparisons are strict, as in QARTOD.

The spike test of QARTOD needs the neighbour on either side; a stream has only the one before. So
a reading that leaves its last good neighbour by far more than the series' noise and recent motion
is SUSPECT at first, and is *held*. If the next reading stays with it, both are taken (a step or a
motion, told apart by `motion`); if it returns, the held one was a spike.

A flat line is an unlikely run of equal values: ``run * ln(p) < -14``, where p is how often this
series repeats itself, learned; so a coarse crack meter at rest is not called stuck.
"""

import numpy as np

from detectors import steps
from detectors.columns import F32, F64, I64, U8, Array, Columns, Field, Mask, Rows
from detectors.rules import FAMILIES
from domain.channels import CHANNELS
from domain.levels import Flag

FIELDS = (
    Field("held", "f4", fill=float("nan")),
    Field("flat_run", "i4"),
    Field("flat_rate", "f4", fill=0.5),
)

SPIKE_SIGMA = 8.0
HOUR_MS = 3_600_000
FLAT_LEAST = 6
FLAT_SUSPECT = -14.0
FLAT_FAIL = -28.0
FLAT_MEMORY = 64.0

# Per channel: suspect range, fastest believable change per second, smallest jump worth a flag.
_SUSPECT_RANGE = {"rain": (0.0, 100.0), "battery": (5.0, 40.0)}
_RATE_PER_S = {
    "crack": 100.0,
    "gnss_e": 100.0,
    "gnss_n": 100.0,
    "gnss_u": 100.0,
    "tilt_x": 5.0,
    "tilt_y": 5.0,
    "soil_moisture": 1.0,
    "pore_pressure": 10.0,
    "groundwater": 0.1,
    "mud_level": 1.0,
}
_LEAST_JUMP = {
    "crack": 2.0,
    "gnss_e": 20.0,
    "gnss_n": 20.0,
    "gnss_u": 40.0,
    "tilt_x": 0.1,
    "tilt_y": 0.1,
    "soil_moisture": 5.0,
    "pore_pressure": 3.0,
    "groundwater": 0.3,
    "mud_level": 0.3,
    "battery": 1.0,
    "rssi": 15.0,
}
_NAMES = tuple(CHANNELS)
FAIL_LOW = np.array([c.low for c in CHANNELS.values()])
FAIL_HIGH = np.array([c.high for c in CHANNELS.values()])
SUSPECT_LOW = np.array([_SUSPECT_RANGE.get(c.name, (c.low, c.high))[0] for c in CHANNELS.values()])
SUSPECT_HIGH = np.array([_SUSPECT_RANGE.get(c.name, (c.low, c.high))[1] for c in CHANNELS.values()])
RATE_PER_S = np.array([_RATE_PER_S.get(name, np.inf) for name in _NAMES])
LEAST_JUMP = np.array([_LEAST_JUMP.get(name, 0.0) for name in _NAMES])
_JUMPY = ("rain", "dynamic")
SPIKE_TESTED = np.array([c.family not in _JUMPY for c in CHANNELS.values()])
FLAT_TESTED = np.array([c.family not in (*_JUMPY, "health") for c in CHANNELS.values()])
FAMILY_CODE = np.array([FAMILIES.index(c.family) for c in CHANNELS.values()], np.uint8)


def gross_range(channel: U8, value: F64, interval_ms: F64) -> U8:
    """Flag values outside what the channel can be.

    The suspect range is that of readings an hour apart or less: a day may bring more rain.

    Examples
    --------
    >>> import numpy as np
    >>> rain = np.full(4, _NAMES.index("rain"), np.uint8)
    >>> gross_range(rain, np.array([0.0, 100.0, 100.1, 300.1]), np.full(4, 6e5)).tolist()
    [1, 1, 3, 4]
    """
    suspect = (value < SUSPECT_LOW[channel]) | (value > SUSPECT_HIGH[channel])
    suspect &= interval_ms <= HOUR_MS
    fail = (value < FAIL_LOW[channel]) | (value > FAIL_HIGH[channel])
    flags: U8 = np.where(fail, Flag.FAIL, np.where(suspect, Flag.SUSPECT, Flag.GOOD)).astype("u1")
    return flags


def judge(
    table: Columns,
    series: Rows,
    channel: U8,
    time_ms: I64,
    value: F32,
    raw: F64,
    interval_ms: F64,
    noise: F64,
) -> tuple[U8, F32, Mask]:
    """Flag one fresh reading of each series.

    Parameters
    ----------
    value
        Reading relative to the series' origin, shape (n,).
    raw
        Reading as it came, in the channel's unit.
    noise
        Standard deviation of a single reading, in the channel's unit.

    Returns
    -------
    tuple of arrays
        Flags, the values that kinematics may use, and where the reading confirmed a jump.
    """
    flag = gross_range(channel, raw, interval_ms)
    known = table["count"][series] > 0
    recent = table["value"][series, -5:]
    last = recent[:, -1]
    gap_ms = np.where(known, time_ms - table["time"][series, -1], interval_ms)
    jump = np.where(known, value.astype(np.float64) - last, 0.0)
    rate = np.abs(jump) > RATE_PER_S[channel] * gap_ms / 1000.0
    flag = np.where(rate, np.maximum(flag, Flag.SUSPECT), flag).astype(np.uint8)
    allowed = _allowed_jump(recent, table["count"][series], channel, noise, gap_ms / interval_ms)
    spike, confirmed = _spike(table, series, channel, value, last, jump, allowed, flag)
    flag = np.maximum(flag, spike)
    flag = np.maximum(flag, _flat_line(table, series, channel, jump, known))
    clean: F32 = np.where((flag < Flag.SUSPECT) | ~known, value, table["value"][series, -1])
    return flag, clean.astype(np.float32), confirmed


def _allowed_jump(recent: F32, count: Array, channel: U8, noise: F64, steps: F64) -> F64:
    increments = np.abs(np.diff(recent.astype(np.float64), axis=1))
    increments[np.arange(4) < (5 - np.minimum(count, 5))[:, None]] = 0.0
    motion = 3.0 * increments.max(axis=1)
    allowed: F64 = np.maximum(np.maximum(SPIKE_SIGMA * noise, motion), LEAST_JUMP[channel])
    return allowed * np.clip(steps, 1.0, 10.0)


def _spike(
    table: Columns,
    series: Rows,
    channel: U8,
    value: F32,
    last: F32,
    jump: F64,
    allowed: F64,
    flag: U8,
) -> tuple[U8, Mask]:
    far = (np.abs(jump) > allowed) & SPIKE_TESTED[channel] & (flag < Flag.FAIL)
    held = table["held"][series]
    waiting = ~np.isnan(held)
    if not (far.any() or waiting.any()):
        return np.ones(len(series), np.uint8), waiting
    leap = held.astype(np.float64) - last
    stays = waiting & (jump * leap >= 0.5 * leap * leap) & (np.abs(jump) <= 4.0 * np.abs(leap))
    stays &= flag < Flag.FAIL
    if stays.any():
        table["value"][series[stays], -1] = held[stays]
        table["flags"][series[stays], -1] = Flag.GOOD
        steps.remember(table, series, stays, leap, value)
    doubtful = far & ~stays
    table["held"][series] = np.where(doubtful, value, np.float32(np.nan))
    return np.where(doubtful, Flag.SUSPECT, Flag.GOOD).astype(np.uint8), stays


def _flat_line(table: Columns, series: Rows, channel: U8, jump: F64, known: Mask) -> U8:
    equal = known & (jump == 0.0)
    run = np.where(equal, table["flat_run"][series] + 1, 0)
    table["flat_run"][series] = run
    rate = table["flat_rate"][series].astype(np.float64)
    count = table["count"][series]
    gain = np.maximum(1.0 / (count + 4.0), 1.0 / FLAT_MEMORY)
    learn = known & (run < FLAT_LEAST)
    table["flat_rate"][series] = np.where(learn, rate + gain * (equal - rate), rate)
    likelihood = run * np.log(np.clip(rate, 0.02, 1.0))
    tested = FLAT_TESTED[channel] & (run >= FLAT_LEAST)
    flags: U8 = np.where(likelihood < FLAT_FAIL, Flag.FAIL, Flag.SUSPECT).astype(np.uint8)
    return np.where(tested & (likelihood < FLAT_SUSPECT), flags, Flag.GOOD).astype(np.uint8)

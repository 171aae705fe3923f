"""Stuck sensors: runs of equal values, and a signal that has lost its noise.

A flat line is an unlikely run of equal values: ``run * ln(p) < -11.5`` (1 in 100,000), where p is
how often this series repeats itself, learned; so a coarse crack meter at rest is not called stuck,
and a receiver that never repeats itself is after four. A gauge that sticks by friction or backlash
has long runs every day: these are learned as well, and only a run far beyond them counts. QARTOD's
fixed number of repeats is the same test with p fixed (`tests/detectors/test_quality_oracle.py`).

An attenuated signal still moves, but the range of its last `WINDOW` readings is below a quarter
of the standard deviation that it had: white noise does so once in 10^13 windows.
"""

import numpy as np

from detectors.columns import F32, F64, U8, Columns, Field, Mask, Rows
from detectors.quality_limits import FLAT_TESTED
from domain.levels import Flag

FIELDS = (
    Field("flat_run", "i4"),
    Field("flat_rate", "f4", fill=0.5),
    Field("flat_long", "f4"),
    Field("dull", "u1"),
)

LEAST_RUN = 3
SUSPECT_LOG, FAIL_LOG = -11.5, -28.0
MEMORY = 64.0
LEAST_RATE = 0.01
LONG_RUN = 6
"""Runs from which on a series' long ones are learned."""

COARSE_RATE = 0.45
"""Share of repeats from which a series is called coarse: friction makes its runs."""

BEYOND = 1.5
"""Multiple of its usual long runs that a coarse series must pass to be called stuck."""

LONG_KEPT = 0.9995
"""The longest run is forgotten by this share with every reading."""

WINDOW = 16
ATTENUATED_SHARE = 0.25
KNOWN_AFTER = 512
"""Readings after which a series' own noise no longer leans on its prior."""


def flat_line(table: Columns, series: Rows, channel: U8, jump: F64, known: Mask) -> U8:
    """Flag runs of equal values; learn how likely they are.

    Parameters
    ----------
    jump
        Change from the last good value, shape (n,).
    known
        Where there is one.
    """
    equal = known & (jump == 0.0)
    before = table["flat_run"][series]
    run = np.where(equal, before + 1, 0)
    table["flat_run"][series] = run
    longest = table["flat_long"][series] * np.float32(LONG_KEPT)
    ended = ~equal & (before >= LONG_RUN) & (before > longest)
    longest = np.where(ended, before, longest)
    table["flat_long"][series] = longest
    rate = table["flat_rate"][series].astype(np.float64)
    gain = np.maximum(1.0 / (table["count"][series] + 4.0), 1.0 / MEMORY)
    learn = known & (run < np.maximum(LONG_RUN, longest))
    table["flat_rate"][series] = np.where(learn, rate + gain * (equal - rate), rate)
    flags: U8 = np.full(len(series), Flag.GOOD, np.uint8)
    usual = (rate > COARSE_RATE) & (run <= BEYOND * longest)
    tested = FLAT_TESTED[channel] & (run >= LEAST_RUN) & ~usual
    if tested.any():
        likelihood = run * np.log(np.clip(rate, LEAST_RATE, 1.0))
        flags[tested & (likelihood < SUSPECT_LOG)] = Flag.SUSPECT
        flags[tested & (likelihood < FAIL_LOG)] = Flag.FAIL
    return flags


def attenuated(table: Columns, series: Rows, jump: F64, noise: F64) -> Mask:
    """Whether each series' last readings scatter far less than it used to.

    Looked at with every eighth reading of a series; what was found stands until the next, or
    until a reading moves by more than the noise.
    """
    count = table["count"][series]
    due = (count >= KNOWN_AFTER) & (count % 8 == 0)
    if due.any():
        rows = series[due]
        recent = table["value"][rows, -WINDOW:]
        table["dull"][rows] = lost_its_noise(recent, table["noise"][rows, 0])
    dull: Mask = (table["dull"][series] > 0) & (np.abs(jump) <= noise)
    table["dull"][series] = dull
    return dull


def lost_its_noise(recent: F32, noise: F32) -> Mask:
    """Whether a window moves, but far less than its series' own noise.

    Parameters
    ----------
    recent
        Readings, shape (n, window).
    noise
        Standard deviation of a single reading, shape (n,).

    Examples
    --------
    >>> import numpy as np
    >>> calm = np.tile(np.array([0.0, 0.1], np.float32), 8)[None]
    >>> [bool(lost_its_noise(calm, np.array([s], np.float32))[0]) for s in (3.0, 0.3)]
    [True, False]
    """
    spread = recent.max(axis=1) - recent.min(axis=1)
    found: Mask = (spread > 0.0) & (spread < ATTENUATED_SHARE * noise)
    return found

"""Stuck sensors: runs of equal values, and a signal that has lost its noise.

A flat line is an unlikely run of equal values: ``run * ln(p) < -11.5`` (1 in 100,000), where p is
how often this series repeats itself at rest, learned; so a receiver that never repeats itself is
stuck after four. QARTOD's fixed number of repeats is the same test with p fixed
(`tests/detectors/test_quality_oracle.py`). While a series goes steadily one way it does not repeat
itself whatever its instrument: such readings teach nothing, or a slope that comes to rest after a
failure would be called stuck.

A *coarse* gauge, whose last digit is larger than its noise, stands still for as long as the ground
does, and friction or backlash make it stand longer: half a day every day, now and then for days.
Whether it is stuck cannot be told from hours. It is called so after `DEAD_MS`, a week whose weather
must have moved it, if that is also far beyond the longest run that it has had. A gauge is coarse if
nearly all of its changes are of its smallest step (noise of 0.7 steps or less); until it has shown
otherwise, it is taken for one.

An attenuated signal still moves, but the range of its last `WINDOW` readings is below a quarter
of the standard deviation that it had: white noise does so once in 10^13 windows.
"""

import numpy as np

from detectors.quality.limits import FLAT_TESTED
from detectors.state.columns import F32, F64, U8, Columns, Field, Mask, Rows
from domain.levels import Flag

FIELDS = (
    Field("flat_run", "i4"),
    Field("flat_rate", "f4", fill=0.5),
    Field("flat_rested", "i4"),
    Field("flat_long", "f4"),
    Field("flat_step", "f4", fill=float("inf")),
    Field("flat_single", "f4", fill=1.0),
    Field("flat_changes", "u1"),
    Field("dull", "u1"),
)

LEAST_RUN = 3
SUSPECT_LOG, FAIL_LOG = -11.5, -28.0
MEMORY = 64.0
LEAST_RATE, MOST_RATE = 0.01, 0.98
LONG_RUN = 6
"""Runs from which on a series' long ones are learned."""

COARSE_SINGLE = 0.75
"""Share of changes by the smallest step from which a gauge is coarse."""

SINGLE, STEP_GROWS = 1.5, 1.002
"""Smallest steps that still count as one; how fast one too small (a mended value) is forgotten."""

CHANGES_KEPT = 31
"""Changes over which their share of single steps is averaged."""

DEAD_MS = 7 * 86_400_000.0
BEYOND = 3.0
"""Multiple of its usual long runs that a coarse series must pass as well."""

LONG_KEPT = 0.9998
"""The longest run is forgotten by this share with every reading."""

WINDOW = 16
ATTENUATED_SHARE = 0.25
FULL = 0.75
"""Least time from the window's first reading to its last, against that of regular ones."""

KNOWN_AFTER = 512
"""Readings after which a series' own noise no longer leans on its prior."""


def flat_line(
    table: Columns,
    series: Rows,
    channel: U8,
    jump: F64,
    known: Mask,
    steady: Mask,
    interval_ms: F64,
) -> U8:
    """Flag runs of equal values; learn how likely they are.

    Parameters
    ----------
    jump
        Change from the last good value, shape (n,).
    known
        Where there is one.
    steady
        Where the series goes steadily one way.
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
    rested = table["flat_rested"][series]
    teaches = known & ~steady
    learn = teaches & (run < np.maximum(LONG_RUN, longest))
    gain = np.maximum(1.0 / (rested + 4.0), 1.0 / MEMORY)
    table["flat_rate"][series] = np.where(learn, rate + gain * (equal - rate), rate)
    table["flat_rested"][series] = rested + teaches
    _learn_steps(table, series, jump, teaches & ~equal)
    flags: U8 = np.full(len(series), Flag.GOOD, np.uint8)
    tested = FLAT_TESTED[channel] & (run >= LEAST_RUN)
    if tested.any():
        coarse = table["flat_single"][series] > COARSE_SINGLE
        tested &= ~coarse | ((run * interval_ms >= DEAD_MS) & (run > BEYOND * longest))
        likelihood = run * np.log(np.clip(rate, LEAST_RATE, MOST_RATE))
        flags[tested & (likelihood < SUSPECT_LOG)] = Flag.SUSPECT
        flags[tested & (likelihood < FAIL_LOG)] = Flag.FAIL
    return flags


def _learn_steps(table: Columns, series: Rows, jump: F64, changed: Mask) -> None:
    """Learn the smallest change of a series, and how many of its changes are as small."""
    rows, size = series[changed], np.abs(jump[changed])
    if not len(rows):
        return
    least = np.minimum(table["flat_step"][rows] * np.float32(STEP_GROWS), size)
    count = np.minimum(table["flat_changes"][rows] + 1, CHANGES_KEPT)
    share = table["flat_single"][rows]
    table["flat_step"][rows] = least
    table["flat_changes"][rows] = count
    table["flat_single"][rows] = share + ((size <= SINGLE * least) - share) / (count + 1.0)


def attenuated(table: Columns, series: Rows, jump: F64, noise: F64, interval_ms: F64) -> Mask:
    """Whether each series' last readings scatter far less than it used to.

    Looked at with every eighth reading of a series; what was found stands until the next, or
    until a reading moves by more than the noise. Readings made more often than the series' own
    interval, as a device is asked to under warning, scatter less with the weather: not looked at.
    """
    count = table["count"][series]
    due = (count >= KNOWN_AFTER) & (count % 8 == 0)
    if due.any():
        times = table["time"][series[due]]
        due[due] = times[:, -1] - times[:, -WINDOW] >= FULL * (WINDOW - 1) * interval_ms[due]
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

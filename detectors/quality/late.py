"""Quality of readings that come late, when their neighbours on either side are known."""

import numpy as np

from detectors.quality import flagging, spikes
from detectors.quality.limits import LEAST_JUMP, SPIKE_TESTED
from detectors.quality.sample import Sample
from detectors.state.columns import F64, U8, Array, Mask
from detectors.state.tracks import RING
from domain.levels import Flag
from domain.quality import Test


def judge(sample: Sample) -> tuple[U8, Array]:
    """Flag readings that come late, between two neighbours of their series' ring.

    Here QARTOD's own spike test can be done: the distance from the mean of both neighbours.

    Returns
    -------
    tuple of arrays
        Flags (UNKNOWN where no test speaks) and tests, shape (n,).
    """
    channel = sample.channel
    flag = flagging.gross_range(channel, sample.raw, sample.interval_ms)
    tests = np.where(flag > Flag.GOOD, Test.GROSS_RANGE, 0).astype(np.uint16)
    left, right, inside = _neighbours(sample)
    distance = np.abs(sample.value.astype(np.float64) - 0.5 * (left + right))
    allowed = np.maximum(spikes.HOLD_SIGMA * sample.noise, LEAST_JUMP[channel])
    allowed = np.maximum(allowed, np.abs(right - left))
    spike = inside & SPIKE_TESTED[channel] & (distance > allowed)
    tests[spike] |= np.uint16(Test.SPIKE)
    flag = np.maximum(flag, np.where(spike, Flag.SUSPECT, Flag.UNKNOWN))
    return flag.astype(np.uint8), tests


def _neighbours(sample: Sample) -> tuple[F64, F64, Mask]:
    """Values before and after late readings, and whether both are kept, shape (n,)."""
    table, series = sample.table, sample.series
    times, values = table["time"][series], table["value"][series].astype(np.float64)
    after = (times < sample.time_ms[:, None]).sum(axis=1)
    row = np.arange(len(sample))
    inside = (after < RING) & (after > RING - np.minimum(table["count"][series], RING))
    right = values[row, np.minimum(after, RING - 1)]
    # The newest may be held still: what was said is the neighbour, not what stands in its place.
    held = table["held"][series]
    right = np.where((after == RING - 1) & ~np.isnan(held), held, right)
    return values[row, np.maximum(after - 1, 0)], right, inside

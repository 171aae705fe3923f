"""Short over long average of a trace's energy, and the triggers of it.

For whole traces, a burst of a geophone or an infrasound array say; `detectors.vibration.shaking` is
the recursive one for readings that come one by one. After Withers et al. 1998 (Bull. Seismol. Soc.
Am. 88) and Trnkoczy 2012 (NMSOP-2, IS 8.1). The results are those of ObsPy's ``classic_sta_lta``,
``recursive_sta_lta`` and ``trigger_onset``, which the tests hold them against. ObsPy has a third,
`delayed_sta_lta`, that is left out on purpose: it reaches before the start of the trace by negative
indices, so that the first values depend on the trace's end. A stream has no end.

Prefer *recursive* on small devices and for swells: it keeps two numbers and forgets slowly. Prefer
*classic* where a loud event must not raise the long average for longer than its window.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.signal import lfilter

from detectors.state.columns import F64, I64

_TINY = np.finfo(np.float64).tiny


class Average(StrEnum):
    """How energy is averaged: over the last samples alike, or with weights that fall off."""

    CLASSIC = "classic"
    RECURSIVE = "recursive"


@dataclass(frozen=True)
class Trigger:
    """A trigger: its first and last sample, and the largest ratio between them."""

    first: int
    last: int
    ratio: float


def sta_lta(
    trace: F64, sta_samples: int, lta_samples: int, average: Average = Average.RECURSIVE
) -> F64:
    """Ratio of the averages of the squared trace over a short and a long time.

    Parameters
    ----------
    trace
        Shape (n,) or (n, k), finite, any unit; its mean should be 0.
    sta_samples, lta_samples
        Lengths of the averages; of the recursive one, samples after which a value's weight has
        fallen to 1/e.

    Returns
    -------
    array
        Same shape; 0 while the long average fills: for the first ``lta_samples`` of the recursive,
        one less of the classic.

    Raises
    ------
    ValueError
        If the lengths are not ``1 <= sta < lta``, or the trace is not finite.

    Examples
    --------
    >>> trace = np.tile([1.0, -1.0], 30)
    >>> trace[50:] *= 5.0
    >>> sta_lta(trace, 3, 20, Average.RECURSIVE)[[10, 49, 50, 53]].round(2).tolist()
    [0.0, 1.09, 4.24, 3.76]
    >>> sta_lta(trace, 3, 20, Average.CLASSIC)[[10, 49, 50, 53]].round(2).tolist()
    [0.0, 1.0, 4.09, 4.31]
    """
    if not 1 <= sta_samples < lta_samples:
        msg = f"the short average must be shorter than the long: {sta_samples}, {lta_samples}"
        raise ValueError(msg)
    energy: F64 = np.square(np.asarray(trace, np.float64))
    if not np.isfinite(energy).all():
        msg = "the trace has values that are missing or too large to square"
        raise ValueError(msg)
    recursive = average is Average.RECURSIVE
    averaged = _weighted if recursive else _plain
    if recursive:
        energy[:1] = 0.0
    short, long = averaged(energy, sta_samples), averaged(energy, lta_samples)
    ratio: F64 = short / np.maximum(long, _TINY)
    ratio[: lta_samples - (not recursive)] = 0.0
    return ratio


def trigger_onset(ratio: F64, on: float, off: float) -> I64:
    """Find where a trigger begins and ends.

    Parameters
    ----------
    ratio
        Shape (n,).
    on, off
        It begins at the first sample at or above ``on`` and lasts as long as samples are at or
        above ``off``.

    Returns
    -------
    array
        Shape (m, 2): first and last sample of each.

    Raises
    ------
    ValueError
        If ``off`` lies above ``on``.

    Examples
    --------
    >>> trigger_onset(np.array([0, 1, 5, 3, 2, 1, 6, 7]), on=4, off=2).tolist()
    [[2, 4], [6, 7]]
    """
    if off > on:
        msg = f"the limit to end a trigger, {off}, lies above that to begin one, {on}"
        raise ValueError(msg)
    above = np.concatenate(([False], ratio >= off, [False]))
    edges = np.flatnonzero(above[1:] != above[:-1])
    starts, ends = edges[::2], edges[1::2]
    high = np.flatnonzero(ratio >= on)
    place = np.searchsorted(high, starts)
    first = high[np.minimum(place, len(high) - 1)] if len(high) else starts
    holds = (place < len(high)) & (first < ends)
    return np.stack((first[holds], ends[holds] - 1), axis=1).astype(np.int64)


def find_triggers(ratio: F64, on: float, off: float) -> list[Trigger]:
    """List the triggers of a ratio, shape (n,), in order of time.

    Examples
    --------
    >>> find_triggers(np.array([0, 1, 5, 3, 2, 1]), on=4, off=2)
    [Trigger(first=2, last=4, ratio=5.0)]
    """
    return [
        Trigger(first, last, float(ratio[first : last + 1].max()))
        for first, last in trigger_onset(ratio, on, off).tolist()
    ]


def _weighted(energy: F64, samples: int) -> F64:
    share = 1.0 / samples
    found: F64 = lfilter([share], [1.0, share - 1.0], energy, axis=0)
    return found


def _plain(energy: F64, samples: int) -> F64:
    found: F64 = np.cumsum(energy, axis=0)
    found[samples:] = found[samples:] - found[:-samples]
    # Cancellation leaves rounding where there was nothing.
    return np.maximum(found, 0.0) / samples

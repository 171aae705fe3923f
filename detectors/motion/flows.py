"""Whether a motion flows, or is made of one or two jumps."""

import numpy as np

from detectors.quality.spikes import SPIKE_SIGMA
from detectors.state.columns import F64, Mask
from detectors.state.tracks import Round

LEAST_FLOW = 0.25
"""Share of a motion that must be left without its two largest jumps."""


def flows(batch: Round, noise: F64, whole: F64, sizes: tuple[int, ...], blocks: int) -> Mask:
    """Whether motion is left without its two largest jumps of single readings.

    Two steps within one window look like motion in blocks; a slope that runs away has many.

    Parameters
    ----------
    noise
        Of single readings, shape (n,).
    whole
        Displacement from the first block to the last, shape (m, n).
    sizes, blocks
        Readings in a block at each of the m scales, and blocks in a window.
    """
    jumps = np.abs(np.diff(batch.values.astype(np.float64), axis=0))
    jumps[jumps < SPIKE_SIGMA * noise] = 0.0
    found = np.empty(whole.shape, bool)
    for row, size in enumerate(sizes):
        window = np.sort(jumps[len(jumps) + 1 - blocks * size :], axis=0)
        left = np.abs(whole[row]) - window[-1] - window[-2]
        found[row] = left >= LEAST_FLOW * np.abs(whole[row])
    return found

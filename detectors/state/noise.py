"""Each series' own noise, at every time scale, learned as it goes.

A GNSS receiver flickers, a crack meter breathes with the sun: the scatter of means over eight
readings is not the scatter of one divided by the root of eight. So each scale learns its own: the
departure of a block's value from the line between its neighbours, which no steady motion changes,
averaged with clipping so that neither spikes nor the onset of a failure inflate it.

A channel starts from a prior (what such instruments do in the field) that counts as much as
`PRIOR_WEIGHT` departures; noise is never taken below a quarter of it.
"""

import numpy as np

from detectors.state.columns import F64, Array, Field, Mask
from domain.channels import CHANNELS

SCALES = 8
"""Blocks of 1, 2, 4, 8 readings, then of 1, 2, 4, 8 bins of the coarse ring."""

FIELDS = (Field("noise", "f4", SCALES),)

PRIOR_WEIGHT = 12.0
MEMORY = 64.0
CLIP = 3.0
_MEAN_CLIPPED = 0.966
"""Mean of min(|d|, 3) for a departure d of unit noise (standard deviation sqrt(1.5))."""

_PRIOR = {
    "crack": 0.25,
    "gnss_e": 3.0,
    "gnss_n": 3.0,
    "gnss_u": 5.0,
    "tilt_x": 0.01,
    "tilt_y": 0.01,
    "soil_moisture": 0.5,
    "pore_pressure": 0.3,
    "groundwater": 0.03,
    "mud_level": 0.03,
    "battery": 0.1,
    "rssi": 3.0,
}
PRIOR = np.array([_PRIOR.get(name, 0.0) for name in CHANNELS])
SCALE_SHARE = np.array([1.0, 0.8, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6])
"""Prior noise of each scale as a share of a single reading's: half white, half flicker."""


def departure(values: Array, times: F64) -> F64:
    """Distance of the middle of three values from the line between its neighbours.

    Parameters
    ----------
    values, times
        Shape (3, …), times increasing.

    Returns
    -------
    array
        Absolute distance; its mean is near the noise of one value if that is white.

    Examples
    --------
    >>> import numpy as np
    >>> departure(np.array([0.0, 5.0, 4.0]), np.array([0.0, 1.0, 2.0])).tolist()
    3.0
    """
    share = (times[1] - times[0]) / (times[2] - times[0])
    found: F64 = np.abs(values[1] - (values[0] + (values[2] - values[0]) * share))
    return found


def learn(noise: F64, distance: F64, updates: F64, prior: F64) -> F64:
    """Next estimate of the noise.

    Parameters
    ----------
    noise
        Estimate so far.
    distance
        Newest departure.
    updates
        Departures learned before this one.
    prior
        What the estimate started from; 0 where nothing was known, and then the first departures
        count fully.
    """
    known = prior > 0.0
    gain = np.maximum(1.0 / (updates + np.where(known, PRIOR_WEIGHT, 1.0)), 1.0 / MEMORY)
    early = ~known & (updates < 8)
    clip = np.where(early, 30.0, CLIP) * noise
    bounded = np.where(noise > 0.0, np.minimum(distance, clip), distance) / _MEAN_CLIPPED
    return noise + gain * (bounded - noise)


def floored(noise: F64, prior: F64) -> F64:
    """Noise as judged with: never below a quarter of the prior."""
    return np.maximum(noise, 0.25 * prior)


def moving(values: Array) -> Mask:
    """Whether four values rise or fall all the way: then their departures may be motion."""
    step = values[1:] - values[:-1]
    found: Mask = (step[0] * step[1] > 0.0) & (step[1] * step[2] > 0.0)
    return found

"""What each channel can be and do: the limits of the quality tests, by channel's code.

Sources
-------
[I]  Data sheets of the class of instruments used in community monitoring: crack meters of 0.01 to
     0.1 mm, GNSS receivers of 2 to 5 mm in the horizontal, MEMS inclinometers of 0.001 degrees.
[J]  Jennings 1950: the world's largest rain in D hours is near 422 D^0.475 mm.
[P]  Judgement of this project, to be replaced per site.
"""

import numpy as np

from detectors.rules import FAMILIES
from detectors.state.columns import F64
from domain.channels import CHANNELS

_NAMES = tuple(CHANNELS)

_SUSPECT_RANGE = {"battery": (2.5, 40.0)}  # [P] loggers run on 3.6 to 36 V
_RATE_PER_S = {  # [P] fastest believable change per second; a debris flow rises a metre in one
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
_LEAST_JUMP = {  # [P] smallest change between two readings that is worth a flag
    "crack": 2.0,
    "gnss_e": 10.0,
    "gnss_n": 10.0,
    "gnss_u": 20.0,
    "tilt_x": 0.1,
    "tilt_y": 0.1,
    "soil_moisture": 5.0,
    "pore_pressure": 3.0,
    "groundwater": 0.3,
    "mud_level": 0.3,
    "battery": 1.0,
    "rssi": 15.0,
}
_RESOLUTION = {  # [I] last digit that is sent
    "crack": 0.01,
    "gnss_e": 0.1,
    "gnss_n": 0.1,
    "gnss_u": 0.1,
    "tilt_x": 0.001,
    "tilt_y": 0.001,
    "acceleration": 0.1,
    "soil_moisture": 0.1,
    "pore_pressure": 0.01,
    "groundwater": 0.001,
    "mud_level": 0.01,
}


def _table(values: dict[str, float], otherwise: float) -> F64:
    return np.array([values.get(name, otherwise) for name in _NAMES])


FAIL_LOW = np.array([c.low for c in CHANNELS.values()])
FAIL_HIGH = np.array([c.high for c in CHANNELS.values()])
SUSPECT_LOW = np.array([_SUSPECT_RANGE.get(c.name, (c.low, c.high))[0] for c in CHANNELS.values()])
SUSPECT_HIGH = np.array([_SUSPECT_RANGE.get(c.name, (c.low, c.high))[1] for c in CHANNELS.values()])
RATE_PER_S = _table(_RATE_PER_S, np.inf)
LEAST_JUMP = _table(_LEAST_JUMP, 0.0)
RESOLUTION = _table(_RESOLUTION, 0.0)

_EVENTFUL = ("rain", "dynamic")
"""One reading of these may be the whole event; whether it returns tells nothing."""

SPIKE_TESTED = np.array([c.family not in _EVENTFUL for c in CHANNELS.values()])
RISES_WITH_RAIN = np.array([c.family == "water" for c in CHANNELS.values()])
"""Rain makes these rise within an interval or two, and stay: what falls so was not rain."""

RUNS_AWAY = np.array(
    [c.family in ("displacement", "tilt", "water", "flow") for c in CHANNELS.values()]
)
"""What a slope or its water moves; a battery that charges goes one way as well, and to no end."""

FLAT_TESTED = np.array([c.family != "rain" for c in CHANNELS.values()])
FAMILY_CODE = np.array([FAMILIES.index(c.family) for c in CHANNELS.values()], np.uint8)
RAIN = _NAMES.index("rain")

"""What the universal-device protocol's sensor codes measure (``L1_GP_1``: level, kind, number).

Each kind has one function from the value as it was sent (number, text or object) to quantities in
our channels. Dialects differ in the shape of the value; FIELD terms are those of the protocol.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

_CODE = re.compile(r"([LS]\d)_([A-Z]{2,4})_([1-9]\d?)\Z", re.ASCII)
_LONGEST_CODE = len("L1_BMLS_99")
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*\Z", re.ASCII)
_STANDARD_GRAVITY_M_PER_S2 = 9.80665


class Quantity(NamedTuple):
    """One number with the channel and the unit that the protocol gives it."""

    channel: str
    unit: str
    value: float | None


class Code(NamedTuple):
    """A sensor code taken apart; ``read`` is ``None`` if we have no channel for the kind."""

    read: Callable[[Any], list[Quantity]] | None
    instrument: int


def number_of(sent: Any) -> float | None:
    """Read a number that was sent as a number or as text; ``None`` if it is neither.

    One beyond float64 becomes infinite, and is refused later as such.

    Examples
    --------
    >>> number_of("12.30"), number_of(3), number_of("1_0"), number_of(True)
    (12.3, 3.0, None, None)
    """
    if isinstance(sent, str):
        return float(sent) if len(sent) <= 64 and _NUMBER.match(sent) else None
    if isinstance(sent, bool) or not isinstance(sent, int | float):
        return None
    try:
        return float(sent)
    except OverflowError:
        return math.inf


def parse_code(text: str) -> Code | None:
    """Take a sensor code apart; ``None`` if it is not one of the standard.

    Examples
    --------
    >>> parse_code("L1_LF_2").instrument, parse_code("L3_QW_1").read, parse_code("crack")
    (2, None, None)
    """
    # Longer texts never reach the cache, so that a hostile one cannot fill the memory.
    return _parse_code(text) if len(text) <= _LONGEST_CODE else None


@lru_cache(maxsize=4096)
def _parse_code(text: str) -> Code | None:
    match = _CODE.match(text)
    if match is None:
        return None
    level, kind, instrument = match.groups()
    if f"{level}_{kind}" in _READERS:
        return Code(_READERS[f"{level}_{kind}"], int(instrument))
    return Code(None, int(instrument)) if kind in _WITHOUT_CHANNEL else None


def _single(channel: str, unit: str, field: str = "value") -> Callable[[Any], list[Quantity]]:
    """Reader of one number, sent bare or as a field of an object."""

    def read(sent: Any) -> list[Quantity]:
        value = sent.get(field) if isinstance(sent, dict) else sent
        return [Quantity(channel, unit, number_of(value))]

    return read


def _gnss(sent: Any) -> list[Quantity]:
    fields = sent if isinstance(sent, dict) else {}
    axes = {"gpsTotalX": "gnss_e", "gpsTotalY": "gnss_n", "gpsTotalZ": "gnss_u"}
    return [Quantity(axes[key], "mm", number_of(fields.get(key))) for key in axes]


def _tilt(sent: Any) -> list[Quantity]:
    """Read an object with X and Y, or the text ``X,Y,Z,angle,AZI`` that Sichuan's devices send.

    The direction, ``AZI`` or in another dialect ``trend``, follows from X and Y and is not kept.
    """
    if isinstance(sent, str):
        parts = sent.split(",")
        x, y = (parts[0], parts[1]) if len(parts) in (2, 3, 4, 5) else (None, None)
    else:
        fields = sent if isinstance(sent, dict) else {}
        x, y = fields.get("X"), fields.get("Y")
    return [Quantity("tilt_x", "deg", number_of(x)), Quantity("tilt_y", "deg", number_of(y))]


def _pore_pressure(sent: Any) -> list[Quantity]:
    """Read ``value`` of an object, a number, or the text ``temperature,value``."""
    if isinstance(sent, str) and sent.count(",") == 1:
        sent = sent.split(",")[1]
    return _single("pore_pressure", "kPa")(sent)


def _acceleration(sent: Any) -> list[Quantity]:
    """Magnitude of the three axes; its unit differs from maker to maker and is left open."""
    fields = sent if isinstance(sent, dict) else {}
    axes = [number_of(fields.get(key)) for key in ("gX", "gY", "gZ")]
    known = [axis for axis in axes if axis is not None]
    return [Quantity("acceleration", "", math.hypot(*known) if len(known) == 3 else None)]


def _status(sent: Any) -> list[Quantity]:
    """Supply voltage and signal strength, of what the device tells of itself."""
    fields = sent if isinstance(sent, dict) else {}
    names = ("signal_4g", "signal_NB", "singal_NB")  # the last is a misspelling in the field
    signal = next((fields[name] for name in names if name in fields), None)
    told = (("battery", "V", fields.get("ext_power_volt")), ("rssi", "dBm", signal))
    return [Quantity(name, unit, number_of(v)) for name, unit, v in told if v is not None]


def acceleration_unit(magnitude: float) -> str | None:
    """Guess the unit of a magnitude that holds gravity; ``None`` below a quarter of 1 g.

    At rest a magnitude is 1 in g, 9.8 in m/s² and 1000 in mg. The bands between are wide enough
    for shaking between 0.4 g and 4 g in any of them.

    Examples
    --------
    >>> [acceleration_unit(m) for m in (1.02, 9.81, 998.0, 0.01)]
    ['g', 'm/s2', 'mg', None]
    """
    if magnitude < 0.25:
        return None
    if magnitude < 4.0:
        return "g"
    return "m/s2" if magnitude < 16.0 * _STANDARD_GRAVITY_M_PER_S2 else "mg"


_READERS: Mapping[str, Callable[[Any], list[Quantity]]] = MappingProxyType(
    {
        "L1_LF": _single("crack", "mm"),
        "L1_GP": _gnss,
        "L1_QJ": _tilt,
        "L1_JS": _acceleration,
        "L1_ZD": _single("vibration", "Hz"),
        "L2_CS": _single("infrasound", "Pa", "OSP"),
        "L3_YL": _single("rain", "mm"),
        "L3_HS": _single("soil_moisture", "%"),
        "L3_SY": _pore_pressure,
        "L3_DX": _single("groundwater", "m"),
        "L3_NW": _single("mud_level", "m"),  # makers disagree on the level of NW
        "L4_NW": _single("mud_level", "m"),
        "S1_ZT": _status,
    }
)

_WITHOUT_CHANNEL = frozenset(
    "SW YL TY DS SF QW TW DB ST LS CJ QY LD BMLS LB".split()  # of the standard, not of ours
)

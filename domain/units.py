"""Conversion of the units that devices are known to send into each channel's own unit."""

from types import MappingProxyType

from domain.channels import CHANNELS

_LENGTH_TO_MM = {"mm": 1.0, "cm": 10.0, "dm": 100.0, "m": 1000.0, "km": 1e6, "in": 25.4, "um": 1e-3}
_LENGTH_TO_M = {unit: factor / 1000.0 for unit, factor in _LENGTH_TO_MM.items()}
_ANGLE_TO_DEG = {"deg": 1.0, "°": 1.0, "rad": 57.29577951308232, "mrad": 0.05729577951308232}
_ACCELERATION_TO_MG = {"mg": 1.0, "g": 1000.0, "m/s2": 1000.0 / 9.80665, "gal": 1.0 / 0.980665}
_PRESSURE_TO_KPA = {
    "kPa": 1.0,
    "Pa": 1e-3,
    "hPa": 0.1,
    "MPa": 1000.0,
    "bar": 100.0,
    "mH2O": 9.80665,
}

_BY_UNIT: MappingProxyType[str, dict[str, float]] = MappingProxyType(
    {
        "mm": _LENGTH_TO_MM,
        "m": _LENGTH_TO_M,
        "deg": _ANGLE_TO_DEG,
        "mg": _ACCELERATION_TO_MG,
        "kPa": _PRESSURE_TO_KPA,
        "Hz": {"Hz": 1.0, "kHz": 1000.0, "1/min": 1.0 / 60.0},
        "%": {"%": 1.0, "/": 100.0, "%RH": 1.0, "%VWC": 1.0},
        "Pa": {"Pa": 1.0, "kPa": 1000.0, "mPa": 1e-3},
        "V": {"V": 1.0, "mV": 1e-3},
        "1": {"1": 1.0, "/": 1.0, "count": 1.0},
        "dBm": {"dBm": 1.0, "dBW": 1.0},
    }
)


def factor_to_channel_unit(channel: str, unit: str) -> float | None:
    """Factor that turns a value in ``unit`` into the channel's own unit.

    Parameters
    ----------
    channel
        Name of a channel.
    unit
        As the device wrote it; SenML's secondary units (RFC 8798) included.

    Returns
    -------
    float or None
        ``None`` if the unit does not measure that channel's quantity.

    Raises
    ------
    KeyError
        If there is no such channel.

    Examples
    --------
    >>> factor_to_channel_unit("crack", "m")
    1000.0
    >>> factor_to_channel_unit("crack", "kPa") is None
    True
    """
    return _BY_UNIT[CHANNELS[channel].unit].get(unit)

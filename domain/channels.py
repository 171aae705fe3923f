"""The physical quantities that instruments report, each with its one unit.

A reading carries a channel's name and a value in that channel's unit; every other unit is
converted at the door (`ingest`), so nothing behind it ever asks.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Channel:
    """One physical quantity.

    Attributes
    ----------
    name
        Name used everywhere: topics, frames, measurements, panels.
    unit
        The only unit in which a value of this channel is kept.
    low, high
        Gross physical range in that unit; what lies outside cannot be a measurement.
    family
        Which kind of evidence it gives: ``displacement``, ``tilt``, ``dynamic``, ``rain``,
        ``water`` (what drives the slope from within), ``flow``, ``health``, or ``other`` for a
        quantity that no rule knows (``generic``: scored, never a level).
    title_zh
        Name in Chinese.
    """

    name: str
    unit: str
    low: float
    high: float
    family: str
    title_zh: str


_ALL = (
    Channel("crack", "mm", -1_000.0, 20_000.0, "displacement", "裂缝"),
    Channel("gnss_e", "mm", -100_000.0, 100_000.0, "displacement", "GNSS东向位移"),
    Channel("gnss_n", "mm", -100_000.0, 100_000.0, "displacement", "GNSS北向位移"),
    Channel("gnss_u", "mm", -100_000.0, 100_000.0, "displacement", "GNSS垂直位移"),
    Channel("tilt_x", "deg", -90.0, 90.0, "tilt", "倾角X"),
    Channel("tilt_y", "deg", -90.0, 90.0, "tilt", "倾角Y"),
    Channel("acceleration", "mg", -16_000.0, 16_000.0, "dynamic", "加速度"),
    Channel("vibration", "Hz", 0.0, 2_000.0, "dynamic", "振动频率"),
    Channel("rain", "mm", 0.0, 300.0, "rain", "雨量"),
    Channel("soil_moisture", "%", 0.0, 100.0, "water", "土壤含水率"),
    Channel("pore_pressure", "kPa", -100.0, 2_000.0, "water", "孔隙水压力"),
    Channel("groundwater", "m", -500.0, 500.0, "water", "地下水位"),
    Channel("mud_level", "m", -5.0, 50.0, "flow", "泥水位"),
    Channel("infrasound", "Pa", -1_000.0, 1_000.0, "dynamic", "次声"),
    Channel("battery", "V", 0.0, 60.0, "health", "电池电压"),
    Channel("generic", "1", -1e15, 1e15, "other", "通用"),
    Channel("rssi", "dBm", -150.0, 0.0, "health", "信号强度"),
)

CHANNELS: MappingProxyType[str, Channel] = MappingProxyType({c.name: c for c in _ALL})
"""Every channel by name."""

CHANNEL_NAMES: tuple[str, ...] = tuple(CHANNELS)
"""Every channel's name in its fixed order; the position is the channel's code."""

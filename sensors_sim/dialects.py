"""The dialects that devices speak: from a device's values to the bytes of one message.

Two kinds of writer with one interface: SenML (RFC 8428) and China's universal-device protocol
(``$dp``) in its variants. Everything that does not change from message to message is laid out once.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from domain.channels import CHANNELS
from domain.points import Device
from domain.times import iso


class Writer(Protocol):
    """Writes the messages of one device."""

    def __call__(self, event_ms: int, values: Sequence[float]) -> bytes:
        """Write one message; values in the order of the device's channels."""
        ...


class SenmlWriter:
    """Writer of SenML packs.

    Examples
    --------
    >>> SenmlWriter(Device("d1", ("crack", "rain")))(1_780_000_000_123, [1.5, 0.2]).decode()
    '[{"bn":"d1/","bt":1780000000.123,"n":"crack","u":"mm","v":1.5},{"n":"rain","u":"mm","v":0.2}]'
    """

    def __init__(self, device: Device) -> None:
        first, *others = (
            f'"n":"{name}","u":"{_escaped(CHANNELS[name].unit)}","v":%r' for name in device.channels
        )
        records = "".join(",{" + other + "}" for other in others)
        self._text = f'[{{"bn":"{device.device_id}/","bt":%d.%03d,{first}}}{records}]'

    def __call__(self, event_ms: int, values: Sequence[float]) -> bytes:
        """Write one pack; the time keeps its milliseconds exactly."""
        return (self._text % (event_ms // 1000, event_ms % 1000, *values)).encode()


class DpWriter:
    r"""Writer of the universal-device protocol.

    Parameters
    ----------
    variant
        0 to 3. The lowest bit: the direction of a tilt as ``trend`` instead of ``AZI``, mud level
        as ``L3_NW``, pore pressure and tilt as text; the other bit: bare JSON instead of a frame.

    Examples
    --------
    >>> DpWriter(Device("d1", ("crack",)), variant=2)(1_780_000_000_123, [1.5])
    b'{"d1":{"L1_LF_1":{"2026-05-28T20:26:40.123Z":1.5}}}'
    >>> DpWriter(Device("d1", ("crack",)), variant=0)(1_780_000_000_123, [1.5])[:5]
    b'\x02\x003{"'
    """

    def __init__(self, device: Device, variant: int) -> None:
        self._framed = variant < 2
        self._device_id = device.device_id
        self._sensors = _sensors(device.channels, plain=variant % 2 == 0)

    def __call__(self, event_ms: int, values: Sequence[float]) -> bytes:
        """Write one message; the time is ISO 8601 with milliseconds."""
        stamp = iso(event_ms)
        parts = (
            f'"{code}":{{"{stamp}":{write([values[slot] for slot in slots])}}}'
            for code, slots, write in self._sensors
        )
        text = f'{{"{self._device_id}":{{{",".join(parts)}}}}}'.encode()
        return b"\x02" + len(text).to_bytes(2, "big") + text if self._framed else text


_Part = Callable[[list[float]], str]
_Sensor = tuple[str, list[int], _Part]

_CODES: dict[str, tuple[str, str]] = {
    "crack": ("L1_LF_1", "%r"),
    "vibration": ("L1_ZD_1", '{"value":%r}'),
    "acceleration": ("L1_JS_1", '{"gX":0.0,"gY":0.0,"gZ":%r}'),
    "rain": ("L3_YL_1", '{"value":%r}'),
    "soil_moisture": ("L3_HS_1", "%r"),
    "pore_pressure": ("L3_SY_1", '{"temp":0,"value":%r}'),
    "groundwater": ("L3_DX_1", '{"value":%r}'),
    "mud_level": ("L4_NW_1", "%r"),
    "infrasound": ("L2_CS_1", '{"OSP":%r}'),
}
_DIALECT: dict[str, tuple[str, str]] = {
    "pore_pressure": ("L3_SY_1", '"0,%r"'),
    "mud_level": ("L3_NW_1", "%r"),
}
_GROUPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("L1_GP_1", {"gnss_e": "gpsTotalX", "gnss_n": "gpsTotalY", "gnss_u": "gpsTotalZ"}),
    ("L1_QJ_1", {"tilt_x": "X", "tilt_y": "Y"}),
    ("S1_ZT_1", {"battery": "ext_power_volt", "rssi": "signal_4g"}),
)


def can_speak_dp(channels: Sequence[str]) -> bool:
    """Whether the protocol has a code for each channel; of GNSS and tilt it wants all axes.

    Examples
    --------
    >>> can_speak_dp(("crack", "tilt_x", "tilt_y")), can_speak_dp(("tilt_x",))
    (True, False)
    """
    known = set(_CODES).union(*(fields for _, fields in _GROUPS))
    whole = all(
        code == "S1_ZT_1" or not fields.keys() & set(channels) or fields.keys() <= set(channels)
        for code, fields in _GROUPS
    )
    return whole and set(channels) <= known


def sensor_ids(channels: Sequence[str]) -> tuple[str, ...]:
    """Ids of the sensors of a device of the universal-device protocol.

    Examples
    --------
    >>> sensor_ids(("crack", "tilt_x", "tilt_y"))
    ('L1_LF_1', 'L1_QJ_1')
    """
    return tuple(code for code, _, _ in _sensors(channels, plain=True))


def _sensors(channels: Sequence[str], *, plain: bool) -> list[_Sensor]:
    codes = _CODES if plain else _CODES | _DIALECT
    sensors: list[_Sensor] = []
    for slot, name in enumerate(channels):
        if name in codes:
            code, text = codes[name]
            sensors.append((code, [slot], _single(text)))
    for code, fields in _GROUPS:
        present = [name for name in fields if name in channels]
        if present:
            slots = [channels.index(name) for name in present]
            write = _object([fields[name] for name in present])
            if code == "L1_QJ_1":
                write = _tilt if plain else _tilt_text
            sensors.append((code, slots, write))
    return sensors


def _single(text: str) -> _Part:
    return lambda values: text % values[0]


def _object(names: list[str]) -> _Part:
    text = "{" + ",".join(f'"{name}":%r' for name in names) + "}"
    return lambda values: text % tuple(values)


def _tilt(values: list[float]) -> str:
    return f'{{"X":{values[0]!r},"Y":{values[1]!r},"Z":0.0,"AZI":0.0}}'


def _tilt_text(values: list[float]) -> str:
    return f'"{values[0]!r},{values[1]!r},0.0,0.0,0.0"'


def _escaped(unit: str) -> str:
    return unit.replace("%", "%%")

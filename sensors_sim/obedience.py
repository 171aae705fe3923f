"""How a device obeys each command of the universal-device protocol; SenML devices know the same.

Each function takes what the device is and what it was told, and returns what the reply says besides
``succ``; it raises `Refusal` where the device must answer ``fail``. What a function does not
understand it refuses; none reaches beyond its own device.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from domain.times import iso, parse_iso
from sensors_sim.command_text import Command

Answer = Mapping[str, str]

MIN_INTERVAL_S = 1
_MODES = ("0", "1", "2")
_HORN_TYPES = re.compile(r"[a-z]{1,20}")
_LEVELS = ("0", "1", "2", "3", "4")
_HEX = re.compile(r"([0-9A-Fa-f]{2}){1,512}")
_RANGE = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,6})?[,~-]-?[0-9]{1,3}(\.[0-9]{1,6})?")
_VERSION = "sim-1"


class Refusal(Exception):
    """The device answers ``fail``."""


class Hands(Protocol):
    """What a device can do; the live outlet gives it."""

    def sample_every(self, interval_s: float | None) -> bool:
        """Sample at an interval, or as registered; whether the device can."""
        ...

    def upload_every(self, interval_s: float) -> None:
        """Send what was read together, each so many seconds; 0 for at once."""
        ...

    def sample_now(self) -> bool:
        """Read once; whether the device can."""
        ...

    def set_clock(self) -> None:
        """Set the clock right."""
        ...

    def time_ms(self) -> int:
        """Time that the device's clock shows."""
        ...

    def volts(self) -> float:
        """Voltage of the battery."""
        ...

    def interval_s(self) -> float:
        """Interval at which the device samples."""
        ...


@dataclass
class Memory:
    """What a device keeps from one command to the next.

    Attributes
    ----------
    sensors
        Ids of its sensors.
    attributes
        Thresholds and limits by sensor.
    horns
        How often its horn was sounded.
    """

    sensors: tuple[str, ...]
    mode: str = "0"
    attributes: dict[str, dict[str, float]] = field(default_factory=dict)
    horns: int = 0
    weather_level: str = "0"


def obey(command: Command, memory: Memory, hands: Hands) -> Answer:
    """Do what a command asks for.

    Raises
    ------
    Refusal
        If the device does not know the command, or not what it was told.
    """
    rule = _RULES.get(command.name)
    if rule is None:
        raise Refusal
    return rule(command.fields, memory, hands)


def _set_sensor_time(fields: Mapping[str, str], memory: Memory, hands: Hands) -> Answer:
    """Sample at ``plus_intv`` if it is above 0, else at ``sample_intv``; seconds.

    Readings are sent together each ``upload_intv`` seconds; 0 for as they are made.
    """
    _sensor(fields, memory, needed=False)
    given = [_number(fields, name, 0, 86_400) for name in ("plus_intv", "sample_intv")]
    upload_s = _number(fields, "upload_intv", 0, 86_400)
    wanted = next((value for value in given if value), None)
    if wanted is None or wanted < MIN_INTERVAL_S or not hands.sample_every(wanted):
        raise Refusal
    if upload_s is not None:
        hands.upload_every(upload_s)
    return {}


def _request_time(_fields: Mapping[str, str], _memory: Memory, hands: Hands) -> Answer:
    return {"time": iso(hands.time_ms())}


def _set_time(fields: Mapping[str, str], _memory: Memory, hands: Hands) -> Answer:
    """Set the clock: the device takes the network's time, whatever the command says."""
    if "time" in fields:
        try:
            parse_iso(fields["time"])
        except (ValueError, OverflowError) as error:
            raise Refusal from error
    hands.set_clock()
    return {"time": iso(hands.time_ms())}


def _status(_fields: Mapping[str, str], memory: Memory, hands: Hands) -> Answer:
    return {
        "ext_power_volt": repr(hands.volts()),
        "sw_version": _VERSION,
        "sample_intv": f"{hands.interval_s():g}",
        "work_mode": memory.mode,
        "horns": str(memory.horns),
    }


def _reboot(_fields: Mapping[str, str], memory: Memory, hands: Hands) -> Answer:
    """Forget what does not survive a restart: the faster sampling, the uploads and the mode."""
    memory.mode = "0"
    hands.sample_every(None)
    hands.upload_every(0)
    return {}


def _sensor_ids(_fields: Mapping[str, str], memory: Memory, _hands: Hands) -> Answer:
    return {"sensor_id": ",".join(memory.sensors)}


def _sample(fields: Mapping[str, str], memory: Memory, hands: Hands) -> Answer:
    _sensor(fields, memory, needed=False)
    if not hands.sample_now():
        raise Refusal
    return {}


def _attributes(fields: Mapping[str, str], memory: Memory, _hands: Hands) -> Answer:
    sensor = _sensor(fields, memory, needed=True)
    names = [name for name in ("threshold", "upper_limit", "lower_limit") if name in fields]
    if not names:
        raise Refusal
    limits = {name: _number(fields, name, -1e9, 1e9) or 0.0 for name in names}
    memory.attributes[sensor] = memory.attributes.get(sensor, {}) | limits
    return {}


def _work_mode(fields: Mapping[str, str], memory: Memory, _hands: Hands) -> Answer:
    memory.mode = _one_of(fields.get("mode", ""), _MODES)
    return {}


def _alarm(fields: Mapping[str, str], memory: Memory, _hands: Hands) -> Answer:
    if not _HORN_TYPES.fullmatch(fields.get("type", "")):
        raise Refusal
    _one_of(fields.get("level", ""), _LEVELS)
    memory.horns += 1
    return {}


def _broadcast(fields: Mapping[str, str], memory: Memory, _hands: Hands) -> Answer:
    """Sound the horn: ``b_num`` times, with a content in hexadecimal."""
    times = _number(fields, "b_num", 1, 99)
    _number(fields, "b_size", 0, 100)
    if times is None or not _HEX.fullmatch(fields.get("b_content", "")):
        raise Refusal
    memory.horns += 1
    return {}


def _weather(fields: Mapping[str, str], memory: Memory, _hands: Hands) -> Answer:
    level = _one_of(fields.get("level", ""), _LEVELS)
    if not all(_RANGE.fullmatch(fields.get(name, "")) for name in ("lon_range", "lat_range")):
        raise Refusal
    memory.weather_level = level
    return {}


_RULES: dict[str, Callable[[Mapping[str, str], Memory, Hands], Answer]] = {
    "setsensortime": _set_sensor_time,
    "reqtime": _request_time,
    "settime": _set_time,
    "getstatus": _status,
    "reboot": _reboot,
    "getsensorID": _sensor_ids,
    "sample": _sample,
    "setsensorattr": _attributes,
    "setworkmode": _work_mode,
    "alarm": _alarm,
    "broadcast": _broadcast,
    "meteorologicalearlywarning": _weather,
}
"""What a device knows. ``upgrade`` is not among it: no firmware comes in over this way."""


def _number(fields: Mapping[str, str], name: str, low: float, high: float) -> float | None:
    """Read a number in a range; ``None`` if it is not given."""
    if name not in fields:
        return None
    try:
        value = float(fields[name])
    except ValueError as error:
        raise Refusal from error
    if not math.isfinite(value) or not low <= value <= high:
        raise Refusal
    return value


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise Refusal
    return value


def _sensor(fields: Mapping[str, str], memory: Memory, *, needed: bool) -> str:
    sensor = fields.get("sensor_id", "")
    if sensor not in memory.sensors and (needed or sensor):
        raise Refusal
    return sensor

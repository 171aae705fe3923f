"""China's universal-device protocol: what devices publish on ``$dp``, in all its dialects.

The device's id stands only in the payload::

    {"17165802": {"L1_LF_1": {"2026-03-14T06:00:00.000Z": 10.86}}}

A sensor's value is a number, text or an object; it stands under its time, or alone, and then it is
of now. Times are taken as they are told: some firmware writes local time with a ``Z``, eight hours
ahead, which validation finds to be in the future. Encrypted bodies are refused.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from domain.errors import RejectedError
from domain.rejects import RejectReason
from domain.times import parse_iso
from ingest.decoders.base import MAX_RECORDS, Decoded, Fault, RawReading
from ingest.decoders.dp_codes import Quantity, acceleration_unit, parse_code
from ingest.decoders.dp_frame import json_of_frame
from ingest.decoders.json_text import read_json

AccelerationUnit = Literal["auto", "mg", "g", "m/s2"]

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]", re.ASCII)


class DpDecoder:
    """Decoder of the universal-device protocol.

    Parameters
    ----------
    acceleration_unit
        Unit of JS (acceleration), which makers send in mg, m/s² or g without saying which;
        ``auto`` tells it by gravity, which a device at rest measures as 1 g.

    Examples
    --------
    >>> sent = b'{"d1":{"L3_SY_2":{"2026-03-14T06:00:00.000Z":"0,12.30"}}}'
    >>> DpDecoder().decode(sent, now_ms=0).readings  # doctest: +NORMALIZE_WHITESPACE
    [RawReading(device_id='d1', instrument=2, channel='pore_pressure', unit='kPa', value=12.3,
     event_ms=1773468000000)]
    """

    dialect = "dp"

    def __init__(self, acceleration_unit: AccelerationUnit = "auto") -> None:
        self.acceleration_unit = acceleration_unit
        self._json = msgspec.json.Decoder(dict[str, Any])

    def decode(self, payload: bytes, now_ms: int) -> Decoded:
        """Read one message; it may hold several devices.

        Raises
        ------
        RejectedError
            If it is not of this protocol, or encrypted.
        """
        devices = read_json(self._json, json_of_frame(payload))
        if "header" in devices and "bodies" in devices:
            detail = "the body is encrypted; let the platform's gateway decrypt it"
            raise RejectedError(RejectReason.MALFORMED, detail)
        decoded = Decoded([], [])
        for device_id, sensors in devices.items():
            if not isinstance(sensors, dict):
                decoded.faults.append(Fault(RejectReason.MALFORMED, "a device is no object"))
                continue
            for code, content in sensors.items():
                self._sensor(device_id, code, content, now_ms, decoded)
                _refuse_too_many(decoded)
        if not decoded.readings and not decoded.faults:
            raise RejectedError(RejectReason.NO_VALUE, "no value of a kind that we keep")
        return decoded

    def _sensor(
        self, device_id: str, text: str, content: Any, now_ms: int, decoded: Decoded
    ) -> None:
        code = parse_code(text)
        if code is None:
            detail = "a sensor's code is not of the protocol"
            decoded.faults.append(Fault(RejectReason.UNKNOWN_CHANNEL, detail))
            return
        if code.read is None:
            return
        for event_ms, sent in _timed(content, now_ms):
            if event_ms is None:
                detail = "the time of a value is not ISO 8601"
                decoded.faults.append(Fault(RejectReason.MALFORMED, detail))
                continue
            for quantity in code.read(sent):
                self._keep(device_id, code.instrument, event_ms, quantity, decoded)

    def _keep(
        self, device_id: str, instrument: int, event_ms: int, quantity: Quantity, into: Decoded
    ) -> None:
        channel, unit, value = quantity
        if value is None:
            into.faults.append(Fault(RejectReason.NO_VALUE, f"{channel}: no number was sent"))
            return
        if channel == "acceleration":
            unit = self._unit_of_acceleration(value)
        into.readings.append(RawReading(device_id, instrument, channel, unit, value, event_ms))

    def _unit_of_acceleration(self, magnitude: float) -> str:
        if self.acceleration_unit != "auto":
            return self.acceleration_unit
        return acceleration_unit(magnitude) or "a unit that cannot be told"


def _refuse_too_many(decoded: Decoded) -> None:
    if len(decoded.readings) + len(decoded.faults) > MAX_RECORDS:
        raise RejectedError(RejectReason.TOO_MANY_RECORDS, f"more than {MAX_RECORDS} values")


def _timed(content: Any, now_ms: int) -> Iterator[tuple[int | None, Any]]:
    """Values with their times; ``None`` for a time that cannot be read."""
    if not isinstance(content, dict) or not any(_TIME.match(key) for key in content):
        yield now_ms, content
        return
    for text, sent in content.items():
        try:
            yield parse_iso(text), sent
        except ValueError:
            yield None, sent

"""SenML packs in JSON (RFC 8428), the project's own dialect.

A pack is a list of records; fields of a record that start with ``b`` hold for it and for those
after it. Names are ``<device_id>/<channel>``, and ``<device_id>/<channel>/2`` for the second
instrument of a kind::

    [{"bn": "d1/", "bt": 1780000000, "n": "crack", "u": "mm", "v": 12.5},
     {"n": "tilt_x", "u": "deg", "v": 0.1}]
"""

import re

import msgspec

from domain.errors import RejectedError
from domain.rejects import RejectReason
from ingest.decoders.base import MAX_RECORDS, Decoded, Fault, RawReading
from ingest.decoders.json_text import read_json

VERSION = 10
"""The version of SenML that RFC 8428 defines."""

RELATIVE_BELOW_S = 2.0**28
"""A time below this counts from now (RFC 8428, 4.5.3)."""

_FURTHEST_S = 1e12
_NAME_RULE = "its name is not <device>/<channel>[/<instrument 1-99>]"
_INSTRUMENT = re.compile(r"[1-9]\d?\Z", re.ASCII)


class Record(msgspec.Struct, gc=False):
    """One SenML record; a field that is absent or null is ``None``."""

    bn: str | None = None
    bt: float | None = None
    bu: str | None = None
    bv: float | None = None
    bver: int | None = None
    n: str | None = None
    u: str | None = None
    v: float | str | bool | None = None
    t: float | None = None
    s: float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None


class _Base:
    """The base fields in force, with what follows from them worked out once."""

    __slots__ = ("device_id", "event_ms", "name", "now_ms", "time_s", "unit", "value")

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.name = self.unit = ""
        self.time_s = self.value = 0.0
        self.event_ms = now_ms
        self.device_id: str | None = None

    def take(self, record: Record) -> None:
        """Let a record's base fields replace those in force."""
        if record.bver is not None and record.bver > VERSION:
            raise RejectedError(RejectReason.MALFORMED, f"SenML version above {VERSION}")
        if record.bn is not None:
            self.name = record.bn
            device_id, slash, rest = record.bn.partition("/")
            self.device_id = device_id if slash and not rest else None
        if record.bt is not None:
            self.time_s = record.bt
            self.event_ms = self.time_of(0.0)
        self.unit = self.unit if record.bu is None else record.bu
        self.value = self.value if record.bv is None else record.bv

    def time_of(self, offset_s: float) -> int:
        """Milliseconds since the epoch of a record with that ``t``."""
        seconds = self.time_s + offset_s
        # A time that no clock can mean is left far away, where validation refuses it.
        milliseconds = round(max(-_FURTHEST_S, min(seconds, _FURTHEST_S)) * 1000.0)
        return milliseconds if seconds >= RELATIVE_BELOW_S else self.now_ms + milliseconds

    def read_name(self, name: str | None) -> tuple[str, str, int] | None:
        """Device, channel and instrument of a record's full name; ``None`` if not of our form."""
        parts = (self.name if name is None else self.name + name).split("/")
        if len(parts) == 2:
            return parts[0], parts[1], 1
        if len(parts) == 3 and _INSTRUMENT.match(parts[2]):
            return parts[0], parts[1], int(parts[2])
        return None


class SenmlDecoder:
    """Decoder of SenML packs.

    Examples
    --------
    >>> pack = b'[{"bn":"d1/","bt":1780000000,"n":"crack","u":"mm","v":12.5}]'
    >>> SenmlDecoder().decode(pack, now_ms=0).readings[0].event_ms
    1780000000000
    """

    dialect = "senml"

    def __init__(self) -> None:
        self._json = msgspec.json.Decoder(list[Record])
        self._keys = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])

    def decode(self, payload: bytes, now_ms: int) -> Decoded:
        """Read a pack.

        Raises
        ------
        RejectedError
            If it is not a SenML pack of a version that we know.
        """
        records = read_json(self._json, payload)
        if not records:
            raise RejectedError(RejectReason.NO_VALUE, "the pack holds no record")
        if len(records) > MAX_RECORDS:
            detail = f"{len(records)} records; at most {MAX_RECORDS}"
            raise RejectedError(RejectReason.TOO_MANY_RECORDS, detail)
        if b'_"' in payload:
            self._refuse_unknown_musts(payload)
        return _resolve(records, now_ms)

    def _refuse_unknown_musts(self, payload: bytes) -> None:
        """Refuse fields that end in ``_``: whoever does not know them must not go on."""
        if any(key.endswith("_") for record in self._keys.decode(payload) for key in record):
            detail = "a field whose name ends in '_' must be understood, and is not"
            raise RejectedError(RejectReason.MALFORMED, detail)


def _resolve(records: list[Record], now_ms: int) -> Decoded:
    base = _Base(now_ms)
    readings: list[RawReading] = []
    faults: list[Fault] = []
    for index, record in enumerate(records):
        # Told one by one, for this is the hottest line of ingest.
        if (
            record.bn is not None
            or record.bt is not None
            or record.bu is not None
            or record.bv is not None
            or record.bver is not None
        ):
            base.take(record)
        if type(record.v) is float:
            reading = _reading(base, record, record.v)
            if reading is not None:
                readings.append(reading)
            else:
                faults.append(Fault(RejectReason.MALFORMED, f"record {index}: {_NAME_RULE}"))
        elif not _is_base_alone(record):
            faults.append(Fault(RejectReason.NO_VALUE, f"record {index}: 'v' is no number"))
    if not readings and not faults:
        faults.append(Fault(RejectReason.NO_VALUE, "the pack holds base fields alone"))
    return Decoded(readings, faults)


def _reading(base: _Base, record: Record, value: float) -> RawReading | None:
    """Resolve one record against the base; ``None`` if its name is not of our form."""
    channel, instrument, device_id = record.n, 1, base.device_id
    if channel is None or device_id is None or "/" in channel:
        named = base.read_name(channel)
        if named is None:
            return None
        device_id, channel, instrument = named
    unit = base.unit if record.u is None else record.u
    event_ms = base.event_ms if record.t is None else base.time_of(record.t)
    return RawReading(device_id, instrument, channel, unit, value + base.value, event_ms)


def _is_base_alone(record: Record) -> bool:
    """Whether a record only sets base fields for those after it."""
    values = (record.v, record.vs, record.vb, record.vd, record.s)
    return record.n is None and all(value is None for value in values)

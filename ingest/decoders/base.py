"""What every decoder takes and gives: bytes in, plain readings and faults out.

A decoder only reads its dialect. It knows no registry and no clock; whether a reading may be
believed is the business of `ingest.validate`.
"""

from typing import NamedTuple, Protocol

import msgspec

MAX_RECORDS = 4096
"""A message with more values is refused whole: a backlog belongs into several messages."""


class RawReading(msgspec.Struct, gc=False):
    """One value as a device told it.

    Attributes
    ----------
    device_id
        The device as it stands in the registry.
    instrument
        Which of the device's instruments of this kind, from 1.
    channel
        Name of a channel, not yet checked.
    unit
        As the device wrote it; empty if it wrote none.
    value
        In that unit; not yet checked, may be NaN.
    event_ms
        UTC milliseconds, by the device's clock.
    """

    device_id: str
    instrument: int
    channel: str
    unit: str
    value: float
    event_ms: int


class Fault(NamedTuple):
    """Why one record of a message was refused: a `RejectReason`, and words for a person."""

    reason: str
    detail: str


class Decoded(NamedTuple):
    """What a decoder found in one message; at least one of the two lists holds something."""

    readings: list[RawReading]
    faults: list[Fault]


class Decoder(Protocol):
    """Reads one dialect."""

    dialect: str
    """Its name, as it is kept with every reading."""

    def decode(self, payload: bytes, now_ms: int) -> Decoded:
        """Read one message.

        Parameters
        ----------
        payload
            The message's bytes, of any content.
        now_ms
            When it was received; stands in for times that the device did not tell.

        Raises
        ------
        RejectedError
            If nothing in it can be read; never anything else.
        """
        ...

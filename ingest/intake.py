"""One message from its bytes to rows and, if anything was wrong with it, one reject."""

import logging
from typing import NamedTuple

from domain.errors import RejectedError
from domain.rejects import Reject, RejectReason
from ingest.decoders import Decoders, Fault
from ingest.validate import Row, Validator

_LOG = logging.getLogger(__name__)
_TOLD = 3


class Taken(NamedTuple):
    """What one message gave: rows to pass on, and what to say of the rest."""

    rows: list[Row]
    reject: Reject | None


class Intake:
    """Decodes and validates messages, one after another.

    Parameters
    ----------
    decoders
        Who reads which topic.
    validator
        Who judges the readings.
    max_payload_bytes
        Larger payloads are not looked into.
    """

    def __init__(self, decoders: Decoders, validator: Validator, max_payload_bytes: int) -> None:
        self.decoders = decoders
        self.validator = validator
        self.max_payload_bytes = max_payload_bytes

    def take(self, topic: str, payload: bytes, received_ms: int) -> Taken:
        """Decode and validate one message; never raises, whatever its content.

        Parameters
        ----------
        topic
            MQTT topic on which it came.
        received_ms
            When; event times are judged against it, also when the message is replayed later.
        """
        try:
            rows, faults = self._read(topic, payload, received_ms)
        except RejectedError as error:
            reject = Reject.of(error.reason, error.detail, topic, payload, received_ms)
            return Taken([], reject)
        except Exception as error:
            # A mistake of ours must cost one message, not the stream that waits behind it.
            _LOG.exception("a message on %r could not be decoded", topic)
            detail = f"the decoder failed: {type(error).__name__}"
            reject = Reject.of(RejectReason.MALFORMED, detail, topic, payload, received_ms)
            return Taken([], reject)
        if not faults:
            return Taken(rows, None)
        detail = _summary(faults, len(rows))
        return Taken(rows, Reject.of(faults[0].reason, detail, topic, payload, received_ms))

    def _read(self, topic: str, payload: bytes, now_ms: int) -> tuple[list[Row], list[Fault]]:
        if len(payload) > self.max_payload_bytes:
            detail = f"{len(payload)} bytes; at most {self.max_payload_bytes}"
            raise RejectedError(RejectReason.TOO_LARGE, detail)
        decoder = self.decoders.find(topic)
        if decoder is None:
            raise RejectedError(RejectReason.UNKNOWN_TOPIC, "no decoder reads this topic")
        speaker = None
        if decoder is self.decoders.telemetry:
            speaker = self.validator.speaker_on(topic)
        readings, unread = decoder.decode(payload, now_ms)
        rows, refused = self.validator.admit(readings, speaker, now_ms, decoder.dialect)
        return rows, unread + refused


def _summary(faults: list[Fault], accepted: int) -> str:
    told = "; ".join(f"{fault.reason}: {fault.detail}" for fault in faults[:_TOLD])
    more = "; …" if len(faults) > _TOLD else ""
    return f"{len(faults)} of {len(faults) + accepted} values refused: {told}{more}"

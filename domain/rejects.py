"""What becomes of input that cannot be used: a reason code and the raw bytes, never silence."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class RejectReason(StrEnum):
    """Why a payload, or a record in it, was refused."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    MALFORMED = "malformed"
    TOO_DEEP = "too_deep"
    TOO_MANY_RECORDS = "too_many_records"
    UNKNOWN_TOPIC = "unknown_topic"
    UNREGISTERED_DEVICE = "unregistered_device"
    WRONG_POINT = "wrong_point"
    UNKNOWN_CHANNEL = "unknown_channel"
    WRONG_UNIT = "wrong_unit"
    NOT_FINITE = "not_finite"
    OUT_OF_RANGE = "out_of_range"
    FUTURE_TIME = "future_time"
    ANCIENT_TIME = "ancient_time"
    NO_VALUE = "no_value"
    STORE_REFUSED = "store_refused"


@dataclass(frozen=True)
class Reject:
    """One refused message.

    Attributes
    ----------
    reject_id
        Hash of topic and payload: a message that is delivered again has the same id.
    reason
        A `RejectReason` by value.
    detail
        For a person; bounded, and free of the payload.
    topic
        Where it came from.
    received_ms
        When, in milliseconds since the epoch.
    payload
        The raw bytes (cut at 512 KiB; ``payload_bytes`` tells the full length).
    """

    reject_id: str
    reason: str
    detail: str
    topic: str
    received_ms: int
    payload: bytes
    payload_bytes: int

    KEEP_BYTES = 512 * 1024

    @classmethod
    def of(cls, reason: str, detail: str, topic: str, payload: bytes, received_ms: int) -> "Reject":
        """Describe a refused message.

        Examples
        --------
        >>> a = Reject.of("malformed", "not JSON", "t", b"{", 5)
        >>> a.reject_id == Reject.of("malformed", "not JSON", "t", b"{", 9).reject_id
        True
        """
        digest = sha256(topic.encode("utf-8", "replace") + b"\0" + payload).hexdigest()[:24]
        return cls(
            digest,
            reason,
            detail[:300],
            topic,
            received_ms,
            payload[: cls.KEEP_BYTES],
            len(payload),
        )

    def headers(self) -> list[tuple[str, bytes]]:
        """Everything but the payload, as Kafka headers; the payload is the record's value."""
        fields = {
            "reject_id": self.reject_id,
            "reason": self.reason,
            "detail": self.detail,
            "topic": self.topic,
            "received_ms": str(self.received_ms),
            "payload_bytes": str(self.payload_bytes),
        }
        return [(key, value.encode("utf-8", "replace")) for key, value in fields.items()]

    @classmethod
    def from_record(cls, headers: list[tuple[str, bytes]], value: bytes) -> "Reject":
        """Read a reject back from a Kafka record.

        Raises
        ------
        KeyError
            If a header is missing.
        """
        fields = {key: raw.decode("utf-8", "replace") for key, raw in headers}
        return cls(
            fields["reject_id"],
            fields["reason"],
            fields["detail"],
            fields["topic"],
            int(fields["received_ms"]),
            value,
            int(fields["payload_bytes"]),
        )

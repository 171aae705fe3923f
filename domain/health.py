"""What each process says of itself, about once a second, on `geohazard.pipeline`."""

import msgspec


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """One process's own figures.

    Attributes
    ----------
    role
        ``ingest``, ``detect``, ``store``, ``notify`` or ``sim``.
    instance
        Tells the processes of one role apart.
    time_ms
        Wall clock, milliseconds since the epoch.
    lag
        What lies before it and is not yet processed: Kafka records, or messages for ingest.
    rss_mb
        Resident memory in MiB.
    counters
        Monotonic counts since the process started, by name (``readings``, ``rejects``, …).
    """

    role: str
    instance: str
    time_ms: int
    lag: int
    rss_mb: float
    counters: dict[str, int]


def encode_health(health: Health) -> bytes:
    """Write as JSON."""
    return msgspec.json.encode(health)


def decode_health(data: bytes) -> Health:
    """Read from JSON.

    Raises
    ------
    msgspec.DecodeError
        If the bytes are not a health record.
    """
    return msgspec.json.decode(data, type=Health)

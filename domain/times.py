"""UTC times as integers of milliseconds, and their one written form."""

from datetime import UTC, datetime


def iso(ms: int) -> str:
    """Write milliseconds since the epoch as ISO 8601 in UTC.

    Examples
    --------
    >>> iso(1_780_000_000_123)
    '2026-05-28T20:26:40.123Z'
    """
    stamp = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{stamp:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def parse_iso(text: str) -> int:
    """Read ISO 8601; a time without an offset is taken as UTC.

    Returns
    -------
    int
        Milliseconds since the epoch.

    Raises
    ------
    ValueError
        If the text is no ISO 8601 time.

    Examples
    --------
    >>> parse_iso("2026-05-28T20:26:40.123Z")
    1780000000123
    >>> parse_iso("2026-05-29T04:26:40+08:00") - parse_iso("2026-05-28T20:26:40")
    0
    """
    stamp = datetime.fromisoformat(text)
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=UTC)
    delta = stamp - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000

"""When a failed delivery is tried again (the schedule of Standard Webhooks)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

SCHEDULE_S = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds to wait before each try, counted from the end of the one before."""

JITTER = 0.1
"""A wait grows by up to this share, so that many messages do not come back at one moment."""

MAX_RETRY_AFTER_S = 900.0
"""A receiver may ask for at most this much patience: a warning ages badly."""


def wait_ms(step: int, random: Random, retry_after_s: float | None = None) -> int | None:
    """Milliseconds to wait before the try number ``step`` (counted from 0).

    Parameters
    ----------
    step
        How many of the scheduled tries have failed.
    random
        Source of the jitter.
    retry_after_s
        What the receiver asked for; it lengthens a wait, never shortens it.

    Returns
    -------
    int or None
        ``None`` when the schedule is exhausted.

    Examples
    --------
    >>> class NoJitter(Random):
    ...     def random(self):
    ...         return 0.0
    >>> [wait_ms(step, NoJitter()) for step in (0, 1, 2, 9, 10)]
    [0, 5000, 300000, 86400000, None]
    >>> wait_ms(1, NoJitter(), retry_after_s=60)
    60000
    """
    if step >= len(SCHEDULE_S):
        return None
    jittered_s = SCHEDULE_S[step] * (1.0 + JITTER * random.random())
    return round(1000 * max(jittered_s, retry_after_s or 0.0))


def parse_retry_after(text: str | None, now_ms: int) -> float | None:
    """Read a Retry-After header: seconds or an HTTP date, bounded by `MAX_RETRY_AFTER_S`.

    Returns
    -------
    float or None
        Seconds from now; ``None`` if there is no usable value.

    Examples
    --------
    >>> parse_retry_after("120", 0), parse_retry_after("1e9", 0), parse_retry_after("99999", 0)
    (120.0, None, 900.0)
    >>> parse_retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 30_000)
    30.0
    """
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.fromtimestamp(now_ms / 1000, UTC)).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)

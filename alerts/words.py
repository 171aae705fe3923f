"""Text that is safe anywhere: no control characters, numbers with few digits, times with offset."""

import math
import re
from datetime import UTC, datetime, timedelta, timezone

CHONGQING = timezone(timedelta(hours=8))

# Not allowed in XML 1.0, or able to disturb a terminal or the order of reading.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_SPACES = re.compile(r"\s+")


def clean_text(text: str) -> str:
    r"""Make one line of printable text: what is unsafe becomes a space, spaces are joined.

    Examples
    --------
    >>> clean_text("new\n\x1b[31mslope\x00 \ud800 7")
    'new [31mslope 7'
    """
    return _SPACES.sub(" ", _UNSAFE.sub(" ", text)).strip()


def number(value: float) -> str:
    """Write a number for people: four significant digits, no exponent in the common range.

    Examples
    --------
    >>> number(12.3456), number(0.00012), number(1234567.0), number(-3.0), number(float("nan"))
    ('12.35', '0.00012', '1234567', '-3', 'unknown')
    """
    if not math.isfinite(value):
        return "unknown"
    if value != 0 and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.3e}"
    digits = 0 if value == 0 else max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def local_time(ms: int) -> str:
    """Write a time as people in Chongqing read it.

    Examples
    --------
    >>> local_time(1_780_000_000_123)
    '2026-05-29 04:26:40'
    """
    return f"{_local(ms):%Y-%m-%d %H:%M:%S}"


def local_minute(ms: int) -> str:
    """Write a time that is not known to the second, such as a forecast's.

    Examples
    --------
    >>> local_minute(1_780_000_000_123)
    '2026-05-29 04:27'
    """
    return f"{_local(ms + 30_000):%Y-%m-%d %H:%M}"


def offset_time(ms: int) -> str:
    """Write a time in whole seconds with its numeric offset, as CAP demands it.

    Examples
    --------
    >>> offset_time(1_780_000_000_123)
    '2026-05-29T04:26:40+08:00'
    """
    return f"{_local(ms):%Y-%m-%dT%H:%M:%S}+08:00"


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC).astimezone(CHONGQING)

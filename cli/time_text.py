"""A time as people and spreadsheets write it."""

import re
from datetime import UTC, datetime, tzinfo

_CLOCKS = ("", " %H:%M", " %H:%M:%S")
_FORMATS = (
    "%Y-%m",
    "%Y/%m",
    "%Y.%m",
    "%Y年%m月",
    *(
        day + clock
        for day in ("%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d")
        for clock in _CLOCKS
    ),
)
_NUMBER = re.compile(r"^\d{9,}(\.\d+)?$")


def parse_time(text: str, zone: tzinfo = UTC) -> int:
    """Read a time as UTC milliseconds since the epoch; without an offset it is of ``zone``.

    ISO 8601, ``2026-12``, ``2026/7/1 8:00``, ``2026年7月1日 8:00``, (milli)seconds since the epoch.

    Raises
    ------
    ValueError
        If it is none of these.

    Examples
    --------
    >>> parse_time("2006-12"), parse_time("1165000000"), parse_time("2006-12-01T00:00:00Z")
    (1164931200000, 1165000000000, 1164931200000)
    """
    text = text.strip()
    if _NUMBER.match(text):
        number = float(text)
        return round(number if number > 1e11 else number * 1000.0)
    stamp = _datetime(text)
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=zone)
    delta = stamp - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def _datetime(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  (the zone is set by the caller)
        except ValueError:
            continue
    msg = f"not a time: {text!r}"
    raise ValueError(msg)

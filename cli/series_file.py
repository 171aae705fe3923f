"""Anyone's CSV file as one series of times and values."""

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from detectors.analysis import median_interval_s
from domain.channels import CHANNELS
from domain.errors import GeohazardError
from domain.units import factor_to_channel_unit

CHOICES = {
    "crack": "crack",
    "gnss": "gnss_e",
    "tilt": "tilt_x",
    "rain": "rain",
    "pore_pressure": "pore_pressure",
    "generic": "generic",
}
"""Channels by the names that ``--channel`` takes; any channel's own name is taken as well."""

_MISSING = frozenset({"", "na", "nan", "n/a", "null", "none", "-", "--", "#n/a"})
_FORMATS = ("%Y-%m", "%Y/%m", "%Y.%m", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")
_NUMBER = re.compile(r"^\d{9,}(\.\d+)?$")


@dataclass(frozen=True)
class Series:
    """One series in the order of its file.

    Attributes
    ----------
    times_ms
        UTC milliseconds since the epoch, shape (n,).
    values
        In the channel's unit, shape (n,); NaN where the file has none.
    unreadable
        How many values were neither a number nor one of the usual marks for none.
    """

    channel: str
    times_ms: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    unreadable: int

    @property
    def interval_s(self) -> float:
        """Median time between readings that have a value, in seconds; as the detectors take it."""
        return median_interval_s(self.times_ms[np.isfinite(self.values)])


def read_series(
    path: Path,
    *,
    time_column: str,
    value_column: str,
    channel: str,
    unit: str | None = None,
    where: str | None = None,
    timezone: str = "UTC",
) -> Series:
    """Read one column of a CSV file.

    Parameters
    ----------
    channel
        One of `CHOICES`, or a channel's own name.
    unit
        Unit of the file's values; the channel's own if not given.
    where
        ``COLUMN=VALUE``: only such rows.
    timezone
        IANA name; applies to times without an offset.

    Raises
    ------
    GeohazardError
        With file, line and reason.
    """
    name = CHOICES.get(channel, channel)
    if name not in CHANNELS:
        msg = f"unknown channel {channel!r}; known: {', '.join([*CHOICES, *CHANNELS])}"
        raise GeohazardError(msg)
    factor = 1.0 if unit is None else factor_to_channel_unit(name, unit)
    if factor is None:
        msg = f"{unit!r} is no unit of {channel}, which is kept in {CHANNELS[name].unit}"
        raise GeohazardError(msg)
    zone = _zone(timezone)
    times, values, unreadable = [], [], 0
    for line, row in _rows(path, (time_column, value_column), where):
        try:
            times.append(parse_time(row[time_column], zone))
        except ValueError as error:
            msg = f"{path}, line {line}: {row[time_column]!r} is not a time"
            raise GeohazardError(msg) from error
        value, readable = _number(row[value_column] or "")
        unreadable += not readable
        values.append(value * factor)
    if not times:
        msg = f"{path} has no rows to read{f' where {where}' if where else ''}"
        raise GeohazardError(msg)
    return Series(name, np.array(times, np.int64), np.array(values, np.float64), unreadable)


def read_values(path: Path, column: str) -> tuple[npt.NDArray[np.float64], int]:
    """Read one column of numbers; NaN where there is none, and how many were unreadable.

    Raises
    ------
    GeohazardError
        With file and reason.
    """
    found = [_number(row[column] or "") for _, row in _rows(path, (column,), None)]
    if not found:
        msg = f"{path} has no rows to read"
        raise GeohazardError(msg)
    values = np.array([value for value, _ in found], np.float64)
    return values, sum(not readable for _, readable in found)


def parse_time(text: str, zone: tzinfo = UTC) -> int:
    """Read a time: ISO 8601, year and month, slashes, or seconds (or ms) since the epoch.

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


def _number(text: str) -> tuple[float, bool]:
    text = text.strip()
    if text.lower() in _MISSING:
        return math.nan, True
    try:
        value = float(text)
    except ValueError:
        return math.nan, False
    return (value, True) if math.isfinite(value) else (math.nan, False)


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        msg = f"unknown time zone {name!r}; use a name such as Asia/Shanghai"
        raise GeohazardError(msg) from error


def _rows(
    path: Path, columns: tuple[str, ...], where: str | None
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            key, wanted = _condition(where)
            for column in (*columns, *([key] if key else [])):
                if column not in (reader.fieldnames or []):
                    known = ", ".join(reader.fieldnames or []) or "none"
                    msg = f"{path} has no column {column!r}; its columns: {known}"
                    raise GeohazardError(msg)
            for row in reader:
                if not key or row[key] == wanted:
                    yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"cannot read {path}: {error}"
        raise GeohazardError(msg) from error


def _condition(where: str | None) -> tuple[str, str]:
    if where is None:
        return "", ""
    key, separator, value = where.partition("=")
    if not separator or not key:
        msg = f"--where takes COLUMN=VALUE, not {where!r}"
        raise GeohazardError(msg)
    return key, value

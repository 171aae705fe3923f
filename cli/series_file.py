"""Anyone's CSV file as one series of times and values."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from cli.csv_table import decimal_point, need_columns, open_table
from cli.time_text import parse_time
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
    first_unreadable
        The first of them and its line, in words.
    """

    channel: str
    times_ms: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    unreadable: int
    first_unreadable: str = ""

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
        msg = (
            f"unknown channel {channel!r}; known: {', '.join(dict.fromkeys([*CHOICES, *CHANNELS]))}"
        )
        raise GeohazardError(msg)
    factor = 1.0 if unit is None else factor_to_channel_unit(name, unit)
    if factor is None:
        msg = f"{unit!r} is no unit of {channel}, which is kept in {CHANNELS[name].unit}"
        raise GeohazardError(msg)
    zone = _zone(timezone)
    times, column = [], _Column()
    for line, row in _rows(path, (time_column, value_column), where):
        try:
            times.append(parse_time(row[time_column], zone))
        except ValueError as error:
            msg = f"{path}, line {line}: {row[time_column]!r} is not a time"
            raise GeohazardError(msg) from error
        column.take(row[value_column], line)
    if not times:
        msg = f"{path} has no rows to read{f' where {where}' if where else ''}"
        raise GeohazardError(msg)
    values = column.numbers(path, value_column) * factor
    stamps = np.array(times, np.int64)
    return Series(name, stamps, values, column.unreadable, column.first)


def read_values(path: Path, column: str) -> tuple[npt.NDArray[np.float64], int]:
    """Read one column of numbers; NaN where there is none, and how many were unreadable.

    A row without a number counts as a row: samples follow each other by their place.

    Raises
    ------
    GeohazardError
        With file and reason.
    """
    found = _Column()
    with open_table(path) as reader:
        need_columns(path, reader, (column,))
        for row in reader:
            found.take(decimal_point((row[column] or "").strip(), reader), reader.line_num)
    if not found.values:
        msg = f"{path} has no rows to read"
        raise GeohazardError(msg)
    return found.numbers(path, column), found.unreadable


class _Column:
    """The numbers of a column, and what in it was none."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.unreadable = 0
        self.first = ""

    def take(self, text: str, line: int) -> None:
        value, readable = _number(text)
        self.values.append(value)
        if not readable:
            self.unreadable += 1
            self.first = self.first or f"{text[:40]!r} in line {line}"

    def numbers(self, path: Path, name: str) -> npt.NDArray[np.float64]:
        values = np.array(self.values, np.float64)
        if not np.isfinite(values).any():
            first = f"; the first that is none: {self.first}" if self.first else ""
            msg = f"{path}: column {name!r} holds no number in any of {len(values)} rows{first}"
            raise GeohazardError(msg)
        return values


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
    key, wanted = _condition(where)
    with open_table(path) as reader:
        need_columns(path, reader, (*columns, *([key] if key else [])))
        for row in reader:
            # A line that breaks off has None in the columns that it does not reach.
            texts = {name: (row[name] or "").strip() for name in columns}
            if (not key or row[key] == wanted) and any(texts.values()):
                texts[columns[-1]] = decimal_point(texts[columns[-1]], reader)
                yield reader.line_num, texts


def _condition(where: str | None) -> tuple[str, str]:
    if where is None:
        return "", ""
    key, separator, value = where.partition("=")
    if not separator or not key:
        msg = f"--where takes COLUMN=VALUE, not {where!r}"
        raise GeohazardError(msg)
    return key, value

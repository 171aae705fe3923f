"""What all queries are made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from domain.measurements import feature_field, instrument_field

Format = Literal["table", "time_series"]

AREA = '"area" =~ /^${area:regex}$/'
KIND = '"kind" =~ /^${kind:regex}$/'
POINT = '"point" =~ /^${point:regex}$/'
IN_TIME = "$timeFilter"
LATELY = "time > ${__to}ms - 72h AND time <= ${__to}ms"
"""The three days before the end of the time range: longer than what is repeated twice a day."""
NOW = "time > ${__to}ms - 90m AND time <= ${__to}ms"
"""The last hour and a half: longer than a gauge that reports by the hour is quiet."""
EACH = "time($__interval)"
TAGS = '"point", "area", "kind"'

RAIN = instrument_field("rain")
RAIN_RATIO = feature_field(RAIN, "rain_ratio")

LEVEL_CHANGES = ("raised", "upgraded", "downgraded", "cleared")
SILENCE_CHANGES = ("silent", "reporting")


@dataclass(frozen=True)
class Query:
    """One question to InfluxDB.

    Attributes
    ----------
    format
        ``table`` gives one frame with the tags as columns, ``time_series`` a frame a series.
    alias
        Name of a series, in Grafana's own pattern: ``$col``, ``$tag_role``.
    """

    text: str
    format: Format = "table"
    alias: str = ""


def select(
    fields: str, measurement: str, where: Iterable[str], by: str = "", *, tail: str = ""
) -> str:
    """Compose one SELECT."""
    group = f" GROUP BY {by}" if by else ""
    return f'SELECT {fields} FROM "{measurement}" WHERE {" AND ".join(where)}{group}{tail}'  # noqa: S608


def select_of(fields: str, inner: str, where: str = "", by: str = "", *, tail: str = "") -> str:
    """Compose a SELECT over another."""
    condition = f" WHERE {where}" if where else ""
    group = f" GROUP BY {by}" if by else ""
    return f"SELECT {fields} FROM ({inner}){condition}{group}{tail}"  # noqa: S608


def columns_of(names: Iterable[str]) -> str:
    """Write names as columns."""
    return ", ".join(f'"{name}"' for name in names)


def one_of(tag: str, values: Iterable[str]) -> str:
    """Write a condition on a tag or text field: one of some plain words."""
    return f'"{tag}" =~ /^({"|".join(values)})$/'

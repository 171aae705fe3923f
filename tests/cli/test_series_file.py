"""Anyone's CSV is read, or refused with file, line and reason."""

from pathlib import Path

import numpy as np
import pytest

from cli.series_file import Series, parse_time, read_series
from domain.errors import GeohazardError

START = 1_780_272_000_000


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "series.csv"
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, **options: str) -> Series:
    merged = {"time_column": "t", "value_column": "v", "channel": "crack"} | options
    return read_series(path, **merged)


def test_rows_keep_their_order_and_gaps_are_missing(tmp_path: Path) -> None:
    text = "t,v\n2026-06-01T00:20:00Z,2\n2026-06-01T00:00:00Z,\n2026-06-01T00:10:00Z,oops\n"
    series = read(write(tmp_path, text))
    assert ((series.times_ms - START) // 60_000).tolist() == [20, 0, 10]
    assert np.isnan(series.values).tolist() == [False, True, True]
    assert series.unreadable == 1


def test_values_are_converted_to_the_unit_of_the_channel(tmp_path: Path) -> None:
    series = read(write(tmp_path, "t,v\n2026-06-01,1.5\n"), unit="cm")
    assert series.values.tolist() == [15.0]


def test_times_without_an_offset_are_taken_in_the_zone_given(tmp_path: Path) -> None:
    path = write(tmp_path, "t,v\n2026-06-01 08:00:00,1\n2026-06-01T08:00:00+00:00,1\n")
    series = read(path, timezone="Asia/Shanghai")
    assert (series.times_ms - START).tolist() == [0, 8 * 3_600_000]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-01T00:00:00.000Z", START),
        ("2026-06", START),
        ("2026/06/01", START),
        ("2026/06/01 00:00", START),
        ("1780272000", START),
        ("1780272000000", START),
        ("2026-06-01T08:00:00+08:00", START),
    ],
)
def test_forms_of_time(text: str, expected: int) -> None:
    assert parse_time(text) == expected


def test_only_rows_that_are_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "p,t,v\na,2026-06-01,1\nb,2026-06-02,2\n")
    assert read(path, where="p=b").values.tolist() == [2.0]


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        ("t,v\nyesterday,1\n", {}, "line 2: 'yesterday' is not a time"),
        ("t,v\n2026-06-01,1\n", {"unit": "kPa"}, "'kPa' is no unit of crack"),
        ("t,v\n2026-06-01,1\n", {"channel": "mood"}, "unknown channel 'mood'"),
        ("t,x\n2026-06-01,1\n", {}, "no column 'v'; its columns: t, x"),
        ("t,v\n2026-06-01,1\n", {"timezone": "Mars/Base"}, "unknown time zone 'Mars/Base'"),
        ("t,v\n2026-06-01,1\n", {"where": "nonsense"}, "--where takes COLUMN=VALUE"),
        ("t,v\n", {}, "has no rows to read"),
        ("", {}, "has no column"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, text: str, options: dict[str, str], reason: str
) -> None:
    with pytest.raises(GeohazardError, match=reason):
        read(write(tmp_path, text), **options)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_bytes(b"t,v\n\xff\xfe\x00,1\n")
    with pytest.raises(GeohazardError, match="cannot read"):
        read(path)

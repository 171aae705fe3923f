"""Anyone's CSV is read, or refused with file, line and reason."""

from pathlib import Path

import numpy as np
import pytest

from cli.series_file import Series, read_series
from cli.time_text import parse_time
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_save_is_read(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "裂缝.csv"
    lines = ("时间,位移", "2026年6月1日 08:00,1.5", "2026/6/1 8:10,2", ",", "")
    path.write_bytes(end.join(lines).encode(encoding))
    series = read(path, time_column="时间", value_column="位移", timezone="Asia/Shanghai")
    assert (series.times_ms - START).tolist() == [0, 600_000]
    assert series.values.tolist() == [1.5, 2.0]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_decimal_comma_where_commas_part_no_columns(tmp_path: Path, delimiter: str) -> None:
    text = f"t{delimiter}v\n2026-06-01{delimiter}-1,5\n2026-06-02{delimiter}2\n"
    assert read(write(tmp_path, text)).values.tolist() == [-1.5, 2.0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column 't'; its columns: none"),
        ("t,v\n", "no rows to read"),
        ('t,v\n2026-06-01,"1,5"\n', "holds no number in any of 1 rows; .* '1,5' in line 2"),
        ("t,v\n2026-06-01,\n", "holds no number in any of 1 rows$"),
        ("v,t\n1\n", "line 2: '' is not a time"),
        ("t,v,v\n2026-06-01,1,2\n", "has 2 columns named 'v'"),
        ("t,v\n01/02/2026,1\n", "line 2: '01/02/2026' is not a time"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(GeohazardError, match=says):
        read(write(tmp_path, text))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"t,v\n\x80\xff\x80\xff")
    with pytest.raises(GeohazardError, match="neither in UTF-8 nor in GB 18030"):
        read(path)
    with pytest.raises(GeohazardError, match="Is a directory$"):
        read(tmp_path)


def test_the_first_value_that_is_no_number_is_named(tmp_path: Path) -> None:
    series = read(write(tmp_path, "t,v\n2026-06-01,1\n2026-06-02,n/a\n2026-06-03,o.k.\n"))
    assert (series.unreadable, series.first_unreadable) == (1, "'o.k.' in line 4")

"""``geohazard trigger`` as a user runs it, against ObsPy on the same file."""

import csv
import json
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command import Done, geohazard

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what ObsPy imports
    from obspy.signal import trigger as obspy
    from obspy.signal.filter import bandpass

HZ = 50.0
START = datetime(2026, 7, 1, 3, 0, 0, tzinfo=UTC)


def trigger(*arguments: str, code: int = 0) -> Done:
    return geohazard("trigger", *arguments, code=code)


def trace() -> np.ndarray:
    """Two minutes of noise with a tone outside the band, and two bursts at 8 Hz."""
    seconds = np.arange(int(120 * HZ)) / HZ
    values = np.random.default_rng(3).normal(size=len(seconds)) + 7.0
    values += 2.0 * np.sin(2.0 * np.pi * 0.3 * seconds)
    for at in (60.0, 95.0):
        inside = (seconds >= at) & (seconds < at + 4.0)
        values[inside] += 12.0 * np.sin(2.0 * np.pi * 8.0 * seconds[inside])
    return values.round(5)


def write(path: Path, values: np.ndarray, *, times: bool = True) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["when", "velocity"])
        for number, value in enumerate(values.tolist()):
            when = (START + timedelta(seconds=number / HZ)).isoformat() if times else ""
            writer.writerow([when, value])
    return path


@pytest.mark.parametrize("method", ["recursive", "classic"])
@pytest.mark.parametrize("band", [(), ("--band-hz", "2", "20")])
def test_the_triggers_are_those_of_obspy(
    tmp_path: Path, method: str, band: tuple[str, ...]
) -> None:
    values = trace()
    path = write(tmp_path / "shot.csv", values)
    options = ("--time", "when", "--value", "velocity", "--method", method, *band, "--json")
    report = json.loads(trigger(str(path), *options).stdout)
    wave = values - values.mean()
    if band:
        wave = bandpass(wave, 2.0, 20.0, HZ, corners=4)
    of = {"recursive": obspy.recursive_sta_lta, "classic": obspy.classic_sta_lta}[method]
    ratio = of(wave, 25, 1500)
    expected = [list(map(int, pair)) for pair in obspy.trigger_onset(ratio, 4.0, 1.5)]
    found = [[t["first_sample"], t["last_sample"]] for t in report["triggers"]]
    assert found == expected
    assert len(found) == 2
    assert report["sampling_hz"] == HZ
    assert report["largest_ratio"] == pytest.approx(ratio.max(), abs=0.001)
    began = datetime.fromisoformat(report["triggers"][0]["on"])
    assert began == START + timedelta(seconds=found[0][0] / HZ)
    assert abs((began - START).total_seconds() - 60.0) < 0.5


def test_a_file_without_times_starts_when_it_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "bare.csv", trace(), times=False)
    options = ("--value", "velocity", "--sampling-hz", "50", "--start", "2026-07-01T11:00:00+08:00")
    with_times = write(tmp_path / "shot.csv", trace())
    told = trigger(str(path), *options, "--json").stdout
    assert told == trigger(str(with_times), *("--time", "when", *options[:2], "--json")).stdout
    text = trigger(str(path), *options).stdout
    assert "Triggers" in text
    assert "2026-07-01T03:01:00" in text


def test_quiet_is_no_trigger(tmp_path: Path) -> None:
    path = write(tmp_path / "quiet.csv", np.random.default_rng(1).normal(size=5_000).round(4))
    text = trigger(str(path), "--value", "velocity", "--sampling-hz", "50").stdout
    assert "no trigger" in text
    told = trigger(str(path), "--value", "velocity", "--sampling-hz", "50", "--lang", "zh").stdout
    assert "无触发" in told


def test_in_chinese(tmp_path: Path) -> None:
    path = write(tmp_path / "shot.csv", trace())
    options = ("--time", "when", "--value", "velocity", "--band-hz", "2", "20", "--lang", "zh")
    told = trigger(str(path), *options).stdout
    assert "共6000个采样，采样率50赫兹，带通2至20赫兹" in told
    assert "递归长短时窗能量比（STA/LTA）：短窗0.5秒，长窗30秒" in told
    assert "最大比值" in told
    assert "ratio" not in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give --time COLUMN or --sampling-hz"),
        (("--time", "when", "--sampling-hz", "50"), "give --time COLUMN or --sampling-hz"),
        (("--sampling-hz", "0"), "positive number of samples a second"),
        (("--sampling-hz", "nan"), "positive number of samples a second"),
        (("--sampling-hz", "50", "--start", "noon"), "not a time"),
        (("--sampling-hz", "50", "--sta", "30"), "shorter than the long"),
        (("--sampling-hz", "50", "--lta", "600"), "the long average alone takes 30000"),
        (("--sampling-hz", "50", "--on", "1"), "lies above that to begin"),
        (("--sampling-hz", "50", "--band-hz", "5", "25"), "half the sampling rate"),
        (("--sampling-hz", "50", "--value", "height"), "no column 'height'"),
    ],
)
def test_what_makes_no_sense_is_refused_plainly(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    path = write(tmp_path / "shot.csv", trace())
    done = trigger(str(path), "--value", "velocity", *options, code=2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_record_with_a_hole_is_refused(tmp_path: Path) -> None:
    values = trace()
    lines = write(tmp_path / "shot.csv", values).read_text("utf-8").splitlines()
    hole = tmp_path / "hole.csv"
    hole.write_text("\n".join(lines[:2000] + lines[2200:]) + "\n", "utf-8")
    done = trigger(str(hole), "--value", "velocity", "--time", "when", code=2)
    assert "not evenly spaced near 2026-07-01T03:00:39.960Z" in done.stderr
    for cell, said in (("", "sample 2000 is missing"), ("loud", "1 of 6000 samples are no numb")):
        gone = [*lines[:2000], lines[2000].partition(",")[0] + "," + cell, *lines[2001:]]
        hole.write_text("\n".join(gone) + "\n", "utf-8")
        done = trigger(str(hole), "--value", "velocity", "--time", "when", code=2)
        assert said in done.stderr

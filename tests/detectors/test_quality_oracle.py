"""QARTOD's tests beside ioos_qc, where the definitions agree; where they do not, how.

The differences, one by one (docs/quality.md repeats them for users):

- spike: ioos_qc looks at both neighbours, so it flags one reading late; a stream flags at once and
  lets the next reading tell. Isolated spikes: the same readings. For late readings, which have two
  neighbours, the test is QARTOD's own.
- rate of change: ioos_qc cuts intervals to whole seconds, and divides by the reading before even if
  that was a spike; here the last good reading counts, at its own time.
- flat line: ioos_qc's window is a number of readings + 1 and its tolerance 0 never fires; here runs
  of equal values count, and how long is learned. With the length given, the same readings.
- attenuated signal: the threshold is a share of the series' own noise instead of a number.
- missing values: ioos_qc says 9 as its code does (its documentation says 2), and so do we.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ioos_qc import qartod

from detectors.engine import Engine
from detectors.quality import flat
from detectors.quality.climatology import SEASON_SHARE, record_rain_mm, unseasonable
from detectors.quality.flagging import gross_range
from detectors.quality.limits import (
    FAIL_HIGH,
    FAIL_LOW,
    LEAST_JUMP,
    RATE_PER_S,
    SUSPECT_HIGH,
    SUSPECT_LOW,
)
from detectors.state.columns import Columns, Field
from domain.channels import CHANNEL_NAMES
from tests.detectors.worlds import START_MS, feed, one_point, rows_of

VALUES = st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=60)
NOT_RAIN = [name for name in CHANNEL_NAMES if name != "rain"]


def _times(size: int, step_s: int) -> np.ndarray:
    return np.datetime64("2026-06-01T00:00:00", "s") + step_s * np.arange(size)


def _engine_flags(channel: str, values: list[float], step_ms: int = 600_000) -> list[int]:
    points = one_point(channel, interval_s=step_ms / 1000.0)
    outcome = feed(Engine(points), rows_of(channel, values, step_ms=step_ms))[0]
    return [int(flag) for flag in outcome.features.flag]


@given(channel=st.sampled_from(NOT_RAIN), values=VALUES)
def test_gross_range(channel: str, values: list[float]) -> None:
    code = CHANNEL_NAMES.index(channel)
    fail, suspect = (FAIL_LOW[code], FAIL_HIGH[code]), (SUSPECT_LOW[code], SUSPECT_HIGH[code])
    expected = qartod.gross_range_test(values, fail, suspect)
    codes = np.full(len(values), code, np.uint8)
    found = gross_range(codes, np.array(values), np.full(len(values), 6e5))
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("step_s", [1, 10, 600])
def test_rate_of_change(step_s: int) -> None:
    """A crack that opens in ever larger jumps: SUSPECT from the same jump on, jump by jump."""
    limit = RATE_PER_S[CHANNEL_NAMES.index("crack")] * step_s
    for share in (0.5, 1.0, 1.001, 3.0):
        values = [0.0, 0.0, float(np.float32(share * limit))]
        expected = qartod.rate_of_change_test(values, _times(3, step_s), limit / step_s)
        rate = 3 if _tests("crack", values, step_s * 1000)[2] & 2 else 1
        assert rate == expected[2], share


def _tests(channel: str, values: list[float], step_ms: int) -> list[int]:
    points = one_point(channel, interval_s=step_ms / 1000.0)
    return feed(Engine(points), rows_of(channel, values, step_ms=step_ms))[0].tests.tolist()


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 1000),
    where=st.sets(st.sampled_from(range(12, 112, 5)), max_size=8),
    size=st.floats(30.0, 500.0),
)
def test_isolated_spikes(seed: int, where: set[int], size: float) -> None:
    rng = np.random.default_rng(seed)
    values = 0.05 * rng.normal(size=120)
    values[sorted(where)] += size * rng.choice([-1.0, 1.0], len(where))
    least = LEAST_JUMP[CHANNEL_NAMES.index("crack")]
    expected = qartod.spike_test(values, suspect_threshold=least, method="differential")
    found = np.array(_engine_flags("crack", values.tolist()))
    assert np.flatnonzero(found == 3).tolist() == np.flatnonzero(expected == 3).tolist()


@settings(deadline=None, max_examples=50)
@given(values=st.lists(st.sampled_from([1.0, 2.0]), min_size=4, max_size=80))
def test_flat_line_of_a_given_length(values: list[float]) -> None:
    """With p fixed, a run is SUSPECT and then FAIL after the same readings as in ioos_qc."""
    rate = 0.1
    suspect = int(np.floor(flat.SUSPECT_LOG / np.log(rate))) + 1
    fail = int(np.floor(flat.FAIL_LOG / np.log(rate))) + 1
    expected = qartod.flat_line_test(
        values, _times(len(values), 600), 600 * suspect, 600 * fail, tolerance=0.5
    )
    table = Columns([*flat.FIELDS, Field("count", "i4")])
    table.resize(1)
    table["flat_rate"][:] = rate
    table["flat_single"][:] = 0.0
    found = []
    one, code = np.zeros(1, np.intp), np.array([CHANNEL_NAMES.index("tilt_x")], np.uint8)
    for place, value in enumerate(values):
        jump = np.array([value - values[max(place - 1, 0)]])
        known, no = np.array([place > 0]), np.zeros(1, bool)
        flag = flat.flat_line(table, one, code, jump, known, no, np.full(1, 600e3))
        table["flat_rate"][:] = rate
        table["flat_single"][:] = 0.0
        table["flat_long"][:] = 0.0
        found.append(int(flag[0]))
    assert found == expected.tolist()


def test_attenuated_signal() -> None:
    """On the same windows and with the same threshold: the range of the last 16 readings."""
    rng = np.random.default_rng(3)
    scale = np.repeat([1.0, 0.05, 1.0], 64)
    values = (scale * rng.normal(size=192)).astype(np.float32)
    threshold = flat.ATTENUATED_SHARE * 1.0
    windows = np.lib.stride_tricks.sliding_window_view(values, flat.WINDOW)
    found = flat.lost_its_noise(windows, np.ones(len(windows), np.float32))
    for window, dull in zip(windows, found, strict=True):
        flags = qartod.attenuated_signal_test(
            window, _times(flat.WINDOW, 600), threshold, 0.0, check_type="range"
        )
        assert (flags[-1] == 3) == dull
    assert 30 < found.sum() < 60


@pytest.mark.parametrize("month", range(1, 13))
def test_climatology(month: int) -> None:
    start = np.datetime64(f"2026-{month:02d}-10T00:00:00", "ms")
    limit = float(SEASON_SHARE[month - 1] * record_rain_mm(np.array([600e3]))[0])
    values = np.array([0.0, 0.99 * limit, 1.01 * limit, limit])
    times = start + 600_000 * np.arange(4)
    config = qartod.ClimatologyConfig()
    config.add(tspan=(month, month), period="month", vspan=(0.0, limit), fspan=(0.0, 1e6))
    expected = qartod.climatology_test(config, values, times, np.zeros(4))
    found = unseasonable(times.astype(np.int64), values, np.full(4, 600e3))
    assert (expected == 3).tolist() == found.tolist()


def test_missing_values() -> None:
    values = [1.0, float("nan"), 1.1]
    expected = qartod.gross_range_test(values, (0.0, 10.0))
    assert _engine_flags("crack", values) == expected.tolist() == [1, 9, 1]


def test_time_gap() -> None:
    """A gap is noted with the reading that ends it; the reading itself stays good."""
    steps = [0, 1, 2, 9, 10]
    rows = [
        (*row[:3], START_MS + 600_000 * s, *row[4:])
        for s, row in zip(steps, rows_of("crack", [1.0, 1.1, 1.0, 1.2, 1.1]), strict=True)
    ]
    outcome = feed(Engine(one_point("crack")), rows)[0]
    assert [test & 64 for test in outcome.tests.tolist()] == [0, 0, 0, 64, 0]
    assert outcome.features.flag.tolist() == [1] * 5

"""Quality flags: the strict comparisons of QARTOD, and what a stream can know."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detectors.engine import Engine
from detectors.quality.climatology import record_rain_mm
from detectors.quality.flagging import RAIN_SUSPECT_SHARE, gross_range
from detectors.quality.limits import FAIL_HIGH, FAIL_LOW, SUSPECT_HIGH, SUSPECT_LOW
from domain.channels import CHANNEL_NAMES, CHANNELS
from tests.detectors.worlds import feed, highest, one_point, rows_of


def _flags(channel: str, values: list[float]) -> list[int]:
    outcome = feed(Engine(one_point(channel)), rows_of(channel, values))[0]
    return [int(flag) for flag in outcome.features.flag]


def _quiet(size: int = 40, sigma: float = 1.0, seed: int = 1) -> list[float]:
    return list(np.random.default_rng(seed).normal(size=size) * sigma)


@given(
    channel=st.sampled_from(CHANNEL_NAMES),
    value=st.floats(allow_nan=False, allow_infinity=False),
)
@example(channel="rain", value=55.0)
def test_gross_range_equals_its_plain_twin(channel: str, value: float) -> None:
    code = CHANNEL_NAMES.index(channel)
    high = SUSPECT_HIGH[code]
    if channel == "rain":
        high = RAIN_SUSPECT_SHARE * record_rain_mm(np.array([6e5]))[0]
    if value < FAIL_LOW[code] or value > FAIL_HIGH[code]:
        expected = 4
    elif value < SUSPECT_LOW[code] or value > high:
        expected = 3
    else:
        expected = 1
    assert (
        gross_range(np.array([code], np.uint8), np.array([value]), np.array([6e5]))[0] == expected
    )


@pytest.mark.parametrize("channel", CHANNEL_NAMES)
def test_the_limits_themselves_pass(channel: str) -> None:
    """QARTOD compares strictly: a value on the limit is good."""
    code = np.full(2, CHANNEL_NAMES.index(channel), np.uint8)
    limits = np.array([CHANNELS[channel].low, CHANNELS[channel].high])
    assert 4 not in gross_range(code, limits, np.full(2, 6e5)).tolist()


def test_suspect_spans_lie_inside_fail_spans() -> None:
    assert (SUSPECT_LOW >= FAIL_LOW).all()
    assert (SUSPECT_HIGH <= FAIL_HIGH).all()


@pytest.mark.parametrize("channel", ["crack", "gnss_e", "tilt_x", "pore_pressure", "mud_level"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_spike_is_suspect_and_the_return_is_good(channel: str, sign: float) -> None:
    scale = 0.001 if channel in ("tilt_x", "mud_level") else 0.1
    values = _quiet(sigma=scale)
    values[30] += sign * 300 * scale * 3
    flags = _flags(channel, values)
    assert flags[30] == 3
    assert flags[:30] + flags[31:] == [1] * 39


def test_a_step_is_suspect_once_then_taken() -> None:
    values = _quiet(sigma=0.1)
    values[30:] = [v + 50.0 for v in values[30:]]
    assert [i for i, flag in enumerate(_flags("crack", values)) if flag != 1] == [30]


def test_a_stuck_gnss_receiver_is_suspect_then_fails() -> None:
    values = [*_quiet(60, 3.0), *[2.5] * 20]
    flags = _flags("gnss_e", values)
    assert set(flags[:60]) == {1}
    assert 3 in flags[64:72]
    assert flags[-1] == 4


def test_a_coarse_crack_meter_at_rest_is_not_stuck() -> None:
    rng = np.random.default_rng(2)
    values = np.round(10.0 + 0.03 * rng.normal(size=400), 1).tolist()
    assert set(_flags("crack", values)) == {1}


def test_dry_weather_is_not_a_stuck_gauge() -> None:
    assert set(_flags("rain", [0.0] * 200)) == {1}


def test_impossible_rates_are_suspect() -> None:
    outcome = feed(
        Engine(one_point("crack", interval_s=1.0)),
        rows_of("crack", [0.0, 0.0, 500.0], step_ms=1000),
    )[0]
    assert outcome.features.flag.tolist() == [1, 1, 3]


@pytest.mark.parametrize("seed", range(5))
def test_faults_never_raise_orange(seed: int) -> None:
    """Spikes of one, two and three readings, steps, stuck values, drop-outs: no orange."""
    rng = np.random.default_rng(seed)
    values = 3.0 * rng.normal(size=1500)
    for start in rng.integers(50, 1450, 12):
        kind = rng.integers(4)
        size = float(rng.choice([-1, 1]) * rng.uniform(30, 2000))
        if kind == 0:
            values[start : start + int(rng.integers(1, 4))] += size
        elif kind == 1:
            values[start:] += size
        elif kind == 2:
            values[start : start + 30] = values[start]
        else:
            values[start : start + 12] = np.nan
    outcomes = feed(Engine(one_point("gnss_e")), rows_of("gnss_e", values))
    assert highest(outcomes) <= 2

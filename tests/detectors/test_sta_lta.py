"""STA/LTA and its triggers against ObsPy, and the live trigger against the same recursion."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import Engine
from detectors.vibration.shaking import LTA_SAMPLES, STA_SAMPLES
from detectors.vibration.sta_lta import Average, find_triggers, sta_lta, trigger_onset
from tests.detectors.worlds import feed, one_point, rows_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what ObsPy imports
    from obspy.signal import trigger as obspy

lengths = st.tuples(st.integers(1, 12), st.integers(1, 40)).map(lambda two: (two[0], sum(two)))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), lengths=lengths, size=st.integers(60, 400))
def test_both_ratios_equal_those_of_obspy(seed: int, lengths: tuple[int, int], size: int) -> None:
    # Traces longer than the long average: ObsPy leaves shorter ones as they come.
    rng = np.random.default_rng(seed)
    trace = rng.normal(size=size) * np.where(rng.random(size) < 0.05, 20.0, 1.0)
    np.testing.assert_allclose(
        sta_lta(trace, *lengths, Average.RECURSIVE),
        obspy.recursive_sta_lta(trace, *lengths),
        rtol=1e-9,
    )
    np.testing.assert_allclose(
        sta_lta(trace, *lengths, Average.CLASSIC),
        obspy.classic_sta_lta(trace, *lengths),
        rtol=1e-6,
        atol=1e-9,
    )


@settings(max_examples=200, deadline=None)
@given(
    ratio=st.lists(st.integers(0, 6), min_size=1, max_size=40),
    limits=st.tuples(st.integers(1, 5), st.integers(1, 5)).map(sorted),
)
def test_triggers_equal_those_of_obspy(ratio: list[int], limits: list[int]) -> None:
    off, on = limits
    values = np.array(ratio, np.float64)
    ours = trigger_onset(values, on, off).tolist()
    theirs = [list(map(int, pair)) for pair in obspy.trigger_onset(values, on, off)]
    assert ours == theirs


@pytest.mark.parametrize("average", list(Average))
def test_what_comes_later_changes_nothing_before(average: Average) -> None:
    """The trap of ObsPy's `delayed_sta_lta`, shown beside it: its start knows the trace's end."""
    trace = np.random.default_rng(1).normal(size=300)
    louder = trace.copy()
    louder[250:] *= 100.0
    np.testing.assert_array_equal(
        sta_lta(trace, 5, 50, average)[:250], sta_lta(louder, 5, 50, average)[:250]
    )
    delayed = [obspy.delayed_sta_lta(one, 5, 50)[50:250] for one in (trace, louder)]
    assert not np.array_equal(*delayed)


@pytest.mark.parametrize("average", list(Average))
def test_many_traces_at_once(average: Average) -> None:
    traces = np.random.default_rng(2).normal(size=(200, 3))
    together = sta_lta(traces, 4, 30, average)
    for column in range(3):
        np.testing.assert_allclose(together[:, column], sta_lta(traces[:, column], 4, 30, average))


@pytest.mark.parametrize("average", list(Average))
@pytest.mark.parametrize("lengths", [(0, 5), (5, 5), (6, 5)])
def test_lengths_that_make_no_sense(average: Average, lengths: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="shorter than the long"):
        sta_lta(np.zeros(10), *lengths, average)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
def test_a_trace_that_is_not_finite(value: float) -> None:
    trace = np.zeros(100)
    trace[40] = value
    with (
        np.errstate(over="ignore"),
        pytest.raises(ValueError, match="missing or too large"),
    ):
        sta_lta(trace, 3, 20)


def test_silence_and_short_traces_are_no_trigger() -> None:
    for average in Average:
        assert sta_lta(np.zeros(100), 3, 20, average).tolist() == [0.0] * 100
        assert sta_lta(np.ones(5), 3, 20, average).tolist() == [0.0] * 5
    assert find_triggers(np.zeros(10), 4.0, 2.0) == []
    assert trigger_onset(np.zeros(0), 4.0, 2.0).shape == (0, 2)
    with pytest.raises(ValueError, match="lies above"):
        trigger_onset(np.zeros(3), 2.0, 4.0)


def test_the_live_trigger_is_the_recursive_one() -> None:
    """Its start differs (it knows a plain mean sooner); after 1,200 quiet samples nothing does."""
    size = 1_200
    trace = np.random.default_rng(3).choice([-1.0, 1.0], size) * np.linspace(1.0, 1.5, size)
    engine = Engine(one_point("infrasound"))
    mean, away = 0.0, np.zeros(size)
    for count, value in enumerate(trace.tolist()):
        away[count] = value - mean if count else 0.0
        mean = mean + max(1.0 / (count + 1.0), 1.0 / LTA_SAMPLES) * away[count] if count else value
    feed(engine, rows_of("infrasound", trace))
    table = engine._book.series
    ratio = table["shake_sta"][1] / table["shake_lta"][1]
    expected = obspy.recursive_sta_lta(away, STA_SAMPLES, LTA_SAMPLES)
    assert ratio == pytest.approx(expected[-1], rel=1e-6)

"""P-values of many channels as one, the score of a point, and tails of any law."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.bench_detectors import state_bytes
from benchmarks.nulls import STEP_MS
from detectors.engine import Engine
from detectors.score.baseline import Baseline
from detectors.score.tails import Tail
from detectors.scores import combined_p_value, point_score, score_of_p_value
from domain.frames import Readings
from domain.hazards import HazardType
from domain.points import Device, Point, make_point_id
from tests.detectors.worlds import START_MS


def test_state_of_a_series_is_small() -> None:
    """What all methods keep of one channel: the project's bound is 8 KB."""
    assert sum(field.row_bytes for field in Baseline.fields) <= 400
    assert sum(state_bytes().values()) <= 8_192


def test_the_tail_learns_the_quantiles_of_any_law() -> None:
    """Tenth and hundredth of three laws, within a tenth of their size, against SciPy's own."""
    laws = (stats.norm, stats.t(3), stats.laplace)
    length = 10_000
    rng = np.random.default_rng(7)
    draws = np.abs(np.stack([law.rvs(size=length, random_state=rng) for law in laws]))
    draws = np.repeat(draws, 40, axis=0)
    for row in draws:
        rng.shuffle(row)
    start = np.full(len(draws), np.log(2.0))
    tail = Tail(np.zeros(len(draws)), start, start.copy(), np.zeros(len(draws)))
    for column in draws.T:
        tail.learn(column, np.ones(len(draws), bool))
        tail.seen = tail.seen + 1
    tenth = (tail.scale * np.exp(tail.common)).reshape(3, 40).mean(axis=1)
    hundredth = np.exp(np.log(tail.scale) + tail.common + tail.stretch).reshape(3, 40).mean(axis=1)
    np.testing.assert_allclose(tenth, [law.isf(0.05) for law in laws], rtol=0.1)
    np.testing.assert_allclose(hundredth, [law.isf(0.005) for law in laws], rtol=0.12)


@settings(max_examples=50, deadline=None)
@given(
    p_values=st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=20),
)
def test_a_combined_p_value_lies_between_bonferroni_and_the_smallest(
    p_values: list[float],
) -> None:
    many = np.array(p_values)[:, None]
    combined = float(combined_p_value(many)[0])
    smallest = min(p_values)
    assert min(smallest, 0.5) <= combined + 1e-9
    assert combined <= min(len(p_values) * smallest, 0.5) * 1.01 + 1e-9
    shuffled = many[::-1]
    assert float(combined_p_value(shuffled)[0]) == pytest.approx(combined)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.95])
def test_a_combined_p_value_holds_however_channels_depend(correlation: float) -> None:
    rng = np.random.default_rng(8)
    common = rng.normal(size=200_000)
    own = rng.normal(size=(8, 200_000))
    z = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
    combined = combined_p_value(2.0 * stats.norm.sf(np.abs(z)))
    for limit in (0.01, 0.001):
        assert (combined <= limit).mean() <= 1.35 * limit


def test_a_combined_p_value_of_nothing_is_not_known() -> None:
    found = combined_p_value(np.array([[np.nan, np.nan], [np.nan, 0.01]]))
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(0.01)


def test_a_point_with_many_channels_is_not_odd_more_often() -> None:
    rng = np.random.default_rng(10)
    for channels in (1, 5, 20):
        scores = score_of_p_value(rng.uniform(size=(channels, 100_000)))
        found = point_score(scores)
        for limit, share in ((0.25, 0.01), (0.5, 0.001)):
            assert (found > limit).mean() <= 1.35 * share


def test_states_carry_the_combined_score_of_the_channels() -> None:
    """The heartbeat of a point whose second channel jumps."""
    rng = np.random.default_rng(11)
    point = make_point_id("500235", HazardType.LANDSLIDE, 1)
    devices = tuple(Device(f"d{i}", ("generic",), 600.0) for i in range(4))
    registry = {point: Point(point, "a", HazardType.LANDSLIDE, 30.0, 108.0, devices=devices)}
    engine = Engine(registry)
    for step in range(300):
        values = rng.normal(size=4) + 40.0 * (step == 299) * np.array([0.0, 1.0, 0.0, 0.0])
        time_ms = START_MS + step * STEP_MS
        rows = [
            (point, f"d{i}", "generic", time_ms, time_ms, value, "senml")
            for i, value in enumerate(values.tolist())
        ]
        outcome = engine.process(Readings.of_rows(rows))
    channels = outcome.features.anomaly_score
    assert channels[1] > 0.5
    expected = point_score(channels[:, None])[0]
    assert 0.0 < expected < channels.max()
    assert engine.heartbeat().score.tolist() == pytest.approx([expected], abs=1e-6)

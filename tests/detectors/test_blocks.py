"""Blocks of readings, and the median of their slopes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import theilslopes

from detectors.state.blocks import block_values, theil_sen

FINITE = st.floats(-1e6, 1e6, width=32)


@given(values=hnp.arrays(np.float64, (4, 3), elements=FINITE), seed=st.integers(0, 1000))
def test_theil_sen_is_scipys(values: np.ndarray, seed: int) -> None:
    times = np.cumsum(np.random.default_rng(seed).uniform(0.1, 3.0, (4, 3)), axis=0)
    expected = [theilslopes(values[:, i], times[:, i]).slope for i in range(3)]
    np.testing.assert_allclose(theil_sen(values, times), expected, rtol=1e-9, atol=1e-9)


def test_a_block_forgets_its_outlier() -> None:
    ring = np.zeros((32, 1))
    ring[-3] = 1e6
    values, _ = block_values(ring, ring)
    assert values[2:].max() == 0.0

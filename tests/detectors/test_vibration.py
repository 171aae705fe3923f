"""What a record of vibration is not judged by."""

import numpy as np
import pytest

from detectors.vibration.trace import MOST, Settings, judge_vibration

TRACE = np.random.default_rng(1).normal(size=4_000)


@pytest.mark.parametrize("name", ["sta_seconds", "lta_seconds"])
@pytest.mark.parametrize("seconds", [0.0, -1.0, np.nan, np.inf])
def test_an_average_over_nothing_is_refused(name: str, seconds: float) -> None:
    settings = Settings(sampling_hz=100.0, **{name: seconds})
    with pytest.raises(ValueError, match="average takes a positive number of seconds"):
        judge_vibration(TRACE, settings)


def test_samples_without_a_square_are_refused() -> None:
    with pytest.raises(ValueError, match="the energy is their square"):
        judge_vibration(TRACE * 2.0 * MOST, Settings(sampling_hz=100.0))

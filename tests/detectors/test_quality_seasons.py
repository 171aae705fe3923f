"""Water below anything that its month has been; steps of ten minutes from 29 May on."""

import numpy as np
import pytest
from ioos_qc import qartod

from detectors.quality import seasons
from detectors.state.columns import Columns
from domain.channels import CHANNEL_NAMES
from domain.quality import Test
from tests.detectors.one_series import quiet, rows, run, where

CLIMATE = Test.CLIMATOLOGY
DAY = 144


def _season(days: int) -> np.ndarray:
    """Make pore pressure that rain lifts by 10 kPa every sixth day, and that drains."""
    since_rain = np.arange(days * DAY) % (6 * DAY)
    return np.round(20.0 + 10.0 * np.exp(-since_rain / DAY) + quiet(days * DAY, 0.0, 0.05, 3), 2)


def test_a_sensor_that_fails_low_is_flagged_until_that_is_its_usual() -> None:
    """From 22 June on 40 kPa too low: held for three days, then taken."""
    values = _season(32)
    values[24 * DAY :] -= 40.0
    found = where(run("pore_pressure", rows("pore_pressure", values)), CLIMATE)
    assert found == list(range(24 * DAY, 27 * DAY + 1))


@pytest.mark.parametrize("days", [10, 24])
def test_nothing_is_said_of_a_rise_nor_before_the_month_is_known(days: int) -> None:
    values = _season(32)
    values[days * DAY :] += 40.0 if days == 24 else -40.0
    assert where(run("pore_pressure", rows("pore_pressure", values)), CLIMATE) == []


def test_climatology_of_a_month_as_in_ioos_qc() -> None:
    """With the month's range as learned: the same readings."""
    rng = np.random.default_rng(5)
    learned = 20.0 + rng.uniform(0.0, 12.0, 20 * DAY)
    new = 20.0 + rng.uniform(-30.0, 30.0, 200)
    start = np.datetime64("2026-06-02T00:00:00", "ms")
    times = start + 600_000 * np.arange(len(learned) + len(new))
    table = Columns(seasons.FIELDS)
    table.resize(1)
    one, code = np.zeros(1, np.intp), np.array([CHANNEL_NAMES.index("pore_pressure")], np.uint8)
    found = [
        bool(
            seasons.too_low(
                table, one, code, at[None], np.float32([value]), np.array([place < len(learned)])
            )[0]
        )
        for place, (at, value) in enumerate(
            zip(times.astype(np.int64), np.concatenate((learned, new)), strict=True)
        )
    ]
    low, high = learned.min(), learned.max()
    config = qartod.ClimatologyConfig()
    config.add(tspan=(6, 6), period="month", vspan=(2.0 * low - high, 1e6))
    expected = qartod.climatology_test(config, new, times[-200:], np.zeros(200))
    assert not any(found[: len(learned)])
    assert (expected == 3).tolist() == found[len(learned) :]
    assert 20 < sum(found) < 180

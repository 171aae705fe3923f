"""What QARTOD does not know: wrong units, clocks, sensors that stick; and real motion, let through.

Timelines are in steps of ten minutes.
"""

import numpy as np
import pytest

from detectors.engine import Engine, Outcome
from domain.quality import Test
from tests.detectors.worlds import HOUR_MS, START_MS, STEP_MS, Row, feed, highest, one_point

UNIT, CLOCK, SPIKE, FLAT = Test.UNIT, Test.CLOCK, Test.SPIKE, Test.FLAT_LINE


def _rows(
    channel: str, values: np.ndarray, ahead_ms: np.ndarray | int = 0, lag_ms: np.ndarray | int = 300
) -> list[Row]:
    """Build readings that are received a little after they were made."""
    made = START_MS + STEP_MS * np.arange(len(values))
    told, received = made + ahead_ms, made + lag_ms
    return [
        ("500235010007", "d1", channel, int(t), int(r), float(v), "senml")
        for t, r, v in zip(told, received, values, strict=True)
    ]


def _run(channel: str, rows: list[Row]) -> Outcome:
    return feed(Engine(one_point(channel)), rows)[0]


def _where(outcome: Outcome, test: Test) -> list[int]:
    """Rows of which a test spoke; all rows must have been used."""
    return np.flatnonzero(outcome.tests & np.uint16(test)).tolist()


def _quiet(size: int, level: float, sigma: float, digits: int, seed: int = 1) -> np.ndarray:
    return np.round(level + sigma * np.random.default_rng(seed).normal(size=size), digits)


@pytest.mark.parametrize(
    ("channel", "level", "sigma", "digits", "factor"),
    [
        ("crack", 40.0, 0.02, 2, 0.1),
        ("crack", 40.0, 0.02, 2, 10.0),
        ("gnss_e", 400.0, 3.0, 1, 0.1),
        ("tilt_x", 2.0, 0.002, 3, np.pi / 180.0),
        ("pore_pressure", 30.0, 0.05, 2, 1 / 9.80665),
        ("groundwater", -12.0, 0.004, 3, 100.0),
    ],
)
def test_a_wrong_unit_is_suspect_from_its_first_reading_to_its_last(
    channel: str, level: float, sigma: float, digits: int, factor: float
) -> None:
    values = _quiet(200, level, sigma, digits)
    values[80:140] = np.round(values[80:140] * factor, digits)
    outcome = _run(channel, _rows(channel, values))
    assert _where(outcome, UNIT) == list(range(80, 140))
    assert (outcome.features.flag[80:140] >= 3).all()
    assert set(outcome.features.flag[140:].tolist()) == {1}
    assert highest([outcome]) == 0


def test_near_zero_every_unit_reads_the_same() -> None:
    values = _quiet(200, 0.0, 3.0, 1)
    values[80:140] *= 0.1
    outcome = _run("gnss_e", _rows("gnss_e", values))
    assert _where(outcome, UNIT) == []


def test_a_slope_that_slips_tenfold_and_runs_away_is_no_wrong_unit_for_long() -> None:
    """5 mm, at once 50 mm, then faster and faster: two readings later nothing is held back."""
    after = np.arange(40.0)
    values = np.concatenate((_quiet(100, 5.0, 0.02, 2), 50.0 + 4.0 * after + 0.6 * after**2))
    outcome = _run("crack", _rows("crack", values))
    assert max(_where(outcome, UNIT)) <= 106
    assert set(outcome.features.flag[110:].tolist()) == {1}
    assert highest([outcome]) == 4


def test_a_spike_while_the_unit_is_wrong_does_not_end_it() -> None:
    values = _quiet(200, 40.0, 0.02, 2)
    values[80:140] *= 0.1
    values[100] += 30.0
    outcome = _run("crack", _rows("crack", values))
    assert _where(outcome, UNIT) == list(range(80, 140))
    assert _where(outcome, SPIKE) == [100]


def test_the_return_from_an_unseen_wrong_unit_is_no_wrong_unit() -> None:
    """Wrong from before the level was known: the way back must not count as the fault."""
    values = _quiet(200, 40.0, 0.02, 2)
    values[4:60] *= 0.1
    outcome = _run("crack", _rows("crack", values))
    assert _where(outcome, UNIT) == []


@pytest.mark.parametrize("ahead_h", [8.0, 5.5, 1.0])
def test_a_clock_ahead_is_flagged_throughout_and_mended(ahead_h: float) -> None:
    """0 … 49, 50 + ahead … 69 + ahead, 70 …: and motion sees no gap and no jump back."""
    values = 0.05 * np.arange(120.0)
    ahead = np.zeros(120, np.int64)
    ahead[50:70] = int(ahead_h * HOUR_MS)
    engine = Engine(one_point("gnss_e"))
    outcome = feed(engine, _rows("gnss_e", values, ahead))[0]
    assert _where(outcome, CLOCK) == list(range(50, 70))
    assert (outcome.features.flag[50:70] == 3).all()
    assert set(outcome.features.flag[70:].tolist()) == {1}
    assert np.ptp(np.diff(engine._book.series["time"][1])) <= 1000
    assert engine._book.series["count"][1] == 120


def test_a_clock_that_loses_seconds_is_flagged_once_it_matters() -> None:
    """Two seconds an hour, from reading 50: five seconds are passed 15 readings later."""
    late = np.zeros(120, np.int64)
    late[50:] = -(1000 * 2 * (np.arange(70) + 1) / 6).astype(np.int64)
    outcome = _run("gnss_e", _rows("gnss_e", _quiet(120, 0.0, 3.0, 1), late))
    assert _where(outcome, CLOCK) == list(range(65, 120))


def test_an_ordinary_crystal_is_followed() -> None:
    """Two seconds a day, for ten days."""
    late = -(2000.0 * np.arange(1440) / 144).astype(np.int64)
    outcome = _run("gnss_e", _rows("gnss_e", _quiet(1440, 0.0, 3.0, 1), late))
    assert _where(outcome, CLOCK) == []


def test_a_slow_network_is_no_clock() -> None:
    """Delays of seconds to minutes, and an outage whose backlog comes at once."""
    lag = 1000.0 * np.random.default_rng(4).lognormal(1.0, 1.0, 400)
    made = np.arange(400) * STEP_MS
    lag[200:230] = made[230] - made[200:230] + 500.0
    outcome = _run("gnss_e", _rows("gnss_e", _quiet(400, 0.0, 3.0, 1), 0, lag.astype(np.int64)))
    assert _where(outcome, CLOCK) == []


@pytest.mark.parametrize("hours", [7.5, 8.0, 8.2, 24.0])
def test_an_outage_is_no_clock(hours: float) -> None:
    rows = _rows("gnss_e", _quiet(200, 0.0, 3.0, 1))
    outcome = _run("gnss_e", rows[:80] + rows[80 + int(6 * hours) :])
    assert _where(outcome, CLOCK) == []
    assert set(outcome.features.flag.tolist()) == {1}


def test_a_slope_that_fails_on_a_wrong_clock_is_warned_of() -> None:
    """A clock fault must not hide a failure: the time is mended, the value is as good as ever."""
    moved = np.concatenate((np.zeros(100), np.cumsum(np.linspace(2.0, 20.0, 40))))
    values = moved + _quiet(140, 10.0, 0.02, 2)
    ahead = np.zeros(140, np.int64)
    ahead[90:] = 8 * HOUR_MS
    wrong, right = (
        _run("crack", _rows("crack", values, skew)) for skew in (ahead, np.zeros(140, np.int64))
    )
    assert highest([wrong]) == highest([right]) == 4
    assert [w.event_ms for w in wrong.warnings] == [w.event_ms for w in right.warnings]
    assert max(r.flag for w in wrong.warnings for r in w.reasons) == 3


@pytest.mark.parametrize(("sigma", "digits", "after"), [(3.0, 1, 4), (0.015, 2, 12)])
def test_a_stuck_sensor_is_found_by_how_rarely_it_repeats_itself(
    sigma: float, digits: int, after: int
) -> None:
    values = _quiet(260, 20.0, sigma, digits)
    values[200:240] = values[200]
    found = _where(_run("crack", _rows("crack", values)), FLAT)
    assert found[0] <= 200 + after
    assert found == list(range(found[0], 240))


def test_a_gauge_that_sticks_by_friction_every_day_is_not_stuck() -> None:
    """0.1 mm of resolution on a daily swing of 0.2 mm: half a day without a change, every day."""
    swing = 0.1 * np.sin(2 * np.pi * np.arange(144 * 12) / 144)
    values = np.round(30.07 + swing + _quiet(144 * 12, 0.0, 0.003, 4), 1)
    outcome = _run("crack", _rows("crack", values))
    assert (outcome.features.flag[144 * 4 :] >= 3).mean() < 0.01


def test_a_signal_that_loses_its_noise_is_attenuated_and_still_moves() -> None:
    """Its values are used, and when it moves it is good at once."""
    values = _quiet(900, 0.0, 3.0, 1)
    values[700:] = 0.1 * (np.arange(200) % 2)
    values[800:] += 4.0 * np.arange(100.0)
    outcome = _run("gnss_e", _rows("gnss_e", values))
    dull = np.array(_where(outcome, Test.ATTENUATED))
    assert dull.min() >= 700
    assert set(range(730, 800)) <= set(dull.tolist())
    assert dull.max() <= 801
    assert highest([outcome]) == 4


def test_a_run_of_spikes_in_one_direction_is_motion() -> None:
    """Each reading leaves the last by far: the first is held, no other."""
    values = np.concatenate((_quiet(100, 0.0, 0.02, 2), 25.0 * np.arange(1.0, 21.0)))
    outcome = _run("crack", _rows("crack", values))
    assert _where(outcome, SPIKE) == [100]
    assert highest([outcome]) == 4


def test_a_late_spike_is_seen_between_its_neighbours() -> None:
    values = _quiet(60, 0.0, 0.05, 2)
    values[40] += 50.0
    rows = _rows("crack", values)
    rows = rows[:40] + rows[42:46] + rows[40:42] + rows[46:]
    outcome = _run("crack", rows)
    flags = outcome.features.flag.tolist()
    assert flags[44:46] == [3, 2]
    assert [f for i, f in enumerate(flags) if i not in (44, 45)] == [1] * 58


def test_sudden_rain_is_suspect_and_rain_that_grew_is_not() -> None:
    mm = np.array([0.0, 0.0, 30.0, 0.0, 0.0, 2.0, 9.0, 25.0, 20.0])
    outcome = _run("rain", _rows("rain", mm))
    assert _where(outcome, SPIKE) == [2]

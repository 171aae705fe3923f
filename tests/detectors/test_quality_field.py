"""What QARTOD does not know: wrong units, clocks; and real motion, let through.

Timelines are in steps of ten minutes.
"""

import numpy as np
import pytest

from detectors.engine import Engine
from domain.quality import Test
from tests.detectors.one_series import quiet, rows, run, where
from tests.detectors.worlds import HOUR_MS, STEP_MS, feed, highest, one_point

UNIT, CLOCK, SPIKE, JUMP = Test.UNIT, Test.CLOCK, Test.SPIKE, Test.JUMP


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
    values = quiet(200, level, sigma, digits)
    values[80:140] = np.round(values[80:140] * factor, digits)
    outcome = run(channel, rows(channel, values))
    assert where(outcome, UNIT) == list(range(80, 140))
    assert (outcome.features.flag[80:140] >= 3).all()
    assert set(outcome.features.flag[140:].tolist()) == {1}
    assert highest([outcome]) == 0


def test_near_zero_every_unit_reads_the_same() -> None:
    values = quiet(200, 0.0, 3.0, 1)
    values[80:140] *= 0.1
    outcome = run("gnss_e", rows("gnss_e", values))
    assert where(outcome, UNIT) == []


def test_a_slope_that_slips_tenfold_and_runs_away_is_no_wrong_unit_for_long() -> None:
    """5 mm, at once 50 mm, then faster and faster: two readings later nothing is held back."""
    after = np.arange(40.0)
    values = np.concatenate((quiet(100, 5.0, 0.02, 2), 50.0 + 4.0 * after + 0.6 * after**2))
    outcome = run("crack", rows("crack", values))
    assert max(where(outcome, UNIT)) <= 106
    assert set(outcome.features.flag[110:].tolist()) == {1}
    assert highest([outcome]) == 4


def test_a_spike_while_the_unit_is_wrong_does_not_end_it() -> None:
    values = quiet(200, 40.0, 0.02, 2)
    values[80:140] *= 0.1
    values[100] += 30.0
    outcome = run("crack", rows("crack", values))
    assert where(outcome, UNIT) == list(range(80, 140))
    assert where(outcome, SPIKE) == [100]


def test_the_return_from_an_unseen_wrong_unit_is_no_wrong_unit() -> None:
    """Wrong from before the level was known: the way back must not count as the fault."""
    values = quiet(200, 40.0, 0.02, 2)
    values[2:60] *= 0.1
    outcome = run("crack", rows("crack", values))
    assert where(outcome, UNIT) == []


def test_water_that_goes_on_rising_in_a_wrong_unit_is_wrong_to_the_last() -> None:
    """A storm lifts it by 1.2 kPa an interval; from 80 to 139 the gauge tells metres of water."""
    level = 30.0 + np.concatenate((np.zeros(72), 1.2 * np.arange(35.0), np.full(93, 42.0)))
    values = level + 0.03 * np.random.default_rng(1).normal(size=200)
    values[80:140] /= 9.80665
    outcome = run("pore_pressure", rows("pore_pressure", np.round(values, 2)))
    assert where(outcome, UNIT) == list(range(80, 140))


def test_the_return_to_the_usual_level_is_no_wrong_unit_though_water_rose_meanwhile() -> None:
    """Before its first wrong reading rain made it leap: the fault is missed, not its end named."""
    values = quiet(200, 30.0, 0.03, 2)
    values[77:80] += 1.0, 2.0, 4.5
    values[80:140] = np.round(np.linspace(4.1, 4.4, 60), 2)
    values[140:] += 13.0
    outcome = run("pore_pressure", rows("pore_pressure", values))
    assert where(outcome, UNIT) == []


@pytest.mark.parametrize("ahead_h", [8.0, 5.5, 1.0])
def test_a_clock_ahead_is_flagged_throughout_and_mended(ahead_h: float) -> None:
    """0 … 49, 50 + ahead … 69 + ahead, 70 …: and motion sees no gap and no jump back."""
    values = 0.05 * np.arange(120.0)
    ahead = np.zeros(120, np.int64)
    ahead[50:70] = int(ahead_h * HOUR_MS)
    engine = Engine(one_point("gnss_e"))
    outcome = feed(engine, rows("gnss_e", values, ahead))[0]
    assert where(outcome, CLOCK) == list(range(50, 70))
    assert (outcome.features.flag[50:70] == 3).all()
    assert set(outcome.features.flag[70:].tolist()) == {1}
    assert np.ptp(np.diff(engine._book.series["time"][1])) <= 1000
    assert engine._book.series["count"][1] == 120


def test_a_clock_that_loses_seconds_is_flagged_once_it_matters() -> None:
    """Two seconds an hour, from reading 50: five seconds are passed 15 readings later."""
    late = np.zeros(120, np.int64)
    late[50:] = -(1000 * 2 * (np.arange(70) + 1) / 6).astype(np.int64)
    outcome = run("gnss_e", rows("gnss_e", quiet(120, 0.0, 3.0, 1), late))
    assert where(outcome, CLOCK) == list(range(65, 120))


def test_an_ordinary_crystal_is_followed() -> None:
    """Two seconds a day, for ten days."""
    late = -(2000.0 * np.arange(1440) / 144).astype(np.int64)
    outcome = run("gnss_e", rows("gnss_e", quiet(1440, 0.0, 3.0, 1), late))
    assert where(outcome, CLOCK) == []


def test_a_slow_network_is_no_clock() -> None:
    """Delays of seconds to minutes, and an outage whose backlog comes at once."""
    lag = 1000.0 * np.random.default_rng(4).lognormal(1.0, 1.0, 400)
    made = np.arange(400) * STEP_MS
    lag[200:230] = made[230] - made[200:230] + 500.0
    outcome = run("gnss_e", rows("gnss_e", quiet(400, 0.0, 3.0, 1), 0, lag.astype(np.int64)))
    assert where(outcome, CLOCK) == []


@pytest.mark.parametrize("hours", [7.5, 8.0, 8.2, 24.0])
def test_an_outage_is_no_clock(hours: float) -> None:
    sent = rows("gnss_e", quiet(200, 0.0, 3.0, 1))
    outcome = run("gnss_e", sent[:80] + sent[80 + int(6 * hours) :])
    assert where(outcome, CLOCK) == []
    assert set(outcome.features.flag.tolist()) == {1}


def test_a_slope_that_fails_on_a_wrong_clock_is_warned_of() -> None:
    """A clock fault must not hide a failure: the time is mended, the value is as good as ever."""
    moved = np.concatenate((np.zeros(100), np.cumsum(np.linspace(2.0, 20.0, 40))))
    values = moved + quiet(140, 10.0, 0.02, 2)
    ahead = np.zeros(140, np.int64)
    ahead[90:] = 8 * HOUR_MS
    wrong, right = (
        run("crack", rows("crack", values, skew)) for skew in (ahead, np.zeros(140, np.int64))
    )
    assert highest([wrong]) == highest([right]) == 4
    assert [w.event_ms for w in wrong.warnings] == [w.event_ms for w in right.warnings]
    assert max(r.flag for w in wrong.warnings for r in w.reasons) == 3


def test_a_run_of_spikes_in_one_direction_is_motion() -> None:
    """Each reading leaves the last by far: the first is held, no other."""
    values = np.concatenate((quiet(100, 0.0, 0.02, 2), 25.0 * np.arange(1.0, 21.0)))
    outcome = run("crack", rows("crack", values))
    assert (where(outcome, SPIKE), where(outcome, JUMP)) == ([100], [])
    assert highest([outcome]) == 4


def test_a_late_spike_is_seen_between_its_neighbours() -> None:
    values = quiet(60, 0.0, 0.05, 2)
    values[40] += 50.0
    sent = rows("crack", values)
    sent = sent[:40] + sent[42:46] + sent[40:42] + sent[46:]
    outcome = run("crack", sent)
    flags = outcome.features.flag.tolist()
    assert flags[44:46] == [3, 2]
    assert [f for i, f in enumerate(flags) if i not in (44, 45)] == [1] * 58


def test_sudden_rain_is_suspect_and_rain_that_grew_is_not() -> None:
    mm = np.array([0.0, 0.0, 30.0, 0.0, 0.0, 2.0, 9.0, 25.0, 20.0])
    outcome = run("rain", rows("rain", mm))
    assert where(outcome, SPIKE) == [2]


def test_a_cloudburst_that_begins_at_once_is_held_for_one_reading_only() -> None:
    outcome = run("rain", rows("rain", np.array([0.0, 0.0, *[14.0] * 6, 0.0])))
    assert where(outcome, SPIKE) == [2]


def test_the_plunge_of_a_slope_that_sped_up_is_believed_at_once() -> None:
    """Steps of 1, 2, 4, 8 mm, then a metre: no reading is held, and none is called a jump."""
    creep = np.cumsum([1.0, 2.0, 4.0, 8.0])
    values = np.concatenate((quiet(100, 20.0, 0.02, 2), 20.0 + creep, np.full(30, 1035.0)))
    outcome = run("crack", rows("crack", values))
    assert where(outcome, SPIKE | JUMP) == []
    assert highest([outcome]) == 4


def test_a_spike_that_follows_a_rise_by_chance_is_seen() -> None:
    """White noise rises three times in a row once in a dozen readings."""
    values = quiet(3000, 20.0, 0.02, 3)
    values[20::10] += 40.0
    assert where(run("crack", rows("crack", values)), SPIKE) == list(range(20, 3000, 10))


def test_a_battery_that_charges_is_no_slope_that_runs_away() -> None:
    values = np.concatenate(
        (quiet(100, 12.4, 0.02, 2), [12.5, 12.6, 12.8], quiet(40, 13.0, 0.02, 2))
    )
    values[103] += 3.0
    assert where(run("battery", rows("battery", values)), SPIKE) == [103]


@pytest.mark.parametrize(("channel", "level"), [("pore_pressure", 30.0), ("soil_moisture", 20.0)])
def test_water_that_rain_brings_is_no_spike(channel: str, level: float) -> None:
    """A little in the interval in which it arrives, much in the next; a spike has no forerunner."""
    values = quiet(200, level, 0.05, 2)
    values[100:] += np.concatenate(([0.9, 6.5], np.full(98, 9.0)))
    values[160] += 12.0
    assert where(run(channel, rows(channel, values)), SPIKE | JUMP) == [160]


def test_a_jump_is_named_when_it_has_rested() -> None:
    """At reading 100 and to rest: held once, named three readings later; water may only fall so."""
    values = quiet(200, 20.0, 0.05, 2)
    values[100:] += 9.0
    for channel, sign, named in (("crack", 1, [103]), ("pore_pressure", 1, [])):
        outcome = run(channel, rows(channel, 100.0 + sign * values))
        assert (where(outcome, SPIKE), where(outcome, JUMP)) == ([100], named)
    outcome = run("pore_pressure", rows("pore_pressure", 100.0 - values))
    assert where(outcome, JUMP) == [103]


def test_a_new_level_that_scatters_as_before_is_no_unit_for_long() -> None:
    """0.235 degrees, at once sixty times that, with the scatter of before: a mast pushed over."""
    values = quiet(300, 0.235, 0.002, 3)
    values[100:] += 59.0 * 0.235
    assert where(run("tilt_x", rows("tilt_x", values)), UNIT) == list(range(100, 107))
    values[100:] = np.round(60.0 * quiet(300, 0.235, 0.002, 5), 3)[100:]
    assert where(run("tilt_x", rows("tilt_x", values)), UNIT) == list(range(100, 300))


def test_what_comes_late_beside_a_reading_that_is_held_is_no_spike() -> None:
    """A crack runs through an outage; the first reading after it is held, then the backlog."""
    time = np.arange(120.0)
    values = np.round(np.where(time < 60, 20.0, 20.0 + 1.5 * (time - 60.0)), 2)
    made = rows("crack", values)
    order = [*range(70), 105, *range(70, 105), *range(106, 120)]
    outcome = run("crack", [made[place] for place in order])
    assert where(outcome, SPIKE) == [70]


@pytest.mark.parametrize(
    ("before", "leap", "named"), [(0.0, 40.0, True), (0.3, 40.0, False), (0.0, 900.0, False)]
)
def test_the_plunge_of_a_slope_is_no_jump_of_an_instrument(
    before: float, leap: float, named: bool
) -> None:
    """It moved that way before, or went further than anyone moves an instrument."""
    values = quiet(200, 20.0, 0.02, 2)
    values[92:100] += before * np.arange(1, 9)
    values[100:] += before * 8 + leap
    outcome = run("crack", rows("crack", values))
    assert where(outcome, JUMP) == ([103] if named else [])


def test_the_plunge_of_a_receiver_that_runs_away_is_believed_at_once() -> None:
    values = quiet(200, 0.0, 3.0, 1)
    values[96:100] += np.array([30.0, 45.0, 70.0, 110.0])
    values[100:] += 700.0
    assert 100 not in where(run("gnss_e", rows("gnss_e", values)), SPIKE)

"""Motion of one instrument against what the others measured: drift, or a slope."""

import numpy as np
import pytest

from detectors.discovery import find_detectors
from detectors.engine import Engine, Outcome
from detectors.fusion.contradiction import doubt
from detectors.fusion.witnesses import Bench
from detectors.rules import DEFAULT_RULES
from detectors.series import SeriesBook
from domain.levels import Flag
from domain.quality import Test
from tests.detectors.worlds import (
    POINT_ID,
    START_MS,
    feed,
    highest,
    levels_of,
    merged,
    one_point,
    rows_of,
)

STEPS = 300
HOURS = np.arange(STEPS) / 6.0
SINCE_H = 20.0
DRIFTING = 43.0 / 24.0 * np.maximum(HOURS - SINCE_H, 0.0)


def noise(sigma: float, seed: int) -> np.ndarray:
    return sigma * np.random.default_rng(seed).normal(size=STEPS)


def judged(values: dict[str, np.ndarray], **thresholds: float) -> list[Outcome]:
    rows = merged(*[rows_of(name, series) for name, series in values.items()])
    return feed(Engine(one_point(*values, **thresholds)), rows)


def drifting_readings(outcomes: list[Outcome], channel: str) -> np.ndarray:
    features = outcomes[0].features
    mine = np.array([name == channel for name in features.channel.to_list()])
    named: np.ndarray = features.tests[mine] & Test.DRIFT > 0
    assert (features.flag[mine][named] == Flag.SUSPECT).all()
    return named


NOT_BACK = np.zeros(4)
CRACK = DRIFTING + noise(0.02, 1)
STILL_TILT = {"tilt_x": noise(0.002, 2), "tilt_y": noise(0.002, 3)}


def test_a_crack_meter_that_drifts_beside_a_tilt_meter_at_rest_is_blue_and_flagged() -> None:
    outcomes = judged({"crack": CRACK, **STILL_TILT})
    assert highest(outcomes) == 1
    told = drifting_readings(outcomes, "crack")
    assert not told[HOURS < SINCE_H].any()
    assert told[HOURS > SINCE_H + 4.0].mean() > 0.9
    assert not drifting_readings(outcomes, "tilt_x").any()


def test_the_same_motion_alone_is_yellow_and_no_drift() -> None:
    outcomes = judged({"crack": CRACK})
    assert highest(outcomes) == 2
    assert not drifting_readings(outcomes, "crack").any()


@pytest.mark.parametrize("deg_per_mm", [0.004, 0.012])
def test_a_tilt_meter_that_turns_with_the_slope_bears_it_out(deg_per_mm: float) -> None:
    turned = {"tilt_x": noise(0.002, 2) + deg_per_mm * DRIFTING, "tilt_y": noise(0.002, 3)}
    outcomes = judged({"crack": CRACK, **turned})
    assert highest(outcomes) >= 2
    assert not drifting_readings(outcomes, "crack").any()


def test_a_site_may_say_that_its_slope_does_not_turn() -> None:
    outcomes = judged({"crack": CRACK, **STILL_TILT}, turn_least_deg_per_mm=0.0)
    assert highest(outcomes) == 2
    assert not drifting_readings(outcomes, "crack").any()


def test_after_rain_a_tilt_meter_at_rest_proves_nothing() -> None:
    """105 mm in eight hours: they raise nothing by themselves, and bear no level out."""
    rain = np.where((HOURS > SINCE_H - 8.0) & (HOURS < SINCE_H), 2.2, 0.0)
    assert highest(judged({"rain": rain})) == 0
    assert highest(judged({"crack": CRACK, "rain": rain, **STILL_TILT})) == 2


def test_motion_that_grows_is_no_drift() -> None:
    """From 1 to 25 mm a day, against a calm past and without a turn: yellow all the same."""
    steps = 700
    speed = 1.0 + 24.0 * np.clip((np.arange(steps) / 6.0 - 70.0) / 45.0, 0.0, 1.0)
    own = [np.random.default_rng(seed).normal(size=steps) for seed in (1, 2, 3)]
    growing = np.cumsum(speed) / 144.0 + 0.02 * own[0]
    outcomes = judged({"crack": growing, "tilt_x": 0.002 * own[1], "tilt_y": 0.002 * own[2]})
    assert levels_of(outcomes) == [1, 2]


def test_fast_motion_stands_beside_a_tilt_meter_at_rest() -> None:
    fast = 100.0 / 24.0 * np.maximum(HOURS - SINCE_H, 0.0) + noise(0.02, 1)
    levels = levels_of(judged({"crack": fast, **STILL_TILT}))
    assert levels[-1] == 3


def test_a_tilt_meter_that_drifts_beside_a_crack_meter_at_rest_is_blue_and_flagged() -> None:
    tilt = 5.8 / 24.0 * np.maximum(HOURS - SINCE_H, 0.0) + noise(0.002, 2)
    outcomes = judged({"crack": noise(0.02, 1), "tilt_x": tilt, "tilt_y": noise(0.002, 3)})
    assert highest(outcomes) == 1
    assert drifting_readings(outcomes, "tilt_x")[HOURS > SINCE_H + 4.0].mean() > 0.9


def test_a_receiver_too_noisy_to_see_the_motion_does_not_gainsay_it() -> None:
    """43 mm a day beside one that scatters by 30 mm: what it does not see says nothing.

    What it scatters by over half a day it has not learned in four, but by what it does in hours.
    """
    steps, since_h = 800, 110.0
    own = [np.random.default_rng(seed).normal(size=steps) for seed in (1, 2, 3)]
    way = 43.0 / 24.0 * np.maximum(np.arange(steps) / 6.0 - since_h, 0.0)
    crack = way + 0.02 * own[0]
    grows = np.minimum(1.5 + 28.5 * np.arange(steps) / 144.0, 30.0)
    loud, fine = ({"gnss_e": size * own[1], "gnss_n": size * own[2]} for size in (grows, 1.5))
    assert highest(judged({"crack": crack, **loud})) == 2
    assert highest(judged({"crack": crack, **fine})) == 1


@pytest.mark.parametrize(("bin_of_the_other", "drifts"), [(7.0, True), (6.0, False)])
def test_bins_are_compared_only_where_both_have_closed_them(
    bin_of_the_other: float, drifts: bool
) -> None:
    """Of two series of one message the first closes its bin before the other has spoken."""
    book = SeriesBook(one_point("crack", "gnss_e"), DEFAULT_RULES, find_detectors())
    crack, gnss = (book.add_series((POINT_ID, "d1", name)) for name in ("crack", "gnss_e"))
    now = np.array([START_MS])
    for row in (crack, gnss):
        book.fused["seen"][row] = START_MS
    book.fused["stay"][crack] = 2
    book.fused["shift"][crack] = [0.0, 0.0, 30.0, 30.0, 0.1, 0.1, 0.1, 0.1, 7.0, *NOT_BACK]
    book.fused["shift"][gnss] = [*4 * [0.0], *4 * [1.0], bin_of_the_other, *NOT_BACK]
    points = np.array([book.point_index[POINT_ID]])
    found = doubt(book, Bench.of(book, points, now), points, now)
    assert found.drift[0].tolist()[:2] == [drifts, False]

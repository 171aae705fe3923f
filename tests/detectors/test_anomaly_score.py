"""The general anomaly score: it keeps its promise where nothing happens, and finds what happens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.nulls import F64, NULLS, STEP_MS, TOGETHER, scores_of, scores_side_by_side, settled
from detectors.analysis import analyze
from detectors.quality import flat
from detectors.score.baseline import WARM_UP
from detectors.score.level import BLOCK, BLOCKS_READY, SETTLED, adopted_after
from detectors.score.seen import MEMORY, SPELL, at_least_as_seen, seen_fields
from detectors.scores import p_value_of_score, score_of_p_value
from detectors.state.columns import Columns
from tests.detectors.worlds import START_MS

SERIES, LENGTH, BURN_IN = 30, 2_500, 1_000
POINTS = 4
SHARES = {0.0: 0.1, 0.25: 0.01, 0.5: 0.001}
MOST = {0.0: 1.5, 0.25: 2.0, 0.5: 4.0}
"""How much more than promised may score above s after the burn-in: the last is 45 of 45,000
readings expected, and they come in runs."""

EARLY = {0.0: 2.0, 0.25: 4.0, 0.5: 8.0}
"""The same for the readings before."""


@pytest.fixture(scope="module")
def usual() -> dict[str, F64]:
    """Scores of every null and, by point, of channels that move alike: all in one engine."""
    values = {
        name: null(np.random.default_rng([90, place]), SERIES, LENGTH)
        for place, (name, null) in enumerate(NULLS.items())
    }
    for place, (name, null) in enumerate(TOGETHER.items()):
        values[name] = null(np.random.default_rng([93, place]), POINTS, LENGTH)
    return scores_side_by_side(values)


@pytest.mark.parametrize("name", NULLS)
def test_scores_keep_their_promise(name: str, usual: dict[str, F64]) -> None:
    """Whatever the law: also for a law without variance, a random walk, a trend, rounded values."""
    scores = usual[name]
    place = np.arange(LENGTH)
    late = scores[:, settled(name, LENGTH) & (place >= BURN_IN)]
    early = scores[:, (place >= WARM_UP) & (place < BURN_IN)]
    assert not np.isnan(late).any()
    assert np.isnan(scores[:, :WARM_UP]).all()
    for limit, share in SHARES.items():
        assert (late > limit).mean() <= MOST[limit] * share, f"{name}: above {limit}"
        assert (early > limit).mean() <= EARLY[limit] * share, f"{name}: above {limit}, early"
    assert (late > 0.0).mean() >= 0.25 * SHARES[0.0], f"{name}: says too little"


def test_a_score_that_trusts_the_normal_law_fails_the_check() -> None:
    """The bounds above can fail: sigmas of a plain z-score on heavy tails break them by far."""
    values = NULLS["Student t, 3"](np.random.default_rng(91), SERIES, LENGTH)
    p_values = 2.0 * stats.norm.sf(np.abs(values) / values.std(axis=1, keepdims=True))
    share = (score_of_p_value(p_values) > 0.5).mean()
    assert share > 2.0 * MOST[0.5] * SHARES[0.5]


@settings(max_examples=20, deadline=None)
@given(
    scale=st.sampled_from([1e-9, 0.37, 1.0, 1e3, 1e6]),
    offset=st.floats(-1e3, 1e3),
    seed=st.integers(0, 1000),
)
def test_unit_and_origin_do_not_matter(scale: float, offset: float, seed: int) -> None:
    values = np.random.default_rng(seed).standard_t(4, size=(1, 120))
    plain, changed = scores_of(np.concatenate((values, scale * (values + offset))))
    np.testing.assert_allclose(changed, plain, atol=2e-3)


def test_a_spike_stands_out_and_does_not_spoil_what_follows() -> None:
    values = np.random.default_rng(1).normal(size=(80, 400))
    values[40:] = values[:40]
    values[40:, 300] += 15.0
    calm, spiked = np.split(scores_of(values), 2)
    assert (spiked[:, 300] > 0.5).all()
    after = spiked[:, 301:330]
    assert (after > 0.5).mean() < 0.01
    assert np.abs(spiked[:, 350:] - calm[:, 350:]).max() < 0.3


def test_a_small_lasting_change_is_seen_while_it_lasts_and_no_longer() -> None:
    """Two standard deviations: no single reading tells, the level does."""
    values = np.random.default_rng(2).normal(size=(30, 1400))
    values[:, 800:1100] += 2.0
    scores = scores_of(values)
    assert (scores[:, 850:1100] > 0.5).mean() > 0.9
    assert (scores[:, 780:800] > 0.5).mean() < 0.01
    assert (scores[:, 1160:] > 0.5).mean() < 0.01


def test_a_new_level_becomes_the_usual_one() -> None:
    values = np.random.default_rng(3).normal(size=(20, 2000))
    values[:, 700:] += 30.0
    scores = scores_of(values)
    adopted = int(adopted_after(np.array([float(STEP_MS)]))[0])
    assert (scores[:, 710 : 690 + adopted] > 0.5).all()
    assert (scores[:, 760 + adopted :] > 0.5).mean() < 0.005


def test_the_return_from_a_change_is_no_change() -> None:
    """450 readings at another level: shorter than what is taken for the usual one."""
    values = np.random.default_rng(7).normal(size=(10, 1400))
    values[:, 700:1150] += 6.0
    scores = scores_of(values)
    assert (scores[:, 750:1150] > 0.5).all()
    assert (scores[:, 1210:] > 0.25).mean() < 0.01


def test_what_comes_again_and_again_is_not_odd_but_the_largest_ever_is() -> None:
    """A valve opens twenty-five times in 2,500 readings, at no regular hour."""
    rng = np.random.default_rng(12)
    values = rng.normal(size=(20, 2_600))
    for row in values:
        row[rng.choice(np.arange(100, 2_500), 25, replace=False)] += rng.uniform(20.0, 30.0, 25)
    values[:, 2_550] = 60.0
    scores = scores_of(values)
    opened = values[:, 1_500:2_500] > 15.0
    assert (scores[:, 1_500:2_500][opened] > 0.5).mean() < 0.05
    assert (scores[:, 2_550] > 0.5).all()


def test_a_p_value_is_no_less_than_what_was_counted_and_the_old_is_forgotten() -> None:
    """Sizes 9, 7, 8 at readings 10, 60, 110: of a 7.5 at reading 199 two of 199 were as large."""
    table = Columns(seen_fields("one"))
    table.resize(1)

    def asked(size: float, at: int) -> float:
        told = at_least_as_seen(
            table, "one", zero, np.array([size]), np.array([1e-6]), np.array([at]), zero == 0
        )
        return float(told[0])

    zero = np.zeros(1, np.intp)
    assert [asked(9.0, 10), asked(7.0, 60), asked(8.0, 110)] == [1e-6, 2.0 / 61.0, 2.0 / 111.0]
    assert asked(7.5, 199) == 3.0 / 200.0
    assert asked(9.5, 200) == 1e-6
    assert asked(9.4, 200 + SPELL) == 1e-6, "of the same spell"
    assert asked(9.4, 201 + SPELL) == 2.0 / (202.0 + SPELL)
    assert asked(7.2, 202 + SPELL + MEMORY) == 1e-6, "forgotten"


def test_a_walk_that_moves_off_early_is_no_anomaly() -> None:
    """Two walks of a hundred go far in their first thousand steps: that is what walks do."""
    walks = NULLS["random walk"](np.random.default_rng(13), 120, BURN_IN)
    scores = scores_of(walks)[:, WARM_UP:]
    for limit, share in (*SHARES.items(), (0.75, 0.0001)):
        assert (scores > limit).mean() <= 2.0 * share, f"above {limit}"


def test_a_slip_on_a_trend_is_seen() -> None:
    values = np.random.default_rng(4).normal(size=(20, 1500)) + 0.5 * np.arange(1500)
    values[:, 1200:] += 12.0
    scores = scores_of(values)
    assert (scores[:, 1000:1200] > 0.5).mean() < 0.005
    assert (scores[:, 1200] > 0.5).all()


def test_the_rhythm_of_the_day_is_learned() -> None:
    """Hourly readings of a wave of ten standard deviations; a slip of five in the wave is seen."""
    hours = np.arange(24 * 40)
    wave = 10.0 * np.sin(2.0 * np.pi * hours / 24)
    noise = np.random.default_rng(5).normal(size=len(hours))
    found = []
    for place in range(900, 924, 4):
        values = wave + noise
        values[place] += 8.0
        found.append(analyze(START_MS + hours * 3_600_000, values, "generic").anomaly_score[place])
    assert np.median(found) > 0.5
    assert min(found) > 0.25


def test_a_gap_makes_a_wandering_series_no_anomaly() -> None:
    """Ten intervals on, a random walk may well be three steps away; white noise may not."""
    rng = np.random.default_rng(6)
    walk = np.cumsum(rng.normal(size=600))
    walk[500:] += 9.0 * np.sign(walk[499] - walk[500])
    times = START_MS + np.arange(600) * STEP_MS
    times[500:] += 20 * STEP_MS
    assert analyze(times, walk, "generic", interval_s=600.0).anomaly_score[500] < 0.5
    times[500:] -= 20 * STEP_MS
    assert analyze(times, walk, "generic", interval_s=600.0).anomaly_score[500] > 0.5


def test_nothing_but_one_value_ever_seen() -> None:
    """One in a hundred zeros: with no scale, the count alone speaks (rule of succession)."""
    values = np.zeros(101)
    values[100] = 1e-9
    score = analyze(np.arange(101) * STEP_MS, values, "generic").anomaly_score
    assert score[:100].tolist() == [0.0] * 100
    assert p_value_of_score(score[100:])[0] == pytest.approx(2.0 / 101.0)


def test_the_level_is_judged_only_when_its_history_is_known() -> None:
    """Before that a change of two standard deviations is within what a reading may do."""
    values = np.random.default_rng(9).normal(size=(20, 280))
    values[:, 150:] += 2.0
    assert SETTLED + BLOCK * BLOCKS_READY > 280
    assert (scores_of(values)[:, 150:] > 0.5).mean() < 0.01


def test_a_coarse_gauge_that_stirs_after_long_rest_is_no_anomaly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the score itself: also where no run of equal readings is called stuck."""
    monkeypatch.setattr(flat, "FLAT_TESTED", np.zeros_like(flat.FLAT_TESTED))
    scores = scores_of(NULLS["coarse swing"](np.random.default_rng(92), 60, BURN_IN))[:, WARM_UP:]
    for limit, share in SHARES.items():
        assert (scores > limit).mean() <= MOST[limit] * share, f"above {limit}"
    values = np.zeros((1, 400))
    values[0, 300:350] = 1.0
    values[0, 350] = 40.0
    scores = scores_of(values)
    assert (scores[0, 301:350] < 0.5).all()
    assert scores[0, 350] > 0.5


@pytest.mark.parametrize("name", TOGETHER)
def test_a_point_is_not_odd_more_often_because_its_channels_move_alike(
    name: str, usual: dict[str, F64]
) -> None:
    scores = usual[name]
    for part, most in ((scores[:, BURN_IN:], MOST), (scores[:, WARM_UP:BURN_IN], EARLY)):
        for limit, share in SHARES.items():
            assert (part > limit).mean() <= most[limit] * share, f"{name}: above {limit}"
    assert (scores[:, BURN_IN:] > 0.0).mean() >= 0.25 * SHARES[0.0], f"{name}: says too little"

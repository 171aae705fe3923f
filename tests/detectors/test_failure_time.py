"""Methods for the time of failure on textbook series with known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.failure_time import curves, rivals, voight
from detectors.failure_time.carla import carla, onset
from detectors.failure_time.estimate import Estimate
from detectors.failure_time.history import History, history_of
from detectors.failure_time.inverse_velocity import inverse_velocity
from detectors.failure_time.line import fit_line
from detectors.failure_time.markers import Marks, marks_of
from detectors.failure_time.saito import saito, secondary_days, tertiary
from detectors.failure_time.slo import slo
from domain.warnings import ForecastRefusal
from tests.detectors.creep import outlook_of, record, voight_mm

HOUR_MS = 3_600_000


@pytest.mark.parametrize("alpha", [1.7, 1.85, 2.0, 2.2])
@pytest.mark.parametrize("left_h", [2.0, 5.0, 8.0])
def test_voights_curve_is_forecast_for_any_alpha(alpha: float, left_h: float) -> None:
    """40 hours of tertiary creep from 2 mm/h, read every ten minutes to 0.1 mm."""
    hours = np.arange(-24.0, 40.0 - left_h, 1 / 6)
    made = outlook_of(hours, voight_mm(hours, failure_h=40.0, alpha=alpha, at_first=2.0), 0.1)
    assert made.forecast is not None, made.refused
    ahead = (made.forecast.failure_ms - made.forecast.made_at_ms) / HOUR_MS
    assert made.forecast.earliest_ms <= 40 * HOUR_MS <= made.forecast.latest_ms
    assert ahead == pytest.approx(left_h, rel=0.4)


@pytest.mark.parametrize("alpha", [1.7, 2.0, 2.2])
def test_the_onset_of_acceleration_is_found(alpha: float) -> None:
    hours = np.arange(-24.0, 32.0, 1 / 6)
    made = outlook_of(hours, voight_mm(hours, failure_h=40.0, alpha=alpha, at_first=2.0), 0.1)
    assert made.forecast is not None
    assert abs(made.forecast.onset_ms) < 6 * HOUR_MS


def test_the_window_closes_as_failure_comes_near() -> None:
    widths = []
    for left_h in (8.0, 5.0, 2.0):
        hours = np.arange(-24.0, 40.0 - left_h, 1 / 6)
        made = outlook_of(hours, voight_mm(hours, failure_h=40.0, alpha=2.0, at_first=2.0), 0.1)
        assert made.forecast is not None
        widths.append(made.forecast.latest_ms - made.forecast.earliest_ms)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 4 * HOUR_MS


@pytest.mark.parametrize("seed", range(4))
def test_a_noisy_receiver_is_forecast_with_a_window_that_holds_the_failure(seed: int) -> None:
    hours = np.arange(-48.0, 34.0, 1 / 6)
    moved = voight_mm(hours, failure_h=40.0, alpha=2.0, at_first=3.0)
    noisy = moved + 3.0 * np.random.default_rng(seed).normal(size=len(hours))
    made = outlook_of(hours, noisy, 3.0)
    assert made.forecast is not None, made.refused
    assert made.forecast.earliest_ms <= 40 * HOUR_MS <= made.forecast.latest_ms
    assert {m.method for m in made.forecast.methods} >= {"voight", "inverse-velocity", "slo"}


def _step(hours: np.ndarray, lasts_h: float, size: float) -> np.ndarray:
    done = np.clip(hours / lasts_h, 0.0, 1.0)
    return size * done**2 * (3.0 - 2.0 * done)


@pytest.mark.parametrize("done", [0.25, 0.4, 0.5, 0.6, 0.75, 1.0, 1.3])
@pytest.mark.parametrize(("size", "sigma"), [(120.0, 0.1), (60.0, 3.0)])
def test_a_step_that_comes_to_rest_is_no_failure(done: float, size: float, sigma: float) -> None:
    """At any part of it, on a crack meter and on a receiver."""
    hours = np.arange(-48.0, 48.0 * done, 1 / 6)
    noise = sigma * np.random.default_rng(7).normal(size=len(hours))
    made = outlook_of(hours, _step(hours, 48.0, size) + noise, sigma)
    assert made.forecast is None
    assert made.refused is not None


@pytest.mark.parametrize(
    ("shape", "refused"),
    [
        ("constant", {"constant_rate", "step"}),
        ("slowing", {"slowing", "step", "constant_rate"}),
        ("exponential", {"no_finite_time", "step"}),
        ("noise", {"too_little_motion"}),
        ("slow", {"too_slow"}),
    ],
)
def test_what_does_not_fail_is_refused_with_its_reason(shape: str, refused: set[str]) -> None:
    hours = np.arange(0.0, 48.0, 1 / 6)
    moved = {
        "constant": 3.0 * hours,
        "slowing": 30.0 * np.sqrt(hours),
        "exponential": 5.0 * np.expm1(hours / 16.0),
        "noise": 0.0 * hours,
        "slow": 0.2 * hours,
    }[shape]
    made = outlook_of(hours, moved + 0.2 * np.random.default_rng(3).normal(size=len(hours)), 0.2)
    assert made.forecast is None
    assert made.refused is not None
    assert made.refused.value in refused


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6, width=32), min_size=0, max_size=64),
    noise=st.floats(1e-3, 10.0),
)
def test_any_record_gives_a_forecast_or_a_reason(values: list[float], noise: float) -> None:
    made = outlook_of(np.arange(len(values)) / 6.0, np.array(values), noise)
    assert (made.forecast is None) == isinstance(made.refused, ForecastRefusal)
    if made.forecast is not None:
        assert made.forecast.made_at_ms <= made.forecast.earliest_ms
        assert made.forecast.earliest_ms < made.forecast.failure_ms < made.forecast.latest_ms


def test_saitos_constructions() -> None:
    """His law of secondary creep at two rates, and t_r from three marks of a logarithm."""
    assert secondary_days(0.144)[0] * 1440 == pytest.approx(10**2.33)
    assert secondary_days(1.44)[0] / secondary_days(0.144)[0] == pytest.approx(10**-0.916)
    days, early, late = secondary_days(0.01)
    assert late / days == pytest.approx(days / early) == pytest.approx(10**0.59)
    times = 100.0 - 100.0 * np.exp(-np.array([0.2, 0.7, 1.2]))
    assert tertiary(*times) == pytest.approx(100.0)
    assert tertiary(0.0, 1.0, 2.0) == np.inf


def _marks(failure: float, parts: int) -> Marks:
    """Mark a slope with 1/v falling to zero: equal parts of a logarithm."""
    return Marks(failure * -np.expm1(-0.4 * np.arange(parts + 1)), 10.0)


@pytest.mark.parametrize("method", [inverse_velocity, slo, saito])
def test_methods_of_alpha_two_find_its_failure(method: object) -> None:
    marks = _marks(100.0, 8)
    now = marks.days[-1]
    made: Estimate = method(Marks(marks.days - now, marks.part))  # type: ignore[operator]
    assert made.ahead_days == pytest.approx(100.0 - now, rel=0.02)


@pytest.mark.parametrize("method", [inverse_velocity, slo, saito])
def test_methods_refuse_steady_and_slowing_motion(method: object) -> None:
    slowing = Marks(np.arange(-8.0, 1.0) + 0.05 * np.arange(9.0) ** 2 - 3.2, 10.0)
    made: Estimate = method(slowing)  # type: ignore[operator]
    assert not made.given
    assert made.refused


def test_carlas_window_begins_near_the_failure_of_a_hyperbola() -> None:
    """Averages lag, so its times are late ones."""
    hours = np.arange(0.0, 90.0, 0.5)
    made = carla(record(hours, -50.0 * np.log1p(-hours / 100.0), 0.05))
    assert made.early_days * 24 == pytest.approx(10.0, abs=2.0)
    assert made.early_days < made.ahead_days < made.late_days < 1.5


def test_the_onset_is_where_the_short_average_stays_above() -> None:
    short = np.array([1.0, 2.0, 1.0, 2.0, 3.0])
    assert onset(short, np.full(5, 1.5)) == 3
    assert onset(short[::-1], np.full(5, 1.5)) == 5


def test_marks_part_the_displacement_equally() -> None:
    hours = np.arange(0.0, 12.0, 0.25)
    marks = marks_of(record(hours, 6.0 * hours, 0.1))
    assert marks is not None
    np.testing.assert_allclose(marks.velocity_per_day, 144.0, rtol=0.05)
    assert marks_of(record(hours, 0.1 * hours, 1.0)) is None


def test_a_line_is_polyfits_and_its_band_holds_its_zero() -> None:
    rng = np.random.default_rng(5)
    x = np.arange(12.0)
    y = 30.0 - 2.0 * x + 0.3 * rng.normal(size=12)
    weight = rng.uniform(0.5, 2.0, 12)
    line = fit_line(x, y, weight)
    slope, intercept = np.polyfit(x, y, 1, w=np.sqrt(weight))
    assert line.slope == pytest.approx(slope)
    assert line.zero == pytest.approx(-intercept / slope)
    early, late = line.zero_band()
    assert early < line.zero < late
    assert early < 15.0 < late


def test_the_misfit_is_that_of_least_squares() -> None:
    """Against NumPy's solution with an offset and a size."""
    rng = np.random.default_rng(6)
    days = np.sort(rng.uniform(-3.0, 0.0, 20))
    moved = np.cumsum(rng.uniform(0.0, 2.0, 20))
    history = History(0, days, moved, rng.uniform(0.5, 2.0, 20), 1.0)
    curve = np.exp(days)
    root = 1.0 / history.sigma
    matrix = np.stack((root, curve * root), axis=1)
    left = np.linalg.lstsq(matrix, moved * root)[1]
    assert curves.misfit(history, curve[None])[0] == pytest.approx(float(left[0]))
    assert curves.misfit(history, -curve[None])[0] == pytest.approx(curves.spread(history))


def test_means_of_bins_are_fitted_as_means() -> None:
    """Bins of 4 h hide the bend of a failure; the fit must not read it as a later one."""
    fine = np.arange(0.0, 36.0, 1 / 60)
    exact = voight_mm(fine, failure_h=40.0, alpha=2.0, at_first=2.0)
    edges = np.arange(0.0, 32.0, 4.0)
    means = np.array([exact[(fine >= a) & (fine < a + 4.0)].mean() for a in edges])
    newest = np.arange(32.0, 36.0, 1 / 6)
    made = history_of(
        np.round(newest * HOUR_MS).astype(np.int64),
        np.interp(newest, fine, exact),
        0.02,
        bin_time_ms=np.round((edges + 2.0) * HOUR_MS).astype(np.int64),
        bin_value=means,
        bin_noise=0.02,
        bin_ms=4.0 * HOUR_MS,
    )
    assert made is not None
    assert 24 * voight.fit(made).quantile(0.5) == pytest.approx(40.0 - newest[-1], rel=0.1)


def test_each_rival_is_best_at_its_own_motion() -> None:
    hours = np.arange(0.0, 48.0, 1 / 6)
    for name, moved in {
        "constant": 3.0 * hours,
        "slowing": 20.0 * np.sqrt(hours),
        "exponential": np.expm1(hours / 12.0),
        "step": _step(hours, 40.0, 80.0),
    }.items():
        misfits = rivals.misfits(record(hours, moved, 0.05))
        assert min(misfits, key=misfits.__getitem__) == name

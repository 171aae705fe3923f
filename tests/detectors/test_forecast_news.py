"""News of a forecast while the level stays: when, how often, and the same in every run."""

import numpy as np
import pytest

from detectors.engine import Engine
from detectors.failure_time.forecast import Outlook
from detectors.fusion.forecast_news import APART_MS, MOVED_SHARE, changed, sooner
from detectors.fusion.outlooks import NOTHING
from domain.warnings import Forecast, WarningEvent, WarningKind
from tests.detectors.creep import voight_mm
from tests.detectors.worlds import Row, feed, fingerprint, one_point, rows_of, warnings_of


def _creep(*, halt_h: float | None = None, seed: int = 3) -> list[Row]:
    """Forty hours of tertiary creep after a day of rest; it may come to rest before its end."""
    hours = np.arange(0.0, 62.0, 1 / 6)
    since = hours - 24.0 if halt_h is None else np.minimum(hours - 24.0, halt_h)
    moved = voight_mm(np.maximum(since, 0.0), failure_h=40.0, alpha=2.0, at_first=2.0)
    return rows_of("crack", moved + 0.1 * np.random.default_rng(seed).normal(size=len(hours)))


def _news(events: list[WarningEvent]) -> list[WarningEvent]:
    return [event for event in events if event.kind is WarningKind.FORECAST]


def test_a_slope_about_to_fail_tells_what_changes_and_no_more() -> None:
    events = warnings_of(feed(Engine(one_point("crack")), _creep()))
    news = _news(events)
    assert 2 <= len(news) <= 20
    assert [event.sequence for event in news] == list(range(1, len(news) + 1))
    told = None
    for event in events:
        if event.kind is WarningKind.FORECAST:
            assert told is not None
            assert event.level == event.previous_level == told.level
            assert event.level >= 2
            assert event.reasons
            apart = event.event_ms - told.event_ms >= APART_MS
            assert apart or sooner(told.forecast, event.forecast)
            assert (event.forecast is None) == bool(event.forecast_refused)
        told = event


def test_a_runaway_that_halts_takes_its_forecast_back() -> None:
    events = warnings_of(feed(Engine(one_point("crack")), _creep(halt_h=33.0)))
    had = [i for i, event in enumerate(events) if event.forecast is not None]
    assert had
    assert any(
        event.kind is WarningKind.FORECAST and event.forecast is None for event in events[had[-1] :]
    )


def test_batches_and_restarts_change_no_news() -> None:
    points, rows = one_point("crack"), _creep()
    whole = fingerprint(feed(Engine(points), rows))
    assert fingerprint(feed(Engine(points), rows, range(1, len(rows), 7))) == whole
    for stop in (300, 340):
        first, second = Engine(points), Engine(points)
        before = feed(first, rows[:stop])
        second.restore(first.snapshot())
        assert fingerprint([*before, *feed(second, rows[stop:])]) == whole


def _window(early: int, failure: int, late: int) -> Forecast:
    return Forecast(
        made_at_ms=0, failure_ms=failure, earliest_ms=early, latest_ms=late, method="x", r2=1.0
    )


@pytest.mark.parametrize(
    ("window", "news"),
    [
        ((100, 150, 200), False),
        ((100 - int(100 * MOVED_SHARE), 150, 200), False),
        ((99 - int(100 * MOVED_SHARE), 150, 200), True),
        ((100, 150, 251), True),
        ((90, 99, 190), True),
    ],
)
def test_a_window_that_moves_by_half_its_width_is_news(
    window: tuple[int, int, int], news: bool
) -> None:
    told = _window(100, 150, 200)
    assert changed(told, Outlook(_window(*window))) is news


def test_no_forecast_after_no_forecast_is_no_news() -> None:
    assert not changed(None, NOTHING)

"""What an operator sees and does."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import admin
from alerts.notify import Notifier
from domain.clock import ManualClock
from domain.errors import GeohazardError, SettingsError
from domain.settings import Settings
from tests.alerts.builders import SECRET, T0, make_event, make_settings, registry_of
from tests.alerts.hooks import answer, hook

CLOCK = ManualClock(T0 + 1000)
RECEIVERS = [
    {"name": "city", "url": "https://a.example:8443/token-abc"},
    {"name": "county", "url": "http://b.example/"},
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, RECEIVERS)


@pytest.fixture
def notifier(settings: Settings) -> Iterator[Notifier]:
    made = Notifier(settings, registry_of, ManualClock(T0))
    made.accept([make_event(point_id=f"50023501000{n}") for n in range(3)])
    yield made
    made.close()


def fail(notifier: Notifier, name: str, status: int = 500) -> None:
    for job in notifier.outbox.due(name, T0, 100):
        notifier.outbox.record_failed(job, status, "boom", T0, None)


def test_without_an_outbox_there_is_nothing_to_tell(settings: Settings) -> None:
    assert admin.summary(settings) == {"delivered": 0, "failed": 0, "pending": 0}
    assert [r.state for r in admin.receivers(settings)] == ["ok", "ok"]
    assert admin.dead_letters(settings) == []
    assert admin.replay(settings, CLOCK) == 0
    assert not settings.alerts.outbox.exists(), "looking makes no file"


def test_receivers_are_listed_with_their_state(settings: Settings, notifier: Notifier) -> None:
    fail(notifier, "city")
    job = notifier.outbox.due("county", T0, 1)[0]
    notifier.outbox.record_gone(job, 410, T0)
    city, county = admin.receivers(settings)
    assert (city.state, city.dead, city.last_status, city.last_note) == ("ok", 3, 500, "boom")
    assert (county.state, county.pending, county.disabled_reason) == ("disabled", 3, "answered 410")
    assert county.oldest_pending_ms == T0
    assert city.origin == "https://a.example:8443", "the path may hold a token"
    assert admin.summary(settings) == {"delivered": 0, "failed": 3, "pending": 3}


def test_a_receiver_that_left_the_settings_is_still_listed(
    tmp_path: Path, notifier: Notifier
) -> None:
    found = admin.receivers(make_settings(tmp_path, RECEIVERS[:1]))
    assert [(r.name, r.state) for r in found] == [("city", "waiting"), ("county", "unconfigured")]


def test_dead_letters_are_listed(settings: Settings, notifier: Notifier) -> None:
    fail(notifier, "city")
    letters = admin.dead_letters(settings)
    assert [letter.point_id for letter in letters] == [f"50023501000{n}" for n in range(3)]
    assert (letters[0].tries, letters[0].last_status, letters[0].level) == (1, 500, 3)
    assert admin.dead_letters(settings, "county") == []
    assert len(admin.dead_letters(settings, limit=2)) == 2


@pytest.mark.parametrize(("by", "count"), [("all", 6), ("receiver", 3), ("id", 2), ("both", 1)])
def test_replay(settings: Settings, notifier: Notifier, by: str, count: int) -> None:
    fail(notifier, "city")
    fail(notifier, "county")
    event_id = admin.dead_letters(settings)[0].event_id
    receiver = "city" if by in ("receiver", "both") else None
    ids = [event_id, "w_none"] if by in ("id", "both") else []
    assert admin.replay(settings, CLOCK, receiver=receiver, ids=ids) == count
    assert notifier.outbox.count("pending") == count
    jobs = notifier.outbox.due("city", CLOCK.now_ms(), 10)
    assert all((job.step, job.tries) == (0, 1) for job in jobs)


def test_a_named_event_is_sent_again_even_if_delivered(
    settings: Settings, notifier: Notifier
) -> None:
    job = notifier.outbox.due("city", T0, 1)[0]
    notifier.outbox.record_delivered(job, 204, T0)
    assert admin.replay(settings, CLOCK, receiver="city") == 0
    assert admin.replay(settings, CLOCK, receiver="city", ids=[job.event_id]) == 1


def test_enable(settings: Settings, notifier: Notifier) -> None:
    with pytest.raises(GeohazardError, match="not disabled"):
        admin.enable(settings, CLOCK, "city")
    job = notifier.outbox.due("city", T0, 1)[0]
    notifier.outbox.record_gone(job, 410, T0)
    assert notifier.outbox.due("city", CLOCK.now_ms(), 9) == []
    assert admin.enable(settings, CLOCK, "city") == 3
    assert len(notifier.outbox.due("city", CLOCK.now_ms(), 9)) == 3


def test_a_test_message_is_sent_at_once(tmp_path: Path) -> None:
    async def play() -> None:
        async with hook(answer(418, "teapot")) as one:
            settings = make_settings(tmp_path, [{"name": "r", "url": one.url}])
            found = await admin.send_test(settings, CLOCK, "r")
            assert (found.status, found.note) == (418, "teapot")
            assert json.loads(one.requests[0].body)["type"] == "org.geohazard.test.v1"
            assert not settings.alerts.outbox.exists()
            with pytest.raises(SettingsError, match="configured: r"):
                await admin.send_test(settings, CLOCK, "x")

    asyncio.run(play())


def test_nothing_listed_holds_a_secret(settings: Settings, notifier: Notifier) -> None:
    fail(notifier, "city")
    told = repr(admin.receivers(settings)) + repr(admin.dead_letters(settings))
    assert SECRET not in told
    assert "token-abc" not in told

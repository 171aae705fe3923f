"""The whole way: from an event to the receivers that it concerns."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from alerts.notify import Notifier
from domain.clock import ManualClock
from domain.errors import SettingsError
from domain.registry import Registry
from domain.warnings import WarningKind
from tests.alerts.builders import (
    T0,
    full_event,
    make_event,
    make_point,
    make_settings,
    registry_of,
    story,
)
from tests.alerts.hooks import hook, until

URL = "http://127.0.0.1:1/"


def make(
    tmp_path: Path, *receivers: dict[str, object], registry: Registry | None = None
) -> Notifier:
    settings = make_settings(tmp_path, receivers or [{"name": "r", "url": URL}])
    known = registry or registry_of()
    return Notifier(settings, lambda: known, ManualClock(T0))


def bodies(notifier: Notifier, receiver: str = "r") -> list[dict[str, object]]:
    jobs = notifier.outbox.due(receiver, T0, 1000)
    return [json.loads(job.body) for job in jobs]


def test_each_receiver_gets_what_it_asked_for_while_running(tmp_path: Path) -> None:
    async def play() -> None:
        async with hook() as all_, hook() as red:
            notifier = make(
                tmp_path,
                {"name": "all", "url": all_.url, "min_level": 0},
                {"name": "red", "url": red.url, "min_level": 4},
            )
            stop = asyncio.Event()
            running = asyncio.create_task(notifier.run(stop))
            events = story()
            assert await asyncio.to_thread(notifier.accept, events) == len(events)
            await until(lambda: len(all_.requests) == len(events))
            await until(lambda: len(red.requests) == 5)
            assert all_.ids == [e.id for e in events], "in order"
            assert red.ids == [e.id for e in events if max(e.level, e.previous_level) == 4]
            shared = {r.id: r.body for r in all_.requests}
            assert all(shared[r.id] == r.body for r in red.requests)
            stop.set()
            await running
            assert notifier.counters()["delivered"] == len(events) + 5
            notifier.close()

    asyncio.run(play())


def test_accepting_again_changes_nothing_and_keeps_the_bytes(tmp_path: Path) -> None:
    notifier = make(tmp_path)
    events = story()
    notifier.accept(events[:4])
    before = bodies(notifier)
    assert notifier.accept(events) == len(events) - 4
    assert notifier.accept(events) == 0
    assert bodies(notifier)[0] == before[0]
    notifier.close()


def test_threads_may_accept_at_once(tmp_path: Path) -> None:
    notifier = make(tmp_path)
    batches = [[make_event(point_id=f"5002350{t}{n:04d}") for n in range(20)] for t in (1, 2, 3, 4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(notifier.accept, [*batches, *batches])) == 80
    assert notifier.counters()["pending"] == 80
    notifier.close()


def test_a_point_that_the_registry_lacks_is_still_warned_of(tmp_path: Path) -> None:
    notifier = make(tmp_path, registry=Registry.of([]))
    notifier.accept([full_event()])
    point = bodies(notifier)[0]["data"]["point"]  # type: ignore[index]
    assert (point["name"], point["lat"], point["district_name"]) == ("", None, "Yunyang")
    notifier.close()


def test_the_registry_in_force_is_asked(tmp_path: Path) -> None:
    known = [registry_of()]
    settings = make_settings(tmp_path, [{"name": "r", "url": URL}])
    notifier = Notifier(settings, lambda: known[0], ManualClock(T0))
    known[0] = registry_of(make_point(name="renamed"))
    notifier.accept([full_event()])
    assert bodies(notifier)[0]["data"]["point"]["name"] == "renamed"  # type: ignore[index]
    notifier.close()


def test_what_nobody_wants_is_remembered_for_later_references(tmp_path: Path) -> None:
    notifier = make(tmp_path, {"name": "r", "url": URL, "min_level": 3})
    first = make_event(level=1)
    second = make_event(WarningKind.UPGRADED, 3, 1, 2)
    notifier.accept([first])
    assert notifier.counters()["pending"] == 0
    notifier.accept([second])
    assert bodies(notifier)[0]["data"]["earlier"] == [first.id]  # type: ignore[index]
    notifier.close()


@pytest.mark.parametrize(
    "change",
    [
        {"level": 9},
        {"previous_level": -1},
        {"event_ms": 10**18},
        {"event_ms": -5},
        {"id": "a b"},
        {"point_id": "\x00"},
        {"reasons": (msgspec.structs.replace(full_event().reasons[0], level=7),)},
        {"reasons": (msgspec.structs.replace(full_event().reasons[0], time_ms=10**18),)},
        {"forecast": msgspec.structs.replace(full_event().forecast, latest_ms=10**18)},
    ],
)
def test_an_impossible_event_is_counted_and_holds_up_no_other(
    tmp_path: Path, change: dict[str, object]
) -> None:
    notifier = make(tmp_path)
    bad = msgspec.structs.replace(make_event(), **change)
    assert notifier.accept([bad, make_event(sequence=2)]) == 1
    assert notifier.counters()["refused"] == 1
    notifier.close()


def test_two_processes_take_turns(tmp_path: Path) -> None:
    async def play() -> None:
        async with hook() as one:
            first, second = (make(tmp_path, {"name": "r", "url": one.url}) for _ in range(2))
            stops = asyncio.Event(), asyncio.Event()
            tasks = [asyncio.create_task(first.run(stops[0]))]
            first.accept([make_event()])
            await until(lambda: len(one.requests) == 1)
            tasks.append(asyncio.create_task(second.run(stops[1])))
            second.accept([make_event(sequence=2)])
            await until(lambda: first.counters()["delivered"] == 2)
            stops[0].set()
            await tasks[0]
            second.accept([make_event(sequence=3)])
            await until(lambda: second.counters()["delivered"] == 1)
            stops[1].set()
            await tasks[1]
            assert len(one.ids) == len(set(one.ids)) == 3
            first.close()
            second.close()

    asyncio.run(play())


def test_stopping_while_waiting_for_the_turn(tmp_path: Path) -> None:
    async def play() -> None:
        notifiers = [make(tmp_path) for _ in range(2)]
        stop = asyncio.Event()
        tasks = [asyncio.create_task(n.run(stop)) for n in notifiers]
        await asyncio.sleep(0)
        stop.set()
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks)
        for notifier in notifiers:
            notifier.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("receiver", "told"),
    [
        ({"districts": ["999999"]}, "'999999' is not the code"),
        ({"hazard_types": ["flood"]}, "'flood' is not one of"),
        ({"secret": "whsec_AAAA"}, "its secret must be"),
        ({"url": "ftp://x"}, "its url must start"),
    ],
)
def test_wrong_settings_stop_the_start(
    tmp_path: Path, receiver: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        make(tmp_path, {"name": "r", "url": URL, **receiver})


def test_a_sender_that_cap_forbids_stops_the_start(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, [], sender="a, b")
    with pytest.raises(SettingsError, match=r"alerts\.sender"):
        Notifier(settings, registry_of, ManualClock())

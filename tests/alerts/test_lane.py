"""Pace and order of the messages to one receiver; time is set by hand."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from alerts.lane import WIDTH
from alerts.schedule import SCHEDULE_S
from tests.alerts.bench import Bench, bench, run
from tests.alerts.builders import make_event, make_receiver
from tests.alerts.hooks import Hook, answer, hook, never, until


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept_within_bounds(tmp_path: Path, status: int) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = answer(status, retry_after="60")
        made.put(make_event())
        await made.step()
        made.put(make_event(point_id="500235010008"))
        assert await made.step(59.9) == 0, "the receiver asked for quiet, from all messages"
        one.behave = answer(status, retry_after="86400")
        assert await made.step(0.1) == 1
        one.behave = answer(204)
        assert await made.step(899.9) == 0
        await made.step(0.1)
        assert made.outbox.count("delivered") == 2

    run(tmp_path, scene)


def test_an_upgrade_never_overtakes_its_raise(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = answer(500)
        first, second = make_event(level=2), make_event(level=4, previous=2, sequence=2)
        made.put(first)
        await made.step()
        made.put(second)
        await made.step(1)
        one.behave = answer(204)
        for _ in range(3):
            await made.step(5)
        assert one.ids == [first.id, first.id, second.id]

    run(tmp_path, scene)


def test_a_receiver_that_answers_again_gets_the_rest_soon(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = answer(500)
        made.put(*(make_event(point_id=f"50023501{n:04d}") for n in range(6)))
        for seconds in SCHEDULE_S[:6]:
            made.clock.advance(seconds * 1000)
            await made.settle()
        assert made.outbox.count("pending") == 6
        one.behave = answer(204)
        made.put(make_event(point_id="500235019999"))
        await made.step(60)
        await made.step(60)
        assert made.outbox.count("delivered") == 7, "not only after the next ten hours"

    run(tmp_path, scene)


def test_a_failing_receiver_is_tried_one_by_one(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = never
        made.put(*(make_event(point_id=f"50023501{n:04d}") for n in range(12)))
        assert await made.step() == one.most_at_once == WIDTH
        assert await made.step(0.999) == 0
        one.most_at_once = 0
        assert await made.step(0.001) == one.most_at_once == 1
        one.behave = answer(400)
        assert await made.step(1) == 7, "it answers, if only to refuse"

    run(tmp_path, scene, timeout_s=0.05)


def test_a_dead_receiver_disturbs_no_other(tmp_path: Path) -> None:
    """The dead one never answers while the other gets 40 messages; `run`, not single steps."""

    async def play() -> None:
        async with AsyncExitStack() as stack:
            good = await stack.enter_async_context(hook())
            dead = await stack.enter_async_context(hook(never))
            receivers = (make_receiver("good", good.url), make_receiver("dead", dead.url))
            made = await stack.enter_async_context(bench(tmp_path, *receivers, timeout_s=600))
            stop = asyncio.Event()
            running = asyncio.create_task(made.deliverer.run(stop))
            made.put(*(make_event(point_id=f"50023501{n:04d}") for n in range(40)))
            made.deliverer.wake()
            await until(lambda: len(good.requests) == 40)
            assert dead.most_at_once == WIDTH
            stop.set()
            async with asyncio.timeout(8):
                await running
            assert made.outbox.count("pending") == 40, "what was cut off stays pending"
            assert made.deliverer.counters()["failed_tries"] == 0

    asyncio.run(play())

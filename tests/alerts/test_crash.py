"""`kill -9` of the delivering process, again and again: nothing accepted is lost."""

import asyncio
import json
import sys
from pathlib import Path

from alerts.outbox import Outbox
from tests.alerts.hooks import Hook, Request, hook, until

POINTS = 150
KILLS = 4
BETWEEN = 15


async def start(one: Hook, folder: Path) -> asyncio.subprocess.Process:
    script = ["-m", "tests.alerts.delivering", one.url, str(folder), str(POINTS)]
    return await asyncio.create_subprocess_exec(
        sys.executable, *script, str(folder / "accepted"), stderr=asyncio.subprocess.DEVNULL
    )


async def more_arrive(one: Hook, count: int) -> None:
    wanted = len(one.requests) + count
    await until(lambda: len(one.requests) >= wanted, 60)


def check_order(requests: list[Request]) -> None:
    """No upgrade came before the raise of its point, whatever was repeated."""
    seen: set[tuple[str, int]] = set()
    for request in requests:
        body = json.loads(request.body)
        point, sequence = body["subject"], body["data"]["sequence"]
        assert sequence == 1 or (point, sequence - 1) in seen
        seen.add((point, sequence))


def test_nothing_is_lost_and_nothing_changes(tmp_path: Path) -> None:
    async def play() -> None:
        async with hook() as one:
            for _ in range(KILLS):
                process = await start(one, tmp_path)
                await more_arrive(one, BETWEEN)
                process.kill()
                await process.wait()
            assert len(set(one.ids)) < 2 * POINTS, "killed too late to tell anything"
            process = await start(one, tmp_path)
            try:
                await until(lambda: len(set(one.ids)) == 2 * POINTS, 60)
            finally:
                process.kill()
                await process.wait()
            bodies = {(request.id, request.body) for request in one.requests}
            assert len(bodies) == 2 * POINTS, "the same bytes on every try"
            check_order(one.requests)
            assert set((tmp_path / "accepted").read_text().split()) <= set(one.ids)

    asyncio.run(play())
    outbox = Outbox(tmp_path / "outbox.sqlite")
    assert outbox.count("dead") == 0
    assert outbox.count("delivered") + outbox.count("pending") == 2 * POINTS
    outbox.close()

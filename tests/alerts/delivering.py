"""A process that accepts events and delivers them until it is killed (for `test_crash`).

Arguments: the receiver's URL, the outbox, how many points, and a file that says what was accepted.
"""

import asyncio
import sys
from pathlib import Path

from alerts.notify import Notifier
from domain.clock import SystemClock
from tests.alerts.builders import make_event, make_settings, registry_of


async def main(url: str, folder: str, points: int, accepted: Path) -> None:
    settings = make_settings(Path(folder), [{"name": "r", "url": url}])
    notifier = Notifier(settings, registry_of, SystemClock())
    running = asyncio.create_task(notifier.run(asyncio.Event()))
    with accepted.open("a", encoding="utf-8", buffering=1) as file:
        for number in range(points):
            events = [
                make_event(level=2, point_id=f"50023501{number:04d}"),
                make_event(level=4, previous=2, sequence=2, point_id=f"50023501{number:04d}"),
            ]
            if await asyncio.to_thread(notifier.accept, events):
                file.writelines(event.id + "\n" for event in events)
    await running


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])))

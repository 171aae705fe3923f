"""The page's answers when InfluxDB keeps the record."""

import asyncio
import gzip
from collections.abc import Iterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from console.acknowledging import Acknowledger
from console.app import make_app
from console.figures import Figures
from console.guard import allowed_names, make_guard
from console.model import Model, load_warnings
from console.parts import Console
from domain.clock import ManualClock
from domain.settings import KafkaSettings
from storage.influx_history import InfluxHistory
from tests.console.test_history import MIN, REGISTRY, T, asked, clock, gateway, influx
from tests.storage.builders import POINT

__all__ = ["asked", "clock", "gateway", "influx"]

pytestmark = pytest.mark.integration


@pytest.fixture
def console(asked: InfluxHistory) -> Iterator[Console]:
    """Make a console that reads InfluxDB and has no Kafka."""
    model, time = Model(REGISTRY), ManualClock(T)
    yield Console(
        model=model,
        figures=Figures(time),
        history=asked,
        acknowledger=Acknowledger(model, asked, KafkaSettings(bootstrap="127.0.0.1:1"), time),
        sessions=None,
        borders=gzip.compress(b"{}"),
        status="Exercise",
    )


def test_a_point_and_its_acknowledged_warning(console: Console) -> None:
    async def act() -> None:
        assert console.history is not None
        console.model.take_states(await console.history.latest_states())
        load_warnings(console.model, await console.history.warnings(10))
        app = make_app(console, make_guard(allowed_names("127.0.0.1", ()), None))
        async with TestClient(TestServer(app)) as client:
            reply = await client.get(f"/api/points/{POINT}?span_ms={60 * MIN}")
            answer = await reply.json()
            red = next(w for w in answer["warnings"] if w["kind"] == "raised")
            origin = {"Origin": f"http://127.0.0.1:{client.port}"}
            ask = {"id": red["id"], "point": POINT, "by": "someone else"}
            again = await client.post("/api/acknowledge", json=ask, headers=origin)
            assert (await again.json())["new"] is False  # Kafka was not even asked
            rejects = await client.get("/api/rejects")
            assert await rejects.json() == {"rejects": {}}
        await console.history.close()
        devices = {(s["channel"], s["device"]) for s in answer["history"]["series"]}
        assert devices == {("crack", "d1"), ("crack", "d2")}
        assert answer["history"]["last_ms"] == {"rain": T - 5_000 * MIN}
        assert answer["level"] == 1
        assert red["seen"]["by"] == 'O"Neil \\'
        assert "Level: from none" in red["en"]["text"]
        assert "级别" in red["zh"]["text"]

    asyncio.run(act())

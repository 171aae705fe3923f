"""The reference receiver: what it takes, what it refuses, what it remembers."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from alerts.inbox import Inbox
from alerts.message import body_for_test, warning_body
from alerts.receiver import MAX_BODY_BYTES, ReceiverOptions, WebhookReceiver, run_receiver
from alerts.sender import BadBodyError
from alerts.sender_geohazard import GeohazardSender
from alerts.signature import signed_headers
from domain.clock import ManualClock
from domain.errors import GeohazardError, SettingsError
from tests.alerts.builders import SECRET, T0, full_event, make_event, make_point

Post = Callable[..., Coroutine[Any, Any, httpx.Response]]


@dataclass
class Served:
    """A running receiver and the way to it."""

    client: httpx.AsyncClient
    inbox: Path

    async def post(self, message_id: str, body: bytes, **headers: str) -> int:
        signed = signed_headers(SECRET, message_id, body, T0)
        found = await self.client.post("/webhook", content=body, headers={**signed, **headers})
        return found.status_code

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.inbox.read_text(encoding="utf-8").splitlines()]


@asynccontextmanager
async def serve(inbox: Path, **more: Any) -> AsyncIterator[Served]:
    stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    options = ReceiverOptions(secret=SECRET, port=0, output=inbox, show=False, **more)
    running = asyncio.create_task(run_receiver(options, stop, ManualClock(T0), port.set_result))
    try:
        base = f"http://127.0.0.1:{await port}"
        async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=20) as client:
            yield Served(client, inbox)
    finally:
        stop.set()
        await running


def body_of(number: int = 1) -> bytes:
    event = make_event(sequence=number)
    return warning_body(event, make_point(), source="urn:t", sender="a@b", status="Test")


def play(scene: Callable[[Served], Coroutine[Any, Any, None]], inbox: Path, **more: Any) -> None:
    async def whole() -> None:
        async with serve(inbox, **more) as served:
            await scene(served)

    asyncio.run(whole())


def test_a_warning_is_taken_once_also_over_a_restart(tmp_path: Path) -> None:
    async def first(served: Served) -> None:
        assert await served.post("w_1", body_of()) == 204
        assert await served.post("w_1", body_of()) == 204
        health = await served.client.get("/health")
        assert health.json() == {"received": 1, "duplicates": 1, "refused": 0}

    async def second(served: Served) -> None:
        assert await served.post("w_1", body_of()) == 204
        assert await served.post("w_2", body_of(2)) == 204
        assert [line["webhook_id"] for line in served.lines()] == ["w_1", "w_2"]
        assert served.lines()[0]["body"] == json.loads(body_of())

    play(first, tmp_path / "in.jsonl")
    play(second, tmp_path / "in.jsonl")


def test_what_is_wrong_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        post = served.post
        assert await post("w_1", body_of(), **{"webhook-signature": "v1,AAAA"}) == 401
        assert await post("w_1", body_of(), **{"webhook-timestamp": "1"}) == 401
        assert await post("w_1", body_of(), **{"webhook-id": "w_2"}) == 401
        assert (await served.client.post("/webhook", content=b"{}")).status_code == 401
        assert (await served.client.post("/other", content=b"{}")).status_code == 404
        assert (await served.client.get("/webhook")).status_code == 405
        assert await post("w_1", b"x" * (MAX_BODY_BYTES + 1)) == 413
        assert await post("w_1", b"not json") == 400
        assert await post("w_1", b"[]") == 400
        assert await post("w_1", b'{"id":"w_1","type":"x","data":{"level":"red"}}') == 400
        assert await post("w_1", b"[" * 100_000) == 400
        assert not served.inbox.exists()
        assert await post("w_1", body_of()) == 204

    play(scene, tmp_path / "in.jsonl")


def test_many_at_once_are_taken_once_each(tmp_path: Path) -> None:
    async def scene(served: Served) -> None:
        posts = [served.post(f"w_{n % 20}", body_of(n % 20)) for n in range(100)]
        assert set(await asyncio.gather(*posts)) == {204}
        assert len(served.lines()) == len({line["webhook_id"] for line in served.lines()}) == 20

    play(scene, tmp_path / "in.jsonl")


def test_lines_are_coloured_by_level_and_cannot_colour_themselves() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=40)
    receiver = WebhookReceiver([], Inbox(None), ManualClock(), console=console)

    async def take() -> None:
        sender = GeohazardSender(SECRET)
        for level in (1, 4):
            event = make_event(level=level, sequence=level)
            point = make_point(name="[bold]x[/bold] \x1b[5m")
            body = warning_body(event, point, source="urn:t", sender="a@b", status="Actual")
            (message,) = sender.read(signed_headers(SECRET, event.id, body, 0), body, 0)
            for _ in range(2):
                await receiver._take(message)

    asyncio.run(take())
    lines = out.getvalue().splitlines()
    assert len(lines) == 2, "one line a warning, repeated ones not at all"
    assert "\x1b[1;34m" in lines[0]
    assert "\x1b[1;31m" in lines[1]
    assert "[bold]x[/bold]" in lines[0]
    assert "\x1b[5m" not in out.getvalue()
    assert (receiver.counters.received, receiver.counters.duplicates) == (2, 2)


def test_a_test_message_is_understood() -> None:
    message_id, body = body_for_test("r", "urn:t", 0)
    (found,) = GeohazardSender(SECRET).read(signed_headers(SECRET, message_id, body, 0), body, 0)
    assert (found.id, found.level) == (message_id, 0)


def test_a_body_of_another_kind_is_refused() -> None:
    body = b'{"id":"x","type":"org.geohazard.warning.raised.v1","data":{}}'
    with pytest.raises(BadBodyError, match="missing"):
        GeohazardSender(SECRET).read(signed_headers(SECRET, "x", body, 0), body, 0)


def test_secrets_do_not_show() -> None:
    assert SECRET not in repr(GeohazardSender(SECRET)) + repr(ReceiverOptions(secret=SECRET))


def test_wrong_options_are_told(tmp_path: Path) -> None:
    stop = asyncio.Event()
    with pytest.raises(SettingsError, match="secret"):
        asyncio.run(run_receiver(ReceiverOptions(secret="x"), stop))  # noqa: S106
    broken = tmp_path / "in.jsonl"
    broken.write_text("no json\n")
    with pytest.raises(GeohazardError, match="in.jsonl"):
        asyncio.run(run_receiver(ReceiverOptions(secret=SECRET, output=broken), stop))


def test_a_taken_port_is_told() -> None:
    async def whole() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            options = ReceiverOptions(secret=SECRET, port=port, show=False)
            with pytest.raises(GeohazardError, match=str(port)):
                await run_receiver(options, asyncio.Event())

    asyncio.run(whole())


def test_full_event_reads() -> None:
    event = full_event()
    body = warning_body(event, make_point(), source="urn:t", sender="a@b", status="Test")
    (found,) = GeohazardSender(SECRET).read(signed_headers(SECRET, event.id, body, 0), body, 0)
    assert found.level == 3
    assert "新滩 7" in found.line

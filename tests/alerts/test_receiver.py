"""The reference receiver: what it takes, what it refuses, what it remembers."""

import asyncio
import io
import json
import resource
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from alerts.inbox import Inbox
from alerts.message import body_for_test, warning_body
from alerts.receiver import MAX_BODY_BYTES, ReceiverOptions, WebhookReceiver, run_receiver
from alerts.seen import DAY_MS
from alerts.sender import BadBodyError, Received
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


def test_a_torn_last_line_is_cut_off_and_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    messages = [Received(f"w_{n}", "line", 1, {"n": n}) for n in range(3)]
    with closing(Inbox(path)) as inbox:
        assert [inbox.take(message, T0) for message in messages[:2]] == [True, True]
    before = {kept.name: kept.read_bytes() for kept in tmp_path.iterdir()}
    with closing(Inbox(path)) as inbox:
        assert inbox.take(messages[2], T0)
    whole = path.read_bytes()
    for cut in range(1, len(whole) - len(before["in.jsonl"])):
        for name, content in before.items():  # the index did not come to note the third
            (tmp_path / name).write_bytes(content)
        path.write_bytes(whole[:-cut])
        with closing(Inbox(path)) as again:
            assert [again.take(message, T0) for message in messages] == [False, False, True]
        assert path.read_bytes() == whole


@pytest.mark.parametrize("damage", ["lost", "damaged", "rotated"])
def test_neither_file_alone_is_needed_to_know_what_came(tmp_path: Path, damage: str) -> None:
    path, index = tmp_path / "in.jsonl", tmp_path / "in.jsonl.seen"
    messages = [Received(f"w_{n}", "line", 1, {"n": n}) for n in range(1_100)]
    with closing(Inbox(path)) as inbox:
        for message in messages[:50]:
            assert inbox.take(message, T0)
        if damage == "rotated":
            path.rename(tmp_path / "in.jsonl.1")
            assert inbox.take(messages[50], T0)
            assert len(path.read_bytes().splitlines()) == 1
    with closing(Inbox(path)) as inbox:
        for message in messages[51:]:
            assert inbox.take(message, T0)
    if damage == "lost":
        index.unlink()
    elif damage == "damaged":
        index.write_bytes(b"no index at all" * 1_000)
    else:
        path.unlink()
    with closing(Inbox(path)) as inbox:
        known = [not inbox.take(message, T0) for message in messages[:50] + messages[51:]]
        assert all(known)


def test_ids_are_remembered_for_as_long_as_they_come(tmp_path: Path) -> None:
    one, other = (Received(name, "line", 1, {}) for name in ("w_1", "w_2"))
    now_ms = T0
    with closing(Inbox(tmp_path / "in.jsonl")) as inbox:
        assert inbox.take(one, now_ms)
        assert inbox.take(other, now_ms)
        now_ms += 150 * DAY_MS
        assert not inbox.take(one, now_ms)
        now_ms += 150 * DAY_MS
        assert inbox.take(Received("w_3", "line", 1, {}), now_ms)
        assert not inbox.take(one, now_ms)
        assert len(inbox) == 2  # not the other, which no sender repeats after 180 days


def test_without_a_file_the_oldest_ids_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.seen.MOST_IN_MEMORY", 100)
    with closing(Inbox(None)) as inbox:
        for n in range(1_000):
            assert inbox.take(Received(f"w_{n}", "line", 1, {}), T0 + n)
        assert len(inbox) == 100
        assert not inbox.take(Received("w_900", "line", 1, {}), T0)


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    inbox = Inbox(path)
    messages = [Received(f"w_{n}", "line", 1, {"n": n}) for n in range(2)]
    assert inbox.take(messages[0], 0)
    whole = path.read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, before[1]))
    try:
        with pytest.raises(OSError, match="could be written"):
            inbox.take(messages[1], 0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == whole
    assert inbox.take(messages[1], 0)
    inbox.close()
    with closing(Inbox(path)) as again:
        assert len(again) == 2


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

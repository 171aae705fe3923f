"""Delivery to real receivers on 127.0.0.1 that misbehave; time is set by hand."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from alerts.attempt import CONTENT_TYPE
from alerts.delivery import Deliverer
from alerts.outbox import Outbox
from alerts.schedule import SCHEDULE_S
from domain.clock import ManualClock
from domain.errors import SettingsError
from tests.alerts.bench import Bench, bench, run
from tests.alerts.builders import SECRET, T0, make_event, make_receiver
from tests.alerts.hooks import Endless, Hook, answer, dripping, hook, never, until

FAULTS = {
    "500": answer(500, "boom"),
    "404": answer(404),
    "302": answer(302, location="http://127.0.0.1:1/"),
    "308": answer(308, location="/elsewhere"),
    "429": answer(429),
}


def test_a_message_arrives_signed(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        event = make_event()
        made.put(event)
        assert await made.step() == 1
        (request,) = one.requests
        assert request.headers["content-type"] == CONTENT_TYPE
        assert request.headers["host"] == f"127.0.0.1:{one.port}"
        assert request.id == event.id == json.loads(request.body)["é"]
        assert request.headers["webhook-timestamp"] == str(T0 // 1000)
        signed = Webhook(SECRET).sign(event.id, _utc(T0), request.body.decode())
        assert request.headers["webhook-signature"] == signed
        assert made.deliverer.counters() == _counts(delivered=1)
        assert await made.step(999_999) == 0

    run(tmp_path, scene)


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_tried_on_schedule_with_the_same_message_then_dead(
    tmp_path: Path, fault: str
) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = FAULTS[fault]
        made.put(make_event())
        for seconds in SCHEDULE_S:
            if seconds:
                assert await made.step(seconds - 0.001) == 0, "too early"
                assert await made.step(0.001) == 1
            else:
                assert await made.step() == 1
        assert len(one.requests) == len(SCHEDULE_S)
        assert len({(r.id, r.body, r.path) for r in one.requests}) == 1
        stamps = [int(r.headers["webhook-timestamp"]) for r in one.requests]
        assert stamps == sorted(set(stamps)), "each try is signed with its own time"
        assert made.deliverer.counters() == _counts(failed_tries=10, dead=1)
        assert await made.step(999_999) == 0

    run(tmp_path, scene)


def test_a_refused_connection_is_a_failed_try(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        made.put(make_event())
        await made.step()
        assert made.row()["last_status"] is None
        assert "ConnectError" in made.row()["last_note"]

    run(tmp_path, scene, url="http://127.0.0.1:1/hook")


def test_gone_disables(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = answer(410)
        made.put(make_event(), make_event(point_id="500235010008"))
        await made.step()
        tried = len(one.requests)
        assert await made.step(999_999) == 0
        assert len(one.requests) == tried
        assert made.outbox.count("pending") == 2

    run(tmp_path, scene)


@pytest.mark.parametrize("behave", [never, dripping], ids=["silent", "dripping"])
def test_a_slow_receiver_costs_one_timeout(tmp_path: Path, behave: Any) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = behave
        made.put(make_event())
        async with asyncio.timeout(10):
            await made.step()
        assert made.row()["tries"] == 1

    run(tmp_path, scene, timeout_s=0.2)


def test_an_endless_answer_is_read_a_little(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = endless = Endless()
        made.put(make_event())
        async with asyncio.timeout(10):
            await made.step()
        assert made.row()["state"] == "delivered"
        await until(lambda: one.at_once == 0)
        assert endless.sent_bytes < 16 * 2**20, "what the system's buffers take, no more"

    run(tmp_path, scene)


def test_answers_are_kept_short_and_clean(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        one.behave = answer(500, "no\r\n\x1b[31m" + "x" * 3000)
        made.put(make_event())
        await made.step()
        note = made.row()["last_note"]
        assert note.startswith("no [31mxxx")
        assert len(note) == 200

    run(tmp_path, scene)


def test_an_address_within_is_refused_without_connecting(tmp_path: Path) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        made.put(make_event())
        await made.step()
        assert one.requests == []
        assert "private" in made.row()["last_note"]

    run(tmp_path, scene, receiver={"allow_private": False})


def test_the_address_that_was_judged_is_the_one_reached(tmp_path: Path) -> None:
    asked: list[str] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async def play() -> None:
        async with hook() as one:
            url = f"http://hooks.example.test:{one.port}/hook"
            async with bench(tmp_path, make_receiver("r", url), resolver=resolver) as made:
                made.put(make_event())
                await made.step()
                assert one.requests[0].headers["host"] == f"hooks.example.test:{one.port}"
                assert asked == ["hooks.example.test"], "asked once, so it cannot change between"

    asyncio.run(play())


def test_proxies_of_the_environment_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        made.put(make_event())
        await made.step()
        assert len(one.requests) == 1

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    run(tmp_path, scene)


def test_logs_and_rows_hold_no_secret_and_no_path(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(made: Bench, one: Hook) -> None:
        made.put(make_event())
        await made.step()
        told = caplog.text + json.dumps(made.row())
        assert "failed" in told
        assert SECRET[6:] not in told
        assert "token" not in told

    caplog.set_level(logging.DEBUG, logger="alerts")
    run(tmp_path, scene, url="http://127.0.0.1:1/hook?token=abc")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x",
        "file:///etc/passwd",
        "a.example/x",
        "http:///x",
        "https://user:pw@a.example/",
        "http://a.example:99999999/",
        "",
    ],
)
def test_unusable_urls_stop_the_start_and_are_not_echoed(tmp_path: Path, url: str) -> None:
    outbox = Outbox(tmp_path / "o.sqlite")
    with pytest.raises(SettingsError) as caught:
        Deliverer([make_receiver("city", url)], outbox, ManualClock())
    outbox.close()
    assert "city" in str(caught.value)
    assert not url or url not in str(caught.value)


def _counts(**some: int) -> dict[str, int]:
    return {"delivered": 0, "failed_tries": 0, "pending": 0, "dead": 0} | some


def _utc(ms: int) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ms / 1000, UTC)

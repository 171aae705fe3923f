"""Grafana's webhook at the reference receiver, beside this system's own."""

import asyncio
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.message import warning_body
from alerts.receiver import MAX_BODY_BYTES, ReceiverOptions, run_receiver
from alerts.sender import BadBodyError
from alerts.sender_grafana import GrafanaSender
from alerts.signature import BadSignatureError, signed_headers
from dashboards.contact import MAX_ALERTS
from dashboards.names import SIGNATURE_HEADER, TIMESTAMP_HEADER
from domain.clock import ManualClock
from domain.errors import SettingsError
from domain.warnings import WarningEvent, WarningKind
from tests.alerts.builders import SECRET, T0, make_event, make_point

GRAFANA_SECRET = "a secret of Grafana: 密"  # noqa: S105
POINT = make_point().point_id


def alert(**more: Any) -> dict[str, Any]:
    """One alert as Grafana 12 writes it."""
    usual = {
        "status": "firing",
        "labels": {
            "alertname": "Point at red 监测点红色警报",
            "area": POINT[:6],
            "kind": "landslide",
            "point": POINT,
            "severity": "critical",
        },
        "annotations": {"summary": "stands at 4 red.", "summary_zh": "处于4级红色警报。"},
        "startsAt": "2026-11-24T03:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://grafana/alerting/grafana/geo-level-red/view",
        "fingerprint": "57c6d9296de2ad39",
        "silenceURL": "http://grafana/alerting/silence/new",
        "dashboardURL": "",
        "panelURL": "",
        "values": {"B": 4, "C": 1},
        "valueString": "[ var='B' labels={} value=4 ]",
    }
    return {**usual, **more}


def body_of(*alerts: dict[str, Any], **more: Any) -> bytes:
    usual = {
        "receiver": "geohazard",
        "status": "firing",
        "alerts": list(alerts),
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://grafana/",
        "version": "1",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "orgId": 1,
        "title": "[1 firing]",
        "state": "alerting",
        "message": "…",
    }
    return json.dumps({**usual, **more}).encode()


def signed(body: bytes, seconds: int = T0 // 1000) -> dict[str, str]:
    """Sign apart from the receiver's own code."""
    mac = hmac.new(GRAFANA_SECRET.encode(), f"{seconds}:".encode() + body, hashlib.sha256)
    return {SIGNATURE_HEADER: mac.hexdigest(), TIMESTAMP_HEADER: str(seconds)}


def play(inbox: Path, *posts: tuple[str, bytes, dict[str, str]]) -> list[int]:
    """Post to one run of the receiver, in order."""

    async def whole() -> list[int]:
        stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
        options = ReceiverOptions(
            secret=SECRET, grafana_secret=GRAFANA_SECRET, port=0, output=inbox, show=False
        )
        running = asyncio.create_task(run_receiver(options, stop, ManualClock(T0), port.set_result))
        try:
            base = f"http://127.0.0.1:{await port}"
            async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=20) as client:
                found = [await client.post(p, content=c, headers=h) for p, c, h in posts]
                return [answer.status_code for answer in found]
        finally:
            stop.set()
            await running

    return asyncio.run(whole())


def grafana(*alerts: dict[str, Any], **more: Any) -> tuple[str, bytes, dict[str, str]]:
    body = body_of(*alerts, **more)
    return "/grafana", body, signed(body)


def own(event: WarningEvent) -> tuple[str, bytes, dict[str, str]]:
    body = warning_body(event, make_point(), source="urn:t", sender="a@b", status="Test")
    return "/webhook", body, signed_headers(SECRET, event.id, body, T0)


def lines(inbox: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in inbox.read_text(encoding="utf-8").splitlines()]


def test_an_alert_is_taken_once_however_often_it_is_reminded(tmp_path: Path) -> None:
    inbox = tmp_path / "in.jsonl"
    again = alert(values={"B": 4.0, "C": 1.0}, valueString="another")
    assert play(inbox, grafana(alert()), grafana(again)) == [204, 204]
    assert play(inbox, grafana(alert())) == [204]  # after a restart
    resolved = alert(status="resolved", endsAt="2026-11-24T04:00:00Z")
    assert play(inbox, grafana(resolved)) == [204]
    assert play(inbox, grafana(alert(startsAt="2026-11-25T00:00:00Z"))) == [204]
    found = lines(inbox)
    assert [line["level"] for line in found] == [4, 0, 4]
    assert all(line["point_id"] == POINT for line in found)
    assert "处于4级红色警报" in found[0]["line"]
    assert found[1]["line"].startswith("2026-11-24T03:00:00Z ○ RESOLVED 恢复")


def test_both_messages_agree_on_point_and_warning(tmp_path: Path) -> None:
    inbox = tmp_path / "in.jsonl"
    red = make_event(level=4, sequence=2, kind=WarningKind.UPGRADED)
    silent = make_event(level=4, sequence=1, kind=WarningKind.SILENT)
    assert play(inbox, own(red), own(silent)) == [204, 204]
    assert play(inbox, grafana(alert())) == [204]  # after a restart
    warned, _, alerted = lines(inbox)
    assert warned["body"]["subject"] == warned["point_id"] == alerted["point_id"] == POINT
    assert warned["webhook_id"] == warned["warning_id"] == alerted["warning_id"] == red.id


def test_a_warning_of_another_level_is_not_claimed(tmp_path: Path) -> None:
    inbox = tmp_path / "in.jsonl"
    yellow = make_event(level=2, sequence=1)
    play(inbox, grafana(alert(fingerprint="a")), own(yellow), grafana(alert(fingerprint="b")))
    assert [line["warning_id"] for line in lines(inbox)] == [None, yellow.id, None]


def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    inbox = tmp_path / "in.jsonl"
    play(inbox, grafana(alert(), truncatedAlerts=12))
    assert "12 alerts were left out" in lines(inbox)[1]["line"]


def test_a_full_message_is_small_enough() -> None:
    long = {"summary": "x" * 300, "summary_zh": "监" * 100}
    alerts = [alert(fingerprint=str(n), annotations=long) for n in range(MAX_ALERTS)]
    message = "y" * 500 * MAX_ALERTS
    assert len(body_of(*alerts, message=message)) < MAX_BODY_BYTES


def test_alerts_of_the_system_are_shown_by_severity(tmp_path: Path) -> None:
    inbox = tmp_path / "in.jsonl"
    labels = {"alertname": "The pipeline lags", "severity": "warning", "role": "store"}
    play(inbox, grafana(alert(labels=labels, values=None)))
    assert (lines(inbox)[0]["level"], lines(inbox)[0]["point_id"]) == (2, None)


def test_script_in_a_label_is_only_text(tmp_path: Path) -> None:
    inbox = tmp_path / "in.jsonl"
    notes = {"summary": "\x1b[31m<script>alert(1)</script>\n", "summary_zh": "🏔 \\ \" '"}
    assert play(inbox, grafana(alert(annotations=notes))) == [204]
    assert "\x1b" not in lines(inbox)[0]["line"]
    assert "\n" not in lines(inbox)[0]["line"]


def test_what_is_wrong_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    inbox = tmp_path / "in.jsonl"
    body = body_of(alert())
    other = body_of(alert(fingerprint="x"))
    bare = hmac.new(GRAFANA_SECRET.encode(), body, hashlib.sha256).hexdigest()
    posts = [
        ("/grafana", body, {}),
        ("/grafana", other, signed(body)),
        ("/grafana", body, {**signed(body), TIMESTAMP_HEADER: "1"}),
        ("/grafana", body, {**signed(body), TIMESTAMP_HEADER: "now"}),
        ("/grafana", body, signed(body, T0 // 1000 - 301)),
        ("/grafana", body, {SIGNATURE_HEADER: bare}),
        ("/webhook", body, signed(body)),
        *(
            ("/grafana", wrong, signed(wrong))
            for wrong in (b"", b"[]", b"{}", b"[" * 50_000, b'{"alerts":[{"status":1}]}')
        ),
    ]
    assert play(inbox, *posts) == [401] * 7 + [400] * 5
    assert not inbox.exists()


def test_without_a_secret_nothing_is_served(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="16 characters"):
        asyncio.run(
            run_receiver(ReceiverOptions(secret=SECRET, grafana_secret="x"), asyncio.Event())  # noqa: S106
        )
    assert GRAFANA_SECRET not in repr(GrafanaSender(GRAFANA_SECRET))
    assert GRAFANA_SECRET not in repr(ReceiverOptions(secret=SECRET, grafana_secret=GRAFANA_SECRET))


def test_errors_are_of_the_known_kinds() -> None:
    sender = GrafanaSender(GRAFANA_SECRET)
    with pytest.raises(BadSignatureError, match="missing"):
        sender.read({}, b"", T0)
    with pytest.raises(BadBodyError, match="Grafana"):
        sender.read(signed(b"x"), b"x", T0)

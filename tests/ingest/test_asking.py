"""Commands until they are answered: over a real broker, on disk, whatever dies."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from domain.clock import ManualClock
from domain.points import Device as OtherDevice
from domain.registry import Registry
from domain.topics import mqtt_topic
from domain.warnings import WarningKind
from ingest.asking import SamplingAsker, book_path
from ingest.command_book import CommandBook, CommandBookError
from tests.ingest.asking_process import POINT, RAISED, REGISTRY, settings, warning
from tests.servers import Mosquitto

pytestmark = pytest.mark.integration

DEADLINE_S = 20.0
COMMAND = mqtt_topic(POINT.district, POINT.point_id, "d1", "command")
REPLY = mqtt_topic(POINT.district, POINT.point_id, "d1", "reply")
MINUTE = 60_000


class Device:
    """The device's end: hears commands, answers when it is told to."""

    def __init__(self, port: int) -> None:
        self.heard: list[str] = []
        self._came = threading.Condition()
        ready = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="d1")
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe(COMMAND, 1)
        assert ready.wait(DEADLINE_S)

    def _on_message(self, client: object, data: object, message: paho.MQTTMessage) -> None:
        with self._came:
            self.heard.append(msgspec.json.decode(message.payload)["msgid"])
            self._came.notify_all()

    def commands(self, count: int) -> list[str]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.heard) >= count, DEADLINE_S), self.heard
            return list(self.heard)

    def answer(self, msgid: str, result: str = "succ", topic: str = REPLY) -> None:
        text = msgspec.json.encode({"cmd": "setsensortime", "result": result, "msgid": msgid})
        self._client.publish(topic, text, 1).wait_for_publish(DEADLINE_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def device(mosquitto: Mosquitto) -> Iterator[Device]:
    one = Device(mosquitto.port)
    yield one
    one.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(0)


@pytest.fixture
def asker(mosquitto: Mosquitto, tmp_path: Path, clock: ManualClock) -> Iterator[SamplingAsker]:
    """Connect one and work it by hand: its thread is not started."""
    one = SamplingAsker(settings(mosquitto.port, tmp_path), lambda: REGISTRY, clock)
    connected = threading.Event()
    one._wake = connected.set  # type: ignore[method-assign]
    one._link._on_reply = connected.set
    one._link.start()
    assert connected.wait(DEADLINE_S)
    yield one
    one.close()


def _until(asker: SamplingAsker, name: str, value: int) -> None:
    """Work as replies come until a counter has a value."""
    came = threading.Event()
    asker._link._on_reply = came.set
    asker.work()
    while asker.counters()[name] != value:
        assert came.wait(DEADLINE_S), asker.counters()
        came.clear()
        asker.work()


def test_who_does_not_answer_is_asked_again_ever_more_rarely_and_said(
    asker: SamplingAsker, device: Device, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    asker.take([RAISED])
    sent = []
    for second in range(0, 1200, 5):
        clock.advance(1000 * second - clock.now_ms())
        before = asker.counters()["commands"]
        asker.work()
        if asker.counters()["commands"] > before:
            sent.append(second)
    assert sent == [0, 20, 60, 140, 300, 620]
    assert len(set(device.commands(6))) == 1
    assert asker.counters()["commands_unanswered"] == 1
    told = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert told == [f"d1 was asked to read each 600 s, by {RAISED.id}: no answer to 5"]
    clock.advance(86_400_000)
    for _ in range(3):
        asker.work()
    assert len(device.commands(7)) == 7
    device.answer(device.heard[0])
    _until(asker, "commands_answered", 1)
    assert asker.counters()["commands_unanswered"] == 0
    assert asker.counters()["sampling_faster"] == 1


def test_only_the_device_itself_answers_and_a_refusal_is_not_asked_again(
    asker: SamplingAsker, device: Device, clock: ManualClock
) -> None:
    asker.take([RAISED])
    asker.work()
    msgid = device.commands(1)[0]
    device.answer(msgid, topic=REPLY.replace("/d1/", "/d2/"))
    device.answer("another")
    device.answer(msgid, "fail")
    _until(asker, "commands_refused", 1)
    assert asker.counters()["commands_answered"] == 1
    clock.advance(600 * MINUTE)
    asker.work()
    assert asker.counters()["commands"] == 1


def test_a_repeated_warning_asks_for_nothing_new(
    asker: SamplingAsker, device: Device, tmp_path: Path
) -> None:
    asker.take([RAISED])
    asker.work()
    device.answer(device.commands(1)[0])
    _until(asker, "commands_answered", 1)
    asker.take([RAISED])
    asker.work()
    assert asker.counters()["commands"] == 1
    asker.take([warning(WarningKind.CLEARED, 0, 3)])
    asker.work()
    device.answer(device.commands(2)[1])
    _until(asker, "commands_answered", 2)
    book = CommandBook(book_path(tmp_path / "outbox.sqlite"))
    assert book.all() == []
    book.close()


def test_killed_between_command_and_reply(
    mosquitto: Mosquitto, device: Device, tmp_path: Path
) -> None:
    """The next process sends the same command again, and takes the reply."""
    first = _start(mosquitto, tmp_path, "take")
    try:
        msgid = device.commands(1)[0]
    finally:
        first.kill()
        first.wait()
    book = CommandBook(book_path(tmp_path / "outbox.sqlite"))
    second = _start(mosquitto, tmp_path)
    try:
        assert set(device.commands(2)) == {msgid}
        device.answer(msgid)
        for _ in range(200):
            if book.all()[0].state == "done":
                break
            threading.Event().wait(0.1)
    finally:
        second.kill()
        second.wait()
    assert [(w.device_id, w.interval_s, w.state) for w in book.all()] == [("d1", 600.0, "done")]
    book.close()


def test_the_limit_of_points_is_known_after_a_restart(tmp_path: Path) -> None:
    limited = settings(1, tmp_path, most_points=1)
    first = SamplingAsker(limited, lambda: REGISTRY, ManualClock(0))
    first.take([warning(WarningKind.RAISED, 1, 0)])
    first.close()
    other = replace(POINT, point_id="500235010008", devices=(OtherDevice("d2", ("crack",), 600.0),))
    both = Registry.of([POINT, other])
    second = SamplingAsker(limited, lambda: both, ManualClock(0))
    second.take([warning(WarningKind.RAISED, 1, 0, other.point_id)])
    counts = second.counters()
    second.close()
    assert counts["sampling_refused"] == counts["sampling_faster"] == 1


def test_who_is_no_longer_registered_is_not_asked(tmp_path: Path) -> None:
    registries = [REGISTRY, Registry.of([])]
    asker = SamplingAsker(settings(1, tmp_path), lambda: registries[0], ManualClock(0))
    asker.take([RAISED])
    registries.pop(0)
    asker.work()
    assert asker.counters()["sampling_faster"] == 0
    asker.close()


def test_a_file_that_is_no_book_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "commands.sqlite"
    path.write_bytes(b"not a database, and long enough to be looked at as one" * 40)
    with pytest.raises(CommandBookError, match="commands.sqlite"):
        CommandBook(path)


def _start(mosquitto: Mosquitto, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    script = ["-m", "tests.ingest.asking_process", str(mosquitto.port), str(folder), *words]
    return subprocess.Popen([sys.executable, *script])

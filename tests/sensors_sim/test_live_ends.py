"""How a live run ends: told to stop, without a broker, refused."""

import threading
import time
from pathlib import Path

import pytest

from domain.errors import GeohazardError
from sensors_sim import live
from sensors_sim.counters import Counters
from tests.sensors_sim.running import in_thread, rows_of
from tests.sensors_sim.worlds import DEADLINE_S, live_config, wait_until
from tests.servers import Mosquitto, Rumqttd

pytestmark = pytest.mark.integration


def test_stop_ends_an_endless_run_within_three_seconds(rumqttd: Rumqttd, tmp_path: Path) -> None:
    seen: list[Counters] = []
    config = live_config(rumqttd.port, tmp_path, 300, duration_s=None, on_progress=seen.append)
    stop = threading.Event()
    thread, done = in_thread(config, stop)
    wait_until(lambda: bool(seen) and seen[-1].messages_published > 300)
    began = time.monotonic()
    stop.set()
    thread.join(DEADLINE_S)
    assert time.monotonic() - began < 3.0
    assert done[0].messages_published == len(rows_of(tmp_path / "ledger.arrow"))


def test_stop_ends_a_run_without_a_broker(tmp_path: Path) -> None:
    config = live_config(1, tmp_path, 5)
    stop = threading.Event()
    thread, done = in_thread(config, stop)
    stop.set()
    thread.join(3.0)
    assert not thread.is_alive()
    assert done[0].messages_published == 0


def test_a_wrong_password_is_an_error_and_not_a_wait(tmp_path: Path) -> None:
    if Mosquitto.program() is None:
        pytest.skip("mosquitto is not installed")
    server = Mosquitto(tmp_path / "mosquitto", ("allow_anonymous false",))
    server.start()
    try:
        with pytest.raises(GeohazardError, match="refuses sim-0"):
            live.run(live_config(server.port, tmp_path, 5), threading.Event())
    finally:
        server.stop()


def test_a_registry_with_another_interval_is_refused(tmp_path: Path) -> None:
    config = live_config(1, tmp_path, 5, speed=1.0)
    with pytest.raises(GeohazardError, match="interval"):
        live.run(config, threading.Event())

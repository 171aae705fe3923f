"""The simulator's two outlets: readings to files, and messages to a broker.

Files: 11,000 points × 6 channels × 30 days at ten minutes are to take less than 15 minutes on two
processors and less than 4 GB. Live: 11,000 messages a second from one process at under one core,
counted by a bare subscriber, which is a process of its own and does nothing else. What that
subscriber can take at all is measured in the same run, so that a slow machine shows as such.

Processor time is the simulator's own, from the operating system's books, so that other work on the
machine does not count.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from domain.registry import save_registry
from sensors_sim.fleet import Fleet
from sensors_sim.model import Model
from sensors_sim.province import build_points
from sensors_sim.scenario import load_scenario
from tests.servers import Mosquitto, Rumqttd, Server

WHOLE_DAYS = 30.0
SCENARIO = "quiet-year"
FLOOD_S = 5.0


def files(points: int, days: float, out: Path) -> None:
    """Write a record in a process of its own, and print its cost."""
    command = [sys.executable, "-m", "benchmarks.bench_simulator", "--write", str(out)]
    command += ["--points", str(points), "--days", str(days)]
    done = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    share = WHOLE_DAYS / days
    print(f"files: {done['rows']:,} readings of {points:,} points in {days:g} days ({SCENARIO})")
    print(
        f"  {done['wall_s']:.0f} s ({done['cpu_s']:.0f} s of processor time), "
        f"{done['rows'] / done['cpu_s']:,.0f} readings for a second of processor time, "
        f"peak {done['peak_mb']:,.0f} MB, {done['bytes'] / done['rows']:.1f} bytes a reading"
    )
    if share != 1.0:
        print(f"  at this pace 30 days take {done['cpu_s'] * share / 60:.1f} min of processor time")


def write(points: int, days: float, out: Path) -> None:
    """Write a record and tell its cost as JSON."""
    from sensors_sim.generate import GenerateConfig, generate  # noqa: PLC0415 (its own process)

    registry = build_points(points, 1, 600.0)
    scenario = load_scenario(SCENARIO)
    done = generate(GenerateConfig(registry, scenario, 1, 1_780_000_000_000, days, out))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cost = {
        "rows": done.rows,
        "wall_s": done.wall_s,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "bytes": sum(path.stat().st_size for path in (out / "readings").iterdir()),
    }
    print(json.dumps(cost))


def live(broker: type[Server], points: int, seconds: int, folder: Path) -> None:
    """Publish a message a second from each point, and count them at a bare subscriber.

    How many a second such a subscriber can take at all, of the same messages from a bare publisher
    at full speed, is measured right after.
    """
    server = broker(folder / "broker")
    server.start()
    try:
        with _counter(server.port) as bare:
            summary = _publish(server.port, points, seconds, folder)
        with _counter(server.port) as most:
            _flood(server.port, points)
    finally:
        server.stop()
    sent, rate = summary["messages_published"], bare["messages"] / summary["wall_s"]
    ceiling = most["messages"] / most["wall_s"]
    print(f"live: {points:,} points, a message a second each, {seconds} s, {server.name}")
    print(
        f"  {sent:,} messages acknowledged, {bare['messages']:,} at the bare subscriber "
        f"({rate:,.0f} a second); "
        f"unsent {summary['unsent']}, unacknowledged {summary['unacknowledged']}, "
        f"at most {summary['max_lag_ms']} ms late"
    )
    print(
        f"  a bare publisher at full speed brings {ceiling:,.0f} a second to the bare subscriber; "
        f"the simulator {rate / ceiling:.2f} of that (asked for {points / ceiling:.2f})"
    )
    core = summary["cpu_s"] / summary["wall_s"]
    print(
        f"  simulator {core:.2f} of a core, {1e6 * summary['cpu_s'] / sent:.0f} us a message; "
        f"the bare subscriber {1e6 * bare['cpu_s'] / max(bare['messages'], 1):.0f} us a message"
    )


@contextmanager
def _counter(port: int) -> Iterator[dict[str, float]]:
    """Let a bare subscriber count, in a process of its own; what it tells is there at the end."""
    command = [sys.executable, "-m", "benchmarks.bench_simulator", "--count", str(port)]
    told: dict[str, float] = {}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as counter:
        assert counter.stdout is not None
        counter.stdout.readline()
        yield told
        heard, _ = counter.communicate(b"\n", timeout=60)
        told |= json.loads(heard)


def _flood(port: int, points: int) -> None:
    """Publish what the simulator publishes, with all packets made beforehand, as fast as it goes.

    What the subscriber is too slow for, the broker drops, as it may at quality of service 0.
    """
    scenario = load_scenario("load")
    model = Model(build_points(points, 1, 1.0), scenario, 1, 1_780_000_000_000, 1_000)
    fleet = Fleet(model, scenario, "dp")
    sent = (message for _, messages in fleet.send(model.advance()) for message in messages)
    packets = [_packet(message.topic.encode(), message.payload) for message in sent]
    batches = [b"".join(packets[i : i + 100]) for i in range(0, len(packets), 100)]
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="flood")
    client.connect("127.0.0.1", port)
    client.loop()
    wire = client.socket()
    assert wire is not None
    wire.setblocking(True)
    until_s = time.monotonic() + FLOOD_S
    for batch in cycle(batches):
        wire.sendall(batch)
        if time.monotonic() > until_s:
            break
    client.disconnect()


def _packet(topic: bytes, payload: bytes) -> bytes:
    """Make a PUBLISH packet of quality of service 0 (MQTT 3.1.1, section 3.3)."""
    body = len(topic).to_bytes(2, "big") + topic + payload
    left, length = len(body), bytearray()
    while left > 127:
        length.append(left & 127 | 128)
        left >>= 7
    return b"\x30" + bytes([*length, left]) + body


def _publish(port: int, points: int, seconds: int, folder: Path) -> dict[str, float]:
    registry, summary = folder / "registry.csv", folder / "summary.json"
    save_registry(build_points(points, 1, 1.0), registry)
    config = folder / "geohazard.toml"
    config.write_text(f"[mqtt]\nport = {port}\ndp_topic = 'dp'\ncreq_prefix = 'creq'\n")
    command = [sys.executable, "-m", "cli.main", "sim", "--config", str(config)]
    command += ["--registry", str(registry), "--scenario", "load", "--interval", "1s"]
    command += ["--speed", "1", "--duration", f"{seconds}s", "--summary", str(summary)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found: dict[str, float] = json.loads(summary.read_text(encoding="utf-8"))
    return found


def count(port: int) -> None:
    """Count messages until a line comes in; tell them as JSON."""
    counted, first_s, last_s = 0, 0.0, 0.0
    ready = threading.Event()

    def take(*_: object) -> None:
        nonlocal counted, first_s, last_s
        last_s = time.perf_counter()
        first_s = first_s or last_s
        counted += 1

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="bare")
    client.on_message = take
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe("geohazard/v1/+/+/+/telemetry", 0)
    ready.wait(10)
    print("ready", flush=True)
    began_s = time.process_time()
    sys.stdin.readline()
    before = -1
    while before != counted:
        before = counted
        time.sleep(0.5)
    told = {"messages": counted, "wall_s": last_s - first_s}
    print(json.dumps(told | {"cpu_s": time.process_time() - began_s}))


def main() -> None:
    """Measure both outlets, or play one of the parts that need a process of their own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks simulator")
    parser.add_argument("--points", type=int, default=11_000)
    parser.add_argument("--days", type=float, default=3.0)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(options.points, options.days, options.write)
    elif options.count:
        count(options.count)
    else:
        with tempfile.TemporaryDirectory(prefix="geohazard-bench-") as folder:
            files(options.points, options.days, Path(folder) / "record")
            broker = Mosquitto if Mosquitto.program() else Rumqttd
            live(broker, options.points, options.seconds, Path(folder))


if __name__ == "__main__":
    main()

"""The whole pipeline on this machine: lag, latency and memory while 11,000 points report."""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from domain import topics
from domain.health import decode_health
from domain.settings import load_settings
from ingest.kafka_topics import kafka_options

ROLES = ("ingest", "detect", "store", "notify")
SAMPLE_S = 1.0


async def sample_lags(config: Path, seconds: float) -> list[dict[str, int]]:
    """Listen to what the roles say of their lag, about once a second."""
    deadline = time.monotonic() + seconds
    latest: dict[str, int] = {}
    samples: list[dict[str, int]] = []
    consumer = AIOKafkaConsumer(
        topics.PIPELINE, **kafka_options(load_settings(config, environ={}).kafka)
    )
    await consumer.start()
    try:
        while time.monotonic() < deadline:
            for records in (await consumer.getmany(timeout_ms=int(SAMPLE_S * 1000))).values():
                for record in records:
                    health = decode_health(record.value)
                    latest[health.role] = health.lag
            samples.append(dict(latest))
    finally:
        await consumer.stop()
    return samples


def wait_for(path: Path, running: subprocess.Popen[bytes]) -> None:
    """Wait until the simulator publishes."""
    deadline = time.monotonic() + 120
    while not path.exists():
        if running.poll() is not None or time.monotonic() > deadline:
            msg = "the run did not start"
            raise SystemExit(msg)
        time.sleep(0.2)


def mean_lag(samples: list[dict[str, int]], role: str) -> float:
    """Mean lag of a role over some samples; 0 for none."""
    return sum(s.get(role, 0) for s in samples) / max(len(samples), 1)


def main(arguments: list[str]) -> int:
    """Run ``geohazard up`` and print its figures; exit code 1 if it lost anything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks pipeline")
    parser.add_argument("--points", type=int, default=11_000)
    parser.add_argument("--interval", default="10s")
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="geohazard-bench-") as folder:
        data, report = Path(folder) / "data", Path(folder) / "report.json"
        command = [sys.executable, "-m", "cli.main", "up", "--points", str(options.points)]
        command += ["--interval", options.interval, "--duration", str(options.seconds)]
        command += ["--data-dir", str(data), "--report", str(report)]
        with (Path(folder) / "up.log").open("wb") as log:
            running = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(data / "sim.progress.json", running)
        samples = asyncio.run(sample_lags(data / "geohazard.toml", options.seconds - 5))
        code = running.wait()
        if not report.exists():
            print((Path(folder) / "up.log").read_text(encoding="utf-8", errors="replace"))
            return code or 1
        _print(json.loads(report.read_text(encoding="utf-8")), samples)
        return code


def _print(report: dict[str, object], samples: list[dict[str, int]]) -> None:
    for name in ("points", "channels", "duration_s", "readings", "latency_ms", "readings_per_s"):
        print(f"{name}: {json.dumps(report[name])}")
    print(f"peak_rss_mb: {json.dumps(report['peak_rss_mb'])}")
    third = max(len(samples) // 3, 1)
    print("mean lag (Kafka records; messages for ingest), by thirds of the run:")
    for role in ROLES:
        parts = [samples[:third], samples[third : 2 * third], samples[2 * third :]]
        print(f"  {role:8}" + "".join(f"{mean_lag(part, role):10.1f}" for part in parts))

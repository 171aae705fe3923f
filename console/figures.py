"""What the processes say of themselves, and what the console measures, for the operations page."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psutil

from domain.clock import Clock
from domain.health import Health

MOST_PROCESSES = 256
FORGET_MS = 600_000
"""A process that has said nothing for this long is no longer shown."""
RATE_MS = 2_000


@dataclass
class _Process:
    latest: Health
    before: Health
    rates: dict[str, float] = field(default_factory=dict)


class Figures:
    """Latest figures of each process.

    Parameters
    ----------
    clock
        Wall clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._processes: dict[tuple[str, str], _Process] = {}
        self._waits_ms: deque[int] = deque(maxlen=500)
        self._me = psutil.Process()
        self._me.cpu_percent()
        self.history_error = ""
        """Why the record cannot be asked; empty if it can."""
        self.kafka_error = ""
        """Why Kafka cannot be heard; empty if it can."""

    def take(self, health: Health) -> None:
        """Note what a process says."""
        key = (health.role, health.instance)
        known = self._processes.get(key)
        if known is None:
            self._forget()
            if len(self._processes) < MOST_PROCESSES:
                self._processes[key] = _Process(health, health)
            return
        known.latest = health
        elapsed_ms = health.time_ms - known.before.time_ms
        if elapsed_ms >= RATE_MS:
            known.rates = {
                name: max(0.0, (count - known.before.counters.get(name, 0)) * 1000 / elapsed_ms)
                for name, count in health.counters.items()
            }
            known.before = health

    def shown(self, produced_ms: int) -> None:
        """Note how long a warning took from its making to here."""
        self._waits_ms.append(max(0, self._clock.now_ms() - produced_ms))

    def as_json(self) -> dict[str, Any]:
        """Write everything as plain JSON values."""
        now_ms = self._clock.now_ms()
        return {
            "roles": [_role(process, now_ms) for _, process in sorted(self._processes.items())],
            "warning_wait_ms": _quantiles(self._waits_ms),
            "console": {
                "rss_mb": round(self._me.memory_info().rss / 2**20, 1),
                "cpu_percent": self._me.cpu_percent(),
            },
            "history_error": self.history_error,
            "kafka_error": self.kafka_error,
        }

    def _forget(self) -> None:
        oldest_ms = self._clock.now_ms() - FORGET_MS
        gone = [k for k, p in self._processes.items() if p.latest.time_ms < oldest_ms]
        for key in gone:
            del self._processes[key]


def _role(process: _Process, now_ms: int) -> dict[str, Any]:
    health = process.latest
    return {
        "role": health.role,
        "instance": health.instance,
        "age_s": max(0.0, round((now_ms - health.time_ms) / 1000, 1)),
        "lag": health.lag,
        "rss_mb": health.rss_mb,
        "counters": health.counters,
        "rates": {name: round(rate, 1) for name, rate in process.rates.items()},
    }


def _quantiles(waits_ms: deque[int]) -> dict[str, float] | None:
    if not waits_ms:
        return None
    p50, p99 = np.percentile(np.array(waits_ms), (50, 99)).tolist()
    return {"p50": round(p50), "p99": round(p99), "n": len(waits_ms)}

"""Memory, processor time and starts of the run's processes, by role."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import psutil

from cli.embedded.supervisor import Running


@dataclass(frozen=True)
class Usage:
    """One look at one role: resident memory in MiB and processor time in percent of a core."""

    rss_mb: float
    cpu_percent: float


@dataclass
class Resources:
    """Samples the processes; remembers the peak of each."""

    latest: dict[str, Usage] = field(default_factory=dict)
    peak_rss_mb: dict[str, float] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    _processes: dict[str, psutil.Process] = field(default_factory=dict)
    _counts: dict[str, tuple[float, int, float]] = field(default_factory=dict)

    def sample(self, running: Iterable[Running]) -> None:
        """Look at every running process once."""
        for program in running:
            if program.pid:
                self._sample_one(program)

    def rate(self, name: str, count: int) -> float:
        """Change of a count per second since it was last given, at least a second ago."""
        now = time.monotonic()
        then, before, rate = self._counts.get(name, (now, count, 0.0))
        if now - then >= 1.0:
            rate = max(0.0, (count - before) / (now - then))
            then, before = now, count
        self._counts[name] = (then, before, rate)
        return rate

    def _sample_one(self, program: Running) -> None:
        process = self._processes.get(program.name)
        try:
            if process is None or process.pid != program.pid:
                process = psutil.Process(program.pid)
                self._processes[program.name] = process
                self.starts[program.name] = self.starts.get(program.name, 0) + 1
            rss_mb = process.memory_info().rss / 2**20
            self.latest[program.name] = Usage(rss_mb, process.cpu_percent())
        except psutil.NoSuchProcess:
            return
        peak = self.peak_rss_mb.get(program.name, 0.0)
        self.peak_rss_mb[program.name] = round(max(peak, rss_mb), 1)

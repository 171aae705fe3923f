"""Whose turn it is to be made durable: one partition at a time, spread over the interval."""

from collections.abc import Sequence

from domain.clock import Clock
from domain.settings import Settings


class CheckpointRounds:
    """Deals checkpoints out over time, one partition at a time, so that none makes a long pause."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._checkpoint_ms = settings.detect.checkpoint_s * 1000
        self._last: dict[int, float] = {}

    def due(self, numbers: Sequence[int]) -> int | None:
        """Return the partition whose last checkpoint is longest ago, if that is long enough."""
        if not numbers:
            return None
        now = self._clock.now_ms()
        for place, number in enumerate(numbers):
            # A new partition's first turn comes early, and spread over the first interval.
            share = self._checkpoint_ms * (place + 1) / len(numbers)
            self._last.setdefault(number, now - self._checkpoint_ms + share)
        oldest = min(numbers, key=lambda n: self._last[n])
        if now - self._last[oldest] < self._checkpoint_ms:
            return None
        self._last[oldest] = now
        return oldest

"""Time is injected, so that tests and replays never depend on the wall clock."""

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000


@dataclass
class ManualClock:
    """A clock that a test moves by hand.

    Examples
    --------
    >>> clock = ManualClock(1_000)
    >>> clock.advance(500)
    >>> clock.now_ms()
    1500
    """

    at_ms: int = 0

    def now_ms(self) -> int:
        """Return the time that was set."""
        return self.at_ms

    def advance(self, ms: int) -> None:
        """Move the clock; it never runs backwards.

        Raises
        ------
        ValueError
            If ``ms`` is negative.
        """
        if ms < 0:
            msg = f"a clock never runs backwards: {ms} ms"
            raise ValueError(msg)
        self.at_ms += ms

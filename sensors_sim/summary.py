"""What the simulator says of a run: live counters, and the summary at its end."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from sensors_sim.failures import Failure
from sensors_sim.fleet import BACKLOG, DUPLICATE, MALFORMED, VALID, Message


@dataclass
class Counters:
    """Counts of acknowledged messages, and how far the run is behind.

    Attributes
    ----------
    readings_published
        Distinct valid readings (device, channel, event time).
    waiting
        Messages sent and not yet acknowledged.
    lag_ms
        By how much the message next in line is overdue.
    """

    messages_published: int = 0
    readings_published: int = 0
    duplicates: int = 0
    malformed: int = 0
    backlog: int = 0
    withheld: int = 0
    waiting: int = 0
    lag_ms: int = 0
    max_lag_ms: int = 0
    reconnects: int = 0

    def count(self, message: Message) -> None:
        """Take an acknowledged message."""
        self.messages_published += 1
        if message.kind in (VALID, BACKLOG):
            self.readings_published += len(message.values)
        self.duplicates += message.kind == DUPLICATE
        self.malformed += message.kind == MALFORMED
        self.backlog += message.kind == BACKLOG

    def late_by(self, lag_ms: int) -> None:
        """Note how overdue the message next in line is."""
        self.lag_ms = max(lag_ms, 0)
        self.max_lag_ms = max(self.max_lag_ms, self.lag_ms)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A run in figures; written as JSON.

    Attributes
    ----------
    messages_published
        Acknowledged by the broker, of every kind.
    readings_published
        Distinct valid readings (device, channel, event time).
    unacknowledged
        Sent, but not acknowledged when the run ended; not in the ledger.
    unsent
        Due, but never sent: the run ended while it was behind.
    withheld
        Readings of a skewed clock kept back, because whether ingest would take them depended on a
        few seconds.
    max_lag_ms
        The most by which a message was late.
    failures
        The truth of what began to fail.
    """

    points: int
    channels: int
    seed: int
    speed: float
    messages_published: int
    readings_published: int
    duplicates: int
    malformed: int
    backlog: int
    unacknowledged: int
    unsent: int
    withheld: int
    failures: list[Failure]
    connections: int
    reconnects: int
    start_ms: int
    end_ms: int
    wall_s: float
    cpu_s: float
    max_lag_ms: int

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")

"""Counts of a run under way."""

from dataclasses import dataclass

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

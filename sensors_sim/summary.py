"""What the simulator says of a run at its end."""

from pathlib import Path

import msgspec

from sensors_sim.commander import CommandCounts
from sensors_sim.counters import Counters
from sensors_sim.failures import Failure
from sensors_sim.live_config import LiveConfig


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
    commands
        Commands that devices were given.
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
    commands: CommandCounts

    @classmethod
    def of(
        cls,
        config: LiveConfig,
        counters: Counters,
        commands: CommandCounts,
        *,
        failures: list[Failure],
        unacknowledged: int,
        unsent: int,
        end_ms: int,
        reconnects: int,
        wall_s: float,
        cpu_s: float,
    ) -> "Summary":
        """Sum a run up."""
        return cls(
            points=len(config.points),
            channels=sum(len(d.channels) for p in config.points for d in p.devices),
            seed=config.seed,
            speed=config.speed,
            messages_published=counters.messages_published,
            readings_published=counters.readings_published,
            duplicates=counters.duplicates,
            malformed=counters.malformed,
            backlog=counters.backlog,
            unacknowledged=unacknowledged,
            unsent=unsent,
            withheld=counters.withheld,
            failures=failures,
            connections=config.connections,
            reconnects=reconnects,
            start_ms=config.start_ms,
            end_ms=end_ms,
            wall_s=wall_s,
            cpu_s=cpu_s,
            max_lag_ms=counters.max_lag_ms,
            commands=commands,
        )

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")

"""What the live outlet is to do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from domain.errors import GeohazardError
from domain.points import Point
from domain.settings import MqttSettings
from sensors_sim.counters import Counters
from sensors_sim.plans import Scenario


@dataclass(frozen=True)
class LiveConfig:
    """What to publish, how fast, and where.

    Attributes
    ----------
    points
        The registry; each device's interval must be ``interval_s * speed``.
    interval_s
        Wall seconds between two messages of a device.
    speed
        Seconds of event time for a second of wall time.
    duration_s
        Wall seconds; ``None`` to go on until stopped.
    start_ms
        Event time of the start, milliseconds since the epoch.
    ledger, summary, truth
        Files to write; none by default. The truth (`sensors_sim.truth`) may tell of a few readings
        more than were sent: it goes by whole steps.
    connections
        MQTT connections that the devices share.
    client_id
        First part of the connections' client ids and gateway names.
    future_tolerance_s
        How far in the future ingest takes a reading (`domain.settings.IngestSettings`).
    on_progress
        Called about once a second, from the thread that runs.
    """

    points: list[Point]
    seed: int
    interval_s: float
    speed: float
    start_ms: int
    scenario: Scenario
    mqtt: MqttSettings
    duration_s: float | None = None
    ledger: Path | None = None
    summary: Path | None = None
    truth: Path | None = None
    connections: int = 4
    client_id: str = "sim"
    future_tolerance_s: float = 300.0
    on_progress: Callable[[Counters], None] | None = None


def check(config: LiveConfig) -> None:
    """Hold a configuration against itself and the registry.

    Raises
    ------
    GeohazardError
        If they contradict each other.
    """
    if config.interval_s <= 0 or config.speed <= 0 or config.connections < 1:
        msg = "interval, speed and the number of connections must be positive"
        raise GeohazardError(msg)
    expected = config.interval_s * config.speed
    for point in config.points:
        for device in point.devices:
            if abs(device.interval_s - expected) > 0.001 * expected:
                msg = (
                    f"device {device.device_id}: the registry says an interval of "
                    f"{device.interval_s:g} s, interval times speed is {expected:g} s"
                )
                raise GeohazardError(msg)

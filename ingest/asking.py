"""From warnings to commands: what a plan asks for is sent to the devices."""

from collections.abc import Iterable

from domain.registry import Registry
from domain.settings import Settings
from domain.warnings import WarningEvent
from ingest.commands import CommandSender
from ingest.sampling import SamplingPlan


class SamplingAsker:
    """Asks the devices of points under warning to read more often; see `ingest.sampling`."""

    def __init__(self, settings: Settings) -> None:
        self._plan = SamplingPlan(settings.sampling)
        self._sender = CommandSender(settings.mqtt, f"commands-{settings.instance}")
        self._sender.start()

    def take(self, events: Iterable[WarningEvent], registry: Registry) -> None:
        """Send what the events ask for; returns at once."""
        for event in events:
            for request in self._plan.requests(event, registry.points.get(event.point_id)):
                self._sender.send(request)

    def counters(self) -> dict[str, int]:
        """Count commands, points asked for more now, and those beyond the limit."""
        plan = self._plan
        return self._sender.counters() | {
            "sampling_faster": len(plan.faster),
            "sampling_refused": plan.refused,
        }

    def close(self) -> None:
        """End the connection."""
        self._sender.close()

"""A process that asks devices as notify does, to be killed: PORT FOLDER [take]."""

import sys
import threading
from pathlib import Path

from domain.clock import SystemClock
from domain.hazards import HazardType
from domain.points import Device, Point
from domain.registry import Registry
from domain.settings import AlertSettings, MqttSettings, SamplingSettings, Settings
from domain.warnings import WarningEvent, WarningKind, make_warning
from ingest.asking import SamplingAsker

POINT = Point(
    "500235010007",
    "slide",
    HazardType.LANDSLIDE,
    30.9,
    108.7,
    devices=(Device("d1", ("crack",), 1800.0),),
)
REGISTRY = Registry.of([POINT])


def warning(
    kind: WarningKind, level: int, before: int, point: str = POINT.point_id
) -> WarningEvent:
    """Change the level of a point."""
    return make_warning(
        point_id=point,
        kind=kind,
        level=level,
        previous_level=before,
        event_ms=0,
        sequence=level + 1,
    )


RAISED = warning(WarningKind.RAISED, 3, 0)


def settings(port: int, folder: Path, **sampling: float) -> Settings:
    """Give settings that want the loop."""
    return Settings(
        mqtt=MqttSettings(port=port),
        alerts=AlertSettings(outbox=folder / "outbox.sqlite"),
        sampling=SamplingSettings(enabled=True, **sampling),  # type: ignore[arg-type]
    )


def main() -> None:
    """Run until killed."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    asker = SamplingAsker(settings(port, folder), lambda: REGISTRY, SystemClock())
    if "take" in sys.argv:
        asker.take([RAISED])
    asker.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()

"""One made-up run that several tests use, and what must come of it."""

from detectors.engine import Engine
from domain.frames import Readings
from domain.points import Point
from domain.warnings import WarningEvent, WarningKind
from tests.e2e.harness import START_MS, STEP_MS

POINTS = 60
STEPS = 48
RUNAWAY = (3, 17, 42)
READINGS = POINTS * STEPS * 2
SILENCE = frozenset({WarningKind.SILENT, WarningKind.REPORTING})


def value(point: int, step: int) -> float:
    """Quiet slopes with a deterministic ripple, and three that fail after step 24."""
    ripple = ((point * 7919 + step * 104_729) % 101 - 50) / 1000.0
    motion = 40.0 / (STEPS - step) ** 1.5 * 30.0 if point in RUNAWAY and step > 24 else 0.0
    return round(ripple + motion, 3)


def expected_readings(points: list[Point]) -> set[tuple[object, ...]]:
    """All readings as the store must hold them."""
    return {
        (p.point_id, p.devices[0].device_id, channel, START_MS + step * STEP_MS, scaled)
        for number, p in enumerate(points)
        for step in range(STEPS)
        for channel, scaled in (
            ("crack", value(number, step)),
            ("tilt_x", value(number, step) / 100),
        )
    }


def expected_warnings(points: list[Point]) -> dict[str, WarningEvent]:
    """Ask the detectors alone, with no pipeline around them, for all changes of level."""
    engine = Engine({point.point_id: point for point in points})
    found: dict[str, WarningEvent] = {}
    for step in range(STEPS):
        at_ms = START_MS + step * STEP_MS
        rows = [
            (p.point_id, p.devices[0].device_id, channel, at_ms, at_ms, scaled, "senml")
            for number, p in enumerate(points)
            for channel, scaled in (
                ("crack", value(number, step)),
                ("tilt_x", value(number, step) / 100),
            )
        ]
        for warning in engine.process(Readings.of_rows(rows)).warnings:
            if warning.kind not in SILENCE:
                found[warning.id] = warning
    return found

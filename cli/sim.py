"""``geohazard sim``: the simulated province."""

from pathlib import Path


def event_interval_s(scenario: str, interval_s: float) -> float: ...
def make_registry(points: int, seed: int, interval_s: float, out: Path) -> None: ...

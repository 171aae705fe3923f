"""Small frames for tests."""

from collections.abc import Iterable, Sequence

import duckdb
import numpy as np

from domain.frames import Features, Names, Readings, States
from domain.hazards import HazardType
from domain.points import Device, Point
from domain.registry import Registry
from domain.warnings import WarningEvent, WarningKind, make_warning

POINT = "500235010007"
OTHER = "500240030001"


def reading(
    event_ms: int,
    value: float = 1.0,
    *,
    point: str = POINT,
    device: str = "d1",
    channel: str = "crack",
    received_ms: int | None = None,
    dialect: str = "senml",
) -> tuple[str, str, str, int, int, float, str]:
    """Make a row for `Readings.of_rows`; received half a second after the event."""
    received_ms = event_ms + 500 if received_ms is None else received_ms
    return (point, device, channel, event_ms, received_ms, value, dialect)


def frame(*rows: tuple[str, str, str, int, int, float, str]) -> Readings:
    """Put rows into one frame."""
    return Readings.of_rows(rows)


def features(rows: Iterable[tuple[str, str, str, int, float]]) -> Features:
    """Make a frame from (point, device, channel, event time, velocity); score 0.5, the rest NaN."""
    point, device, channel, event_ms, velocity = zip(*rows, strict=True)
    nothing = np.full(len(point), np.nan)
    return Features(
        Names.of(point),
        Names.of(device),
        Names.of(channel),
        np.array(event_ms, np.int64),
        np.ones(len(point), np.uint8),
        np.full(len(point), 0.5),
        np.array(velocity, np.float64),
        nothing,
        nothing.copy(),
        np.arange(len(point)).astype(np.uint8),
        nothing.copy(),
        nothing.copy(),
        np.zeros(len(point), np.uint32),
    )


def states(rows: Sequence[tuple[str, int, int]], *, silent: int = 0) -> States:
    """Make a frame from (point, event time, level)."""
    point, event_ms, level = zip(*rows, strict=True)
    return States(
        Names.of(point),
        np.array(event_ms, np.int64),
        np.array(level, np.uint8),
        np.full(len(point), 0.25),
        np.full(len(point), silent, np.uint8),
        np.full(len(point), 3.0),
    )


def warning(
    event_ms: int = 1000,
    *,
    level: int = 2,
    sequence: int = 1,
    kind: WarningKind = WarningKind.RAISED,
    point: str = POINT,
) -> WarningEvent:
    """Make a warning that came from level 0."""
    return make_warning(
        point_id=point,
        kind=kind,
        level=level,
        previous_level=0,
        event_ms=event_ms,
        sequence=sequence,
    )


def registry() -> Registry:
    """Two points; the first has two instruments for its crack."""
    devices = (Device("d1", ("crack", "rain")), Device("d2", ("crack",)))
    first = Point(POINT, "one", HazardType.LANDSLIDE, 30.9, 108.7, devices=devices)
    other = Point(OTHER, "two", HazardType.DEBRIS_FLOW, 29.5, 107.5, devices=(Device("d3", ()),))
    return Registry.of([first, other])


def table(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    """All rows of a query."""
    return con.execute(query).fetchall()

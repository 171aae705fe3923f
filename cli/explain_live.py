"""Where `geohazard explain` finds a warning while the system runs: its store, or InfluxDB."""

import asyncio
from pathlib import Path

from alerts.case import Case, Series, span_ms
from cli.warning_ids import pick
from domain.registry import load_registry
from domain.settings import Settings
from storage.histories import History, SeriesHistory
from storage.history_socket import SocketHistory
from storage.influx_history import InfluxHistory


def from_store_process(socket: Path, registry: Path, warning_id: str) -> Case:
    """Ask the process that writes the embedded store.

    Raises
    ------
    GeohazardError
        If it does not answer, or has no such warning.
    """
    return asyncio.run(_find(SocketHistory(socket), registry, warning_id))


def from_influx(settings: Settings, warning_id: str) -> Case:
    """Ask InfluxDB.

    Raises
    ------
    GeohazardError
        If it does not answer, or has no such warning.
    """
    history = InfluxHistory(settings.influx)
    return asyncio.run(_find(history, Path(settings.registry), warning_id))


async def _find(history: History, registry: Path, warning_id: str) -> Case:
    try:
        event = pick(await history.warnings_of(warning_id), warning_id, "the record")
        points = load_registry(registry).points if registry.exists() else {}
        point = points.get(event.point_id)
        start, end = span_ms(event, point.interval_s if point else 600.0)
        found = await history.point(event.point_id, start, end + 1)
    finally:
        await history.close()
    others = tuple(sorted(found.warnings, key=lambda w: (w.event_ms, w.sequence)))
    return Case(event, point, tuple(_series(s) for s in found.series), others)


def _series(found: SeriesHistory) -> Series:
    return Series(
        found.channel, found.device_id, found.time_ms, found.value, found.flag, found.tests
    )

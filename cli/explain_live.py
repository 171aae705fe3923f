"""Where `geohazard explain` finds a warning while the system runs: its store, or InfluxDB."""

import asyncio
from pathlib import Path

from alerts.case import Case, Series, span_ms
from domain.errors import GeohazardError
from domain.registry import load_registry
from domain.settings import Settings
from storage.histories import History, SeriesHistory
from storage.history_socket import SocketHistory
from storage.influx_history import InfluxHistory

LAST = 1_000
"""Warnings looked through: as many as the store's process answers with."""
LAST_INFLUX = 10_000


def from_store_process(socket: Path, registry: Path, warning_id: str) -> Case:
    """Ask the process that writes the embedded store.

    Raises
    ------
    GeohazardError
        If it does not answer, or the warning is not among the last.
    """
    return asyncio.run(_find(SocketHistory(socket), registry, warning_id, LAST))


def from_influx(settings: Settings, warning_id: str) -> Case:
    """Ask InfluxDB.

    Raises
    ------
    GeohazardError
        If it does not answer, or the warning is not among the last.
    """
    history = InfluxHistory(settings.influx)
    return asyncio.run(_find(history, Path(settings.registry), warning_id, LAST_INFLUX))


async def _find(history: History, registry: Path, warning_id: str, limit: int) -> Case:
    try:
        last = await history.warnings(limit)
        last += await history.warnings(limit, silence=True)
        event = next((p.event for p in last if p.event.id == warning_id), None)
        if event is None:
            msg = f"there is no warning {warning_id!r} among the last {limit:,} of the record"
            raise GeohazardError(msg)
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
